import type { Define } from '../context.ts'
import { addFormatOptions, type FormatOptions } from '../format-options.ts'
import { repeated } from '../repeated.ts'
import { Refusal } from '../run-action.ts'
import { type ShownFormat, showResult } from '../show-result.ts'
import { exit } from '../terminal.ts'
import { wholeNumber } from '../whole-number.ts'

const formats = ['tree', 'table', 'csv', 'json', 'markdown', 'html', 'svg', 'dot', 'mermaid'] as const
const texts = ['tree', 'dot', 'mermaid'] as const

interface Options extends FormatOptions<ShownFormat | (typeof texts)[number]> {
  readonly reach?: boolean
  readonly depth?: number
  readonly kind?: string[]
}

/** `plumbline graph`: what refers to what, and what a change of something touches. */
export const define: Define = (command, context) => {
  const { terminal } = context
  addFormatOptions(
    command
      .argument('[address]', 'a document, Kind/name; the whole estate where not given')
      .option('--reach', 'what a change of it touches, instead of what it stands on')
      .option('--depth <n>', 'how far to go', wholeNumber)
      .option('-k, --kind <kind>', 'only documents of this kind; may be given more than once', repeated),
    formats,
    'write it into this file',
  )
    .addHelpText(
      'after',
      '\nExamples:\n  plumbline graph Service/checkout\n  plumbline graph Service/checkout --depth 2 --format svg -o checkout.svg\n  plumbline graph Host/db-01 --reach\n  plumbline graph --kind Service --format html -o services.html\n  plumbline graph --format dot | dot -Tpng -o estate.png',
    )
    .action(async (address: string | undefined, options: Options) =>
      context.run(
        async () => {
          const world = await context.open({})
          const { graphText, viewGraph } = await import('../../pipeline/queries.ts')
          const { graphResult } = await import('../../pipeline/graph-result.ts')
          const { depth, kind: kinds, commit, format } = options
          const drawn = await viewGraph(world, {
            ...(address !== undefined && { address }),
            reach: options.reach === true,
            ...(depth !== undefined && { depth }),
            ...(kinds !== undefined && { kinds }),
            ...(commit !== undefined && { commit }),
          })
          if ('refused' in drawn) throw new Refusal(drawn.refused)
          const made = { name: 'the graph', result: graphResult(drawn.view, drawn), of: drawn.of }
          const words = texts.find((t) => t === format)
          const shown =
            words === undefined
              ? { ...options, format: format as ShownFormat }
              : { ...options, format: 'table' as const, text: () => graphText(drawn, words) }
          await showResult(world, terminal, made, shown)
          return exit.ok
        },
        { json: options.format === 'json' },
      ),
    )
}
