import type { Define } from '../context.ts'
import { progress } from '../progress.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { recordText } from '../views/record-text.ts'
import { unauthorisedText } from '../views/unauthorised-text.ts'

/** `plumbline show`: one change with its approvals, results and history. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .argument('<change>', 'number of the change, CHG-2026-00042, or of an unauthorised one, UCH-2026-00001')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  plumbline show CHG-2026-00042')
    .action(async (change: string, options: { json?: boolean }) =>
      context.run(async () => {
        const world = await context.open({ network: 'may', emit: progress(terminal) })
        if (/^uch-/i.test(change)) {
          const { showUnauthorised } = await import('../../pipeline/unauthorised.ts')
          const found = await showUnauthorised(world, change)
          if ('refused' in found) throw new Refusal(found.refused)
          terminal.out(
            options.json === true
              ? `${JSON.stringify(found, null, 2)}\n`
              : unauthorisedText(found.record, found.history, terminal.colors),
          )
          return exit.ok
        }
        const { showRecord } = await import('../../pipeline/queries.ts')
        const shown = await showRecord(world, change)
        if ('refused' in shown) throw new Refusal(shown.refused)
        terminal.out(
          options.json === true
            ? `${JSON.stringify(shown, null, 2)}\n`
            : recordText(shown.record, shown.history, terminal),
        )
        return exit.ok
      }, options),
    )
}
