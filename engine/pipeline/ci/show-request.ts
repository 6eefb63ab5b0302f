import { checkNames, type RequestPage } from '../../model/pull-request.ts'
import type { Forge, Kept, WantedCheck } from '../../ports/forge.ts'
import { approvalCheck, planCheck } from '../../pull-request/checks.ts'
import { planComment, planMarker } from '../../pull-request/plan-comment.ts'
import type { PlanTold, RefusedTold } from '../../pull-request/told.ts'
import { putOutOfDate } from './outdated.ts'
import { plannedMark } from './planned-mark.ts'

/** What was said of a plan on the forge. */
export interface Shown {
  readonly comment?: Kept
  readonly checks: readonly {
    readonly name: string
    readonly conclusion: WantedCheck['conclusion']
    readonly kept: Kept
  }[]
  /** Checks of older plans that are marked as out of date now. */
  readonly superseded: number
}

/** Keeps the one comment and the two checks of a pull request, and marks checks of what it was before. */
export async function showRequest(
  forge: Forge,
  request: RequestPage,
  base: string,
  told: PlanTold | RefusedTold,
): Promise<Shown> {
  const { body } = planComment(told)
  const marked = `${body.trimEnd()}\n${plannedMark({ base, head: request.head })}\n`
  const comment = await forge.keepComment(request.number, planMarker, marked)
  const shown = await showChecks(forge, told, request.head)
  const replaced = await replaceBefore(forge, request)
  return { comment, checks: shown.checks, superseded: shown.superseded + replaced }
}

/** What the pull request was before its last push, where we said something of it. */
async function replaceBefore(forge: Forge, { head, pushes }: RequestPage): Promise<number> {
  const before = pushes.at(-1)?.before
  if (before === undefined || before === head || /^0+$/.test(before)) return 0
  const because = `newer commits were pushed (${head.slice(0, 12)})`
  const plans = await forge.supersedeChecks(checkNames[0], before, undefined, because)
  return plans === 0 ? 0 : plans + (await putOutOfDate(forge, before, `pushed:${head}`, because))
}

/** The two checks of a commit: the pull request's newest, or what a merge queue made of it. */
export async function showChecks(forge: Forge, told: PlanTold | RefusedTold, commit: string): Promise<Shown> {
  const checks: Shown['checks'][number][] = []
  let superseded = 0
  for (const wanted of [planCheck(told), approvalCheck(told)]) {
    const kept = await forge.keepCheck({ ...wanted, commit })
    checks.push({ name: wanted.name, conclusion: wanted.conclusion, kept })
    superseded += await forge.supersedeChecks(wanted.name, commit, wanted.key, 'it was planned anew')
  }
  return { checks, superseded }
}
