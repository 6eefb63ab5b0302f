import type { ForgeApproval, RecordedApproval } from './record.ts'

/** What is left of the statements of a record once dismissed reviews, and the dismissals themselves, are left out. */
export function withoutDismissed(approvals: readonly RecordedApproval[]): readonly RecordedApproval[] {
  const dismissals = approvals.filter((a) => a.assertion === 'forge-asserted' && a.decision === 'dismiss')
  if (dismissals.length === 0) return approvals
  return approvals.filter((a) => !dismissals.includes(a) && !dismissals.some((d) => isDismissedBy(a, d)))
}

/** Whether a dismissal is of this statement: the same review of the same pull request. */
export function isDismissedBy(approval: RecordedApproval, dismissal: RecordedApproval): boolean {
  return (
    approval.assertion === 'forge-asserted' &&
    dismissal.assertion === 'forge-asserted' &&
    approval.decision !== 'dismiss' &&
    dismissal.decision === 'dismiss' &&
    reviewKey(approval) === reviewKey(dismissal)
  )
}

/** Which review a statement is, over all forges and pull requests. */
export function reviewKey({ forge }: ForgeApproval): string {
  return JSON.stringify([forge.host, forge.repository, forge.request, forge.review])
}
