import type { CommandContext, Define } from '../context.ts'
import { addFormatOptions, type FormatOptions } from '../format-options.ts'
import { repeated } from '../repeated.ts'
import { Refusal } from '../run-action.ts'
import { type ShownFormat, showResult } from '../show-result.ts'
import { exit } from '../terminal.ts'

interface Options extends FormatOptions<ShownFormat> {
  readonly at?: readonly string[]
}

/** `plumbline stock-take`: what was seen in rooms and racks, against the documents. */
export const define: Define = (command, context) => {
  addFormatOptions(
    command.argument('<file>', 'comma-separated values, or the numbers that a scanner wrote, one on a line'),
    ['table', 'csv', 'json', 'markdown', 'html'],
    'write it into this file',
  )
    .option('--at <place>', 'a rack, room or site that was looked at; may be given more than once', repeated)
    .addHelpText(
      'after',
      '\nOf comma-separated values it takes the columns tag, serial or asset, and rack, room, site or location. In a list of a scanner,\nrack/NAME on a line of its own says where what follows was seen.\n\nExamples:\n  plumbline stock-take scans.txt --at ams1-r04\n  plumbline stock-take hall-1.csv --format html -o stock-take.html\n\nExit status: 0 all is where the documents have it, 2 something is not, 1 error.',
    )
    .action(async (file: string, options: Options) =>
      context.run(() => take(context, file, options), { json: options.format === 'json' }),
    )
}

async function take({ terminal, open }: CommandContext, file: string, options: Options): Promise<number> {
  const world = await open({})
  const { stockTake } = await import('../../pipeline/stock-take.ts')
  const { at = [], commit } = options
  const made = await stockTake(world, { file, at, ...(commit !== undefined && { commit }) })
  if ('refused' in made) throw new Refusal(made.refused)
  if (made.unsound)
    terminal.err(
      `${terminal.colors.yellow('there are errors in the documents')}, so this may be wrong: plumbline validate\n`,
    )
  await showResult(world, terminal, { name: 'stock-take', ...made }, options)
  return made.right ? exit.ok : exit.changes
}
