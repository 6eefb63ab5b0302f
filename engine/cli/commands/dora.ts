import { Option } from 'commander'
import { doraDefinitions } from '../../audit/dora-definitions.ts'
import type { Define } from '../context.ts'
import { progress } from '../progress.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { doraNames, doraText } from '../views/dora-text.ts'

interface Options {
  readonly from?: string
  readonly to?: string
  readonly by?: 'service' | 'team' | 'environment'
  readonly environment?: string
  readonly json?: boolean
}

/** `plumbline dora`: the four figures of delivery, from the ledger. */
export const define: Define = (command, context) => {
  const { terminal } = context
  const definitions = Object.entries(doraDefinitions).map(([name, text]) => `${doraNames[name]}: ${text}`)
  command
    .option('--from <date>', 'first day, or moment, of the period (default: 90 days before its end)')
    .option('--to <date>', 'last day, or moment, of the period (default: now)')
    .addOption(new Option('--by <what>', 'a line for each, too').choices(['service', 'team', 'environment']))
    .option('--environment <name>', 'only what was carried out there (default: all environments)')
    .option('--json', 'print JSON, with the records that each figure is made of')
    .addHelpText(
      'after',
      `\nHow they are counted (the names are DORA's, dora.dev):\n\n${definitions.join('\n\n')}\n\nA change of several services, teams or environments is counted with each. Teams are the owners of the services it touches, or\nof the hosts where there are none. The ledger is believed as it stands: plumbline audit verify checks it.\n\nExamples:\n  plumbline dora\n  plumbline dora --from 2026-10-01 --to 2026-12-31 --by team\n  plumbline dora --environment prod --json`,
    )
    .action(async (options: Options) =>
      context.run(async () => {
        const world = await context.open({ network: 'may', emit: progress(terminal) })
        const { dora } = await import('../../pipeline/dora.ts')
        const figures = await dora(world, options)
        if ('refused' in figures) throw new Refusal(figures.refused)
        terminal.out(
          options.json === true ? `${JSON.stringify(figures, null, 2)}\n` : doraText(figures, terminal.colors),
        )
        return exit.ok
      }, options),
    )
}
