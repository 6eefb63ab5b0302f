import { canonicalJson } from '../model/canonical.ts'
import { isDismissedBy } from '../model/dismissed.ts'
import type { ActionOutcome } from '../model/event.ts'
import type { ChangeRecord, Deployment, RecordedApproval } from '../model/record.ts'
import { moveOf } from './transitions.ts'

/**
 * Why a record may not go from `before` to `after` (undefined: it is born); undefined where it may. The same law binds
 * those who write records and those who check them.
 */
export function changeFault(before: ChangeRecord | undefined, after: ChangeRecord): string | undefined {
  const transition = after.transition.name
  const move = moveOf(transition)
  if (move === undefined) return `${transition} is nothing that happens to a change`
  const from = before?.state ?? 'none'
  if (!move.from.includes(from))
    return `${transition} is not for a change that is ${from === 'none' ? 'not there' : from}`
  if (!move.to.includes(after.state)) return `${transition} does not make a change ${after.state}`
  if (before === undefined) return birthFault(after)
  if (before.transition.uuid === after.transition.uuid) return 'two transitions have the same id'
  return (
    fixedFault(before, after) ??
    approvalFault(transition, before, after) ??
    mergeFault(transition, before, after) ??
    scheduleFault(transition, before, after) ??
    deploymentFault(transition, before, after) ??
    rollbackFault(transition, before, after) ??
    reviewFault(transition, before, after)
  )
}

/** What is settled when a record is born. */
const fixed = [
  ...(['id', 'title', 'type', 'openedAt', 'openedBy', 'subject', 'actions', 'only', 'rollbackOf'] as const),
  ...(['template', 'emergency', 'risk', 'automatic', 'partial'] as const),
]

const same = (a: unknown, b: unknown): boolean => canonicalJson(a ?? null) === canonicalJson(b ?? null)

function birthFault(record: ChangeRecord): string | undefined {
  if (record.approvals.length > 0) return 'a change is born without approvals: each is a transition of its own'
  if (record.deployment !== undefined || record.rolledBackBy !== undefined) return 'a change is not born deployed'
  if (record.schedule !== undefined || record.review !== undefined) return 'a change is not born scheduled or reviewed'
  const kind = typeFault(record)
  if (kind !== undefined) return kind
  const nothingToMerge = record.merge?.commit === record.merge?.base
  if (record.merge !== undefined && record.state === 'proposed' && !nothingToMerge)
    return 'a merge that is recorded at birth is either approved or not'
  const ids = record.actions.map((a) => a.id)
  return new Set(ids).size === ids.length ? undefined : 'two actions have the same id'
}

/** What goes with a type of change, and with no other. */
function typeFault(record: ChangeRecord): string | undefined {
  const { type, template, emergency, automatic, transition } = record
  if ((type === 'standard') !== (template !== undefined)) return 'a standard change, and no other, follows a template'
  if ((type === 'emergency') !== (emergency !== undefined))
    return 'an emergency, and no other, says who broke the glass'
  if ((type === 'emergency') !== (transition.name === 'break-glass'))
    return 'an emergency is born by breaking the glass'
  if (emergency !== undefined) {
    if (emergency.person !== transition.actor) return 'people break the glass for themselves only'
    const hours = (Date.parse(emergency.until) - Date.parse(emergency.at)) / 3_600_000
    if (!(hours > 0 && hours <= 4)) return 'a broken glass is good for four hours at most'
  }
  return automatic === true && (record.rollbackOf === undefined || transition.actor !== 'engine')
    ? 'only an engine takes a change back by itself'
    : undefined
}

function fixedFault(before: ChangeRecord, after: ChangeRecord): string | undefined {
  const changed = fixed.find((name) => !same(before[name], after[name]))
  return changed === undefined ? undefined : `${changed} of a change never changes`
}

const keyOfApproval = (approval: RecordedApproval): string => canonicalJson(approval)

