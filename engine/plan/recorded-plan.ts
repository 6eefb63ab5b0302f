import type { Plan } from '../model/plan.ts'
import type { ChangeRecord } from '../model/record.ts'
import { recordedAction } from './plan-digest.ts'

/** What the record of a change keeps of its plan, however it is born. */
export function recordedPlan(
  plan: Plan,
): Pick<ChangeRecord, 'subject' | 'actions' | 'risk' | 'only' | 'rollbackOf' | 'partial'> {
  return {
    subject: plan.subject,
    actions: plan.actions.map(recordedAction),
    risk: plan.risk,
    ...(plan.only !== undefined && { only: plan.only }),
    ...(plan.rollbackOf !== undefined && { rollbackOf: plan.rollbackOf }),
    ...(plan.partial === true && { partial: true }),
  }
}
