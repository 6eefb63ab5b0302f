import { Option } from 'commander'
import type { CommandContext, Define } from '../context.ts'
import { type ShowReport, showReport } from '../show-report.ts'
import { exit } from '../terminal.ts'
import { columns } from '../views/columns.ts'

type Options = ShowReport & { readonly json?: boolean }

/** `plumbline report`: what practices compute over the estate. */
export const define: Define = (command, context) => {
  command
    .argument('[name]', 'which report; all of them are listed where not given')
    .argument('[about...]', 'names of documents to narrow it to, such as racks')
    .addOption(
      new Option('--format <format>', 'how it is written; svg: its drawings')
        .choices(['table', 'csv', 'json', 'markdown', 'html', 'svg'])
        .default('table'),
    )
    .addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }))
    .option('-o, --out <path>', 'write it into this file; drawings into this folder')
    .option('--commit <rev>', 'at a commit instead of the working folder')
    .addHelpText(
      'after',
      '\nExamples:\n  plumbline report\n  plumbline report racks ams1-r04\n  plumbline report racks --format svg -o elevations\n  plumbline report rooms --format html -o rooms.html\n  plumbline report power --json',
    )
    .action(async (name: string | undefined, about: string[], options: Options) =>
      context.run(() => (name === undefined ? list(context, options) : showReport(context, name, about, options)), {
        json: options.format === 'json',
      }),
    )
}

async function list({ terminal, open }: CommandContext, { format }: Options): Promise<number> {
  const { reportsOf } = await import('../../pipeline/report.ts')
  const all = [...reportsOf(await open({})).values()]
  const paint = (cell: string, column: number): string => (column === 0 ? terminal.colors.bold(cell) : cell)
  const data = () => all.map(({ name, summary, about }) => ({ name, summary, about: about ?? null }))
  const lines = () =>
    columns(
      all.map((r) => [r.name, r.summary]),
      { paint },
    )
  terminal.out(format === 'json' ? `${JSON.stringify(data(), null, 2)}\n` : `${lines().join('\n')}\n`)
  return exit.ok
}