function approvalFault(transition: string, before: ChangeRecord, after: ChangeRecord): string | undefined {
  const old = new Set(before.approvals.map(keyOfApproval))
  const added = after.approvals.filter((a) => !old.has(keyOfApproval(a)))
  const kept = after.approvals.length - added.length
  if (kept !== old.size) return 'an approval that was given is gone, or stands there twice'
  if (transition !== 'approve' && transition !== 'reject' && transition !== 'dismiss')
    return added.length === 0 ? undefined : `${transition} brings no approval`
  const [approval] = added
  if (approval === undefined || added.length > 1) return `${transition} brings exactly one statement that is new`
  if (approval.assertion === 'forge-asserted') {
    if (after.transition.actor !== 'engine') return 'what a forge says is written down by an engine'
    if (approval.decision !== transition) return `a review to ${approval.decision} is not recorded as ${transition}`
    return transition === 'dismiss' && !before.approvals.some((a) => isDismissedBy(a, approval))
      ? 'a review is dismissed that was never recorded'
      : undefined
  }
  if (transition === 'dismiss') return 'only what a forge said is dismissed'
  return approval.approver === after.transition.actor ? undefined : 'people speak for themselves only'
}

function mergeFault(transition: string, before: ChangeRecord, after: ChangeRecord): string | undefined {
  if (transition === 'merge') {
    if (before.merge !== undefined) return 'a change is merged once'
    if (after.merge === undefined) return 'a merge names its commit'
    if (after.state === 'scheduled' && before.state !== 'scheduled') return 'a merge gives a change no time'
    const waiting = ['approved', 'proposed', 'scheduled'].includes(before.state)
    return after.state === 'approved' && !waiting
      ? `a change that is ${before.state} is not approved by being merged`
      : undefined
  }
  return same(before.merge, after.merge) ? undefined : `${transition} does not change the merge`
}

function scheduleFault(transition: string, before: ChangeRecord, after: ChangeRecord): string | undefined {
  if (after.state === 'scheduled' && after.schedule === undefined) return 'a scheduled change has a time'
  const moved = transition === 'schedule' || transition === 'unschedule'
  const waits = before.state === 'approved' || before.state === 'scheduled'
  if (moved && waits && after.state !== (transition === 'schedule' ? 'scheduled' : 'approved'))
    return `${transition} does not make a change ${after.state}`
  if (moved && !waits && after.state !== before.state) return 'what was begun keeps its state when it gets another time'
  if (transition === 'unschedule') {
    if (before.schedule === undefined) return 'it has no time that could be taken away'
    return after.schedule === undefined ? undefined : 'it still has a time'
  }
  if (transition !== 'schedule') {
    if (!same(before.schedule, after.schedule)) return `${transition} does not change when it is due`
    return transition === 'start' || transition === 'resume' ? timeFault(after) : undefined
  }
  const { from, until } = after.schedule ?? { from: '', until: '' }
  return Date.parse(from) < Date.parse(until) ? undefined : 'a time ends after it has begun'
}

/** What has a time is begun and gone on with in it. */
function timeFault({ schedule, transition }: ChangeRecord): string | undefined {
  if (schedule === undefined) return undefined
  const at = Date.parse(transition.at)
  return Date.parse(schedule.from) <= at && at < Date.parse(schedule.until)
    ? undefined
    : `${transition.name} comes outside of its time, ${schedule.from} to ${schedule.until}`
}

function reviewFault(transition: string, before: ChangeRecord, after: ChangeRecord): string | undefined {
  if (transition === 'close' && after.type === 'emergency' && after.review === undefined)
    return 'an emergency is reviewed before it is closed'
  if (transition !== 'review')
    return same(before.review, after.review) ? undefined : `${transition} does not change a review`
  if (after.review === undefined) return 'a review says what came of it'
  if (before.deployment === undefined) return 'nothing of it was begun that could be looked back at'
  return after.review.reviewer === after.transition.actor ? undefined : 'people review in their own name only'
}

function rollbackFault(transition: string, before: ChangeRecord, after: ChangeRecord): string | undefined {
  if (transition !== 'roll-back')
    return same(before.rolledBackBy, after.rolledBackBy) ? undefined : `${transition} rolls nothing back`
  return after.rolledBackBy !== undefined && after.rolledBackBy !== after.id
    ? undefined
    : 'a change is rolled back by another change'
}

