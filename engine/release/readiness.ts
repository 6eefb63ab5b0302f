import type { GateNote, ReadinessFinding } from '../model/release.ts'
import { cancelled, type ReleaseChange } from './release-change.ts'

/** `ready` of a stage of a `Pipeline`. */
export interface ReadyRules {
  readonly soakHours?: number
  readonly implemented?: boolean
  readonly noFailedChange?: boolean
  readonly noOpenDrift?: boolean
  readonly noOpenEmergency?: boolean
  readonly gates?: readonly string[]
  readonly approvals?: readonly { readonly team: string; readonly count?: number }[]
}

/** Since when an environment of the stage before has had the release, and by what it is known. */
export interface Stay {
  readonly environment: string
  /** ISO 8601; undefined where it never got there. */
  readonly since?: string
  /** ISO 8601: when it got another one instead. */
  readonly until?: string
  /** What says so: `CHG-2026-00042`, or why it is not there. */
  readonly evidence: string
}

export interface ReadinessQuestion {
  readonly rules: ReadyRules
  readonly now: Date
  /** ISO 8601: when the release was cut. */
  readonly cutAt: string
  readonly changes: readonly ReleaseChange[]
  /** Commits of the release that no change record knows. */
  readonly unrecorded: readonly string[]
  /** The stage before, environment by environment; undefined for the first stage. */
  readonly before: { readonly stage: string; readonly stays: readonly Stay[] } | undefined
  /** Changes that failed or were taken back since the release was cut. */
  readonly failed: readonly { readonly id: string; readonly what: string }[]
  /** Unauthorised changes on hosts of the stage before, and exceptions there that have ended. */
  readonly openDrift: readonly string[]
  readonly endedExceptions: readonly string[]
  /** Emergency changes that wait for their review. */
  readonly openEmergencies: readonly string[]
  readonly gates: readonly GateNote[]
  /** The changes that brought it to the stage before, where it has been there: then it is a way back. */
  readonly returns?: readonly string[]
}

/** How a release stands to what a stage asks for: every criterion with its evidence, the ones that are always asked first. */
export function readiness(question: ReadinessQuestion): readonly ReadinessFinding[] {
  const { rules, before, returns } = question
  // What has proved itself there need not do so again: going back must not have to wait.
  if (returns !== undefined)
    return [agreed(question), finding('it has been there before', true, listed(returns)), ...approvals(rules)]
  return [
    agreed(question),
    ...(before !== undefined && rules.implemented !== false ? [implemented(question, before.stage)] : []),
    ...(before !== undefined && rules.soakHours !== undefined ? [soaked(question, before, rules.soakHours)] : []),
    ...(rules.noFailedChange === true ? [noFailed(question)] : []),
    ...(rules.noOpenDrift === true ? [noDrift(question)] : []),
    ...(rules.noOpenEmergency === true
      ? [none('no emergency waits for its review', question.openEmergencies, 'emergency change', 'waiting')]
      : []),
    ...(rules.gates ?? []).map((gate) => gatePassed(gate, question.gates)),
    ...approvals(rules),
  ]
}

const approvals = (rules: ReadyRules): readonly ReadinessFinding[] =>
  (rules.approvals ?? []).map(
    ({ team, count = 1 }): ReadinessFinding => ({
      criterion: `approved by ${count} of ${team}`,
      outcome: 'waits',
      evidence: 'asked for when the promotion is approved',
    }),
  )

const done: ReadonlySet<string> = new Set(['implemented', 'reviewed', 'closed'])

function agreed({ changes, unrecorded }: ReadinessQuestion): ReadinessFinding {
  const without = changes.filter((c) => c.state === 'unapproved').map((c) => c.id)
  const commits = unrecorded.map((c) => c.slice(0, 12))
  const all = [...without, ...commits]
  return finding(
    'every change was agreed to',
    all.length === 0,
    all.length === 0
      ? `${changes.length} of ${changes.length} changes have a record and its approvals`
      : `without agreement: ${listed(all)}`,
  )
}

function implemented({ changes }: ReadinessQuestion, stage: string): ReadinessFinding {
  const gone = cancelled(changes)
  const wanted = changes.filter((c) => c.state !== 'unapproved' && !gone.has(c.id))
  const missing = wanted.filter((c) => !done.has(c.state) && c.rolledBackBy === undefined)
  return finding(
    `every change is implemented before ${stage} is left`,
    missing.length === 0,
    missing.length === 0
      ? `${wanted.length} of ${wanted.length} implemented`
      : `${wanted.length - missing.length} of ${wanted.length}; not ${listed(missing.map((c) => `${c.id} (${c.state})`))}`,
  )
}

function soaked(
  { now }: ReadinessQuestion,
  { stage, stays }: { readonly stage: string; readonly stays: readonly Stay[] },
  hours: number,
): ReadinessFinding {
  const criterion = `${hours} h in ${stage}`
  const missing = stays.find((s) => s.since === undefined)
  if (missing !== undefined) return finding(criterion, false, `not in ${missing.environment}: ${missing.evidence}`)
  const lasted = stays.map((s) => Date.parse(s.until ?? now.toISOString()) - Date.parse(s.since ?? ''))
  const shortest = Math.max(0, Math.min(...lasted, Number.MAX_SAFE_INTEGER))
  const told = stays.map((s) => `${s.environment} since ${minute(s.since ?? '')} (${s.evidence})`)
  // The whole hours that have passed: what is not quite there yet must not look as if it were.
  const whole = Math.floor((shortest / 3_600_000) * 10) / 10
  return finding(criterion, shortest >= hours * 3_600_000, `${whole} h: ${told.join(', ')}`)
}

function noFailed({ failed, cutAt }: ReadinessQuestion): ReadinessFinding {
  const since = `since ${minute(cutAt)}`
  return finding(
    'no change failed since it was cut',
    failed.length === 0,
    failed.length === 0 ? `none ${since}` : `${since}: ${listed(failed.map((f) => `${f.id} ${f.what}`))}`,
  )
}

function noDrift({ openDrift, endedExceptions }: ReadinessQuestion): ReadinessFinding {
  const all = [...openDrift, ...endedExceptions.map((e) => `${e} has ended`)]
  return finding(
    'no drift is open',
    all.length === 0,
    all.length === 0 ? 'no unauthorised change is open, no exception has ended' : listed(all),
  )
}

function gatePassed(gate: string, notes: readonly GateNote[]): ReadinessFinding {
  const last = notes.findLast((n) => n.gate === gate)
  const evidence =
    last === undefined
      ? 'nobody said how it went'
      : `${last.outcome} ${minute(last.at)} by ${last.by}: ${last.evidence}`
  return finding(`gate ${gate}`, last?.outcome === 'passed', evidence)
}

function none(criterion: string, found: readonly string[], what: string, how: string): ReadinessFinding {
  return finding(
    criterion,
    found.length === 0,
    found.length === 0 ? `no ${what} is ${how}` : `${how}: ${listed(found)}`,
  )
}

const finding = (criterion: string, met: boolean, evidence: string): ReadinessFinding => ({
  criterion,
  outcome: met ? 'met' : 'unmet',
  evidence,
})

const listed = (items: readonly string[]): string =>
  items.length > 6 ? `${items.slice(0, 5).join(', ')} and ${items.length - 5} more` : items.join(', ')

const minute = (at: string): string => at.slice(0, 16).replace('T', ' ')
