import { hasErrors } from '../../model/diagnostic.ts'
import type { Define } from '../context.ts'
import { openJob } from '../open-job.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { diagnosticsText } from '../views/diagnostics-text.ts'
import { driftText } from '../views/drift-text.ts'
import { planStatus } from './plan.ts'

interface Options {
  readonly adopt?: boolean
  readonly json?: boolean
}

/** `plumbline ci drift`: looks at every host, and records what no change did. Exit 0 seen, drift or none; 1 something was not seen. */
export const defineDrift: Define = (command, context) => {
  command
    .description('look at every host on a schedule, and record what no change did')
    .option('--adopt', 'keep a pull request that writes what is there into the documents')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Needs the engine's key. What was changed on hosts past all changes is written into the ledger, and told in the job's summary. On a
forge one issue says how the estate stands; it is closed while nothing is open. Pull requests that Plumbline opened are closed once they
are for nothing any more.

Exit status: 0 all was seen, drift or none, 1 something could not be seen or told.

Examples:
  plumbline ci drift
  plumbline ci drift --adopt --json`,
    )
    .action(async (options: Options) =>
      context.run(async () => {
        const job = await openJob(context, options)
        const { ciDrift } = await import('../../pipeline/ci/drift.ts')
        const found = await ciDrift(job.world, {
          links: job.surroundings.links,
          adopt: options.adopt === true,
        })
        if ('refused' in found) throw new Refusal(found.refused)
        const { plan, findings, summary, issue, adoption, diagnostics } = found
        const { terminal } = job
        await job.summarize(summary)
        await job.output({ drift: String(findings.length), unknowns: String(plan.unknowns.length) })
        if (options.json === true) {
          const request = adoption === undefined ? undefined : { done: adoption.done, url: adoption.request?.url }
          terminal.out(`${JSON.stringify({ ...plan, findings, issue, adoption: request, diagnostics }, null, 2)}\n`)
        } else {
          terminal.out(driftText(plan, findings, { colors: terminal.colors, width: terminal.width }))
          if (issue !== undefined) terminal.out(`told in ${issue.url}\n`)
          if (adoption?.request !== undefined)
            terminal.out(`taken over by ${adoption.request.url} (${adoption.done})\n`)
          terminal.err(diagnosticsText(diagnostics, terminal.colors))
        }
        const failed = planStatus(plan) === exit.error || plan.unknowns.length > 0 || hasErrors(diagnostics)
        return failed ? exit.error : exit.ok
      }, options),
    )
}
