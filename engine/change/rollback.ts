import { canonicalJson, type Digest, digestOf, type Sha256 } from '../model/canonical.ts'
import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { JsonObject } from '../model/document.ts'
import type { ActionOutcome } from '../model/event.ts'
import type { RollbackPromise } from '../model/plan.ts'
import type { AppliedHost, AppliedResource, ChangeRecord, Intent } from '../model/record.ts'
import type { Catalogue, Observation, Resource, ResourceId, ResourceType, Reversibility } from '../model/resource.ts'
import { codes } from './codes.ts'

const report = reporter(codes)

/** What is to be taken back. */
export interface TakeBack {
  /** Oldest first. */
  readonly records: readonly ChangeRecord[]
  /** Only some of what they brought: what the documents want as before stays. */
  readonly partial: boolean
  /** Changes carried out after the oldest of these that are not taken back. */
  readonly between: readonly ChangeRecord[]
}

export interface RollbackQuestion extends TakeBack {
  /** What the documents wanted before the revert, by host. */
  readonly before: ReadonlyMap<string, Catalogue>
  /** What the documents want after the revert, by host. They win over what was recorded. */
  readonly catalogues: ReadonlyMap<string, Catalogue>
  /** What was last applied, by host. */
  readonly applied: ReadonlyMap<string, AppliedHost>
  /** What is there now; undefined where it was not looked at. */
  readonly observed: (host: string, resource: ResourceId) => Observation | undefined
  readonly types: ReadonlyMap<string, ResourceType>
  readonly sha256: Sha256
}

export interface Rollback {
  /** Resources to add to the hosts' catalogues: recorded states, and removals of what the changes created. Sorted by host and id. */
  readonly extra: readonly { readonly host: string; readonly resource: Resource }[]
  readonly promises: readonly RollbackPromise[]
  readonly refusals: readonly Diagnostic[]
}

/**
 * What takes changes back, beyond reverting their documents. Where those declare a resource they win. What they leave
 * open goes back to the state recorded before the oldest of the changes, or away where it was created, but only while it
 * still is what the newest of them left: otherwise it stops and says who changed it since. Restarts leave no state to put back.
 */
export function planRollback(question: RollbackQuestion): Rollback {
  const judged = whatTheyDid(question.records)
    .filter((deed) => !question.partial || isReverted(deed, question))
    .map((deed) => judge(deed, question))
    .sort((a, b) => compareText(a.promise.host, b.promise.host) || compareText(a.promise.resource, b.promise.resource))
  return {
    extra: judged.flatMap((j) => (j.resource === undefined ? [] : [{ host: j.promise.host, resource: j.resource }])),
    promises: judged.map((j) => j.promise),
    refusals: judged.flatMap((j) => j.refusal ?? []),
  }
}

/** All that was done to one resource. */
interface Deed {
  readonly host: string
  readonly resource: ResourceId
  /** The state before is that of the first. */
  readonly first: Intent
  readonly last: Intent
  /** ISO 8601: when the first of them was carried out. */
  readonly since: string
  /** The change that did it last. */
  readonly by: ChangeRecord
  /** Numbers of all that had a hand in it. */
  readonly changes: ReadonlySet<string>
  /** Of the last. */
  readonly succeeded: boolean
  /** The weakest of all. */
  readonly reversibility: Reversibility
}

const weakest: readonly Reversibility[] = ['exact', 'inverse', 'best-effort', 'irreversible']

function whatTheyDid(records: readonly ChangeRecord[]): readonly Deed[] {
  const deeds = new Map<string, Deed>()
  for (const record of records) {
    const outcomes = new Map(record.deployment?.results.map((r) => [r.id, r.outcome]) ?? [])
    for (const intent of record.deployment?.intents ?? []) {
      const { host, resource, verb, reversibility } = intent.action
      // No result: the engine stopped in the middle, and what the action did is unknown.
      const outcome: ActionOutcome = outcomes.get(intent.action.id) ?? 'unknown'
      if (outcome === 'not-started' || verb === 'restart') continue
      const earlier = deeds.get(`${host} ${resource}`)
      const ranks = [earlier?.reversibility ?? 'exact', reversibility].map((r) => weakest.indexOf(r))
      deeds.set(`${host} ${resource}`, {
        host,
        resource,
        first: earlier?.first ?? intent,
        since: earlier?.since ?? record.deployment?.startedAt ?? '',
        last: intent,
        by: record,
        changes: new Set([...(earlier?.changes ?? []), record.id]),
        succeeded: outcome === 'applied',
        reversibility: weakest[Math.max(...ranks)] ?? reversibility,
      })
    }
  }
  return [...deeds.values()]
}

/** Whether the revert changes what the documents say of it. */
function isReverted({ host, resource }: Deed, { before, catalogues }: RollbackQuestion): boolean {
  const said = [before, catalogues].map((at) => at.get(host)?.resources.find((r) => r.id === resource)?.spec ?? null)
  return canonicalJson(said[0] ?? null) !== canonicalJson(said[1] ?? null)
}

