import { codes as changeCodes } from '../change/codes.ts'
import { explainApprovals } from '../change/explain-approvals.ts'
import type { ApprovalVerdict } from '../change/judge-approvals.ts'
import { addApproval, dismissReview, reject } from '../ledger/fold-change.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import { isDismissedBy, reviewKey } from '../model/dismissed.ts'
import type { ChangeRecord, ForgeApproval, RecordedApproval } from '../model/record.ts'
import { stateAfter } from './approve.ts'
import { by, moved } from './records.ts'
import type { World } from './world.ts'

const report = reporter(changeCodes)

export interface RecordedReviews {
  /** The record after each statement that was new, oldest first. */
  readonly steps: readonly ChangeRecord[]
  /** Reviews that can't count, and so are not recorded. */
  readonly findings: readonly Diagnostic[]
}

export interface ReviewContext {
  /** Records of the same commits with other plans. */
  readonly others: readonly ChangeRecord[]
  /** Id of a review that names the plan of the record itself, whichever stood when it was given. */
  readonly named?: string
  /** Judges the record with these statements. */
  readonly judge: (record: ChangeRecord, approvals: readonly RecordedApproval[]) => Promise<ApprovalVerdict>
}

/**
 * Adds what a forge says to a record, each statement in a step of its own. What the record holds already is passed over, so
 * that this can be done as often as anybody likes. A review speaks of the plan that stood when it was given: it is not taken
 * over to another one. Once merged, a change can only lose what it had.
 */
export async function recordReviews(
  world: World,
  record: ChangeRecord,
  statements: readonly ForgeApproval[],
  { others, named, judge }: ReviewContext,
): Promise<RecordedReviews> {
  const steps: ChangeRecord[] = []
  const findings: Diagnostic[] = []
  let now = record
  for (const statement of statements) {
    if (isKnown(now, statement) || (now.merge !== undefined && statement.decision === 'approve')) continue
    const why =
      statement.decision === 'approve'
        ? (boundElsewhere(now, statement, others, named) ?? (await uselessness(now, statement, judge)))
        : undefined
    if (why !== undefined) {
      findings.push(why)
      continue
    }
    now = await stepOf(world, now, statement, judge)
    steps.push(now)
  }
  return { steps, findings }
}

/** A dismissal is news only of a review that was recorded. */
function isKnown(record: ChangeRecord, statement: ForgeApproval): boolean {
  const same = record.approvals.some(
    (a) =>
      a.assertion === 'forge-asserted' && a.decision === statement.decision && reviewKey(a) === reviewKey(statement),
  )
  return same || (statement.decision === 'dismiss' && !record.approvals.some((a) => isDismissedBy(a, statement)))
}

/** The plan of these commits that stood when a review was given, where it was another than this record's. */
function boundElsewhere(
  record: ChangeRecord,
  statement: ForgeApproval,
  others: readonly ChangeRecord[],
  named: string | undefined,
): Diagnostic | undefined {
  const other =
    others.find((o) =>
      o.approvals.some((a) => a.assertion === 'forge-asserted' && reviewKey(a) === reviewKey(statement)),
    ) ??
    (named === statement.forge.review
      ? undefined
      : others.find((o) => stoodAt(o, statement) && Date.parse(record.openedAt) > Date.parse(statement.at)))
  return other === undefined
    ? undefined
    : report('approval-stale-plan', {
        summary: `${nameOf(statement)} was given when the plan of ${other.id} stood, and this is another`,
        severity: 'warning',
      })
}

const stoodAt = (record: ChangeRecord, { at }: ForgeApproval): boolean => Date.parse(record.openedAt) <= Date.parse(at)

async function uselessness(
  record: ChangeRecord,
  statement: ForgeApproval,
  judge: ReviewContext['judge'],
): Promise<Diagnostic | undefined> {
  const { refused } = await judge(record, [statement])
  const why = refused.find((r) => r.approver === statement.approver && r.code !== 'approval-repeated')
  return why === undefined
    ? undefined
    : report(why.code, {
        summary: `${nameOf(statement)} does not count: ${why.because}`,
        subject: statement.approver,
        severity: 'warning',
      })
}

async function stepOf(
  world: World,
  record: ChangeRecord,
  statement: ForgeApproval,
  judge: ReviewContext['judge'],
): Promise<ChangeRecord> {
  const judged = await judge(record, [...record.approvals, statement])
  const reasons = judged.holds ? [] : explainApprovals(judged).map((d) => d.summary)
  if (statement.decision === 'reject') return moved(reject(record, statement, by(world), reasons))
  const state = stateAfter(record, judged)
  if (statement.decision === 'approve') return moved(addApproval(record, statement, by(world), { state, reasons }))
  // What is merged can't be approved anew: it is rejected, and the branch as it stands may be approved.
  const lost = record.merge !== undefined && !judged.holds ? 'rejected' : state
  return moved(dismissReview(record, statement, by(world), { state: lost, reasons }))
}

const nameOf = ({ approver, forge }: ForgeApproval): string =>
  `review ${forge.review} of pull request ${forge.request} by ${approver}`
