import type { Command } from 'commander'
import type { CommandContext, Define } from '../context.ts'
import { forType } from '../define-record.ts'
import { addFormatOptions, type FormatOptions } from '../format-options.ts'
import { keyOption } from '../key-option.ts'
import { repeated } from '../repeated.ts'
import { Refusal } from '../run-action.ts'
import { type ShownFormat, showResult } from '../show-result.ts'
import { exit } from '../terminal.ts'
import { recordLine } from '../views/declared-text.ts'
import { typesHere } from './record-type.ts'

interface Options extends FormatOptions<ShownFormat> {
  readonly at?: readonly string[]
  readonly record?: true
  readonly key?: string
}

/** `plumbline stock-take`: what was seen in rooms and racks, against the documents; and the records of that. */
export const define: Define = async (command, context) => {
  addTaking(command)
    .option('--record', 'write it down in the ledger, compared with the target branch, to be settled')
    .addHelpText(
      'after',
      '\nOf comma-separated values it takes the columns tag, serial or asset, and rack, room, site or location. In a list of a scanner,\nrack/NAME on a line of its own says where what follows was seen.\n\nExamples:\n  plumbline stock-take scans.txt --at ams1-r04\n  plumbline stock-take hall-1.csv --format html -o stock-take.html\n  plumbline stock-take scans.txt --record\n  plumbline stock-take settle STK-2026-00001 --outcome "the two were in the workshop"\n\nExit status: 0 all is where the documents have it, 2 something is not, 1 error.',
    )
    .action(async (file: string, options: Options) =>
      context.run(() => take(context, file, options), { json: options.format === 'json' }),
    )
  const type = (await typesHere(context)).get('stock-take')
  if (type === undefined) return
  // Options of one of these are taken for ours where they are called the same.
  command.hook('preSubcommand', (_, sub) => {
    for (const option of sub.options) {
      const name = option.attributeName()
      if (command.getOptionValueSource(name) === 'cli')
        sub.setOptionValueWithSource(name, command.getOptionValue(name), 'cli')
    }
  })
  await forType(type, {
    new: (sub) =>
      void addTaking(sub).action(async (file: string, options: Options) =>
        context.run(() => take(context, file, { ...options, record: true }), { json: options.format === 'json' }),
      ),
  })(command, context)
}

function addTaking(command: Command): Command {
  return addFormatOptions(
    command.argument('<file>', 'comma-separated values, or the numbers that a scanner wrote, one on a line'),
    ['table', 'csv', 'json', 'markdown', 'html'],
    'write it into this file',
  )
    .option('--at <place>', 'a rack, room or site that was looked at; may be given more than once', repeated)
    .option(...keyOption)
}

async function take(context: CommandContext, file: string, options: Options): Promise<number> {
  const { terminal, open } = context
  const { at = [], commit, key, record } = options
  const world = await open({ ...(record === true && { network: 'must' }), ...(key !== undefined && { key }) })
  const asked = { file, at, ...(commit !== undefined && { commit }) }
  const recorded =
    record === true
      ? await (await import('../../pipeline/record-stock-take.ts')).recordStockTake(world, asked)
      : undefined
  const made = recorded ?? (await (await import('../../pipeline/stock-take.ts')).stockTake(world, asked))
  if ('refused' in made) throw new Refusal(made.refused)
  if (made.unsound)
    terminal.err(
      `${terminal.colors.yellow('there are errors in the documents')}, so this may be wrong: plumbline validate\n`,
    )
  const { result, of, right } = made
  await showResult(world, terminal, { name: 'stock-take', result, of }, options)
  if (recorded !== undefined && 'record' in recorded) {
    const type = (await typesHere(context)).get('stock-take')
    if (type !== undefined) terminal.err(`${recordLine(type, recorded.record, terminal.colors)}\n`)
  }
  return right ? exit.ok : exit.changes
}
