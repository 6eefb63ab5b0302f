import type { Json, JsonPath, LoadedDocument } from '../model/document.ts'
import type { Kind } from '../model/kind.ts'
import { isObject } from '../schema/is-object.ts'
import { nearest } from '../schema/nearest.ts'
import { schemasAt } from '../schema/schemas-at.ts'
import type { SchemaError, Validator } from '../schema/validator.ts'
import type { ValueFinding } from './check-input.ts'
import { settleChoices } from './settle-choices.ts'
import { wording } from './wording.ts'

/** So many findings of one document are told. */
const maxFindings = 20

/** What the schema of its kind finds wrong with a document: one finding for each mistake, in words. */
export function schemaFindings(loaded: LoadedDocument, kind: Kind, validate: Validator): ValueFinding[] {
  if (validate(loaded.document)) return []
  const errors = settleChoices(validate.errors ?? [])
  const findings = errors.map((error) => findingOf(error, loaded, kind))
  const told = new Set<string>()
  return findings
    .filter(({ path, summary }) => {
      const key = `${path.join('\0')}\0${summary}`
      return !told.has(key) && told.add(key)
    })
    .slice(0, maxFindings)
}

function findingOf(error: SchemaError, document: LoadedDocument, kind: Kind): ValueFinding {
  const path = pathOf(error.instancePath, document.document as unknown as Json)
  const { keyword, params } = error
  if (keyword === 'additionalProperties' || keyword === 'unevaluatedProperties') {
    const field = String(params['additionalProperty'] ?? params['unevaluatedProperty'])
    return { document, path: [...path, field], what: 'key', ...unknownField(field, path, kind) }
  }
  if (keyword === 'required') {
    const field = String(params['missingProperty'])
    const detail = descriptionAt(kind, [...path, field])
    return { document, path, what: 'key', summary: `${shown([...path, field])} is missing`, ...detail }
  }
  if (keyword === 'propertyNames' || error.propertyName !== undefined) {
    const field = String(params['propertyName'] ?? error.propertyName)
    return {
      document,
      path: [...path, field],
      what: 'key',
      summary: `${shown(path)} can’t have a key of this form`,
      ...detailOf(error),
    }
  }
  const value = valueAt(document.document as unknown as Json, path)
  return { document, path, what: 'value', ...wording(error, shown(path), value), ...descriptionAt(kind, path) }
}

function unknownField(field: string, path: JsonPath, kind: Kind): { summary: string; hint?: string; detail?: string } {
  const schemas = schemasOf(kind, path)
  const allowed = schemas.flatMap((s) => (isObject(s['properties']) ? Object.keys(s['properties']) : []))
  const isResource = schemas.some((s) => s['title'] === 'AnyResource')
  const near = nearest(field, allowed)
  const name = shown([...path, field])
  const list = allowed.length === 0 ? {} : { detail: `allowed: ${allowed.slice(0, 30).join(', ')}` }
  const hint = near === undefined ? {} : { hint: `Did you mean ${near}?` }
  return { summary: isResource ? `there is no resource type ${name}` : `unknown field ${name}`, ...list, ...hint }
}

/** The schemas at a path of a whole document; the envelope has none in the kind. */
function schemasOf(kind: Kind, path: JsonPath): ReturnType<typeof schemasAt> {
  const [root, ...rest] = path
  if (root === 'spec') return schemasAt(kind.schema, rest)
  const names = root === undefined ? envelope : root === 'metadata' && rest.length === 0 ? metadata : []
  return names.length === 0 ? [] : [{ properties: Object.fromEntries(names.map((name) => [name, {}])) }]
}

const envelope = ['apiVersion', 'kind', 'metadata', 'spec']
const metadata = ['name', 'labels', 'annotations', 'owner', 'description']

function descriptionAt(kind: Kind, path: JsonPath): { detail?: string } {
  const found = schemasOf(kind, path).find((s) => typeof s['description'] === 'string')?.['description']
  return typeof found === 'string' ? { detail: found } : {}
}

const detailOf = (error: SchemaError): { detail?: string } =>
  error.keyword === 'pattern' ? { detail: `pattern: ${String(error.params['pattern'])}` } : {}

/** `spec.sshKeys[0].key`. */
export function shown(path: JsonPath): string {
  const text = path
    .map((step) =>
      typeof step === 'number'
        ? `[${step}]`
        : /^[\w-]+$/.test(step)
          ? `.${step}`
          : `[${JSON.stringify(step.slice(0, 60))}]`,
    )
    .join('')
  return text === '' ? 'the document' : text.replace(/^\./, '')
}

/** A JSON pointer to a path; what is an index and what is a key, the value says. */
function pathOf(pointer: string, root: Json): JsonPath {
  let value: Json | undefined = root
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((key) => {
      const step = Array.isArray(value) ? Number(key) : key
      value = valueAt(value ?? null, [step])
      return step
    })
}

export function valueAt(root: Json, path: JsonPath): Json | undefined {
  let value: Json | undefined = root
  for (const step of path) {
    if (Array.isArray(value) && typeof step === 'number') value = value[step]
    else if (isObject(value) && typeof step === 'string') value = Object.hasOwn(value, step) ? value[step] : undefined
    else return undefined
  }
  return value
}
