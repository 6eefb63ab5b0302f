import type { Plan } from '../model/plan.ts'
import type { PlannedRevision } from '../pipeline/plan-revision.ts'
import type { World } from '../pipeline/world.ts'
import type { Terminal } from './terminal.ts'
import { approvalLines } from './views/approvals-text.ts'
import { type PlanContext, planText } from './views/plan-text.ts'

/** Saves a plan where that is asked for, and prints it with who agreed and who is missing, or as JSON. */
export async function presentPlan(
  world: World,
  terminal: Terminal,
  { plan, standing }: PlannedRevision,
  options: { readonly out?: string; readonly json?: boolean },
  more: Pick<PlanContext, 'next' | 'diffLines'> & { readonly asJson?: (plan: Plan) => unknown },
): Promise<void> {
  const { asJson = (whole: Plan) => whole, ...shown } = more
  if (options.out !== undefined) await world.savePlan(options.out, plan)
  if (options.json === true) return terminal.out(`${JSON.stringify(asJson(plan), null, 2)}\n`)
  terminal.out(
    planText(plan, {
      colors: terminal.colors,
      width: terminal.width,
      approvals: approvalLines(standing, plan),
      ...(options.out !== undefined && { savedTo: options.out }),
      ...shown,
    }),
  )
}
