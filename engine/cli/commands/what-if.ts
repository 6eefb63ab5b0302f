import { kindOf, nameOf } from '../../model/address.ts'
import type { WhatIf } from '../../pipeline/what-if.ts'
import type { Define } from '../context.ts'
import { Refusal } from '../run-action.ts'
import { type Colors, exit } from '../terminal.ts'
import { columns, count } from '../views/columns.ts'

interface Options {
  readonly commit?: string
  readonly json?: boolean
}

/** `plumbline what-if lose`: what would be down, what would limp, and why. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .command('lose')
    .description('take documents away, and see which services are down, which are degraded, and why')
    .argument('<address...>', 'what is lost: Site/ams1, PowerFeed/ams1-a, Host/db-01…; several at once')
    .option('--commit <rev>', 'at a commit instead of the working folder')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nNothing is touched: it is worked out from the documents.\n\nExamples:\n  plumbline what-if lose site/ams1\n  plumbline what-if lose host/db-01 powerfeed/ams1-a --json',
    )
    .action(async (lost: string[], options: Options) =>
      context.run(async () => {
        const world = await context.open({})
        const { whatIf } = await import('../../pipeline/what-if.ts')
        const found = await whatIf(world, lost, { ...(options.commit !== undefined && { commit: options.commit }) })
        if ('refused' in found) throw new Refusal(found.refused)
        terminal.out(options.json === true ? `${JSON.stringify(found, null, 2)}\n` : whatIfText(found, terminal.colors))
        return exit.ok
      }, options),
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
