import { owesReview, reviewDueAt } from '../../model/emergency.ts'
import { escapeControls } from '../../model/escape.ts'
import type { ChangeRecord, RecordedApproval } from '../../model/record.ts'

/** `standard`, `normal`, or how far an emergency is: `emergency/unreviewed` once it was begun. */
export function typeLabel(record: Pick<ChangeRecord, 'type' | 'deployment' | 'review'>): string {
  if (record.type !== 'emergency') return record.type
  if (record.review !== undefined) return 'emergency/reviewed'
  return owesReview(record) ? 'emergency/unreviewed' : 'emergency'
}

/** `2026-10-05 08:00`, in UTC. */
export const minute = (at: string): string => at.slice(0, 16).replace('T', ' ')

/** `2026-10-05 08:00 UTC`, where somebody may hold it against a clock on the wall. */
export const minuteUtc = (at: string): string => `${minute(at)} UTC`

/** What a record says beside its actions and its history, as label and value; a label stands once. */
export function changeFacts(record: ChangeRecord): readonly (readonly [string, string])[] {
  return [
    ['opened', `${minuteUtc(record.openedAt)} by ${escapeControls(record.openedBy)}`],
    ...typeFacts(record),
    ['commits', `${record.subject.head.slice(0, 12)} into ${record.subject.base.slice(0, 12)}`],
    ['merged', record.merge === undefined ? 'not yet' : record.merge.commit.slice(0, 12)],
    ['plan', record.subject.plan],
    ...riskFacts(record),
    ...listed('approved', record.approvals.map(approvalText)),
    ...timeFacts(record),
    ...endFacts(record),
    ...(record.rollbackOf === undefined
      ? []
      : [fact('takes back', `${record.rollbackOf.join(', ')}${record.partial === true ? ' (in part)' : ''}`)]),
    ...(record.rolledBackBy === undefined ? [] : [fact('taken back by', record.rolledBackBy)]),
    ...listed('because', (record.reasons ?? []).map(escapeControls)),
  ]
}

type Fact = readonly [string, string]

const fact = (label: string, value: string): Fact => [label, value]

const listed = (label: string, values: readonly string[]): readonly Fact[] =>
  values.map((value, i) => fact(i === 0 ? label : '', value))

function typeFacts(record: ChangeRecord): readonly Fact[] {
  const { template, emergency, automatic } = record
  const type = `${typeLabel(record)}${automatic === true ? ', by the engine itself' : ''}`
  if (template !== undefined) return [fact('type', `${type}, by ${template}`)]
  if (emergency === undefined) return [fact('type', type)]
  const { person, role, incident, at, until, reason } = emergency
  const due = owesReview(record) ? [fact('review due', minuteUtc(reviewDueAt(record) ?? ''))] : []
  return [
    fact('type', type),
    fact('broken by', `${person}, of ${role}, at ${minute(at)}, until ${minuteUtc(until)}`),
    fact('incident', escapeControls(incident)),
    ...listed('reason', escapeControls(reason).split('\n')),
    ...due,
  ]
}

function riskFacts({ risk }: ChangeRecord): readonly Fact[] {
  if (risk === undefined) return []
  const factors = risk.factors.map(({ points, because, evidence }) => {
    const seen = evidence === undefined || evidence.length === 0 ? '' : ` (${evidence.map(escapeControls).join(', ')})`
    return `${String(points).padStart(3)}  ${escapeControls(because)}${seen}`
  })
  return [fact('risk', `${risk.score} of 100, ${risk.level}`), ...listed('', factors)]
}

/** Who said what, and on whose word we have it. */
function approvalText(approval: RecordedApproval): string {
  const said = `${minuteUtc(approval.at)} by ${approval.approver}, ${approval.assertion}`
  if (approval.assertion === 'approver-signed') return said
  const { decision, forge } = approval
  return `${said} (${decision}, as ${escapeControls(forge.login)} on ${escapeControls(forge.host)}, request ${forge.request})`
}

function timeFacts({ schedule, deployment }: ChangeRecord): readonly Fact[] {
  const pause = deployment?.pause
  return [
    ...(schedule === undefined
      ? []
      : [
          fact(
            'scheduled',
            `${minute(schedule.from)} to ${minuteUtc(schedule.until)}${schedule.window === undefined ? '' : `, in ${schedule.window}`}`,
          ),
        ]),
    ...(deployment === undefined
      ? []
      : [fact('begun', `${minuteUtc(deployment.startedAt)} by ${escapeControls(deployment.by)}`)]),
    ...(pause === undefined
      ? []
      : [
          fact(
            'pause',
            `asked for ${minuteUtc(pause.at)} by ${escapeControls(pause.by)}: ${escapeControls(pause.reason)}`,
          ),
        ]),
  ]
}

function endFacts({ deployment, review }: ChangeRecord): readonly Fact[] {
  const signed =
    deployment?.attestation === undefined
      ? ''
      : `, attested by ${escapeControls(deployment.attestation.signatures[0]?.keyid ?? '')}`
  const comment = review?.comment === undefined ? [] : listed('', escapeControls(review.comment).split('\n'))
  return [
    ...(deployment?.finishedAt === undefined ? [] : [fact('ended', `${minuteUtc(deployment.finishedAt)}${signed}`)]),
    ...(review === undefined
      ? []
      : [fact('reviewed', `${minuteUtc(review.at)} by ${review.reviewer}: ${review.outcome}`), ...comment]),
  ]
}
