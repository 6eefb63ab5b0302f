import { CORE_SCHEMA, dump } from 'js-yaml'
import type { Json, JsonObject } from '../../engine/model/document.ts'
import type { Kinds } from '../../engine/model/kind.ts'
import { explainKind } from '../../engine/schema/explain-kind.ts'

/** Text of `docs/reference/kinds.md`: every kind and resource type with its fields and an example. */
export function kindsPage(kinds: Kinds, resources: ReadonlyMap<string, JsonObject>): string {
  const types: Kinds = new Map(
    [...resources].map(([name, schema]) => [
      name,
      { name, domain: 'resources', schema, file: `engine/resources/${name}/schema.yaml` },
    ]),
  )
  const domains = [...new Set([...kinds.values()].map((k) => k.domain))].sort()
  return `${[
    '# Kinds',
    '',
    'Written by `npm run reference` from the schemas. `plumbline explain KIND.field` tells the same in the terminal.',
    '',
    'Every document has the same envelope:',
    '',
    '```yaml',
    'apiVersion: plumbline/v1',
    'kind: Host',
    'metadata: { name: web-01, labels: { env: prod }, owner: team/platform }',
    'spec: {}',
    '```',
    ...domains.flatMap((domain) => [
      '',
      `## ${capital(domain)}`,
      ...[...kinds.values()].filter((k) => k.domain === domain).flatMap((k) => section(kinds, k.name)),
    ]),
    '',
    '## Resources',
    '',
    'What a `Profile` may ask for, each item of `spec.resources` a map with one of these as its key.',
    ...[...types.keys()].flatMap((name) => section(types, name)),
  ].join('\n')}\n`
}

function section(kinds: Kinds, name: string): string[] {
  const schema = kinds.get(name)?.schema ?? {}
  const [example] = Array.isArray(schema['examples']) ? schema['examples'] : []
  const isResource = /^[a-z]/.test(name)
  const document = isResource ? { [name]: example } : example
  return [
    '',
    `### ${name}`,
    '',
    String(schema['description'] ?? ''),
    '',
    '| Field | Type | | Meaning |',
    '|---|---|---|---|',
    ...rows(kinds, name, []),
    ...(example === undefined ? [] : ['', '```yaml', yaml(document ?? null, isResource), '```']),
  ]
}

/** One row for each field, those inside of others below them. Resources of a profile have sections of their own. */
function rows(kinds: Kinds, kind: string, path: readonly string[]): string[] {
  const found = explainKind(kinds, [kind, ...path].join('.'))
  if (!('explanation' in found) || path.length > 6) return []
  return found.explanation.fields.flatMap((field) => {
    const below = [...path, field.name]
    const about = explainKind(kinds, [kind, ...below].join('.'))
    const fallback = 'explanation' in about ? about.explanation.default : undefined
    const refers = 'explanation' in about ? about.explanation.refersTo : undefined
    const notes = [
      ...(field.required ? ['required'] : []),
      ...(fallback === undefined ? [] : [`default \`${JSON.stringify(fallback)}\``]),
      ...(refers === undefined ? [] : [`names a ${refers.map((k) => `[${k}](#${k.toLowerCase()})`).join(' or ')}`]),
    ]
    const row = `| \`${below.join('.')}\` | ${cell(field.type)} | ${notes.join(', ')} | ${cell(field.description)} |`
    return kind === 'Profile' && below.join('.') === 'resources' ? [row] : [row, ...rows(kinds, kind, below)]
  })
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;')

function yaml(value: Json, isItem: boolean): string {
  const text = dump(isItem ? [value] : { spec: value }, { schema: CORE_SCHEMA, lineWidth: 100 })
  return text.trimEnd()
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
