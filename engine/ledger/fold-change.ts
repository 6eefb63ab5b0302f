import type { Address } from '../model/address.ts'
import { compareText } from '../model/diagnostic.ts'
import { escapeControls } from '../model/escape.ts'
import type { RecordedAction, ResourceOnHost, Risk, Subject } from '../model/plan.ts'
import type {
  ActionResult,
  ChangeRecord,
  ChangeState,
  Deployment,
  Emergency,
  Envelope,
  ForgeApproval,
  Intent,
  RecordedApproval,
  Review,
  Schedule,
} from '../model/record.ts'
import { changeFault } from './change-law.ts'
import { report } from './codes.ts'
import type { Outcome } from './record-text.ts'
import { type ChangeTransition, changeMoves } from './transitions.ts'

/** Who moves a record, when, and under which id. */
export interface By {
  readonly uuid: string
  /** ISO 8601, UTC. */
  readonly at: string
  /** `engine`, or the address of a person. */
  readonly actor: 'engine' | Address
}

/** The commit on the target branch, and the one before it there. */
export type Merge = Omit<NonNullable<ChangeRecord['merge']>, 'recognisedAt'>

export interface Proposal {
  readonly id: string
  readonly title: string
  readonly subject: Subject
  readonly actions: readonly RecordedAction[]
  readonly only?: readonly ResourceOnHost[]
  readonly rollbackOf?: readonly string[]
  readonly partial?: true
  readonly risk?: Risk
  /** The engine takes a change back by itself. */
  readonly automatic?: true
  /** The `StandardChange` it follows: then it is a standard change. */
  readonly template?: Address
  /** Set where the record is born of a merge nobody had recorded. */
  readonly mergedAs?: Merge
}

/** A record is born. `approved` only where the estate's rule asks for nobody, or a standard change was agreed beforehand. */
export function propose(
  proposal: Proposal,
  by: By,
  state: 'proposed' | 'approved' | 'unapproved' = 'proposed',
  reasons: readonly string[] = [],
): Outcome<ChangeRecord> {
  const { template } = proposal
  const kind = template === undefined ? { type: 'normal' as const } : { type: 'standard' as const, template }
  return checked(undefined, { ...newborn(proposal, by, 'propose', reasons), ...kind, state })
}

/** An emergency is born: one person answers for it, and somebody else looks at it afterwards. */
export function breakGlass(
  proposal: Omit<Proposal, 'template' | 'mergedAs' | 'automatic'>,
  emergency: Emergency,
  by: By,
): Outcome<ChangeRecord> {
  return checked(undefined, {
    ...newborn(proposal, by, 'break-glass', []),
    type: 'emergency',
    state: 'approved',
    emergency: { ...emergency, reason: prose(emergency.reason), incident: oneLine(emergency.incident) },
  })
}

function newborn(
  proposal: Omit<Proposal, 'template'>,
  by: By,
  name: 'propose' | 'break-glass',
  reasons: readonly string[],
): Omit<ChangeRecord, 'type' | 'state'> {
  const { id, title, subject, actions, only, rollbackOf, partial, risk, automatic, mergedAs } = proposal
  return {
    apiVersion: 'plumbline/v1',
    kind: 'Change',
    id,
    title: oneLine(title),
    openedAt: by.at,
    openedBy: by.actor,
    subject,
    actions,
    approvals: [],
    ...(only !== undefined && { only }),
    ...(rollbackOf !== undefined && { rollbackOf }),
    ...(partial === true && { partial }),
    ...(risk !== undefined && { risk }),
    ...(automatic === true && { automatic }),
    ...(mergedAs !== undefined && { merge: { ...mergedAs, recognisedAt: by.at } }),
    ...(reasons.length > 0 && { reasons: reasons.map(prose) }),
    transition: { uuid: by.uuid, name, at: by.at, actor: by.actor },
  }
}

/**
 * Adds what one person said. `state` is what the judgement over all approvals (this one among them) comes to. The order in
 * which approvals arrive leaves no trace: they are kept sorted.
 */
export function addApproval(
  record: ChangeRecord,
  approval: RecordedApproval,
  by: By,
  judged: {
    readonly state: 'proposed' | 'approved' | 'scheduled' | 'rejected'
    readonly reasons?: readonly string[]
  },
): Outcome<ChangeRecord> {
  const approvals = [...record.approvals, approval].sort(compareApprovals)
  return move(record, 'approve', by, judged.state, { approvals }, judged.reasons)
}

/** Adds a rejection. */
export function reject(
  record: ChangeRecord,
  rejection: RecordedApproval,
  by: By,
  reasons?: readonly string[],
): Outcome<ChangeRecord> {
  const approvals = [...record.approvals, rejection].sort(compareApprovals)
  return move(record, 'reject', by, 'rejected', { approvals }, reasons)
}

