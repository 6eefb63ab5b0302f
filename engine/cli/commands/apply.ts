import { applyProgress } from '../apply-progress.ts'
import type { Define } from '../context.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { applyText } from '../views/apply-text.ts'
import { diagnosticsText } from '../views/diagnostics-text.ts'
import { wholeNumber } from '../whole-number.ts'

interface Options {
  readonly takeOver?: boolean
  readonly allowMassDelete?: boolean
  readonly concurrency: number
  readonly fromForge?: string
  readonly json?: boolean
}

/** `plumbline apply`: applies what was merged and approved. Exit 0 all done, 1 not all, 130 told to stop. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .argument('[change]', 'a record number or a saved plan; all pending changes where not given')
    .option('--take-over', 'take over a lock whose holder is known to be dead')
    .option('--allow-mass-delete', 'carry out a change that removes a great deal; the record keeps that you said so')
    .option('--concurrency <n>', 'hosts at once', wholeNumber, 32)
    .option(
      '--from-forge <file>',
      'what the forge says of pull requests now: reviews that were dismissed, merges it reviewed',
    )
    .option('--json', 'print JSON lines: every event, then the result')
    .addHelpText(
      'after',
      '\nMerges on the target branch are recognised, their approvals judged, and what holds is applied: the canary first, then\nwaves. What was begun and did not end (crash, cut network) is looked at and gone on with. Ctrl-C stops after what is under way.\n\nExamples:\n  plumbline apply\n  plumbline apply CHG-2026-00042\n  plumbline apply plan.json',
    )
    .action(async (what: string | undefined, options: Options) =>
      context.run(async () => {
        const json = options.json === true
        const world = await context.open({
          network: 'must',
          emit: applyProgress(terminal, json),
          ...(options.fromForge !== undefined && { forge: options.fromForge }),
        })
        const { applyPending } = await import('../../pipeline/apply.ts')
        const { readSavedPlan } = await import('../../pipeline/saved-plan.ts')
        const saved = what === undefined ? undefined : await readSavedPlan(world, what)
        const report = await applyPending(world, {
          ...(saved !== undefined ? { saved } : what !== undefined ? { change: what } : {}),
          concurrency: options.concurrency,
          takeOver: options.takeOver === true,
          allowMassDelete: options.allowMassDelete === true,
        })
        if ('refused' in report) throw new Refusal(report.refused)
        if (json) terminal.out(`${JSON.stringify({ type: 'result', ...report })}\n`)
        else {
          terminal.out(applyText(report, terminal.colors))
          terminal.err(diagnosticsText(report.diagnostics, terminal.colors))
        }
        if (world.stopping()) return exit.interrupted
        return report.diagnostics.some((d) => d.severity === 'error') ? exit.error : exit.ok
      }, options),
    )
}
