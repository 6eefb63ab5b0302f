import { Option } from 'commander'
import { type ProgressStyle, progressStyles } from '../apply-progress.ts'
import type { Define } from '../context.ts'
import { repeated } from '../repeated.ts'
import { runApply } from '../run-apply.ts'
import { wholeNumber } from '../whole-number.ts'

interface Options {
  readonly only?: readonly string[]
  readonly takeOver?: boolean
  readonly allowMassDelete?: boolean
  readonly concurrency: number
  readonly progress?: ProgressStyle
  readonly fromForge?: string
  readonly json?: boolean
}

/** `plumbline apply`: applies what was merged and approved. Exit 0 all done, 1 not all, 2 paused, 130 told to stop. */
export const define: Define = (command, context) => {
  command
    .argument('[change]', 'a record number or a saved plan; all pending changes where not given')
    .option('--only <what>', 'only this host, environment or wave now, the rest later; can be given again', repeated)
    .option('--take-over', 'take over a lock whose holder is known to be dead')
    .option('--allow-mass-delete', 'carry out a change that removes a great deal; the record keeps that you said so')
    .option('--concurrency <n>', 'hosts at once', wholeNumber, 32)
    .addOption(
      new Option(
        '--progress <how>',
        'what is told on standard error while it goes on: text, or json, an object a line',
      ).choices(progressStyles),
    )
    .option(
      '--from-forge <file>',
      'what the forge says of pull requests now: reviews dismissed since, merges it reviewed',
    )
    .option('--json', 'print JSON lines: every event, then the result')
    .addHelpText(
      'after',
      `
Merges on the target branch are recognised, their approvals judged, and what holds is applied: the canary first, then
waves. What was begun and did not end (crash, cut network) is looked at and gone on with. Ctrl-C stops after what is under way;
plumbline pause does so from elsewhere, after the wave. Where the rollout says so, what failed is taken back.

Examples:
  plumbline apply
  plumbline apply CHG-2026-00042
  plumbline apply CHG-2026-00042 --only test --only canary    the rest with plumbline resume CHG-2026-00042
  plumbline apply plan.json --progress json`,
    )
    .action(async (what: string | undefined, options: Options) =>
      context.run(async () => runApply(context, what, options), options),
    )
}
