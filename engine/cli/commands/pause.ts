import type { Define } from '../context.ts'
import { progress } from '../progress.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'

interface Options {
  readonly reason: string
  readonly key?: string
  readonly json?: boolean
}

/** `plumbline pause`: asks that no further wave of a change is started. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .argument('<change>', 'record number of a change that is being applied')
    .requiredOption('-m, --reason <text>', 'why; the record keeps it')
    .option('--key <file>', "your SSH key, to sign it (default: git's user.signingkey)")
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Whoever applies the change reads this after the wave that is under way, gives the locks back and leaves the rest for later.

Examples:
  plumbline pause CHG-2026-00042 --reason "the shop is slower since the canary"
  plumbline resume CHG-2026-00042`,
    )
    .action(async (change: string, options: Options) =>
      context.run(async () => {
        const world = await context.open({
          network: 'must',
          emit: progress(terminal),
          ...(options.key !== undefined && { key: options.key }),
        })
        const { pauseChange } = await import('../../pipeline/pause.ts')
        const done = await pauseChange(world, { change, reason: options.reason })
        if ('refused' in done) throw new Refusal(done.refused)
        const { id } = done.record
        if (options.json === true) terminal.out(`${JSON.stringify({ change: id, by: done.person }, null, 2)}\n`)
        else terminal.out(`${id} stops after the wave that is under way; plumbline resume ${id} goes on with it\n`)
        return exit.ok
      }, options),
    )
}