interface Judged {
  readonly promise: RollbackPromise
  readonly resource?: Resource
  readonly refusal?: Diagnostic
}

function judge(deed: Deed, question: RollbackQuestion): Judged {
  const { host, resource, reversibility, first } = deed
  const promise = (how: RollbackPromise['how']): Judged => ({ promise: { host, resource, how, reversibility } })
  const refuse = (refusal: Diagnostic): Judged => ({ promise: { host, resource, how: 'refused' }, refusal })
  const declared = question.catalogues.get(host)?.resources.some((r) => r.id === resource) === true
  if (declared && reversibility !== 'irreversible') return promise('documents')
  const observation = question.observed(host, resource)
  const now = stateDigest(observation, question.sha256)
  if (now === undefined) return refuse(unseen(deed, observation))
  if (now === digestOf(question.sha256, first.state)) return promise('nothing')
  if (reversibility === 'irreversible') return refuse(lost(deed, 'nothing takes it back'))
  const since = changedSince(deed, now, question)
  if (since !== undefined) return refuse(since)
  const restored = restoredSpec(first, question.types)
  if (restored === undefined) return refuse(lost(deed, 'its type can not bring the state before back'))
  return { ...promise(first.state === null ? 'delete' : 'restore'), resource: restored }
}

/** Who moved the resource after the change or between two of them, or undefined where it still is what the last one left. */
function changedSince(deed: Deed, now: Digest, question: RollbackQuestion): Diagnostic | undefined {
  const { host, resource, by, succeeded } = deed
  const found = (because: string): Diagnostic =>
    report('changed-since', {
      summary: `${resource} ${because}`,
      host,
      detail: `before ${by.id} it was ${deed.last.action.before}, now it is ${now}`,
    })
  const other = question.between.find((r) => isBetween(r, deed) && didSomethingTo(r, host, resource))
  if (other !== undefined) return found(`was set by ${other.id} as well, which is not taken back`)
  const last: AppliedResource | undefined = question.applied.get(host)?.resources[resource]
  const ours = last !== undefined && deed.changes.has(last.change)
  if (last !== undefined && !ours && (!succeeded || last.at >= (by.deployment?.startedAt ?? '')))
    return found(`was set by ${last.change} at ${last.at}, approved by ${last.approvers.join(', ') || 'nobody'}`)
  // What is only tried to be taken back may be tried from half-way, too. A file is not guessed at.
  if (!succeeded && deed.reversibility !== 'exact') return undefined
  if (!succeeded) return found(`is neither as before nor known to be what ${by.id} wrote: its action did not end well`)
  // What a change removed is no longer listed as applied: it left nothing behind.
  const left = ours ? last.state : deed.last.action.verb === 'delete' ? digestOf(question.sha256, null) : undefined
  if (left === undefined) return found(`has no record of what ${by.id} left there`)
  return now === left ? undefined : found(`was changed on the host after ${by.id} wrote it, and no record says by whom`)
}

function isBetween({ deployment }: ChangeRecord, { since, by }: Deed): boolean {
  const at = deployment?.startedAt ?? ''
  return at > since && at < (by.deployment?.startedAt ?? '')
}

function didSomethingTo({ deployment }: ChangeRecord, host: string, resource: ResourceId): boolean {
  const applied = new Set(deployment?.results.filter((r) => r.outcome !== 'not-started').map((r) => r.id))
  return (
    deployment?.intents.some(
      ({ action }) => action.host === host && action.resource === resource && applied.has(action.id),
    ) === true
  )
}

/** Digest of what is there; undefined where that is not known. */
function stateDigest(observation: Observation | undefined, sha256: Sha256): Digest | undefined {
  if (observation === undefined || observation.status === 'unknown') return undefined
  return digestOf(sha256, observation.status === 'present' ? observation.state : null)
}

function restoredSpec(intent: Intent, types: ReadonlyMap<string, ResourceType>): Resource | undefined {
  const id = intent.action.resource
  const colon = id.indexOf(':')
  const [type, name] = [id.slice(0, colon), id.slice(colon + 1)]
  const spec = types.get(type)?.restore(name, intent.state as JsonObject | null) ?? null
  return spec === null ? undefined : { id, type, name, spec, declaredBy: [], requires: [], restartOn: [] }
}

function unseen({ host, resource }: Deed, observation: Observation | undefined): Diagnostic {
  const why =
    observation?.status === 'unknown'
      ? `${observation.unknown.reason}: ${observation.unknown.detail}`
      : 'it was not looked at'
  return report('rollback-unknown', { summary: `${resource} could not be seen (${why})`, host })
}

function lost({ host, resource, last }: Deed, why: string): Diagnostic {
  const summary = `${last.action.verb} ${resource} stays as it is: ${why}`
  return report('rollback-not-promised', { summary, host })
}