function deploymentFault(transition: string, before: ChangeRecord, after: ChangeRecord): string | undefined {
  const [old, now] = [before.deployment, after.deployment]
  if (transition === 'pause') return pauseFault(old, now)
  if (!['start', 'resume', 'progress', 'hold', 'finish', 'fail'].includes(transition))
    return same(old, now) ? undefined : `${transition} does not touch what was deployed`
  if (now === undefined) return `${transition} says what is deployed`
  const ended = transition === 'finish' || transition === 'fail'
  if (ended !== (now.finishedAt !== undefined)) return 'a deployment has an end when it has ended'
  if (!ended && now.attestation !== undefined) return 'what became of it is attested when it has ended'
  return (
    intentFault(after, now) ??
    (transition === 'start' ? fenceFault(old, now) : goesOn(transition, old, now)) ??
    (ended ? sumFault(transition, after, now) : undefined)
  )
}

function pauseFault(old: Deployment | undefined, now: Deployment | undefined): string | undefined {
  if (old === undefined || now?.pause === undefined) return 'what is paused is under way, and says who asked'
  const { pause: _, ...rest } = now
  const { pause: __, ...before } = old
  return same(before, rest) ? undefined : 'asking for a pause changes nothing else'
}

/** Only what was approved is intended; without an intent an action was so already, or never started. */
function intentFault(record: ChangeRecord, deployment: Deployment): string | undefined {
  const approved = new Map(record.actions.map((a) => [a.id, canonicalJson(a)]))
  const intents = new Set(deployment.intents.map((i) => i.action.id))
  if (intents.size !== deployment.intents.length) return 'an action is intended twice'
  if (deployment.intents.some((i) => approved.get(i.action.id) !== canonicalJson(i.action)))
    return 'an action is intended that is not among those of the plan'
  if (new Set(deployment.results.map((r) => r.id)).size !== deployment.results.length)
    return 'an action has two results'
  const untouched = (outcome: ActionOutcome) => outcome === 'applied' || outcome === 'not-started'
  const stray = deployment.results.find((r) => !intents.has(r.id) && !(untouched(r.outcome) && approved.has(r.id)))
  return stray === undefined ? undefined : `${stray.id} has a result, and was never intended`
}

function goesOn(transition: string, old: Deployment | undefined, now: Deployment): string | undefined {
  if (old === undefined) return 'nothing was deployed before'
  if (old.startedAt !== now.startedAt || !same(old.environments, now.environments))
    return 'a deployment keeps its start and place'
  if (transition !== 'resume' && !(same(old.fences, now.fences) && old.by === now.by))
    return 'a fence changes hands by resuming only'
  if (transition !== 'resume' && !same(old.pause, now.pause)) return 'a pause ends by resuming only'
  if (transition === 'hold' && now.pause === undefined) return 'nothing is held that nobody asked to pause'
  const intents = new Map(now.intents.map((i) => [i.action.id, canonicalJson(i)]))
  if (old.intents.some((i) => intents.get(i.action.id) !== canonicalJson(i)))
    return 'an intent that was written is gone or changed'
  const results = new Map(now.results.map((r) => [r.id, r]))
  // What was applied or failed stays so; what was unknown or not started may turn out.
  const settled = old.results.filter((r) => r.outcome === 'applied' || r.outcome === 'failed')
  if (transition !== 'resume' && settled.some((r) => results.get(r.id)?.outcome !== r.outcome))
    return 'a result that was written changed'
  return transition === 'resume' ? fenceFault(old, now) : undefined
}

/** Each environment has a fence, and a newer holder a greater one. */
function fenceFault(old: Deployment | undefined, now: Deployment): string | undefined {
  if (!same([...now.environments].sort(), Object.keys(now.fences).sort())) return 'each environment has a fence'
  const slow = now.environments.find((e) => (now.fences[e] ?? 0) <= (old?.fences[e] ?? 0))
  return slow === undefined ? undefined : `the fence of ${slow} did not grow`
}

/** planned = applied + failed + unknown + not-started, always. */
function sumFault(transition: string, record: ChangeRecord, deployment: Deployment): string | undefined {
  const results = new Set(deployment.results.map((r) => r.id))
  const open = record.actions.find((a) => !results.has(a.id))
  if (open !== undefined) return `${open.id} was planned and has no result`
  const undone = deployment.results.find((r) => r.outcome !== 'applied')
  return transition === 'finish' && undone !== undefined
    ? `${undone.id} is ${undone.outcome}, so the change is not implemented`
    : undefined
}
