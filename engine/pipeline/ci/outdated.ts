import { checkNames, type RequestPage } from '../../model/pull-request.ts'
import type { Forge } from '../../ports/forge.ts'
import { plannedOf } from './planned-mark.ts'

const [planCheck, approvalCheck] = checkNames

/**
 * Says of an open pull request whose plan is of what the branch was before that it has to be planned anew: true where that is so.
 * Its approval is asked for until then, for a check that says nothing lets a merge through.
 */
export async function markOutdated(forge: Forge, request: RequestPage, tip: string): Promise<boolean> {
  const { number, head } = request
  const planned = await plannedOf(forge, number)
  if (planned === undefined || planned.head !== head || planned.base === tip) return false
  const because = `the branch moved to ${tip.slice(0, 12)}`
  const key = `moved:${tip}`
  await forge.keepCheck({
    name: approvalCheck,
    commit: head,
    key,
    conclusion: 'action-required',
    title: 'Has to be planned anew',
    summary: `What is approved is a plan, and that was made before ${because}. plumbline ci plan makes it anew.`,
    annotations: [],
  })
  await forge.supersedeChecks(approvalCheck, head, key, because)
  await forge.supersedeChecks(planCheck, head, undefined, because)
  return true
}
