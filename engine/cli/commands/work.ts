import type { Define } from '../context.ts'
import { progress } from '../progress.ts'
import { exit } from '../terminal.ts'
import { wholeNumber } from '../whole-number.ts'

interface Options {
  readonly once?: boolean
  readonly every: number
  readonly json?: boolean
}

/** `plumbline work`: looks after what follows from records and from time. Exit 0 once it was told to stop. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .option('--once', 'one turn, for a timer that comes again')
    .option('--every <seconds>', 'a turn every so many seconds', wholeNumber, 30)
    .option('--json', 'print what each turn did as a line of JSON')
    .addHelpText(
      'after',
      `
Follows the ledger and the clock: moves records that are linked to what moved, as their types say, and whatever else is due by
itself. It writes as an engine, so it needs a key that the ledger knows. Each thing is done once, also where a turn is broken off.

Examples:
  plumbline work
  plumbline work --once`,
    )
    .action(async (options: Options) =>
      context.run(async () => {
        const { workOnce } = await import('../../pipeline/work/work.ts')
        for (;;) {
          const world = await context.open({ network: 'must', emit: progress(terminal) })
          try {
            const done = await workOnce(world)
            const some = Object.entries(done).filter(([, count]) => count > 0)
            if (options.json === true) terminal.out(`${JSON.stringify(done)}\n`)
            else if (some.length > 0) terminal.out(`${some.map(([name, count]) => `${name} ${count}`).join(', ')}\n`)
            if (options.once === true || world.stopping()) return exit.ok
            await world.wait(options.every * 1000)
            if (world.stopping()) return exit.ok
          } finally {
            await world.close?.()
          }
        }
      }, options),
    )
}
