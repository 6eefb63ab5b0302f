import { HostIndex } from '../compile/host-index.ts'
import type { DriftExceptionSpec } from '../generated/types.ts'
import { eachChange, findChange } from '../ledger/find-records.ts'
import { findRelease, releasedVersions } from '../ledger/release-record.ts'
import { findUnauthorisedRecord, openUnauthorised } from '../ledger/unauthorised.ts'
import { nameOf } from '../model/address.ts'
import type { ChangeRecord } from '../model/record.ts'
import type { ReadinessFinding, ReleaseRecord } from '../model/release.ts'
import type { LedgerView } from '../ports/ledger.ts'
import { readiness, type Stay } from '../release/readiness.ts'
import type { ReleaseChange } from '../release/release-change.ts'
import type { EstateAt } from './estate-at.ts'
import { trusted } from './records.ts'
import { changeOfRelease } from './release-changes.ts'
import type { Stage } from './release-find.ts'
import { releaseFollowed } from './release-pins.ts'
import type { World } from './world.ts'

/** How far back records are looked through, in milliseconds: an emergency is reviewed within a day, or every audit says so. */
const lookBack = 90 * 86_400_000

const done: ReadonlySet<ChangeRecord['state']> = new Set(['implemented', 'reviewed', 'closed'])

export interface Promotable {
  readonly record: ReleaseRecord
  readonly stage: Stage
  readonly before: Stage | undefined
  /** The target branch as it is. */
  readonly estate: EstateAt
}

/** Gathers what the criteria of a stage are judged by, and judges. */
export async function readinessOf(world: World, promotable: Promotable): Promise<readonly ReadinessFinding[]> {
  const { record, stage, before, estate } = promotable
  const view = await (await world.ledger()).view()
  const rules = stage.ready ?? {}
  const recent = await recentChanges(world, view, record)
  const hosts = hostsOf(estate, (before ?? stage).environments)
  const back = await Promise.all(stage.environments.map((e) => arrivalOf(world, view, record, e)))
  const changes = await changesOf(world, view, estate, record)
  return readiness({
    rules,
    now: world.clock.now(),
    cutAt: record.at,
    changes,
    unrecorded: record.unrecorded,
    before:
      before === undefined
        ? undefined
        : { stage: before.name, stays: await stays(world, view, promotable, before, changes) },
    failed: recent.flatMap((c) => failureOf(c, record.at)),
    openDrift: rules.noOpenDrift === true ? await openDrift(view, hosts) : [],
    endedExceptions: rules.noOpenDrift === true ? endedExceptions(estate, hosts, world.clock.now()) : [],
    openEmergencies: recent
      .filter((c) => c.type === 'emergency' && c.deployment !== undefined && c.review === undefined)
      .map((c) => c.id),
    gates: record.gates,
    ...(back.every((b) => b !== undefined) && { returns: back.flatMap((b) => b?.evidence ?? []) }),
  })
}

async function changesOf(
  world: World,
  view: LedgerView,
  estate: EstateAt,
  record: ReleaseRecord,
): Promise<readonly ReleaseChange[]> {
  const records = await Promise.all(record.changes.map(async (id) => trusted(await findChange(view, id))))
  return Promise.all(records.flatMap((r) => (r === undefined ? [] : [changeOfRelease(world, estate, r)])))
}

/** Newest first: everything since the release was cut, and what is recent. */
async function recentChanges(world: World, view: LedgerView, record: ReleaseRecord): Promise<readonly ChangeRecord[]> {
  const since = Math.min(Date.parse(record.at), world.clock.now().getTime() - lookBack)
  const found: ChangeRecord[] = []
  for await (const outcome of eachChange(view)) {
    const change = trusted(outcome)
    if (change === undefined) continue
    if (Date.parse(change.openedAt) < since) break
    found.push(change)
  }
  return found
}

function failureOf(change: ChangeRecord, since: string): readonly { readonly id: string; readonly what: string }[] {
  const at = change.deployment?.finishedAt ?? change.transition.at
  if (at < since) return []
  const { id, state, rollbackOf, review } = change
  if (state === 'failed') return [{ id, what: 'failed' }]
  if (rollbackOf !== undefined) return [{ id, what: `takes back ${rollbackOf.join(', ')}` }]
  return review?.outcome === 'unsuccessful' ? [{ id, what: 'was found unsuccessful' }] : []
}

async function openDrift(view: LedgerView, hosts: ReadonlySet<string>): Promise<readonly string[]> {
  const ids = trusted(await openUnauthorised(view)) ?? []
  const records = await Promise.all(ids.map(async (id) => trusted(await findUnauthorisedRecord(view, id))))
  return records.flatMap((r) => (r !== undefined && hosts.has(r.host) ? [`${r.id} on ${r.host}`] : []))
}

