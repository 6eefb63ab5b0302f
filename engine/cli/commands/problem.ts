import type { CommandContext, Define } from '../context.ts'
import { forType } from '../define-record.ts'
import { addFormatOptions } from '../format-options.ts'
import { type Shown, type ShownFormat, shownFormats, showResult } from '../show-result.ts'
import { exit } from '../terminal.ts'
import { columns } from '../views/columns.ts'
import { typesHere } from './record-type.ts'

type Sub = Parameters<Define>[0]

/** `plumbline problem`: what lies behind incidents, until it is gone. */
export const define: Define = async (command, context) => {
  const type = (await typesHere(context)).get('problem')
  if (type === undefined) return
  await forType(type)(command, context)
  defineKnown(command.command('known').description('known errors that something may be, with what helps'), context)
  defineTrend(command.command('trend').description('how many there are of what, by months'), context)
}

function defineKnown(command: Sub, context: CommandContext): void {
  const { terminal } = context
  command
    .argument('<text>', 'what is wrong')
    .option('--service <service>', 'the service that is hit')
    .option('--json', 'print JSON')
    .action(async (text: string, options: { readonly service?: string; readonly json?: boolean }) =>
      context.run(async () => {
        const world = await context.open({ network: 'may' })
        const { knownErrors } = await import('../../pipeline/incidents/look.ts')
        const known = await knownErrors(world, text, options.service)
        if (options.json === true) terminal.out(`${JSON.stringify({ known }, null, 2)}\n`)
        else if (known.length === 0) terminal.out('it is no known error\n')
        else {
          const rows = known.map(({ id, title, workaround }) => [id, title, workaround])
          terminal.out(`${columns(rows).join('\n')}\n`)
        }
        return exit.ok
      }, options),
    )
}

interface TrendOptions extends Omit<Shown, 'format'> {
  readonly format: ShownFormat
}

function defineTrend(command: Sub, context: CommandContext): void {
  addFormatOptions(command, shownFormats).action(async (options: TrendOptions) =>
    context.run(
      async () => {
        const world = await context.open({ network: 'may' })
        const { problemTrend } = await import('../../pipeline/incidents/look.ts')
        const result = await problemTrend(world)
        await showResult(world, context.terminal, { name: 'trend', result, of: 'the ledger' }, options)
        return exit.ok
      },
      { json: options.format === 'json' },
    ),
  )
}