/** Notes that a forge dismissed a review. `state` is what the judgement over the others comes to. */
export function dismissReview(
  record: ChangeRecord,
  dismissal: ForgeApproval,
  by: By,
  judged: { readonly state: 'proposed' | 'approved' | 'scheduled' | 'rejected'; readonly reasons?: readonly string[] },
): Outcome<ChangeRecord> {
  const approvals = [...record.approvals, dismissal].sort(compareApprovals)
  return move(record, 'dismiss', by, judged.state, { approvals }, judged.reasons)
}

/** A newer plan or head took its place. */
export function supersede(record: ChangeRecord, by: By, reasons?: readonly string[]): Outcome<ChangeRecord> {
  return move(record, 'supersede', by, 'superseded', {}, reasons)
}

/** Its approvals ran out before it was applied. */
export function expire(record: ChangeRecord, by: By, reasons?: readonly string[]): Outcome<ChangeRecord> {
  return move(record, 'expire', by, 'expired', {}, reasons)
}

/** Its merge was seen on the target branch, and its approvals judged once more. */
export function recogniseMerge(
  record: ChangeRecord,
  merge: Merge,
  by: By,
  judged: { readonly approved: boolean; readonly reasons?: readonly string[] },
): Outcome<ChangeRecord> {
  const seen = { merge: { ...merge, recognisedAt: by.at } }
  const held = record.state === 'scheduled' ? 'scheduled' : 'approved'
  return move(record, 'merge', by, judged.approved ? held : 'unapproved', seen, judged.reasons)
}

/** Gives it a time, or another one. What was begun goes on then. */
export function schedule(record: ChangeRecord, when: Schedule, by: By): Outcome<ChangeRecord> {
  const begun = record.deployment !== undefined
  return move(
    record,
    'schedule',
    by,
    begun ? record.state : 'scheduled',
    { schedule: when },
    begun ? record.reasons : [],
  )
}

/** Takes its time away again. */
export function unschedule(record: ChangeRecord, by: By): Outcome<ChangeRecord> {
  const { schedule: _, ...rest } = record
  const begun = record.deployment !== undefined
  return move(rest, 'unschedule', by, begun ? record.state : 'approved', {}, begun ? record.reasons : [], record)
}

/** Asks that no further wave is started. */
export function pause(record: ChangeRecord, reason: string, by: By): Outcome<ChangeRecord> {
  return move(
    record,
    'pause',
    by,
    'implementing',
    deployed(record, { pause: { by: by.actor, at: by.at, reason: prose(reason) } }),
  )
}

/** It has stopped because somebody asked for it. What was not started can be gone on with. */
export function hold(record: ChangeRecord, results: readonly ActionResult[], by: By): Outcome<ChangeRecord> {
  return move(record, 'hold', by, 'paused', deployed(record, { results: merged(record, results) }), [
    `paused by ${record.deployment?.pause?.by ?? 'somebody'}: ${record.deployment?.pause?.reason ?? ''}`,
  ])
}

/** Somebody who had no hand in it looks back at it. */
export function review(record: ChangeRecord, said: Review, by: By): Outcome<ChangeRecord> {
  const comment = said.comment === undefined ? {} : { comment: prose(said.comment) }
  return move(record, 'review', by, 'reviewed', { review: { ...said, ...comment } }, record.reasons)
}

/** Nothing is left to be done about it. */
export function close(record: ChangeRecord, by: By): Outcome<ChangeRecord> {
  return move(record, 'close', by, 'closed', {}, record.reasons)
}

/** What is about to be done, written before the first host is touched. */
export function start(
  record: ChangeRecord,
  deployment: Omit<Deployment, 'finishedAt' | 'results'>,
  by: By,
): Outcome<ChangeRecord> {
  return move(record, 'start', by, 'implementing', { deployment: { ...deployment, results: [] } })
}

/** Goes on after a crash under new fences. Results that are no longer sure are given again. */
export function resume(
  record: ChangeRecord,
  again: Pick<Deployment, 'fences' | 'by'> & {
    readonly intents?: readonly Intent[]
    readonly results: readonly ActionResult[]
  },
  by: By,
): Outcome<ChangeRecord> {
  const { fences, by: who, intents = [], results } = again
  const { deployment } = record
  if (deployment === undefined) return move(record, 'resume', by, 'implementing', {})
  const { pause: _, ...kept } = deployment
  const awake = { ...record, deployment: kept }
  return move(
    record,
    'resume',
    by,
    'implementing',
    deployed(awake, { fences, by: who, results: results.map(readable) }, intents),
  )
}

/** Some results are in; more intents may follow for later waves. */
export function progress(
  record: ChangeRecord,
  news: { readonly results: readonly ActionResult[]; readonly intents?: readonly Intent[] },
  by: By,
): Outcome<ChangeRecord> {
  return move(
    record,
    'progress',
    by,
    'implementing',
    deployed(record, { results: merged(record, news.results) }, news.intents),
  )
}

