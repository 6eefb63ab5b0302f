import type { ApprovalVerdict } from '../change/judge-approvals.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { DriftFinding } from '../model/drift.ts'
import type { Plan } from '../model/plan.ts'
import { codes } from './codes.ts'
import { findDrift } from './drift.ts'
import { planChange } from './plan-change.ts'
import { standingOf } from './plan-revision.ts'
import type { World } from './world.ts'

const report = reporter(codes)

export interface DriftChoice {
  readonly hosts?: readonly string[]
  /** Ids of resources; every one that drifted where not given. */
  readonly resources?: readonly string[]
}

/** What drifted and was asked for; a refusal where that is nothing. */
export function chosenFrom(
  findings: readonly DriftFinding[],
  { resources }: DriftChoice,
): { readonly chosen: readonly DriftFinding[] } | { readonly refused: readonly Diagnostic[] } {
  const moved = findings.filter((f) => f.attribution !== 'not-applied')
  const refused = (resources ?? []).flatMap((id) => {
    if (moved.some((f) => f.resource === id)) return []
    const waits = findings.find((f) => f.resource === id)
    const why = waits === undefined ? 'is as it was applied' : `waits for ${waits.pending ?? 'a change'} to be applied`
    return [report('not-drifted', { summary: `${id} ${why}, where it was looked at` })]
  })
  if (refused.length > 0) return { refused }
  const chosen = resources === undefined ? moved : moved.filter((f) => resources.includes(f.resource))
  if (chosen.length > 0) return { chosen }
  return { refused: [report('not-drifted', { summary: 'nothing drifted where it was looked at' })] }
}

/**
 * Plans back what drifted, and no more: the plan names the resources it is of, and is approved and applied like any other
 * of the branch as it stands.
 */
export async function revertDrift(
  world: World,
  choice: DriftChoice,
): Promise<{ readonly plan: Plan; readonly standing: ApprovalVerdict } | { readonly refused: readonly Diagnostic[] }> {
  const found = await findDrift(world, { ...choice, withoutClues: true })
  if ('refused' in found) return found
  const picked = chosenFrom(found.findings, choice)
  if ('refused' in picked) return picked
  const { base, head, tree } = found.plan.subject
  const only = picked.chosen.map(({ host, resource }) => ({ host, resource }))
  const planned = await planChange(world, { base, head, tree }, { only })
  if ('refused' in planned) return planned
  return { plan: planned.plan, standing: await standingOf(world, planned) }
}
