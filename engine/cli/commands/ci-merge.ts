import { hasErrors } from '../../model/diagnostic.ts'
import type { Define } from '../context.ts'
import { openJob } from '../open-job.ts'
import { exit } from '../terminal.ts'
import { ciChangesText, ciPlanText, outdatedText } from '../views/ci-text.ts'
import { diagnosticsText } from '../views/diagnostics-text.ts'

interface Options {
  readonly json?: boolean
}

/** `plumbline ci merge`: records reviews and merges. Exit 0 done, 1 something is wrong. */
export const defineMerge: Define = (command, context) => {
  command
    .description('record what was reviewed and merged, and tell the pull requests')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Needs the engine's key, and a login to hosts: what is approved is a plan. Reviews of open pull requests are recorded as they come. A merge gets its record: the approved one that it
is, or a new one that says that nobody approved it, and that is never applied. Open pull requests that were planned on what
the branch was before are marked as out of date; plumbline ci plan --open plans them anew.

Exit status: 0 done, though a merge may be unapproved; 1 something could not be read or told.

Examples:
  plumbline ci merge
  plumbline ci merge --json`,
    )
    .action(async (options: Options) =>
      context.run(async () => {
        const job = await openJob(context, { reviews: 'forge', ...options })
        const { ciMerge } = await import('../../pipeline/ci/merge.ts')
        const { links, blind } = job.surroundings
        const done = await ciMerge(job.world, { links, ...(blind !== undefined && { desiredOnly: blind }) })
        const { changes, planned, outdated, diagnostics } = done
        await job.output({ changes: changes.map((c) => c.change).join(' '), outdated: outdated.join(' ') })
        const { terminal } = job
        if (options.json === true) {
          const { jsonOf } = await import('../views/ci-json.ts')
          terminal.out(`${JSON.stringify({ ...done, planned: planned.map(jsonOf) }, null, 2)}\n`)
        } else {
          terminal.out(ciChangesText(changes, terminal.colors) + outdatedText(outdated))
          if (planned.length > 0) terminal.out(ciPlanText(planned, terminal.colors))
          terminal.err(diagnosticsText(diagnostics, terminal.colors))
        }
        return hasErrors(diagnostics) ? exit.error : exit.ok
      }, options),
    )
}
