import type { Define } from '../context.ts'
import { addFormatOptions, type FormatOptions } from '../format-options.ts'
import { repeated } from '../repeated.ts'
import { Refusal } from '../run-action.ts'
import { showResult } from '../show-result.ts'
import { exit } from '../terminal.ts'

const formats = ['table', 'csv', 'json', 'markdown', 'html'] as const

interface Options extends FormatOptions<(typeof formats)[number]> {
  readonly label?: string[]
}

/** `plumbline get`: documents as a table, or one of them whole. */
export const define: Define = (command, context) => {
  const { terminal } = context
  addFormatOptions(
    command
      .argument(
        '[kind]',
        'a kind such as Host, or an address such as Host/web-01; all kinds with their numbers where not given',
      )
      .argument('[name]', 'name of a document')
      .option('-l, --label <key=value>', 'only documents with this label; may be given more than once', repeated),
    formats,
    'write it into this file',
  )
    .addHelpText(
      'after',
      '\nExamples:\n  plumbline get\n  plumbline get Host -l role=web\n  plumbline get Host/web-01 --json\n  plumbline get Host --format csv -o hosts.csv',
    )
    .action(async (kind: string | undefined, name: string | undefined, options: Options) =>
      context.run(
        async () => {
          const world = await context.open({})
          const { getDocuments } = await import('../../pipeline/queries.ts')
          const { documentsResult } = await import('../../pipeline/documents-result.ts')
          const found = await getDocuments(world, {
            ...(kind !== undefined && { kind }),
            ...(name !== undefined && { name }),
            labels: options.label ?? [],
            ...(options.commit !== undefined && { commit: options.commit }),
          })
          if ('refused' in found) throw new Refusal(found.refused)
          const made = { name: 'get', result: documentsResult(found), of: found.of }
          const { text } = found
          await showResult(world, terminal, made, { ...options, ...(text !== undefined && { text: () => text }) })
          return exit.ok
        },
        { json: options.format === 'json' },
      ),
    )
}
