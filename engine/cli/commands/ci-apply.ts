import { hasErrors } from '../../model/diagnostic.ts'
import { applyProgress } from '../apply-progress.ts'
import type { Define } from '../context.ts'
import { openJob } from '../open-job.ts'
import { exit } from '../terminal.ts'
import { applyText } from '../views/apply-text.ts'
import { diagnosticsText } from '../views/diagnostics-text.ts'
import { wholeNumber } from '../whole-number.ts'
import { groupedProgress } from '../workflow-lines.ts'

interface Options {
  readonly concurrency: number
  readonly json?: boolean
}

/** `plumbline ci apply`: applies what was merged and approved, and tells the pull requests. Exit status as `apply`. */
export const defineApply: Define = (command, context) => {
  command
    .description('apply what was merged and approved, and tell the pull requests')
    .option('--concurrency <n>', 'hosts at once', wholeNumber, 32)
    .option('--json', 'print JSON lines: every event, then the result')
    .addHelpText(
      'after',
      `
The same as plumbline apply, with reviews and merges read from the forge. What became of each change is told on its pull
request, and in the job's summary. A job that was stopped is run again: what was begun is looked at and gone on with.

Exit status: 0 all done, 2 something is paused, 1 not all of it, 130 told to stop.

Examples:
  plumbline ci apply
  plumbline ci apply --concurrency 8`,
    )
    .action(async (options: Options) =>
      context.run(async () => {
        const json = options.json === true
        const inActions = context.terminal.env['GITHUB_ACTIONS'] === 'true'
        const groups = inActions && !json ? groupedProgress(context.terminal) : undefined
        const job = await openJob(context, {
          json,
          reviews: 'forge',
          emit: (terminal) => groups?.emit ?? applyProgress(terminal, json ? 'events' : 'text'),
        })
        const { world, terminal } = job
        const { ciApply } = await import('../../pipeline/ci/apply.ts')
        const { links } = job.surroundings
        const done = await ciApply(world, { links, concurrency: options.concurrency }).finally(() => groups?.end())
        const { applied, changes, diagnostics, untold } = done
        await job.summarize(done.summary)
        await job.output({ changes: applied.map((c) => c.change).join(' ') })
        if (json) terminal.out(`${JSON.stringify({ type: 'result', applied, changes, diagnostics, untold })}\n`)
        else {
          terminal.out(applyText({ changes: applied }, terminal.colors))
          terminal.err(diagnosticsText([...diagnostics, ...untold], terminal.colors))
        }
        if (world.stopping()) return exit.interrupted
        if (hasErrors(diagnostics) || hasErrors(untold)) return exit.error
        return applied.some((c) => c.state === 'paused') ? exit.changes : exit.ok
      }, options),
    )
}