/** Every intended action was applied. */
export function finish(
  record: ChangeRecord,
  results: readonly ActionResult[],
  by: By,
  attestation?: Envelope,
): Outcome<ChangeRecord> {
  return move(record, 'finish', by, 'implemented', deployed(record, endedAs(record, results, by, attestation)))
}

/** It stopped: every intended action has an outcome, and the reasons say which gate or host ended it. */
export function fail(
  record: ChangeRecord,
  results: readonly ActionResult[],
  by: By,
  reasons: readonly string[],
  attestation?: Envelope,
): Outcome<ChangeRecord> {
  return move(record, 'fail', by, 'failed', deployed(record, endedAs(record, results, by, attestation)), reasons)
}

function endedAs(
  record: ChangeRecord,
  results: readonly ActionResult[],
  by: By,
  attestation: Envelope | undefined,
): Partial<Deployment> {
  const end = { results: merged(record, results), finishedAt: by.at }
  return attestation === undefined ? end : { ...end, attestation }
}

/** Whether something of it stands on hosts that another change could take back. */
export function canBeTakenBack({ state }: ChangeRecord): boolean {
  return (changeMoves['roll-back'].from as readonly ChangeState[]).includes(state)
}

/** Another change took it back; the reasons say why, and what is left of it. */
export function markRolledBack(
  record: ChangeRecord,
  rolledBackBy: string,
  by: By,
  reasons: readonly string[] = [],
): Outcome<ChangeRecord> {
  return move(record, 'roll-back', by, 'rolled-back', { rolledBackBy }, reasons)
}

/** Counts that always add up: planned = applied + failed + unknown + not-started. */
export function countResults(record: ChangeRecord): Readonly<Record<'planned' | ActionResult['outcome'], number>> {
  const outcomes = new Map(record.deployment?.results.map((r) => [r.id, r.outcome]))
  const intended = new Set(record.deployment?.intents.map((i) => i.action.id))
  const counts = { planned: record.actions.length, applied: 0, failed: 0, unknown: 0, 'not-started': 0 }
  // Intended and without a result: it may have been done.
  for (const { id } of record.actions) counts[outcomes.get(id) ?? (intended.has(id) ? 'unknown' : 'not-started')] += 1
  return counts
}

type Changes = Partial<
  Pick<ChangeRecord, 'approvals' | 'merge' | 'schedule' | 'deployment' | 'review' | 'rolledBackBy'>
>

function move(
  record: ChangeRecord,
  name: ChangeTransition,
  by: By,
  state: ChangeState,
  changes: Changes,
  reasons: readonly string[] = [],
  before: ChangeRecord = record,
): Outcome<ChangeRecord> {
  // Reasons are about the state it is in now: those of the state before are in the history.
  const { reasons: _, ...rest } = record
  const transition = { uuid: by.uuid, name, at: by.at, actor: by.actor }
  return checked(before, {
    ...rest,
    ...changes,
    state,
    transition,
    ...(reasons.length > 0 && { reasons: reasons.map(prose) }),
  })
}

function checked(before: ChangeRecord | undefined, after: ChangeRecord): Outcome<ChangeRecord> {
  const fault = changeFault(before, after)
  if (fault === undefined) return { record: after }
  return { refused: report('illegal-transition', { summary: `${after.id}: ${fault}`, subject: after.id }) }
}

/** The deployment with what is new; nothing where none was started (the law says so then). */
function deployed(record: ChangeRecord, news: Partial<Deployment>, intents: readonly Intent[] = []): Changes {
  const { deployment } = record
  return deployment === undefined
    ? {}
    : { deployment: { ...deployment, intents: [...deployment.intents, ...intents], ...news } }
}

/** Newer results take the place of older ones of the same action. */
function merged(record: ChangeRecord, results: readonly ActionResult[]): readonly ActionResult[] {
  return [...new Map([...(record.deployment?.results ?? []), ...results.map(readable)].map((r) => [r.id, r])).values()]
}

/** Titles come from commit messages, reasons and details from hosts: neither may stop a record from being read. */
const oneLine = (text: string): string => cut(escapeControls(text).replaceAll('\n', ' '), 200)
const prose = (text: string): string => cut(escapeControls(text), 4000)
/** Not in the middle of a pair of surrogates. */
const cut = (text: string, length: number): string => text.slice(0, length).replace(/[\ud800-\udbff]$/, '')

function readable(result: ActionResult): ActionResult {
  return result.detail === undefined ? result : { ...result, detail: prose(result.detail) }
}

function compareApprovals(a: RecordedApproval, b: RecordedApproval): number {
  return compareText(a.at, b.at) || compareText(a.approver, b.approver) || compareText(wordsOf(a), wordsOf(b))
}

const wordsOf = (approval: RecordedApproval): string =>
  approval.assertion === 'approver-signed' ? approval.envelope.payload : `${approval.forge.review} ${approval.decision}`
