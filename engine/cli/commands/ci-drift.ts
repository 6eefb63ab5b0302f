import type { Define } from '../context.ts'
import { openJob } from '../open-job.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { driftText } from '../views/drift-text.ts'
import { planStatus } from './plan.ts'

interface Options {
  readonly json?: boolean
}

/** `plumbline ci drift`: looks at every host, and records what no change did. Exit 0 seen, drift or none; 1 something was not seen. */
export const defineDrift: Define = (command, context) => {
  command
    .description('look at every host on a schedule, and record what no change did')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Needs the engine's key. What was changed on hosts past all changes is written into the ledger, and told in the job's summary.

Exit status: 0 all was seen, drift or none, 1 something could not be seen.

Examples:
  plumbline ci drift
  plumbline ci drift --json`,
    )
    .action(async (options: Options) =>
      context.run(async () => {
        const job = await openJob(context, options)
        const { ciDrift } = await import('../../pipeline/ci/drift.ts')
        const found = await ciDrift(job.world, { links: job.surroundings.links })
        if ('refused' in found) throw new Refusal(found.refused)
        const { plan, findings, summary } = found
        const { terminal } = job
        await job.summarize(summary)
        await job.output({ drift: String(findings.length), unknowns: String(plan.unknowns.length) })
        if (options.json === true) terminal.out(`${JSON.stringify({ ...plan, findings }, null, 2)}\n`)
        else terminal.out(driftText(plan, findings, { colors: terminal.colors, width: terminal.width }))
        return planStatus(plan) === exit.error || plan.unknowns.length > 0 ? exit.error : exit.ok
      }, options),
    )
}
