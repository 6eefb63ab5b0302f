import type { ApprovalQuestion } from '../change/judge-approvals.ts'
import { canonicalJson } from '../model/canonical.ts'
import { withoutDismissed } from '../model/dismissed.ts'
import { openEnvelope } from '../model/dsse.ts'
import type { ChangeRecord, RecordedApproval } from '../model/record.ts'
import type { EstateAt } from './estate-at.ts'
import { openRecords } from './records.ts'
import type { World } from './world.ts'

/**
 * What approvals of a record are judged by beside its plan: how long they hold, by the base; what reviews on a forge are bound
 * to; and who rejected the same commits when another plan of them stood. A rejection is about the commits: it is not left behind
 * by a base that moved or hosts that drifted, though another record is opened then.
 */
export async function approvalTerms(
  world: World,
  base: EstateAt,
  record: Pick<ChangeRecord, 'subject' | 'approvals'>,
): Promise<Pick<ApprovalQuestion, 'approvals' | 'recorded' | 'expiryDays'>> {
  const days = base.config.changes?.expireAfterDays
  const known = new Set(record.approvals.map((a) => canonicalJson(a)))
  const { base: from, head } = record.subject
  const others = from === head ? [] : (await openRecords(world)).filter((r) => r.subject.head === head)
  const rejections = others.flatMap((r) => standingRejections(r.approvals)).filter((a) => !known.has(canonicalJson(a)))
  return {
    approvals: [...record.approvals, ...rejections],
    recorded: record.subject,
    ...(days !== undefined && { expiryDays: days }),
  }
}

/** Rejections that whoever gave them did not lift later in the same record. */
function standingRejections(approvals: readonly RecordedApproval[]): readonly RecordedApproval[] {
  const alive = withoutDismissed(approvals)
  return alive.filter(
    (a) =>
      decisionOf(a) === 'reject' &&
      !alive.some(
        (b) => b.approver === a.approver && decisionOf(b) === 'approve' && Date.parse(b.at) > Date.parse(a.at),
      ),
  )
}

function decisionOf(approval: RecordedApproval): string | undefined {
  if (approval.assertion === 'forge-asserted') return approval.decision
  const opened = openEnvelope('approval', approval.envelope)
  return opened.ok ? opened.predicate.decision : undefined
}
