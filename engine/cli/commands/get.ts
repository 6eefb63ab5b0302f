import type { Define } from '../context.ts'
import { repeated } from '../repeated.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { columns } from '../views/columns.ts'

interface Options {
  readonly label?: string[]
  readonly commit?: string
  readonly json?: boolean
}

/** `plumbline get`: documents as a table, or one of them whole. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .argument(
      '[kind]',
      'a kind such as Host, or an address such as Host/web-01; all kinds with their numbers where not given',
    )
    .argument('[name]', 'name of a document')
    .option('-l, --label <key=value>', 'only documents with this label; may be given more than once', repeated)
    .option('--commit <rev>', 'at a commit instead of the working folder')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  plumbline get\n  plumbline get Host -l role=web\n  plumbline get Host/web-01 --json',
    )
    .action(async (kind: string | undefined, name: string | undefined, options: Options) =>
      context.run(async () => {
        const world = await context.open({})
        const { getDocuments } = await import('../../pipeline/queries.ts')
        const found = await getDocuments(world, {
          ...(kind !== undefined && { kind }),
          ...(name !== undefined && { name }),
          labels: options.label ?? [],
          ...(options.commit !== undefined && { commit: options.commit }),
        })
        if ('refused' in found) throw new Refusal(found.refused)
        const c = terminal.colors
        if (options.json === true)
          terminal.out(`${JSON.stringify(found.one ?? found.documents ?? found.kinds, null, 2)}\n`)
        else if (found.one !== undefined) terminal.out(found.text ?? '')
        else if (found.kinds !== undefined)
          terminal.out(
            `${columns([['KIND', 'DOCUMENTS'], ...found.kinds.map((k) => [k.kind, String(k.documents)])], { paint: head(c.dim) }).join('\n')}\n`,
          )
        else
          terminal.out(
            `${columns([['NAME', 'OWNER', 'LABELS', 'FILE'], ...(found.documents ?? []).map((d) => [d.name, d.owner, d.labels, d.place])], { paint: head(c.dim) }).join('\n')}\n`,
          )
        return exit.ok
      }, options),
    )
}

const head =
  (dim: (text: string) => string) =>
  (cell: string, _column: number, row: number): string =>
    row === 0 ? dim(cell) : cell
