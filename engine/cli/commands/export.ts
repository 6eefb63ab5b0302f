import type { Define } from '../context.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { count } from '../views/columns.ts'
import { diagnosticsText } from '../views/diagnostics-text.ts'

/** `plumbline export cyclonedx`: what hosts are made of, for tools that look for what is known to be broken. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .command('cyclonedx')
    .description('a bill of materials in CycloneDX 1.6: hosts with their systems and packages, as last seen')
    .argument('[host...]', 'names of hosts; all where none is given')
    .option('-o, --out <file>', 'write it into this file instead of printing it')
    .addHelpText(
      'after',
      '\nExamples:\n  plumbline observe && plumbline export cyclonedx -o bom.json\n  plumbline export cyclonedx web-01',
    )
    .action(async (hosts: string[], options: { readonly out?: string }) =>
      context.run(async () => {
        const world = await context.open({})
        const { exportBom } = await import('../../pipeline/export-bom.ts')
        const made = await exportBom(world, hosts)
        if ('refused' in made) throw new Refusal(made.refused)
        terminal.err(diagnosticsText(made.diagnostics, terminal.colors))
        if (options.out === undefined) terminal.out(made.text)
        else {
          await world.writeText(options.out, made.text)
          terminal.out(`${count(made.hosts, 'host')} in ${options.out}\n`)
        }
        return exit.ok
      }, {}),
    )
}
