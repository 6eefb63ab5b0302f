import type { Define } from '../context.ts'
import { exit } from '../terminal.ts'
import { count } from '../views/columns.ts'
import { diagnosticsText } from '../views/diagnostics-text.ts'

/** `plumbline schemas`: what an editor with yaml-language-server needs to complete and check documents. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .option('--out <dir>', 'where to write', '.plumbline/schemas')
    .option('--no-vscode', 'leave .vscode/settings.json alone')
    .option('--json', 'print the schema of all documents instead of writing files')
    .addHelpText(
      'after',
      '\nExample:\n  plumbline schemas     writes .plumbline/schemas/ and the mapping into .vscode/settings.json',
    )
    .action(async (options: { out: string; vscode: boolean; json?: boolean }) =>
      context.run(async () => {
        const world = await context.open({})
        const { writeSchemas } = await import('../../pipeline/explain.ts')
        const written = await writeSchemas(world, {
          out: options.out,
          vscode: options.vscode,
          dry: options.json === true,
        })
        if (options.json === true) terminal.out(`${JSON.stringify(written.all, null, 2)}\n`)
        else {
          terminal.out(
            `${count(written.files.length, 'file')} written: ${written.files.slice(0, 3).join(', ')}${written.files.length > 3 ? ', …' : ''}\n`,
          )
          terminal.err(diagnosticsText(written.diagnostics, terminal.colors))
        }
        return exit.ok
      }, options),
    )
}
