import { Option } from 'commander'
import { type ProgressStyle, progressStyles } from '../apply-progress.ts'
import type { Define } from '../context.ts'
import { repeated } from '../repeated.ts'
import { runApply } from '../run-apply.ts'

interface Options {
  readonly only?: readonly string[]
  readonly takeOver?: boolean
  readonly progress?: ProgressStyle
  readonly json?: boolean
}

/** `plumbline resume`: goes on with a change that is paused. Exit status as of `apply`. */
export const define: Define = (command, context) => {
  command
    .argument('<change>', 'its record number')
    .option('--only <what>', 'only this host, environment or wave now; can be given again', repeated)
    .option('--take-over', 'take over a lock whose holder is known to be dead')
    .addOption(
      new Option(
        '--progress <how>',
        'what is told on standard error while it goes on: text, or json, an object a line',
      ).choices(progressStyles),
    )
    .option('--json', 'print JSON lines: every event, then the result')
    .addHelpText(
      'after',
      `
The locks are taken anew, hosts are looked at again, and the gates of the waves before are tried once more. Where a host that
was left out is not as it was when the change was approved, it is refused: plan and approve again.

Examples:
  plumbline resume CHG-2026-00042
  plumbline resume CHG-2026-00042 --only web-03`,
    )
    .action(async (change: string, options: Options) =>
      context.run(async () => runApply(context, change, { ...options, resume: true }), options),
    )
}
