import { nameOf } from '../../model/address.ts'
import type { ApprovalRequirement, Plan } from '../../model/plan.ts'

/** How far the approvals of a plan are. */
export interface Standing {
  readonly holds: boolean
  readonly counted: readonly { readonly approver: string; readonly at: string }[]
  readonly missing: readonly {
    readonly requirement: ApprovalRequirement
    readonly have: number
    readonly need: number
  }[]
  readonly refused: readonly { readonly approver: string; readonly because: string }[]
}

/** Lines for the footer of a plan: who agreed, who is missing and why, whose approval does not count. */
export function approvalLines(standing: Standing, plan: Pick<Plan, 'actions' | 'subject' | 'standard'>): string[] {
  if (plan.actions.length === 0 && plan.subject.base === plan.subject.head) return []
  const by = standing.counted.map((c) => nameOf(c.approver)).join(', ')
  const { template, nearly } = plan.standard ?? {}
  const lines: string[] = []
  if (template !== undefined) lines.push(`standard change, by ${template}`)
  if (nearly !== undefined) lines.push(`no standard change: ${nearly.template}: ${nearly.because}`)
  if (standing.holds) lines.push(by === '' ? 'none needed' : `complete, by ${by}`)
  else if (by !== '') lines.push(`so far by ${by}`)
  for (const { requirement, have, need } of standing.missing) {
    const teams = requirement.teams.map(nameOf).join(' or ')
    lines.push(`${have} of ${need}${teams === '' ? '' : ` from ${teams}`}: ${requirement.because}`)
  }
  for (const refusal of standing.refused) lines.push(`${nameOf(refusal.approver)} does not count: ${refusal.because}`)
  return lines
}
