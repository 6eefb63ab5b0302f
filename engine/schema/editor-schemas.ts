import type { Json, JsonObject } from '../model/document.ts'
import type { Kinds } from '../model/kind.ts'
import { documentSchema } from './document-schema.ts'
import { embedFragments, type Fragments } from './embed-fragments.ts'
import { isObject } from './is-object.ts'
import { vocabulary } from './vocabulary.ts'

/** A file for editors, with its path below the root of the estate. */
export interface EditorFile {
  readonly path: string
  readonly text: string
}

/**
 * What yaml-language-server needs to complete and check documents: a JSON Schema of whole documents for each kind, one that
 * picks by `kind`, one for kinds of one's own, and the settings that map them to files. `documents` are the estate's globs.
 * `folder` is where the schemas are to lie. A file outside the globs may name it by itself: `# yaml-language-server: $schema=.plumbline/schemas/document.json`.
 */
export function editorSchemas(
  kinds: Kinds,
  fragments: Fragments,
  documents: readonly string[],
  folder = '.plumbline/schemas',
): EditorFile[] {
  const json = (value: Json): string => `${JSON.stringify(value, null, 2)}\n`
  const metadata = plain(fragments.get('urn:plumbline:v1:metadata') ?? {})
  const names = [...kinds.keys()].sort()
  const files = names.map((name) => {
    const { $id: _id, $schema: _schema, $defs, ...spec } = plain(kinds.get(name)?.schema ?? {})
    const whole = documentSchema(name, metadata, spec)
    const schema = { $schema: draft, title: name, ...whole, ...($defs === undefined ? {} : { $defs }) }
    return { path: `${folder}/${name}.json`, text: json(schema) }
  })
  return [
    ...files,
    { path: `${folder}/document.json`, text: json(anyDocument(names)) },
    { path: '.vscode/settings.json', text: json(settings(documents, folder)) },
  ]
}

const draft = 'https://json-schema.org/draft/2020-12/schema'

/** Chooses the schema by the document's kind; an unknown kind lists the kinds there are. */
function anyDocument(names: readonly string[]): JsonObject {
  return {
    $schema: draft,
    title: 'A document of the estate',
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    properties: { apiVersion: { const: 'plumbline/v1' }, kind: { enum: names } },
    allOf: names.map((name) => ({
      if: { required: ['kind'], properties: { kind: { const: name } } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { $ref: `${name}.json` },
    })),
  }
}

function settings(documents: readonly string[], folder: string): JsonObject {
  return {
    'yaml.schemas': {
      [`./${folder}/document.json`]: [...documents],
      [`./${folder}/Estate.json`]: ['plumbline.yaml'],
    },
    'yaml.customTags': [],
  }
}

/** Without our own keywords, which editors would call unknown. */
function plain(schema: JsonObject): JsonObject {
  const strip = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(strip)
    if (!isObject(value)) return value
    const own = Object.fromEntries(
      Object.entries(value)
        .filter(([key, item]) => !isOwnKeyword(key, item))
        .map(([key, item]) => [key, key === 'examples' || key === 'default' ? item : strip(item)]),
    )
    return isOwnKeyword('allocate', value['allocate'] ?? {}) ? orRequest(own, value['allocate'] === 'prefix') : own
  }
  return strip(embedFragments(schema, new Map())) as JsonObject
}

/** Where a value can be asked for, an editor lets the request stand. */
function orRequest({ description = '', ...value }: { readonly [key: string]: Json }, withLength: boolean): JsonObject {
  const from = { description: 'What it is taken from; plumbline address allocate writes the value.', type: 'string' }
  const length = { description: 'How long the prefix is to be.', type: 'integer', minimum: 0, maximum: 128 }
  const request = {
    type: 'object',
    additionalProperties: false,
    required: withLength ? ['from', 'length'] : ['from'],
    properties: { from, ...(withLength && { length }) },
  }
  return { description, anyOf: [value, request] }
}

/** A property may be called as one of our keywords is; then it holds a schema. */
const isOwnKeyword = (key: string, value: Json): boolean =>
  (vocabulary as readonly string[]).includes(key) && !isObject(value)
