import { authorsOf, type JudgedCommit } from '../change/authors.ts'
import { changedDocuments } from '../change/changed-documents.ts'
import { contentDigest } from '../change/content.ts'
import { judgePolicies } from '../change/judge-policies.ts'
import { peopleOf } from '../change/people.ts'
import { policyDigest } from '../change/policy-digest.ts'
import type { TakeBack } from '../change/rollback.ts'
import type { Address } from '../model/address.ts'
import { compareDiagnostics, type Diagnostic, hasErrors, reporter } from '../model/diagnostic.ts'
import type { Plan, ResourceOnHost, Subject } from '../model/plan.ts'
import type { AppliedHost } from '../model/record.ts'
import { codes as planCodes } from '../plan/codes.ts'
import { planDigest } from '../plan/plan-digest.ts'
import { ruleFaults, rulesFor } from './agreed-rules.ts'
import { broughtBack } from './brought-back.ts'
import { loadCommit } from './estate.ts'
import type { EstateAt } from './estate-at.ts'
import { ruleOf } from './estate-rule.ts'
import { hostNames, unknownHosts } from './hosts-named.ts'
import { judgedCommits } from './judged-commits.ts'
import { leasedElsewhere } from './leases.ts'
import { ownedPaths } from './owned-paths.ts'
import { pastOf } from './past-of.ts'
import { planDocuments } from './plan-documents.ts'
import { type HostsPlan, planHosts } from './plan-hosts.ts'
import { reachOf, standingRisk } from './plan-risk.ts'
import { appliedHosts } from './records.ts'
import { promotionFaults } from './release-guard.ts'
import { heldBackNotes } from './release-pins.ts'
import { standardMatch } from './standard.ts'
import { takenBackBy } from './taken-back.ts'
import { wavesOf } from './waves.ts'
import type { World } from './world.ts'

const reportPlan = reporter(planCodes)

/** Between which commits to plan. All three are full object ids; `tree` is the merge result's. */
export interface Range {
  readonly base: string
  readonly head: string
  readonly tree: string
}

export interface PlanOptions {
  /** Only these hosts; they must exist. */
  readonly hosts?: readonly string[]
  /** Look at every host, though the documents changed for some only. */
  readonly all?: boolean
  /** Let a plan through that removes a great deal. */
  readonly allowMassDelete?: boolean
  /** Hosts looked at in any case: those of a record that is applied. */
  readonly alsoHosts?: readonly string[]
  /** Only these resources of these hosts, on the branch as it stands: the others stay as they are, whatever differs. */
  readonly only?: readonly ResourceOnHost[]
  /** The change is approved and merged: checks of its commands may be run. */
  readonly agreed?: boolean
  /** What is taken back without commits that say so. */
  readonly takeBack?: TakeBack
  /** The documents that judge it, where they are known; those of the base, as far as they were agreed to, where nothing is said. */
  readonly rules?: EstateAt
  /** No host is looked at: each is taken to stand exactly as the base wants it. Nobody can agree to such a plan. */
  readonly desiredOnly?: boolean
  /** What was applied to hosts, where the ledger does not say it yet. */
  readonly applied?: readonly AppliedHost[]
  /** Done while the hosts answer. */
  readonly meanwhile?: () => Promise<unknown>
}

export interface PlannedChange {
  readonly plan: Plan
  readonly hosts: HostsPlan
  readonly base: EstateAt
  /** The documents that judge it: see `rulesFor`. */
  readonly rules: EstateAt
  readonly desired: EstateAt
  readonly commits: readonly JudgedCommit[]
  readonly applied: ReadonlyMap<string, AppliedHost>
}

/**
 * Plans what a range of commits would do: the documents of both sides, the hosts whose catalogue differs (all where base
 * and head are one commit), what is there, and what follows. Findings that forbid a plan come back instead of one.
 */
