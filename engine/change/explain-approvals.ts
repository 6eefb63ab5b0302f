import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import { codes } from './codes.ts'
import type { ApprovalVerdict } from './judge-approvals.ts'

const report = reporter(codes)

/** The verdict as findings: errors only where it does not hold; what was refused is said either way. */
export function explainApprovals(verdict: ApprovalVerdict): readonly Diagnostic[] {
  const severity = verdict.holds ? 'info' : 'warning'
  const refused = verdict.refused.map((r) =>
    report(r.code, {
      summary: `the approval of ${r.approver} does not count: ${r.because}`,
      subject: r.approver,
      severity: r.code === 'approval-repeated' ? 'info' : severity,
    }),
  )
  const missing = verdict.missing.map(({ requirement, have, need }) =>
    report('approval-missing', {
      summary: `${have} of ${need} approvals${requirement.teams.length > 0 ? ` by ${requirement.teams.join(' or ')}` : ''}`,
      detail: requirement.because,
    }),
  )
  return [...verdict.blocked, ...missing, ...refused]
}
