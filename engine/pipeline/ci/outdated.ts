import { checkNames, type RequestPage } from '../../model/pull-request.ts'
import type { Forge } from '../../ports/forge.ts'
import { plannedOf } from './planned-mark.ts'

const [planCheck, approvalCheck] = checkNames

/**
 * Says of both checks of a commit that they are out of date; returns how many were not so yet. An approval is asked for from then on,
 * until the commit is planned anew: a check that says nothing would let a merge through.
 *
 * @param key what tells this from other reasons: the commit that replaced something
 * @param because as words that go on: `the branch moved to 1a2b3c4d`
 */
export async function putOutOfDate(forge: Forge, commit: string, key: string, because: string): Promise<number> {
  const closed = await forge.keepCheck({
    name: approvalCheck,
    commit,
    key,
    conclusion: 'action-required',
    title: 'Has to be planned anew',
    summary: `It is a plan that is approved, and ${because} after this one was made. plumbline ci plan makes it anew.`,
    annotations: [],
  })
  await forge.supersedeChecks(approvalCheck, commit, key, because)
  return (closed.done === 'same' ? 0 : 1) + (await forge.supersedeChecks(planCheck, commit, undefined, because))
}

/** Puts an open pull request out of date whose plan is of what the branch was before: true where that is so. */
export async function markOutdated(forge: Forge, { number, head }: RequestPage, tip: string): Promise<boolean> {
  const planned = await plannedOf(forge, number)
  if (planned === undefined || planned.head !== head || planned.base === tip) return false
  await putOutOfDate(forge, head, `moved:${tip}`, `the branch moved to ${tip.slice(0, 12)}`)
  return true
}
