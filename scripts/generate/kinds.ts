import type { Inputs } from './read-inputs.ts'

/** Text of `kinds.ts`: the built-in kinds and the fragments they share, as data. */
export function kindsText({ kinds, fragments }: Inputs): string {
  const shared = Object.fromEntries(fragments)
  return `${[
    "import type { JsonObject } from '../model/document.ts'",
    "import type { Kind, Kinds } from '../model/kind.ts'",
    '',
    'const list = JSON.parse(',
    `  ${JSON.stringify(JSON.stringify(kinds))},`,
    ') as Kind[]',
    'const shared = JSON.parse(',
    `  ${JSON.stringify(JSON.stringify(shared))},`,
    ') as Record<string, JsonObject>',
    '',
    '/** Built-in kinds by name; each schema stands alone (what it shares is under its `$defs`). */',
    'export const kinds: Kinds = new Map(list.map((kind) => [kind.name, kind]))',
    '',
    '/** Schemas that kinds of your own may refer to, by `$id`. */',
    'export const fragments: ReadonlyMap<string, JsonObject> = new Map(Object.entries(shared))',
  ].join('\n')}\n`
}