function endedExceptions({ graph }: EstateAt, hosts: ReadonlySet<string>, now: Date): readonly string[] {
  const ended = graph
    .ofKind('DriftException')
    .filter((d) => !(Date.parse((d.document.spec as unknown as DriftExceptionSpec).expires) > now.getTime()))
  if (ended.length === 0) return []
  const index = new HostIndex(graph.ofKind('Host') as unknown as ConstructorParameters<typeof HostIndex>[0])
  return ended
    .filter((d) => index.select((d.document.spec as unknown as DriftExceptionSpec).on).some((h) => hosts.has(h)))
    .map((d) => d.address)
}

function hostsOf({ graph }: EstateAt, environments: readonly string[]): ReadonlySet<string> {
  const wanted = new Set(environments)
  const inside = graph.ofKind('Host').filter((h) => {
    const environment = h.document.spec['environment']
    return typeof environment === 'string' && wanted.has(nameOf(environment))
  })
  return new Set(inside.map((h) => h.document.metadata.name))
}

/** Since when each environment of a stage has had the release. */
async function stays(
  world: World,
  view: LedgerView,
  { record, estate }: Promotable,
  before: Stage,
  changes: readonly ReleaseChange[],
): Promise<readonly Stay[]> {
  return Promise.all(
    before.environments.map(async (environment): Promise<Stay> => {
      const follows = releaseFollowed(estate.graph.documents.get(`Environment/${environment}`))
      if (follows === undefined) return stayOnBranch(environment, record, changes)
      const arrival = await arrivalOf(world, view, record, environment)
      if (arrival === undefined) return { environment, evidence: `it follows ${follows}` }
      if (follows === record.id) return { environment, ...arrival }
      const left = await arrivalAfter(world, view, record, environment, arrival.since)
      return { environment, ...arrival, ...(left !== undefined && { until: left }) }
    }),
  )
}

/** An environment that follows the target branch has a release when the last of its changes is carried out. */
function stayOnBranch(environment: string, record: ReleaseRecord, changes: readonly ReleaseChange[]): Stay {
  const ended = changes.flatMap((c) => (c.finishedAt === undefined ? [] : [{ id: c.id, at: c.finishedAt }]))
  const waiting = changes.find((c) => !done.has(c.state) && c.rolledBackBy === undefined && c.state !== 'unapproved')
  if (waiting !== undefined) return { environment, evidence: `${waiting.id} is ${waiting.state}` }
  const last = ended.sort((a, b) => (a.at < b.at ? -1 : 1)).at(-1)
  return last === undefined
    ? { environment, since: record.at, evidence: 'when it was cut' }
    : { environment, since: last.at, evidence: last.id }
}

/** When a promotion of a release to an environment was carried out, and by which change. */
async function arrivalOf(
  world: World,
  view: LedgerView,
  record: ReleaseRecord,
  environment: string,
): Promise<{ readonly since: string; readonly evidence: string } | undefined> {
  const promotions = record.promotions.filter((p) => p.environments.includes(environment))
  for (const { commit, at } of promotions.toReversed()) {
    for await (const outcome of eachChange(view)) {
      const change = trusted(outcome)
      if (change === undefined) continue
      // A change is opened when somebody looks at its commit: never before there is one.
      if (change.openedAt < at) break
      if (done.has(change.state) && (await brought(world, change, commit)))
        return { since: change.deployment?.finishedAt ?? change.transition.at, evidence: change.id }
    }
  }
  return undefined
}

/** Whether a commit came to the target branch with a change. */
async function brought(world: World, { merge }: ChangeRecord, commit: string): Promise<boolean> {
  if (merge === undefined || merge.commit === merge.base) return false
  const repository = await world.repository()
  const held = (await repository.resolve(commit)) !== undefined
  return (
    held && (await repository.isAncestor(commit, merge.commit)) && !(await repository.isAncestor(commit, merge.base))
  )
}

/** When another release of the pipeline took its place there. */
async function arrivalAfter(
  world: World,
  view: LedgerView,
  record: ReleaseRecord,
  environment: string,
  since: string,
): Promise<string | undefined> {
  const arrivals: string[] = []
  for (const version of await releasedVersions(view, record.pipeline)) {
    const other = trusted(await findRelease(view, `${record.pipeline}/${version}`))
    const arrival =
      other === undefined || other.id === record.id ? undefined : await arrivalOf(world, view, other, environment)
    if (arrival !== undefined && arrival.since > since) arrivals.push(arrival.since)
  }
  return arrivals.sort()[0]
}
