import { type Digest, digestOf, type Sha256 } from '../model/canonical.ts'
import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { JsonObject } from '../model/document.ts'
import type { ActionOutcome } from '../model/event.ts'
import type { AppliedHost, AppliedResource, ChangeRecord, Intent } from '../model/record.ts'
import type { Catalogue, Observation, Resource, ResourceId, ResourceType, Reversibility } from '../model/resource.ts'
import { codes } from './codes.ts'

const report = reporter(codes)

export interface RollbackQuestion {
  /** The change that is taken back. */
  readonly record: ChangeRecord
  /** What the documents want after the revert, by host. They win over what was recorded. */
  readonly catalogues: ReadonlyMap<string, Catalogue>
  /** What was last applied, by host. */
  readonly applied: ReadonlyMap<string, AppliedHost>
  /** What is there now; undefined where it was not looked at. */
  readonly observed: (host: string, resource: ResourceId) => Observation | undefined
  readonly types: ReadonlyMap<string, ResourceType>
  readonly sha256: Sha256
}

/** What becomes of one thing the change did. */
export interface RollbackPromise {
  readonly host: string
  readonly resource: ResourceId
  /** `documents`: the reverted documents say what it shall be. `nothing`: it already is as it was. */
  readonly how: 'documents' | 'restore' | 'delete' | 'nothing' | 'refused'
  /** How firm the promise is; left out where nothing is promised. */
  readonly reversibility?: Reversibility
}

export interface Rollback {
  /** Resources to add to the hosts' catalogues: recorded states, and removals of what the change created. Sorted by host and id. */
  readonly extra: readonly { readonly host: string; readonly resource: Resource }[]
  readonly promises: readonly RollbackPromise[]
  readonly refusals: readonly Diagnostic[]
}

/**
 * What takes a change back, beyond reverting its documents. Where they declare a resource they win. What they
 * leave open goes back to the state recorded before the change, or away where the change created it, but only while
 * it still is what the change left: otherwise it stops and says who changed it since. Restarts leave no state to put back.
 */
export function planRollback(question: RollbackQuestion): Rollback {
  const outcomes = new Map(question.record.deployment?.results.map((r) => [r.id, r.outcome]) ?? [])
  const done = (question.record.deployment?.intents ?? []).filter((i) => {
    // No result: the engine stopped in the middle, and what the action did is unknown.
    const outcome: ActionOutcome = outcomes.get(i.action.id) ?? 'unknown'
    return outcome !== 'not-started' && i.action.verb !== 'restart'
  })
  const judged = done
    .map((intent) => judge(intent, outcomes.get(intent.action.id) === 'applied', question))
    .sort((a, b) => compareText(a.promise.host, b.promise.host) || compareText(a.promise.resource, b.promise.resource))
  return {
    extra: judged.flatMap((j) => (j.resource === undefined ? [] : [{ host: j.promise.host, resource: j.resource }])),
    promises: judged.map((j) => j.promise),
    refusals: judged.flatMap((j) => j.refusal ?? []),
  }
}

interface Judged {
  readonly promise: RollbackPromise
  readonly resource?: Resource
  readonly refusal?: Diagnostic
}

function judge(intent: Intent, succeeded: boolean, question: RollbackQuestion): Judged {
  const { host, resource, reversibility } = intent.action
  const promise = (how: RollbackPromise['how']): Judged => ({ promise: { host, resource, how, reversibility } })
  const refuse = (refusal: Diagnostic): Judged => ({ promise: { host, resource, how: 'refused' }, refusal })
  const declared = question.catalogues.get(host)?.resources.some((r) => r.id === resource) === true
  if (declared && reversibility !== 'irreversible') return promise('documents')
  const observation = question.observed(host, resource)
  const now = stateDigest(observation, question.sha256)
  if (now === undefined) return refuse(unseen(intent, observation))
  if (now === digestOf(question.sha256, intent.state)) return promise('nothing')
  if (reversibility === 'irreversible') return refuse(lost(intent, 'nothing takes it back'))
  const since = changedSince(intent, succeeded, now, question)
  if (since !== undefined) return refuse(since)
  const restored = restoredSpec(intent, question.types)
  if (restored === undefined) return refuse(lost(intent, 'its type can not bring the state before back'))
  return { ...promise(intent.state === null ? 'delete' : 'restore'), resource: restored }
}

/** Who moved the resource after the change, or undefined where it still is what the change left. */
function changedSince(
  intent: Intent,
  succeeded: boolean,
  now: Digest,
  { record, applied, sha256 }: RollbackQuestion,
): Diagnostic | undefined {
  const { host, resource, before, verb } = intent.action
  const found = (because: string): Diagnostic =>
    report('changed-since', {
      summary: `${resource} ${because}`,
      host,
      detail: `before ${record.id} it was ${before}, now it is ${now}`,
    })
  const last: AppliedResource | undefined = applied.get(host)?.resources[resource]
  if (
    last !== undefined &&
    last.change !== record.id &&
    (!succeeded || last.at >= (record.deployment?.startedAt ?? ''))
  )
    return found(`was set by ${last.change} at ${last.at}, approved by ${last.approvers.join(', ') || 'nobody'}`)
  // What is only tried to be taken back may be tried from half-way, too. A file is not guessed at.
  if (!succeeded && intent.action.reversibility !== 'exact') return undefined
  if (!succeeded)
    return found(`is neither as before nor known to be what ${record.id} wrote: its action did not end well`)
  // What a change removed is no longer listed as applied: it left nothing behind.
  const left = last?.change === record.id ? last.state : verb === 'delete' ? digestOf(sha256, null) : undefined
  if (left === undefined) return found(`has no record of what ${record.id} left there`)
  return now === left
    ? undefined
    : found(`was changed on the host after ${record.id} wrote it, and no record says by whom`)
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

function unseen(intent: Intent, observation: Observation | undefined): Diagnostic {
  const { host, resource } = intent.action
  const why =
    observation?.status === 'unknown'
      ? `${observation.unknown.reason}: ${observation.unknown.detail}`
      : 'it was not looked at'
  return report('rollback-unknown', { summary: `${resource} could not be seen (${why})`, host })
}

function lost(intent: Intent, why: string): Diagnostic {
  const { host, resource, verb } = intent.action
  return report('rollback-not-promised', { summary: `${verb} ${resource} stays as it is: ${why}`, host })
}
