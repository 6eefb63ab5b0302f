import type { Define } from '../context.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { columns } from '../views/columns.ts'

/** `plumbline explain`: what a kind or a field means, from its schema. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .argument(
      '[what]',
      'a kind or one of its fields: Host, Host.ssh.port, Profile.resources.file.mode; all kinds where not given',
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  plumbline explain\n  plumbline explain Host\n  plumbline explain AccessGrant.expires',
    )
    .action(async (what: string | undefined, options: { json?: boolean }) =>
      context.run(async () => {
        const world = await context.open({ estateOptional: true })
        const { explain, listKinds } = await import('../../pipeline/explain.ts')
        if (what === undefined) {
          const kinds = await listKinds(world)
          const rows = kinds.map((k) => [k.domain, k.kind, firstSentence(k.description)])
          const dim = (cell: string, column: number): string => (column === 0 ? terminal.colors.dim(cell) : cell)
          terminal.out(
            options.json === true
              ? `${JSON.stringify(kinds, null, 2)}\n`
              : `${columns(rows, { paint: dim }).join('\n')}\n`,
          )
          return exit.ok
        }
        const explained = await explain(world, what)
        if ('refused' in explained) throw new Refusal(explained.refused)
        terminal.out(options.json === true ? `${JSON.stringify(explained.json, null, 2)}\n` : explained.text)
        return exit.ok
      }, options),
    )
}

const firstSentence = (text: string): string => text.split(/(?<=\.)\s/)[0] ?? text
