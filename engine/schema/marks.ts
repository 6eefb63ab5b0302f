import type { Json, JsonObject, JsonPath } from '../model/document.ts'
import type { LeaseSort } from '../model/lease.ts'
import { isObject } from './is-object.ts'

/** What our keywords say about a value. */
export interface Marks {
  /** Kinds it may refer to. */
  readonly ref?: readonly string[]
  readonly acyclic?: boolean
  readonly unique?: string
  readonly immutable?: boolean
  readonly sensitive?: boolean
  /** What may be asked for there instead of being written: `{ from: prefix/NAME }`. */
  readonly allocate?: LeaseSort
}

/** The parts of a schema that lead to marks. Recursive schemas make it a circle, so walk it along a value only. */
export interface MarkedSchema {
  readonly marks?: Marks
  readonly properties: ReadonlyMap<string, MarkedSchema>
  readonly rest?: MarkedSchema
  readonly items?: MarkedSchema
  /** Others that hold for the same value: `$ref`, `oneOf` and the like. */
  readonly also: readonly MarkedSchema[]
}

interface Building {
  marks?: Marks
  properties: Map<string, Building>
  rest?: Building
  items?: Building
  also: Building[]
  leads?: boolean
}

/** Schemas never change, and each stage asks for those of every kind, for each commit that is read. */
const read = new WeakMap<JsonObject, MarkedSchema | 'none'>()

/** Reads the marks of a schema that stands alone, once; undefined where it has none. */
export function markedSchema(schema: JsonObject): MarkedSchema | undefined {
  const known = read.get(schema) ?? readMarks(schema) ?? 'none'
  read.set(schema, known)
  return known === 'none' ? undefined : known
}

function readMarks(schema: JsonObject): MarkedSchema | undefined {
  const known = new Map<Json, Building>()
  const root = build(schema, schema, known)
  spread([...known.values()])
  prune([...known.values()])
  return root.leads === true ? root : undefined
}

type Visit = (marks: Marks, value: Json, path: JsonPath) => void

/** Calls `visit` for every value that carries marks. */
export function visitMarks(schema: MarkedSchema, value: Json | undefined, visit: Visit, path: JsonPath = []): void {
  visitAt(schema, value, visit, [...path])
}

/** `path` is one list that grows and shrinks on the way: most of what is passed carries no marks. */
function visitAt(schema: MarkedSchema, value: Json | undefined, visit: Visit, path: (string | number)[]): void {
  if (value === undefined) return
  if (schema.marks !== undefined) visit(schema.marks, value, [...path])
  for (const other of schema.also) visitAt(other, value, visit, path)
  if (Array.isArray(value)) {
    const { items } = schema
    if (items === undefined) return
    for (let i = 0; i < value.length; i++) {
      path.push(i)
      visitAt(items, value[i], visit, path)
      path.pop()
    }
  } else if (isObject(value) && (schema.properties.size > 0 || schema.rest !== undefined)) {
    for (const key in value) {
      const child = schema.properties.get(key) ?? schema.rest
      if (child === undefined) continue
      path.push(key)
      visitAt(child, value[key], visit, path)
      path.pop()
    }
  }
}

function build(schema: JsonObject, root: JsonObject, known: Map<Json, Building>): Building {
  const before = known.get(schema)
  if (before !== undefined) return before
  const node: Building = { properties: new Map(), also: [] }
  known.set(schema, node)
  const marks = marksOf(schema)
  if (marks !== undefined) node.marks = marks
  const child = (value: Json | undefined): Building | undefined =>
    isObject(value) ? build(value, root, known) : undefined
  for (const [key, value] of Object.entries(isObject(schema['properties']) ? schema['properties'] : {})) {
    node.properties.set(key, child(value) ?? { properties: new Map(), also: [] })
  }
  const rest = child(schema['additionalProperties'])
  if (rest !== undefined) node.rest = rest
  const items = child(schema['items'])
  if (items !== undefined) node.items = items
  node.also.push(...alternatives(schema, root).map((other) => build(other, root, known)))
  return node
}

/** Schemas that speak about the same value. */
function alternatives(schema: JsonObject, root: JsonObject): JsonObject[] {
  const found: (Json | undefined)[] = [schema['then'], schema['else'], resolveLocal(schema['$ref'], root)]
  for (const key of ['oneOf', 'anyOf', 'allOf']) {
    const list = schema[key]
    if (Array.isArray(list)) found.push(...list)
  }
  return found.filter(isObject)
}

/** What a reference inside a schema (`#`, `#/$defs/x`) names. */
export function resolveLocal(ref: Json | undefined, root: JsonObject): Json | undefined {
  if (ref === '#') return root
  if (typeof ref !== 'string' || !ref.startsWith('#/')) return undefined
  let value: Json | undefined = root
  for (const part of ref.slice(2).split('/')) {
    value = isObject(value) ? value[part.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined
  }
  return value
}

function marksOf(schema: JsonObject): Marks | undefined {
  const { ref, acyclic, unique, immutable, sensitive, allocate } = schema
  const kinds =
    typeof ref === 'string' ? [ref] : Array.isArray(ref) ? ref.filter((kind) => typeof kind === 'string') : []
  const marks: Marks = {
    ...(kinds.length > 0 ? { ref: kinds } : {}),
    ...(acyclic === true ? { acyclic } : {}),
    ...(typeof unique === 'string' ? { unique } : {}),
    ...(immutable === true ? { immutable } : {}),
    ...(sensitive === true ? { sensitive } : {}),
    ...(allocate === 'address' || allocate === 'prefix' || allocate === 'vlan' ? { allocate } : {}),
  }
  return Object.keys(marks).length > 0 ? marks : undefined
}

/** Says of each part whether it leads to a mark; again until nothing changes, since parts may lead to each other. */
function spread(nodes: readonly Building[]): void {
  for (let changed = true; changed; ) {
    changed = false
    for (const node of nodes) {
      if (node.leads === true || !leadsNow(node)) continue
      node.leads = true
      changed = true
    }
  }
}

function leadsNow(node: Building): boolean {
  if (node.marks !== undefined || node.rest?.leads === true || node.items?.leads === true) return true
  return node.also.some((n) => n.leads) || [...node.properties.values()].some((n) => n.leads)
}

/** Drops what leads nowhere, but keeps the names of properties that hide `rest`. */
function prune(nodes: readonly Building[]): void {
  for (const node of nodes) {
    if (node.rest?.leads !== true) {
      delete node.rest
      for (const [key, child] of node.properties) if (child.leads !== true) node.properties.delete(key)
    }
    if (node.items?.leads !== true) delete node.items
    node.also = node.also.filter((other) => other.leads)
  }
}
