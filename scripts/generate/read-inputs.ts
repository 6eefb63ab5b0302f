import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { CORE_SCHEMA, load } from 'js-yaml'
import type { JsonObject } from '../../engine/model/document.ts'
import type { Kind } from '../../engine/model/kind.ts'
import { embedFragments, type Fragments } from '../../engine/schema/embed-fragments.ts'

/** A plug-in folder: its name and the file to import, relative to `engine/generated/`. */
export interface PlugIn {
  readonly name: string
  readonly from: string
}

/** Everything that is generated from. */
export interface Inputs {
  /** Raw schemas of kinds and fragments by `$id`, references still between them. */
  readonly schemas: ReadonlyMap<string, JsonObject>
  readonly fragments: Fragments
  /** Kinds with what they refer to embedded, sorted by name. */
  readonly kinds: readonly Kind[]
  /** Documents of the record types that come with the engine, sorted by name. */
  readonly recordTypes: readonly JsonObject[]
  /** Schemas of the specs of resource types, by name, sorted. */
  readonly resourceSchemas: ReadonlyMap<string, JsonObject>
  readonly resources: readonly PlugIn[]
  readonly practices: readonly PlugIn[]
  readonly codeBooks: readonly PlugIn[]
}

const urn = (name: string): string => `urn:plumbline:v1:${name}`

/** Names of the files that decide what is generated, sorted. */
export function inputFiles(): string[] {
  const under = (folder: string, wanted: (path: string) => boolean): string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
      .filter(wanted)
  return [
    ...under('schemas', (p) => p.endsWith('.yaml')),
    ...under('engine', (p) => /\/codes\.ts$|^engine\/(resources|practices)\/[^/]+\/(index\.ts|schema\.yaml)$/.test(p)),
    ...under('engine/github-files', (p) => p.endsWith('.yml')),
    'action.yml',
    ...under('scripts/generate', (p) => p.endsWith('.ts') && !p.endsWith('.test.ts')),
    'engine/schema/embed-fragments.ts',
    'scripts/generate.ts',
    'package.json',
  ].sort()
}

export function readInputs(files: readonly string[]): Inputs {
  const resources = plugIns(files, 'resources')
  const resourceSchemas = new Map(
    resources
      .map((plugIn) => ({ name: plugIn.name, file: `engine/resources/${plugIn.name}/schema.yaml` }))
      .filter(({ file }) => existsSync(file))
      .map(({ name, file }) => [name, { ...withOrder(readSchema(file)), $id: urn(`resource:${name}`) }]),
  )
  const schemas = new Map<string, JsonObject>()
  for (const [name, schema] of resourceSchemas) schemas.set(urn(`resource:${name}`), schema)
  schemas.set(urn('resource'), anyResource([...resourceSchemas.keys()]))
  const schemaFiles = files.filter((f) => f.startsWith('schemas/') && !isRecordType(f))
  for (const file of schemaFiles) {
    const id = urn(basename(file, '.yaml'))
    if (schemas.has(id)) throw new Error(`${file} is not the only schema of that name`)
    schemas.set(id, readSchema(file))
  }
  const fragments = new Map([...schemas].filter(([id]) => !isKindFile(id.slice(urn('').length))))
  return {
    schemas,
    fragments,
    kinds: schemaFiles
      .filter((file) => isKindFile(basename(file)))
      .map((file) => ({
        name: basename(file, '.yaml'),
        domain: dirname(file).slice('schemas/'.length),
        schema: embedFragments(readSchema(file), fragments),
        file,
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    recordTypes: files.filter(isRecordType).map(readSchema),
    resourceSchemas,
    resources,
    practices: plugIns(files, 'practices'),
    codeBooks: files
      .filter((f) => f.endsWith('/codes.ts'))
      .map((f) => ({ name: dirname(f).slice('engine/'.length), from: `../${f.slice('engine/'.length)}` })),
  }
}

/** What stands there in small letters is no schema but a document of the kind `RecordType`. */
const isRecordType = (file: string): boolean => /^schemas\/records\/[a-z][^/]*\.yaml$/.test(file)

/** A capital letter makes a kind; other files are fragments that kinds share. */
const isKindFile = (name: string): boolean => /^[A-Z]/.test(name)

function plugIns(files: readonly string[], folder: string): PlugIn[] {
  return files
    .filter((f) => f.startsWith(`engine/${folder}/`) && f.endsWith('/index.ts'))
    .map((f) => ({ name: basename(dirname(f)), from: `../${f.slice('engine/'.length)}` }))
}

function readSchema(file: string): JsonObject {
  const schema = load(readFileSync(file, 'utf8'), { schema: CORE_SCHEMA, filename: file })
  if (typeof schema !== 'object' || schema === null) throw new Error(`${file} is not a schema`)
  return schema as JsonObject
}

/** Adds to the schema of a resource type what every resource may say of others. */
function withOrder(schema: JsonObject): JsonObject {
  const ids = (description: string): JsonObject => ({
    description,
    type: 'array',
    uniqueItems: true,
    items: { type: 'string', pattern: '^[a-zA-Z]+:.+$' },
  })
  return {
    ...schema,
    properties: {
      ...(schema['properties'] as JsonObject),
      requires: ids('Resources that must be done before, such as package:nginx. What is obvious need not be said.'),
      notifies: ids('Services that restart when this one changes, such as service:nginx.'),
    },
  }
}

/** One item of a profile's `resources`: a map with one key, the resource type. */
function anyResource(types: readonly string[]): JsonObject {
  return {
    $id: urn('resource'),
    title: 'AnyResource',
    description: 'One resource: its type, and what it shall be like.',
    type: 'object',
    additionalProperties: false,
    minProperties: 1,
    maxProperties: 1,
    properties: Object.fromEntries(types.map((type) => [type, { $ref: urn(`resource:${type}`) }])),
  }
}
