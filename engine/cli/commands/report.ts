import type { CommandContext, Define } from '../context.ts'
import { addFormatOptions } from '../format-options.ts'
import { type ShowReport, showReport } from '../show-report.ts'
import { shownFormats, showResult } from '../show-result.ts'
import { type Colors, exit } from '../terminal.ts'
import { columns } from '../views/columns.ts'

/** `plumbline report`: what practices compute over the estate. */
export const define: Define = (command, context) => {
  addFormatOptions(
    command
      .argument('[name]', 'which report; all of them are listed where not given')
      .argument('[about...]', 'names of documents to narrow it to, such as racks'),
    shownFormats,
  )
    .addHelpText(
      'after',
      '\nExamples:\n  plumbline report\n  plumbline report racks ams1-r04\n  plumbline report racks --format svg -o elevations\n  plumbline report topology ams1 --format svg > ams1.svg\n  plumbline report rooms --format html -o rooms.html\n  plumbline report power --json',
    )
    .action(async (name: string | undefined, about: string[], options: ShowReport) =>
      context.run(() => (name === undefined ? list(context, options) : showReport(context, name, about, options)), {
        json: options.format === 'json',
      }),
    )
}

async function list({ terminal, open }: CommandContext, options: ShowReport): Promise<number> {
  const { reportsOf } = await import('../../pipeline/report.ts')
  const world = await open({})
  const all = [...reportsOf(world).values()]
  const rows = all.map((r) => [r.name, r.summary])
  const result = {
    title: 'Reports',
    tables: [{ caption: 'Reports', head: ['report', 'what it says'], rows, empty: 'there are no reports' }],
    data: all.map(({ name, summary, about }) => ({ name, summary, about: about ?? null })),
  }
  const text = ({ bold }: Colors): string =>
    `${columns(rows, { paint: (cell, column) => (column === 0 ? bold(cell) : cell) }).join('\n')}\n`
  await showResult(world, terminal, { name: 'the list of reports', result, of: 'all reports' }, { ...options, text })
  return exit.ok
}
