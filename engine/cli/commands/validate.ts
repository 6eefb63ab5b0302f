import { hasErrors } from '../../model/diagnostic.ts'
import type { Define } from '../context.ts'
import { exit } from '../terminal.ts'
import { count } from '../views/columns.ts'
import { diagnosticsText, tally } from '../views/diagnostics-text.ts'

/** `plumbline validate`: the working folder, or a commit. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .argument('[dir]', 'folder of the estate', '.')
    .option('--commit <rev>', 'check a commit instead of the working folder')
    .option('--strict', 'fail on warnings, too')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nEvery finding has a code, a place and a next step; all files are checked in one run.\n\nExit status: 0 no errors, 1 errors (with --strict: or warnings).\n\nExamples:\n  plumbline validate\n  plumbline validate --commit origin/main --json',
    )
    .action(async (dir: string, options: { commit?: string; strict?: boolean; json?: boolean }) =>
      context.run(async () => {
        const world = await context.open({ directory: dir })
        const { validate } = await import('../../pipeline/validate.ts')
        const { diagnostics, documents, kinds } = await validate(world, options.commit)
        const failed =
          hasErrors(diagnostics) || (options.strict === true && diagnostics.some((d) => d.severity === 'warning'))
        if (options.json === true) terminal.out(`${JSON.stringify({ diagnostics }, null, 2)}\n`)
        else {
          terminal.out(diagnosticsText(diagnostics, terminal.colors))
          const found = tally(diagnostics)
          const verdict = failed
            ? terminal.colors.red(found)
            : terminal.colors.green(found === '' ? 'all true' : `valid, ${found}`)
          terminal.out(`${count(documents, 'document')} of ${count(kinds, 'kind')}: ${verdict}\n`)
        }
        return failed ? exit.error : exit.ok
      }, options),
    )
}
