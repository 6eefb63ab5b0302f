import type { RequestPlanned } from '../../pipeline/ci/plan.ts'

/** A planned pull request for programs: what was told, without what is only said to people. */
export function jsonOf(planned: RequestPlanned): unknown {
  const { told, ...rest } = planned
  if (told === undefined) return rest
  if ('refused' in told) return { ...rest, refused: told.refused }
  const { plan, standing, findings, desiredOnly } = told
  const { holds, counted, missing } = standing
  return { ...rest, plan, approvals: { holds, counted, missing }, findings, desiredOnly }
}
