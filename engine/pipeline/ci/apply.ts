import type { Diagnostic } from '../../model/diagnostic.ts'
import { applyComment } from '../../pull-request/apply-comment.ts'
import { type AppliedSummary, type ApplyOptions, applyPending } from '../apply.ts'
import type { World } from '../world.ts'
import type { Telling } from './plan-request.ts'
import { expectForge } from './requests.ts'
import type { ChangeTold } from './tell-change.ts'
import { tellRecent } from './tell-recent.ts'

export interface CiApply {
  /** What was applied now. */
  readonly applied: readonly AppliedSummary[]
  /** Merged changes of late, and what their pull requests were told. */
  readonly changes: readonly ChangeTold[]
  /** What came of applying. */
  readonly diagnostics: readonly Diagnostic[]
  /** What could not be told. */
  readonly untold: readonly Diagnostic[]
  /** What became of what was applied, in Markdown. */
  readonly summary: string
}

/**
 * Recognises what was merged, applies what holds, and tells the pull requests what became of it. Whatever an apply ends with is
 * told: that it was refused, too.
 */
export async function ciApply(
  world: World,
  options: Telling & Pick<ApplyOptions, 'concurrency' | 'takeOver'>,
): Promise<CiApply> {
  const forge = await expectForge(world)
  const { concurrency, takeOver, ...telling } = options
  const done = await applyPending(world, {
    ...(concurrency !== undefined && { concurrency }),
    ...(takeOver !== undefined && { takeOver }),
  })
  const changes = await tellRecent(world, forge, telling)
  const untold = changes.flatMap((c) => c.diagnostics)
  const [applied, diagnostics] = 'refused' in done ? [[], done.refused] : [done.changes, done.diagnostics]
  const touched = new Set(applied.map((a) => a.change))
  const summary = changes.flatMap((c) => (touched.has(c.change) ? [applyComment(c.told).body] : [])).join('\n\n')
  return { applied, changes, diagnostics, untold, summary }
}
