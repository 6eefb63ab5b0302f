import { addressOf } from '../model/address.ts'
import { canonicalJson } from '../model/canonical.ts'
import type { DeclaredRecord, RecordType } from '../model/declared-record.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Json, JsonObject } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import { compileFields } from '../schema/compile-kind.ts'
import { isObject } from '../schema/is-object.ts'
import type { Validator } from '../schema/validator.ts'
import { codes } from './codes.ts'

const report = reporter(codes)

/** Something with fields: a type of record, or a form. */
interface Fielded {
  readonly name: string
  readonly spec: Pick<RecordType['spec'], 'fields'>
}

const compiled = new WeakMap<object, Promise<Validator | string>>()

/** The compiled schema of a type's fields, or why there is none. */
export function fieldsValidator({ spec }: Fielded): Promise<Validator | string> {
  const known = compiled.get(spec.fields)
  if (known !== undefined) return known
  const made = compileFields(spec.fields).then((c) => ('validator' in c ? c.validator : c.because))
  compiled.set(spec.fields, made)
  return made
}

/** What is wrong with the fields of a record: by its type's schema, and by the documents that they name. */
export async function fieldFaults(
  type: Fielded,
  record: Pick<DeclaredRecord, 'id' | 'fields'>,
  graph: Graph,
): Promise<readonly Diagnostic[]> {
  const faults = await schemaFaults(type, record)
  return faults.length > 0 ? faults : nameFaults(type, record, graph)
}

/**
 * The same of a move: what was wrong before it stays as it is. Types are replaced, and what fields name goes; a record has to come to
 * its end all the same.
 */
export async function newFieldFaults(
  type: Fielded,
  before: DeclaredRecord | undefined,
  after: DeclaredRecord,
  graph: Graph,
): Promise<readonly Diagnostic[]> {
  if (before === undefined) return fieldFaults(type, after, graph)
  if (canonicalJson(before.fields) === canonicalJson(after.fields)) return []
  const known = new Set(
    [...(await schemaFaults(type, before)), ...nameFaults(type, before, graph)].map((f) => f.summary),
  )
  return [...(await schemaFaults(type, after)), ...nameFaults(type, after, graph)].filter((f) => !known.has(f.summary))
}

/** As much of it as the type alone tells. */
export async function newSchemaFaults(
  type: Fielded,
  before: DeclaredRecord | undefined,
  after: DeclaredRecord,
): Promise<readonly Diagnostic[]> {
  if (before !== undefined && canonicalJson(before.fields) === canonicalJson(after.fields)) return []
  const known = new Set((before === undefined ? [] : await schemaFaults(type, before)).map((f) => f.summary))
  return (await schemaFaults(type, after)).filter((f) => !known.has(f.summary))
}

const refuse = (id: string, summary: string): Diagnostic =>
  report('record-fields', { summary: `${id}: ${summary}`, subject: id })

async function schemaFaults(
  type: Fielded,
  { id, fields }: Pick<DeclaredRecord, 'id' | 'fields'>,
): Promise<readonly Diagnostic[]> {
  const validate = await fieldsValidator(type)
  if (typeof validate === 'string') return [refuse(id, `the fields of ${type.name} are no schema: ${validate}`)]
  const valid = answered(() => validate(fields))
  if (valid === undefined) return [refuse(id, `the fields of ${type.name} are a schema without an end`)]
  if (valid) return []
  return (validate.errors ?? []).slice(0, 20).map((error) => {
    const extra = error.params['additionalProperty']
    const allowed = error.params['allowedValues']
    const what = `${error.instancePath.slice(1).replaceAll('/', '.') || 'the fields'} ${error.message ?? 'do not fit'}`
    return refuse(
      id,
      [
        what,
        ...(typeof extra === 'string' ? [extra] : []),
        ...(Array.isArray(allowed) ? [allowed.join(', ')] : []),
      ].join(': '),
    )
  })
}

/** Undefined where a schema that leads back to itself never answers. */
function answered(ask: () => unknown): boolean | undefined {
  try {
    return ask() === true
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function nameFaults(
  type: Fielded,
  { id, fields }: Pick<DeclaredRecord, 'id' | 'fields'>,
  graph: Graph,
): readonly Diagnostic[] {
  return namesIn(type.spec.fields.properties, fields).flatMap(({ path, name, kinds }) => {
    const addresses = name.includes('/') ? [asAddress(name, kinds)] : kinds.map((kind) => addressOf(kind, name))
    return addresses.some((address) => address !== undefined && graph.documents.has(address))
      ? []
      : [refuse(id, `${path}: there is no ${kinds.length === 1 ? `${kinds[0]}/` : ''}${name}`)]
  })
}

/** `host/web-01` as `Host/web-01`, where that kind may stand there. */
function asAddress(name: string, kinds: readonly string[]) {
  const [kind = '', rest = ''] = [name.slice(0, name.indexOf('/')), name.slice(name.indexOf('/') + 1)]
  const found = kinds.find((k) => k.toLowerCase() === kind.toLowerCase())
  return found === undefined ? undefined : addressOf(found, rest)
}

/** The documents that fields name: their schema says `ref`. */
export function namesIn(
  properties: JsonObject,
  fields: JsonObject,
): readonly { readonly path: string; readonly name: string; readonly kinds: readonly string[] }[] {
  return Object.entries(fields).flatMap(([field, value]) => {
    const schema = Object.hasOwn(properties, field) ? properties[field] : undefined
    return isObject(schema) ? namesAt(schema, value, field) : []
  })
}

function namesAt(
  schema: JsonObject,
  value: Json,
  path: string,
): readonly { readonly path: string; readonly name: string; readonly kinds: readonly string[] }[] {
  const { ref, items, properties } = schema
  if (typeof value === 'string' && ref !== undefined)
    return [{ path, name: value, kinds: (Array.isArray(ref) ? ref : [ref]).map(String) }]
  if (Array.isArray(value) && isObject(items))
    return value.flatMap((item: Json, i) => namesAt(items, item, `${path}.${i}`))
  if (isObject(value) && isObject(properties))
    return namesIn(properties as JsonObject, value as JsonObject).map((n) => ({
      ...n,
      path: `${path}.${n.path}`,
    }))
  return []
}
