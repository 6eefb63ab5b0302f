import { addressOf } from '../model/address.ts'
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
  { id, fields }: Pick<DeclaredRecord, 'id' | 'fields'>,
  graph: Graph,
): Promise<readonly Diagnostic[]> {
  const refuse = (summary: string): Diagnostic => report('record-fields', { summary: `${id}: ${summary}`, subject: id })
  const validate = await fieldsValidator(type)
  if (typeof validate === 'string') return [refuse(`the fields of ${type.name} are no schema: ${validate}`)]
  if (!validate(fields))
    return (validate.errors ?? []).slice(0, 20).map((error) => {
      const extra = error.params['additionalProperty']
      const allowed = error.params['allowedValues']
      return refuse(
        [
          `${error.instancePath.slice(1).replaceAll('/', '.') || 'the fields'} ${error.message ?? 'do not fit'}`,
          ...(typeof extra === 'string' ? [extra] : []),
          ...(Array.isArray(allowed) ? [allowed.join(', ')] : []),
        ].join(': '),
      )
    })
  return namesIn(type.spec.fields.properties, fields).flatMap(({ path, name, kinds }) => {
    const addresses = name.includes('/') ? [asAddress(name, kinds)] : kinds.map((kind) => addressOf(kind, name))
    return addresses.some((address) => address !== undefined && graph.documents.has(address))
      ? []
      : [refuse(`${path}: there is no ${kinds.length === 1 ? `${kinds[0]}/` : ''}${name}`)]
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
