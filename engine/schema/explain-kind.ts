import type { Json, JsonObject } from '../model/document.ts'
import type { Kind, Kinds } from '../model/kind.ts'
import type { LeaseSort } from '../model/lease.ts'
import { requestForm } from './allocation-request.ts'
import { isObject } from './is-object.ts'
import { nearest } from './nearest.ts'
import { schemasAt } from './schemas-at.ts'

/** What can be said about a kind or a field of one. */
export interface Explanation {
  /** `Host.ssh.port`. */
  readonly name: string
  readonly kind: string
  readonly domain: string
  readonly type: string
  readonly description: string
  readonly required: boolean
  readonly default?: Json
  readonly allowed?: readonly Json[]
  readonly pattern?: string
  readonly format?: string
  readonly minimum?: Json
  readonly maximum?: Json
  /** Kinds it refers to. */
  readonly refersTo?: readonly string[]
  readonly unique?: string
  readonly immutable?: true
  /** What `plumbline address allocate` can give: then a request may stand there. */
  readonly allocate?: LeaseSort
  readonly sensitive?: true
  readonly example?: Json
  readonly fields: readonly FieldLine[]
}

export interface FieldLine {
  readonly name: string
  readonly type: string
  readonly required: boolean
  readonly description: string
}

export type Explained =
  | { readonly explanation: Explanation }
  | { readonly unknown: string; readonly didYouMean?: string }

/** Explains `Host` or `Host.ssh.port`. Kinds compare without case; `spec.` may be left out; lists are passed through. */
export function explainKind(kinds: Kinds, asked: string): Explained {
  const [first = '', ...rest] = asked.replace(/\[\]/g, '').split('.')
  const kind = [...kinds.values()].find((k) => k.name.toLowerCase() === first.toLowerCase())
  if (kind === undefined) return notThere(`there is no kind ${first}`, nearest(first, kinds.keys()))
  const path = rest[0] === 'spec' ? rest.slice(1) : rest
  let isRequired = false
  for (const [i, field] of path.entries()) {
    const above = insideOf(kind, path.slice(0, i))
    if (fieldSchemas(kind, path.slice(0, i + 1)).length === 0) {
      const near = nearest(field, propertyNames(above))
      const full = [kind.name, ...path.slice(0, i)].join('.')
      return notThere(`${full} has no field ${field}`, near === undefined ? undefined : `${full}.${near}`)
    }
    isRequired = requiredNames(above).has(field)
  }
  return { explanation: explain(kind, path, fieldSchemas(kind, path), isRequired) }
}

const notThere = (unknown: string, near: string | undefined): Explained => ({
  unknown,
  ...(near === undefined ? {} : { didYouMean: near }),
})

/** Ways that lead to a field, through lists and lists of lists. */
function waysTo(kind: Kind, fields: readonly string[]): (string | number)[][] {
  let ways: (string | number)[][] = [[]]
  for (const field of fields) {
    ways = ways.flatMap((way) => throughLists(way).map((inside) => [...inside, field]))
    ways = ways.filter((way) => schemasAt(kind.schema, way).length > 0)
  }
  return ways
}

const throughLists = (way: readonly (string | number)[]): (string | number)[][] => [
  [...way],
  [...way, 0],
  [...way, 0, 0],
]

const fieldSchemas = (kind: Kind, fields: readonly string[]): JsonObject[] => [
  ...new Set(waysTo(kind, fields).flatMap((way) => schemasAt(kind.schema, way))),
]

/** The same with the items of lists among them: where further fields may be. */
const insideOf = (kind: Kind, fields: readonly string[]): JsonObject[] => [
  ...new Set(waysTo(kind, fields).flatMap((way) => throughLists(way).flatMap((w) => schemasAt(kind.schema, w)))),
]

const requiredNames = (schemas: readonly JsonObject[]): Set<Json> =>
  new Set(schemas.flatMap((s) => (Array.isArray(s['required']) ? s['required'] : [])))

function explain(kind: Kind, path: readonly string[], schemas: readonly JsonObject[], required: boolean): Explanation {
  const pick = (key: string): Json | undefined => schemas.find((s) => s[key] !== undefined)?.[key]
  const ref = insideOf(kind, path).find((s) => s['ref'] !== undefined)?.['ref']
  const [example] = Array.isArray(pick('examples')) ? (pick('examples') as readonly Json[]) : []
  const inExample = exampleAt(kind.schema['examples'], path)
  const shownExample = path.length === 0 ? example : (example ?? inExample)
  const optional: Record<string, Json | undefined> = {
    default: pick('default'),
    allowed: pick('enum'),
    pattern: pick('pattern'),
    format: pick('format'),
    minimum: pick('minimum'),
    maximum: pick('maximum'),
    refersTo: typeof ref === 'string' ? [ref] : ref,
    unique: pick('unique'),
    immutable: pick('immutable'),
    allocate: pick('allocate'),
    sensitive: pick('sensitive'),
    example: shownExample,
  }
  return {
    name: [kind.name, ...path].join('.'),
    kind: kind.name,
    domain: kind.domain,
    type: typeOf(schemas),
    description: String(pick('description') ?? ''),
    required,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    fields: fieldsOf(kind, path),
  }
}

