import { junit } from '../../pull-request/junit.ts'
import { stepSummary } from '../../pull-request/step-summary.ts'
import type { PlanTold, RefusedTold } from '../../pull-request/told.ts'
import { findingsOf } from './findings-file.ts'

/** What a job keeps of a plan, by file name: the plan as JSON, for people, and its findings in two formats that other tools read. */
export async function artifactsOf(told: PlanTold | RefusedTold): Promise<ReadonlyMap<string, string>> {
  const plan = 'refused' in told ? { refused: told.refused } : told.plan
  return new Map([
    ['plan.json', `${JSON.stringify(plan, null, 2)}\n`],
    ['plan.md', stepSummary(told)],
    ['findings.sarif', await findingsOf(told)],
    ['junit.xml', junit(told)],
  ])
}
