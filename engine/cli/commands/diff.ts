import type { Define } from '../context.ts'
import { progress } from '../progress.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { comparisonText } from '../views/comparison-text.ts'
import { diagnosticsText } from '../views/diagnostics-text.ts'

/** `plumbline diff`: two states of the estate. Exit 0 the same, 2 they differ. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .argument('<before>', 'a baseline, date, change, commit or tag')
    .argument('[after]', 'the same, or now', 'now')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nCompares documents, what they want of each host, and what was last seen there. Nothing is looked at anew: run plumbline\nobserve before, where now is to be now.\n\nExit status: 0 the same, 2 they differ, 1 error.\n\nExamples:\n  plumbline diff release-2026.10\n  plumbline diff 2026-10-01 2026-11-01 --json',
    )
    .action(async (before: string, after: string, options: { json?: boolean }) =>
      context.run(async () => {
        const world = await context.open({ network: 'may', emit: progress(terminal) })
        const { compare } = await import('../../pipeline/compare.ts')
        const found = await compare(world, before, after)
        if ('refused' in found) throw new Refusal(found.refused)
        if (options.json === true) terminal.out(`${JSON.stringify(found, null, 2)}\n`)
        else {
          terminal.err(diagnosticsText(found.diagnostics, terminal.colors))
          terminal.out(comparisonText(found, terminal.colors))
        }
        return found.documents.length + found.hosts.length === 0 ? exit.ok : exit.changes
      }, options),
    )
}
