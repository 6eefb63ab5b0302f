import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'

const spread = '...DEFAULT_PARSER_OPTIONS,\n\t\t...options,\n\t\tinput:'
const named =
  'filename: options?.filename ?? DEFAULT_PARSER_OPTIONS.filename,\n\t\tmaxDepth: options?.maxDepth ?? DEFAULT_PARSER_OPTIONS.maxDepth,\n\t\tinput:'

/**
 * js-yaml's parser as it is, but for how it makes the object that holds its state. It copies its settings into that with `...` and
 * adds the rest, by which V8 11 (Node 20) gives the object of each file a hidden class of its own: all that the parser does looks
 * its fields up anew, and takes four times as long. With the settings by their names, all of them have one.
 *
 * @throws Error where js-yaml no longer does so: then look whether this is still of use
 */
export function withSteadyState(source: string): string {
  const [before, after, ...more] = source.split(spread)
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error('js-yaml makes the state of its parser in another way than scripts/build/steady-parser.ts knows')
  return `${before}${named}${after}`
}

export const steadyParser: Plugin = {
  name: 'steady-parser',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]js-yaml[\\/]dist[\\/]js-yaml\.mjs$/ }, async ({ path }) => ({
      contents: withSteadyState(await readFile(path, 'utf8')),
      loader: 'js',
    }))
  },
}