export async function planChange(
  world: World,
  range: Range,
  options: PlanOptions = {},
): Promise<PlannedChange | { readonly refused: readonly Diagnostic[] }> {
  const sameCommit = range.base === range.head
  // Git lists the merge result, and what lies between, while the base is read.
  const [base, commits] = await Promise.all([
    loadCommit(world, range.base),
    judgedCommits(world, range.base, range.head),
    world.treeFiles(range.tree),
  ])
  const desired = sameCommit ? base : await loadCommit(world, range.tree, { base })
  if (hasErrors(desired.diagnostics)) return { refused: desired.diagnostics }
  const rules = options.rules ?? (await rulesFor(world, range.base))
  const rollback = options.takeBack ?? (await takenBackBy(world, range))
  const hosts = hostsToPlan(base, desired, sameCommit, options, rollback)
  if ('refused' in hosts) return hosts
  const compiled = desired.compile.diagnostics(hosts.names)
  if (hasErrors(compiled)) return { refused: compiled }
  const newer = (options.applied ?? []).map((host) => [host.host, host] as const)
  const applied = new Map([...(await appliedHosts(world, hosts.names)), ...newer])
  const question = {
    base,
    desired,
    sameCommit,
    hosts: hosts.names,
    applied,
    ...(rollback !== undefined && { rollback }),
    ...(options.only !== undefined && { only: options.only }),
    ...(options.agreed === true && { agreed: true }),
  }
  const documents = { base, rules, desired }
  const [planned, known] = await Promise.all([
    options.desiredOnly === true ? planDocuments(world, question) : planHosts(world, question),
    withoutHosts(world, range, documents, options),
    options.meanwhile?.(),
  ])
  const plan = await assemble(world, range, {
    ...documents,
    ...known,
    planned,
    commits,
    applied,
    hosts: hosts.names,
    rollback,
    options,
  })
  const { actions, risk, verdict } = plan
  const about = {
    base: rules,
    merged: desired,
    tree: range.tree,
    onto: range.base,
    head: range.head,
    commits,
    actions,
    risk: risk.score,
    verdict,
  }
  // Of some hosts only, nobody can tell what the whole would be.
  const mayMatch = options.hosts === undefined && !plan.diagnostics.some((d) => d.code === 'rules-unapproved')
  const standard = mayMatch ? await standardMatch(world, { ...about, at: world.clock.now() }) : {}
  return { plan: { ...plan, standard }, hosts: planned, base, rules, desired, commits, applied }
}

/** The two sides of a change, and the documents that judge it. */
interface Documents {
  readonly base: EstateAt
  readonly rules: EstateAt
  readonly desired: EstateAt
}

/** What can be said of a change without a look at any host. */
interface Known {
  readonly content: Subject['content']
  readonly policies: Subject['policies']
  readonly reached: readonly Address[]
  readonly rule: Awaited<ReturnType<typeof ruleOf>>
  readonly owned: Awaited<ReturnType<typeof ownedPaths>>
  readonly findings: readonly Diagnostic[]
}

interface Parts extends Documents, Known {
  readonly planned: HostsPlan
  readonly commits: readonly JudgedCommit[]
  readonly applied: ReadonlyMap<string, AppliedHost>
  readonly hosts: readonly string[]
  readonly rollback: TakeBack | undefined
  readonly options: PlanOptions
}

async function withoutHosts(
  world: World,
  range: Range,
  { base, rules, desired }: Documents,
  { agreed }: PlanOptions,
): Promise<Known> {
  const rule = await ruleOf(world, rules)
  const promoted = await promotionFaults(world, { base, rules, desired, range, agreed: agreed === true })
  // What is merged has its address: whose lease it was is for the other branch to hear.
  const leased = agreed === true ? [] : await leasedElsewhere(world, base, desired)
  const held = [...heldBackNotes(base, desired), ...promoted, ...(await broughtBack(world, () => desired)), ...leased]
  return {
    rule,
    findings: [...held, ...(await ruleFaults(world, rules, base, desired))],
    content: await contentOf(world, base, range),
    owned: await ownedPaths(world, rules, range.tree),
    policies: policyDigest(rules.graph, world.sha256, rules.codeOwners),
    reached: reachOf(base, desired),
  }
}

