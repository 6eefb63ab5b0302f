import { Option } from 'commander'
import type { Define } from '../context.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { wholeNumber } from '../whole-number.ts'

interface Options {
  readonly from?: string
  readonly reach?: string
  readonly depth?: number
  readonly format: 'tree' | 'dot' | 'mermaid' | 'json'
  readonly commit?: string
  readonly json?: boolean
}

/** `plumbline graph`: what refers to what, and what a change of something touches. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .argument('[address]', 'a document, Kind/name; the whole estate where not given')
    .option('--reach', 'what a change of it touches, instead of what it stands on')
    .option('--depth <n>', 'how far to go', wholeNumber)
    .addOption(
      new Option('--format <format>', 'how to draw it').choices(['tree', 'dot', 'mermaid', 'json']).default('tree'),
    )
    .option('--commit <rev>', 'at a commit instead of the working folder')
    .option('--json', 'the same as --format json')
    .addHelpText(
      'after',
      '\nExamples:\n  plumbline graph Service/checkout\n  plumbline graph Host/db-01 --reach\n  plumbline graph --format dot | dot -Tsvg -o estate.svg',
    )
    .action(async (address: string | undefined, options: Options) =>
      context.run(async () => {
        const world = await context.open({})
        const { drawGraph } = await import('../../pipeline/queries.ts')
        const drawn = await drawGraph(world, {
          ...(address !== undefined && { address }),
          reach: options.reach !== undefined,
          ...(options.depth !== undefined && { depth: options.depth }),
          format: options.json === true ? 'json' : options.format,
          ...(options.commit !== undefined && { commit: options.commit }),
        })
        if ('refused' in drawn) throw new Refusal(drawn.refused)
        terminal.out(drawn.text)
        return exit.ok
      }, options),
    )
}
