import type { ApplyOptions } from '../pipeline/apply.ts'
import { applyProgress, type ProgressStyle } from './apply-progress.ts'
import type { CommandContext } from './context.ts'
import { Refusal } from './run-action.ts'
import { exit } from './terminal.ts'
import { applyText } from './views/apply-text.ts'
import { diagnosticsText } from './views/diagnostics-text.ts'

export interface RunApply {
  readonly json?: boolean
  readonly progress?: ProgressStyle
  readonly takeOver?: boolean
  readonly allowMassDelete?: boolean
  readonly concurrency?: number
  readonly only?: readonly string[]
  /** File with what a forge says of pull requests. */
  readonly fromForge?: string
  /** Go on with a change that is paused, and with nothing else. */
  readonly resume?: boolean
}

/** Applies what is pending, or what was named, and shows how it goes. Exit 0 all done, 1 not all, 2 paused, 130 told to stop. */
export async function runApply(
  { terminal, open }: CommandContext,
  what: string | undefined,
  options: RunApply,
): Promise<number> {
  const json = options.json === true
  const world = await open({
    network: 'must',
    emit: applyProgress(terminal, json ? 'events' : (options.progress ?? 'text')),
    ...(options.fromForge !== undefined && { reviews: { file: options.fromForge } }),
  })
  const { applyPending } = await import('../pipeline/apply.ts')
  const { readSavedPlan } = await import('../pipeline/saved-plan.ts')
  const saved = what === undefined ? undefined : await readSavedPlan(world, what)
  const { takeOver, allowMassDelete, concurrency, only, resume } = options
  const asked: ApplyOptions = {
    ...(saved !== undefined ? { saved } : what !== undefined ? { change: what } : {}),
    ...(only !== undefined && { only }),
    ...(resume === true && { resume }),
    concurrency: concurrency ?? 32,
    takeOver: takeOver === true,
    allowMassDelete: allowMassDelete === true,
  }
  const report = await applyPending(world, asked)
  if ('refused' in report) throw new Refusal(report.refused)
  if (json) terminal.out(`${JSON.stringify({ type: 'result', ...report })}\n`)
  else {
    terminal.out(applyText(report, terminal.colors))
    terminal.err(diagnosticsText(report.diagnostics, terminal.colors))
  }
  if (world.stopping()) return exit.interrupted
  if (report.diagnostics.some((d) => d.severity === 'error')) return exit.error
  // Whoever asked for a part has all they asked for.
  return only === undefined && report.changes.some((c) => c.state === 'paused') ? exit.changes : exit.ok
}
