import type { Define } from '../context.ts'
import { keyOption } from '../key-option.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'

interface Options {
  readonly key?: string
  readonly json?: boolean
}

/** `plumbline close`: nothing is left to be done about a change. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .argument('<change>', 'number of the change, CHG-2026-00042')
    .option(...keyOption)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nA change that was carried out, taken back or reviewed can be closed; an emergency is reviewed first.\n\nExample:\n  plumbline close CHG-2026-00042',
    )
    .action(async (change: string, options: Options) =>
      context.run(async () => {
        const world = await context.open({ network: 'must', ...(options.key !== undefined && { key: options.key }) })
        const { closeChange } = await import('../../pipeline/review.ts')
        const done = await closeChange(world, change)
        if ('refused' in done) throw new Refusal(done.refused)
        terminal.out(
          options.json === true
            ? `${JSON.stringify({ change: done.id, state: done.state }, null, 2)}\n`
            : `${terminal.colors.bold(done.id)} is closed\n`,
        )
        return exit.ok
      }, options),
    )
}
