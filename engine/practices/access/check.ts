import { type Address, nameOf } from '../../model/address.ts'
import { canonicalJson } from '../../model/canonical.ts'
import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { JsonPath, LoadedDocument } from '../../model/document.ts'
import { type Edge, type Graph, target } from '../../model/graph.ts'
import { type PracticeInput, specOf } from '../../model/practice.ts'
import { codes } from './codes.ts'
import { type Holding, holdingsAt } from './holdings.ts'
import { checkAccounts, checkLeavers } from './leavers.ts'

const report = reporter(codes)

type Tell = (code: keyof typeof codes, document: LoadedDocument, path: JsonPath, summary: string) => void

const year = 366 * 86_400_000

/** Who has what nobody may have at once, and doors that open onto nothing. */
export function checkAccess(input: PracticeInput): readonly Diagnostic[] {
  const { graph, locate, now, base } = input
  const findings: Diagnostic[] = []
  const tell: Tell = (code, document, path, summary) =>
    findings.push(report(code, { summary, ...locate(document, ['spec', ...path]), subject: document.address }))
  const rules = graph.ofKind('SegregationRule')
  const agreed = base === undefined ? [] : agreedRules(graph, base)
  findings.push(...checkLeavers(input), ...checkAccounts(input))
  const grants = [...graph.ofKind('EntryGrant'), ...graph.ofKind('ApplicationGrant')]
  if (rules.length === 0 && agreed.length === 0 && grants.length === 0) return findings
  const holdings = holdingsAt(input)
  const byPerson = new Map<Address, Holding[]>()
  for (const holding of holdings) {
    const list = byPerson.get(holding.who)
    if (list === undefined) byPerson.set(holding.who, [holding])
    else list.push(holding)
  }
  for (const grant of graph.ofKind('ApplicationGrant')) checkRoles(graph, grant, tell)
  for (const rule of rules) checkRule(graph, rule, byPerson, now, tell)
  // A change can't alter the rules that it is judged by.
  if (base !== undefined) for (const rule of agreed) checkRule(base, rule, byPerson, now, tell)
  for (const grant of grants) {
    const { expires } = specOf<{ readonly expires: string }>(grant)
    if (Date.parse(expires) > now.getTime() + year)
      tell('entry-expiry', grant, ['expires'], `it lasts until ${expires}`)
  }
  for (const [person, has] of byPerson) checkWay(graph, person, has, tell)
  return findings
}

/** Rules of the target branch that a change removes or alters. */
function agreedRules(graph: Graph, base: Graph): readonly LoadedDocument[] {
  return base.ofKind('SegregationRule').filter((rule) => {
    const now = graph.documents.get(rule.address)
    return now === undefined || canonicalJson(now.document.spec) !== canonicalJson(rule.document.spec)
  })
}

interface Side {
  readonly applications?: readonly { readonly roles?: readonly string[] }[]
}

interface RuleSpec {
  readonly never: readonly Side[]
  readonly reason: string
  readonly except?: readonly { readonly until: string }[]
}

function checkRule(
  graph: Graph,
  rule: LoadedDocument,
  byPerson: ReadonlyMap<Address, readonly Holding[]>,
  now: Date,
  tell: Tell,
): void {
  const { never, reason, except = [] } = specOf<RuleSpec>(rule)
  const edges = graph.outgoing(rule.address)
  const sides = never.map((side, i) =>
    sideOf(
      side,
      edges.filter((e) => e.path[1] === 'never' && e.path[2] === i),
    ),
  )
  const excepted = new Set<Address>()
  for (const [i, { until }] of except.entries()) {
    const person = edges.find((e) => e.label === 'spec.except.person' && e.path[2] === i)?.to
    if (person === undefined) continue
    if (until >= now.toISOString().slice(0, 10)) excepted.add(person)
    else tell('segregation-exception', rule, ['except', i, 'until'], `the one for ${nameOf(person)} ended on ${until}`)
  }
  for (const [person, has] of byPerson) {
    if (excepted.has(person)) continue
    const held = sides.map((side) => has.find(side))
    if (held.some((h) => h === undefined)) continue
    const words = held.flatMap((h) =>
      h === undefined ? [] : [h.by.address === h.what ? h.what : `${worded(h)} by ${h.by.address}`],
    )
    tell('segregation', rule, ['never'], `${nameOf(person)} has ${words.join(' and ')}: ${reason}`)
  }
}

/** Whether something is of one side of a rule. */
function sideOf({ applications = [] }: Side, edges: readonly Edge[]): (holding: Holding) => boolean {
  const any = new Set<string>()
  for (const { to, path } of edges) {
    const roles = path[3] === 'applications' ? applications[Number(path[4])]?.roles : undefined
    for (const key of roles?.map((role) => `${to} ${role}`) ?? [to]) any.add(key)
  }
  return ({ what, role }) => any.has(what) || (role !== undefined && any.has(`${what} ${role}`))
}

const worded = ({ what, role }: Holding): string => (role === undefined ? what : `${role} in ${what}`)

/** Roles that their application has none of. */
function checkRoles(graph: Graph, grant: LoadedDocument, tell: Tell): void {
  const { roles } = specOf<{ readonly roles: readonly string[] }>(grant)
  const application = target(graph, grant.address, 'spec.application')
  const document = application === undefined ? undefined : graph.documents.get(application)
  if (document === undefined) return
  const known = specOf<{ readonly roles?: readonly { readonly name: string }[] }>(document).roles ?? []
  for (const [i, role] of roles.entries())
    if (!known.some((k) => k.name === role))
      tell('application-role', grant, ['roles', i], `${document.address} has no role ${role}`)
}

/** A zone that is reached through others: one of them has to be open to whoever may enter it. */
function checkWay(graph: Graph, person: Address, has: readonly Holding[], tell: Tell): void {
  const zones = new Map(has.flatMap((h) => (h.what.startsWith('Zone/') ? [[h.what, h.by] as const] : [])))
  for (const [zone, by] of zones) {
    const through = graph
      .outgoing(zone)
      .filter((e) => e.label === 'spec.through')
      .map((e) => e.to)
    if (through.length > 0 && !through.some((z) => zones.has(z)))
      tell(
        'entry-unreachable',
        by,
        ['zones'],
        `${nameOf(person)} may enter ${nameOf(zone)}, and not ${through.map(nameOf).join(' or ')} before it`,
      )
  }
}