function fieldsOf(kind: Kind, path: readonly string[]): FieldLine[] {
  const inside = insideOf(kind, path)
  const required = requiredNames(inside)
  return propertyNames(inside).map((name) => {
    const below = fieldSchemas(kind, [...path, name])
    const described = below.find((s) => typeof s['description'] === 'string')
    return {
      name,
      type: typeOf(below),
      required: required.has(name),
      description: String(described?.['description'] ?? ''),
    }
  })
}

const propertyNames = (schemas: readonly JsonObject[]): string[] => [
  ...new Set(schemas.flatMap((s) => (isObject(s['properties']) ? Object.keys(s['properties']) : []))),
]

/** Shared schemas that are known by a word of their own. */
const typesByReference: Readonly<Record<string, readonly string[]>> = {
  'urn:plumbline:v1:textOrSecret': ['text', 'secret'],
  'urn:plumbline:v1:secretReference': ['secret'],
}

/** `text`, `list of text`, `map`, `text or list of text`. */
export function typeOf(schemas: readonly JsonObject[]): string {
  const names = schemas.flatMap((schema): string[] => {
    if (Array.isArray(schema['enum'])) return [schema['enum'].map((v) => JSON.stringify(v)).join(' | ')]
    if (schema['const'] !== undefined) return [JSON.stringify(schema['const'])]
    const kept = typesByReference[String(schema['$ref'])]
    if (kept !== undefined) return [...kept]
    const types = Array.isArray(schema['type']) ? schema['type'] : [schema['type']]
    return types.filter((t) => typeof t === 'string').map((t) => typeName(t, schema))
  })
  return [...new Set(names)].join(' or ') || 'anything'
}

function typeName(type: string, schema: JsonObject): string {
  const names: Record<string, string> = {
    string: 'text',
    integer: 'whole number',
    number: 'number',
    boolean: 'true or false',
    object: 'map',
  }
  if (type !== 'array') return names[type] ?? type
  return isObject(schema['items']) ? `list of ${typeOf([schema['items']])}` : 'list'
}

/** The value at a path of the kind's own examples. */
function exampleAt(examples: Json | undefined, path: readonly string[]): Json | undefined {
  if (path.length === 0 || !Array.isArray(examples)) return undefined
  for (const example of examples) {
    let value: Json | undefined = example
    for (const field of path) {
      while (Array.isArray(value)) value = value[0]
      value = isObject(value) ? value[field] : undefined
    }
    if (value !== undefined) return value
  }
  return undefined
}

/** The explanation as a person reads it, without colour. */
export function explanationText(e: Explanation): string {
  const facts: (readonly [string, Json | undefined])[] = [
    ['type', e.type],
    ['required', e.required ? 'yes' : undefined],
    ['default', e.default],
    ['refers to', e.refersTo?.join(', ')],
    ['pattern', e.pattern],
    ['format', e.format],
    ['at least', e.minimum],
    ['at most', e.maximum],
    ['unique', e.unique],
    ['immutable', e.immutable === true ? 'once merged' : undefined],
    ['or', e.allocate === undefined ? undefined : `${requestForm(e.allocate)}, see address allocate`],
    ['sensitive', e.sensitive === true ? 'masked wherever it is printed' : undefined],
    ['example', e.fields.length > 0 ? undefined : e.example],
  ]
  const lines = [`${e.name}  (${e.domain})`, '', ...wrap(e.description, 100), '']
  for (const [name, value] of facts) {
    if (value !== undefined)
      lines.push(`  ${name.padEnd(10)}${typeof value === 'string' ? value : JSON.stringify(value)}`)
  }
  if (e.fields.length > 0) {
    const width = Math.max(...e.fields.map((f) => f.name.length)) + 2
    const typeWidth = Math.min(28, Math.max(...e.fields.map((f) => f.type.length)) + 1)
    lines.push('', 'Fields (* required)')
    for (const f of e.fields)
      lines.push(
        `  ${f.required ? '*' : ' '} ${f.name.padEnd(width)}${f.type.padEnd(typeWidth)} ${f.description}`.trimEnd(),
      )
  }
  return `${lines.join('\n').replace(/\n{3,}/g, '\n\n')}\n`
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length + 1 > width) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
