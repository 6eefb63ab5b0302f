import { kindOf, nameOf } from '../../model/address.ts'
import type { WhatIf } from '../../pipeline/what-if.ts'
import type { Define } from '../context.ts'
import { addFormatOptions, type FormatOptions } from '../format-options.ts'
import { Refusal } from '../run-action.ts'
import { type ShownFormat, shownFormats, showResult } from '../show-result.ts'
import { type Colors, exit } from '../terminal.ts'
import { columns, count } from '../views/columns.ts'

/** `plumbline what-if lose`: what would be down, what would limp, and why. */
export const define: Define = (command, context) => {
  const { terminal } = context
  addFormatOptions(
    command
      .command('lose')
      .description('take documents away, and see which services are down, which are degraded, and why')
      .argument('<address...>', 'what is lost: Site/ams1, PowerFeed/ams1-a, Host/db-01…; several at once'),
    shownFormats,
    'write it into this file',
  )
    .addHelpText(
      'after',
      '\nNothing is touched: it is worked out from the documents.\n\nExamples:\n  plumbline what-if lose site/ams1\n  plumbline what-if lose site/ams1 --format svg -o without-ams1.svg\n  plumbline what-if lose host/db-01 powerfeed/ams1-a --json',
    )
    .action(async (lost: string[], options: FormatOptions<ShownFormat>) =>
      context.run(
        async () => {
          const world = await context.open({})
          const { whatIf } = await import('../../pipeline/what-if.ts')
          const { whatIfResult } = await import('../../pipeline/what-if-result.ts')
          const found = await whatIf(world, lost, { ...(options.commit !== undefined && { commit: options.commit }) })
          if ('refused' in found) throw new Refusal(found.refused)
          const made = { name: 'what-if', result: whatIfResult(found), of: found.of }
          const text = (colors: Colors): string => whatIfText(found, colors)
          await showResult(world, terminal, made, { ...options, text })
          return exit.ok
        },
        { json: options.format === 'json' },
      ),
    )
}

function whatIfText({ lost, losses, services }: WhatIf, c: Colors): string {
  const of = (state: string) => services.filter((s) => s.state === state)
  const [down, degraded, unaffected] = [of('down'), of('degraded'), of('unaffected')]
  const color = { down: c.red, degraded: c.yellow, unaffected: c.green }
  const kinds = new Map<string, number>()
  for (const loss of losses)
    if (loss.state === 'down') kinds.set(kindOf(loss.address), (kinds.get(kindOf(loss.address)) ?? 0) + 1)
  const with_ = [...kinds].map(([kind, n]) => count(n, kind)).join(', ')
  const paint = (cell: string, column: number, row: number): string => {
    const state = services[row]?.state
    return column === 1 && state !== undefined ? color[state](cell) : cell
  }
  return [
    `${c.bold(`Without ${lost.join(', ')}`)}: ${down.length} of ${count(services.length, 'service')} down, ${degraded.length} degraded, ${unaffected.length} unaffected`,
    ...(with_ === '' ? [] : [`with it go ${with_}`]),
    '',
    ...columns(
      services.map((s) => [nameOf(s.address), s.state, s.because]),
      { paint },
    ),
    '',
  ].join('\n')
}
