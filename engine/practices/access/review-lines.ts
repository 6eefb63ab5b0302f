import { type Address, kindOf, nameOf } from '../../model/address.ts'
import { compareText } from '../../model/diagnostic.ts'
import { type Graph, target, targets } from '../../model/graph.ts'
import { membersIn } from '../../model/members.ts'
import { type ReportInput, specOf } from '../../model/practice.ts'
import { type Holding, holdingsAt } from './holdings.ts'

/** What a review of access is about: everything, or a part of it. */
export type ReviewScope = 'all' | 'hosts' | 'rooms' | 'applications' | Address

/** Something that somebody has by a grant, to be kept or revoked. */
export interface ReviewLine {
  readonly grant: Address
  readonly who: Address
  /** What it gives, in words. */
  readonly what: string
  /** Teams and groups that they have it through, outermost first. */
  readonly via: readonly Address[]
  /** ISO 8601. */
  readonly until?: string
  /** When they were last seen to use it, ISO 8601; of hosts whose logins were seen. */
  readonly lastUse?: string
  /** Teams and people any of whom can decide: who answers for the thing, and the manager; nobody but the holder where it is empty. */
  readonly reviewers: readonly Address[]
}

/** A service, or a team whose people's access is looked at. */
export const scopeKinds: readonly string[] = ['Service', 'Team']

/** Every grant in the scope with everybody who has something by it. */
export function reviewLines(input: ReportInput, scope: ReviewScope): readonly ReviewLine[] {
  const { graph } = input
  const inScope = scopeOf(input, scope)
  const uses = usesOf(input)
  const lines = new Map<string, ReviewLine>()
  for (const holding of holdingsAt(input)) {
    if (!kindOf(holding.by.address).endsWith('Grant') || !inScope(holding)) continue
    const { who, via, until } = holding
    const grant = holding.by.address
    const key = `${grant} ${who}`
    const before = lines.get(key)
    const use = uses.get(key)
    const lastUse = use?.last
    lines.set(key, {
      ...{ grant, who, via },
      what: before === undefined ? whatOf(holding, use?.hosts ?? []) : `${before.what}, ${whatOf(holding, [])}`,
      ...(until !== undefined && { until }),
      ...(lastUse !== undefined && { lastUse }),
      reviewers: [...new Set([...(before?.reviewers ?? []), ...reviewersOf(graph, holding)])],
    })
  }
  return [...lines.values()].sort((a, b) => compareText(a.grant, b.grant) || compareText(a.who, b.who))
}

function whatOf({ what, role, escorted }: Holding, hosts: readonly string[]): string {
  const on = hosts.length === 0 ? '' : ` on ${hosts.slice(0, 5).join(', ')}`
  const more = hosts.length > 5 ? ` and ${hosts.length - 5} more` : ''
  return `${what}${role === undefined ? '' : ` as ${role}`}${on}${more}${escorted === true ? ', escorted' : ''}`
}

const kindsOf: Readonly<Record<string, string>> = {
  hosts: 'AccessGrant',
  rooms: 'EntryGrant',
  applications: 'ApplicationGrant',
}

function scopeOf({ graph, wanted }: ReportInput, scope: ReviewScope): (holding: Holding) => boolean {
  if (scope === 'all') return () => true
  const kind = kindsOf[scope]
  if (kind !== undefined) return ({ by }) => kindOf(by.address) === kind
  if (kindOf(scope as Address) === 'Team') {
    const members = membersIn(graph)([`Team/${nameOf(scope as Address)}`]).who
    return ({ who }) => members.has(who)
  }
  const hosts = targets(graph, scope as Address, 'spec.hosts').map(nameOf)
  const onHosts = new Set(hosts.flatMap((host) => (wanted?.(host) ?? []).flatMap((r) => r.by)))
  return ({ by, what }) => onHosts.has(by.address) || target(graph, what, 'spec.service') === scope
}

interface Use {
  readonly hosts: readonly string[]
  readonly last?: string
}

/** On which hosts a grant gives somebody an account, and when they were last seen to log in on one of them. */
function usesOf({ graph, wanted, seen }: ReportInput): ReadonlyMap<string, Use> {
  const holders = new Map(
    [...graph.ofKind('Person'), ...graph.ofKind('ServiceAccount')].map((d) => [
      specOf<{ readonly login?: string }>(d).login,
      d.address,
    ]),
  )
  const uses = new Map<string, Use>()
  for (const { address } of graph.ofKind('Host')) {
    const host = nameOf(address)
    const logins = seen?.(host)?.lastLogins?.accounts
    for (const { type, spec, by } of wanted?.(host) ?? []) {
      const who = type === 'user' && spec['ensure'] !== 'absent' ? holders.get(String(spec['login'])) : undefined
      if (who === undefined) continue
      const at = logins?.find((l) => l.user === spec['login'])?.at
      for (const grant of by) {
        const before = uses.get(`${grant} ${who}`)
        const last = [before?.last, at]
          .flatMap((t) => t ?? [])
          .sort()
          .at(-1)
        uses.set(`${grant} ${who}`, {
          hosts: [...(before?.hosts ?? []), host],
          ...(last !== undefined && { last }),
        })
      }
    }
  }
  return uses
}

/** The owner of the thing, where it has none that of the grant; and the manager. Nobody decides about what they have themselves. */
function reviewersOf(graph: Graph, { who, what, by }: Holding): readonly Address[] {
  const ownerOf = (address: Address): Address | undefined => target(graph, address, 'metadata.owner')
  const thing = kindOf(what) === 'Role' ? undefined : ownerOf(what)
  const owner = thing ?? ownerOf(by.address)
  const manager = target(graph, who, 'spec.manager')
  const people = membersIn(graph)
  const others = (address: Address): boolean =>
    [...people([address]).who.keys()].some((person) => person !== who && isActive(graph, person))
  return [owner, manager].flatMap((a) => (a !== undefined && others(a) ? [a] : []))
}

const isActive = (graph: Graph, person: Address): boolean => {
  const document = graph.documents.get(person)
  const { active = true, bot = false } =
    document === undefined ? { active: false } : specOf<{ readonly active?: boolean; readonly bot?: boolean }>(document)
  return kindOf(person) === 'Person' && active && !bot
}