async function assemble(world: World, range: Range, parts: Parts): Promise<Plan> {
  const { base, rules, desired, planned, commits, content, policies, reached } = parts
  const now = world.clock.now()
  const actions = planned.work.map((w) => w.action)
  const blind = parts.options.desiredOnly === true ? { desiredOnly: true as const } : {}
  const subject: Subject = {
    repository: base.config.id,
    ref: `refs/heads/${base.config.branch ?? 'main'}`,
    ...range,
    content,
    plan: planDigest({ tree: range.tree, policies, actions, only: parts.options.only, ...blind }, world.sha256),
    policies,
  }
  const people = peopleOf(rules.graph)
  const authorship = authorsOf(commits, people, now)
  // What does nothing risks nothing, whatever went wrong before: drift that is looked for again and again reads no past.
  const past =
    actions.length === 0
      ? undefined
      : await pastOf(world, {
          base: { commit: range.base, graph: rules.graph },
          applied: parts.applied,
          changed: changedDocuments(base.graph, desired.graph),
          authors: authorship.authors,
          people,
        })
  const risk = standingRisk(rules, desired, actions, {
    reach: reached,
    unknowns: planned.unknowns,
    ...(past !== undefined && { past }),
    at: now.toISOString(),
  })
  const diagnostics = [
    ...desired.diagnostics,
    ...planned.diagnostics,
    ...nothingKnown(planned),
    ...parts.findings,
  ].filter((d) => !(parts.options.allowMassDelete === true && d.code === 'mass-delete'))
  return {
    version: 1,
    engine: world.engineVersion,
    createdAt: now.toISOString(),
    subject,
    desired: range.tree,
    ...(parts.rollback !== undefined && {
      rollbackOf: parts.rollback.records.map((r) => r.id),
      ...(parts.options.desiredOnly !== true && { promises: planned.promises }),
    }),
    ...(parts.rollback?.partial === true && { partial: true as const }),
    ...(parts.options.only !== undefined && { only: parts.options.only }),
    ...blind,
    hosts: { planned: parts.hosts, total: desired.graph.ofKind('Host').length },
    actions,
    unknowns: planned.unknowns,
    unchanged: planned.unchanged,
    ...(planned.ignored.length > 0 && { ignored: planned.ignored }),
    released: planned.released,
    waves: wavesOf(desired.graph, new Set(actions.map((a) => a.host))),
    reach: reached,
    verdict: judgePolicies({
      base: rules.graph,
      merged: desired.graph,
      actions,
      authorship,
      rule: parts.rule,
      ...parts.owned,
      risk,
    }),
    risk,
    diagnostics: [...diagnostics].sort(compareDiagnostics),
  }
}

/** A plan of nothing but unknowns says nothing, and must not look like one that has nothing to do. */
function nothingKnown({ work, unknowns, unchanged }: HostsPlan): readonly Diagnostic[] {
  if (unknowns.length === 0 || work.length > 0 || unchanged > 0) return []
  return [reportPlan('all-unknown', { summary: `nothing could be learnt: ${unknowns.length} unknown` })]
}

async function contentOf(world: World, base: EstateAt, range: Range): Promise<Subject['content']> {
  const repository = await world.repository()
  const patch = range.base === range.head ? [] : await repository.changes(base.treeish, range.tree)
  return contentDigest(patch, world.sha256)
}

function hostsToPlan(
  base: EstateAt,
  desired: EstateAt,
  sameCommit: boolean,
  options: PlanOptions,
  rollback: TakeBack | undefined,
): { readonly names: readonly string[] } | { readonly refused: readonly Diagnostic[] } {
  const known = hostNames(desired.graph)
  const asked = options.hosts ?? options.only?.map((o) => o.host) ?? []
  const refused = unknownHosts(known, asked)
  if (refused.length > 0) return { refused }
  const recorded = rollback?.records.flatMap((r) => r.actions.map((a) => a.host)) ?? []
  const wanted =
    asked.length > 0 ? asked : sameCommit || options.all === true ? known : desired.compile.differing(base.compile)
  const names = new Set([...wanted, ...recorded, ...(options.alsoHosts ?? [])].filter((h) => known.has(h)))
  return { names: [...names].sort() }
}
