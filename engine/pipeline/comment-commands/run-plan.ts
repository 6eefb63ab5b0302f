import { link } from '../../pull-request/markdown.ts'
import { ciPlan, type RequestPlanned } from '../ci/plan.ts'
import type { World } from '../world.ts'
import type { Asked } from './asked.ts'
import { refusedBy, type Said } from './said.ts'

/** `/plumbline plan`: plans the pull request anew, where its plan is kept. */
export async function runPlan(world: World, { request, telling }: Asked): Promise<Said> {
  const [planned] = await ciPlan(world, { ...telling, wanted: { request: request.number } })
  return planned === undefined ? refusedBy() : planSaid(planned)
}

function planSaid({ outcome, shown, diagnostics }: RequestPlanned): Said {
  const where = link('Its comment', shown?.comment?.url)
  switch (outcome) {
    case 'planned':
      return { done: true, verdict: 'Planned', lines: [`${where} has the plan.`], findings: diagnostics }
    case 'refused':
      return { done: false, verdict: 'There can be no plan', lines: [`${where} says why.`], findings: diagnostics }
    case 'current':
      return { done: true, verdict: 'Planned already', lines: [`${where} has the plan.`] }
    case 'superseded':
      return { done: true, verdict: 'Newer commits came meanwhile', lines: ['They are planned on their own.'] }
    case 'passed-over':
      return { ...refusedBy(...diagnostics.map((d) => ({ ...d, severity: 'error' as const }))) }
  }
}
