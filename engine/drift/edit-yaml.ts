import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseAllDocuments,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { canonicalJson } from '../model/canonical.ts'
import type { Json, JsonObject, JsonPath } from '../model/document.ts'
import { insertInMap, insertInSequence, removeFromMap, removeFromSequence, type Splice } from './splice-yaml.ts'
import { flowText, type Style, scalarText } from './yaml-text.ts'

/** One change of a document: a value is set (its key made where it is not there), or a key or item removed. */
export type YamlEdit =
  | { readonly path: JsonPath; readonly set: Json }
  | { readonly path: JsonPath; readonly remove: true }

export type Edited = { readonly text: string } | { readonly refused: string }

/**
 * Edits one document of a YAML file in place: only the text of what changes is touched, so that comments, quotes and order
 * stay as people wrote them. The result is read again; where it is not exactly what was meant, nothing is changed.
 *
 * @param index which document of the file, from 0
 */
export function editYaml(text: string, index: number, edits: readonly YamlEdit[]): Edited {
  try {
    const before = valuesOf(text)
    if (before === undefined || !(index in before)) return { refused: 'the file can not be read' }
    const wanted = before.map((value, i) => (i === index ? edits.reduce(applied, value) : value))
    for (const style of ['alike', 'quoted'] as const) {
      let now = text
      for (const edit of edits) now = once(now, index, edit, style)
      if (canonicalJson(valuesOf(now)) === canonicalJson(wanted)) return { text: now }
    }
    return { refused: 'it is written in a way that can not be edited in place' }
  } catch (error) {
    if (error instanceof Unwritable) return { refused: error.message }
    throw error
  }
}

/** Why an edit can't be made where it stands. */
class Unwritable extends Error {}

const parsed = (text: string): Document.Parsed[] => {
  const documents = parseAllDocuments(text, { keepSourceTokens: true, logLevel: 'silent' })
  return Array.isArray(documents) ? (documents as Document.Parsed[]) : []
}

function valuesOf(text: string): Json[] | undefined {
  const documents = parsed(text)
  if (documents.some((d) => d.errors.length > 0)) return undefined
  try {
    return documents.map((d) => d.toJS({ maxAliasCount: 1000 }) as Json)
  } catch (error) {
    if (error instanceof ReferenceError) return undefined
    throw error
  }
}

/** The same edit on the values alone. */
function applied(value: Json, edit: YamlEdit): Json {
  const [step, ...rest] = edit.path
  if (step === undefined) return 'set' in edit ? edit.set : value
  if (Array.isArray(value)) {
    const items = value as readonly Json[]
    if (rest.length === 0 && 'remove' in edit) return items.filter((_, i) => i !== step)
    if (step === items.length && 'set' in edit) return [...items, edit.set]
    return items.map((item, i) => (i === step ? applied(item, { ...edit, path: rest }) : item))
  }
  const map = (typeof value === 'object' && value !== null ? value : {}) as JsonObject
  if (rest.length === 0 && 'remove' in edit) return Object.fromEntries(Object.entries(map).filter(([k]) => k !== step))
  return { ...map, [step]: applied(map[step] ?? null, { ...edit, path: rest }) }
}

function once(text: string, index: number, edit: YamlEdit, style: Style): string {
  const document = parsed(text)[index]
  const root = document?.contents
  if (document === undefined || root === null || root === undefined) throw new Unwritable('the document is empty')
  const { parent, key } = parentOf(root, edit.path)
  if ('remove' in edit) return spliced(text, removal(text, parent, key))
  const node = isMap(parent) ? (pairOf(parent, key)?.value as Node | null | undefined) : parent.items[Number(key)]
  if (node === undefined && isMap(parent)) return spliced(text, insertInMap(text, parent, String(key), edit.set))
  if (node === undefined && isSeq(parent)) return spliced(text, insertInSequence(text, parent, edit.set))
  if (!isSourced(node)) throw new Unwritable(`${edit.path.join('.')} has no text of its own`)
  const finer = finerEdits(node, edit)
  if (finer === undefined) return spliced(text, replacement(text, node, edit.set, style))
  // From the back, so that indexes before stay true.
  return finer.reduce((now, next) => once(now, index, next, style), text)
}

function removal(text: string, parent: YAMLMap | YAMLSeq, key: string | number): Splice {
  const splice = isMap(parent)
    ? removeFromMap(text, parent, String(key))
    : removeFromSequence(text, parent, Number(key))
  if (splice === undefined) throw new Unwritable(`${key} can not be taken out where it stands`)
  return splice
}

function parentOf(root: Node, path: JsonPath): { readonly parent: YAMLMap | YAMLSeq; readonly key: string | number } {
  let node: unknown = root
  for (const step of path.slice(0, -1)) node = childOf(node, step)
  const key = path.at(-1)
  if (isAlias(node)) throw new Unwritable('it is written by an alias of another place')
  if (key === undefined || !(isMap(node) || isSeq(node))) throw new Unwritable(`there is no ${path.join('.')}`)
  return { parent: node, key }
}

function childOf(node: unknown, step: string | number): unknown {
  if (isAlias(node)) throw new Unwritable('it is written by an alias of another place')
  if (isMap(node)) return pairOf(node, step)?.value
  return isSeq(node) ? node.items[Number(step)] : undefined
}

function pairOf(map: YAMLMap, key: string | number): Pair | undefined {
  return map.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(key))
}

type Sourced = Node & { readonly range: readonly [number, number, number] }
const isSourced = (node: unknown): node is Sourced =>
  typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range) && !isAlias(node)

/** Smaller edits that come to the same: keys of a map, items of a list. None: the whole value is written anew. */
function finerEdits(node: Node, { path, set }: { path: JsonPath; set: Json }): readonly YamlEdit[] | undefined {
  const now = node.toJSON() as Json
  if (isMap(node) && isObject(set) && isObject(now) && node.items.length > 0) {
    const gone = Object.keys(now).filter((key) => !(key in set))
    if (gone.length === Object.keys(now).length) return undefined
    const changed = Object.entries(set).filter(
      ([key, value]) => canonicalJson(value) !== canonicalJson(now[key] ?? null) || !(key in now),
    )
    return [
      ...gone.map((key): YamlEdit => ({ path: [...path, key], remove: true })),
      ...changed.map(([key, value]): YamlEdit => ({ path: [...path, key], set: value })),
    ]
  }
  if (!isSeq(node) || !Array.isArray(set) || !Array.isArray(now)) return undefined
  const wanted = new Set(set.map((item) => canonicalJson(item)))
  const gone = now.flatMap((item: Json, i: number) => (wanted.has(canonicalJson(item)) ? [] : [i]))
  const kept = now.filter((_: Json, i: number) => !gone.includes(i))
  const begins = canonicalJson(kept) === canonicalJson(set.slice(0, kept.length))
  if (kept.length === 0 || !begins) return undefined
  return [
    ...gone.reverse().map((i: number): YamlEdit => ({ path: [...path, i], remove: true })),
    ...set.slice(kept.length).map((item, i): YamlEdit => ({ path: [...path, kept.length + i], set: item })),
  ]
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function replacement(text: string, node: Sourced, value: Json, style: Style): Splice {
  const [from, to] = node.range
  if (isScalar(node) && (typeof value !== 'object' || value === null))
    return { from, to, text: scalarText(text, node as Scalar & Sourced, value, style) }
  const put = { from, to: endWithoutBreak(text, from, to), text: flowText(value) }
  if (!isMap(node) || (typeof value === 'object' && value !== null)) return put
  // A map on lines of its own leaves its key alone on one: what is no map stands beside the key.
  const lead = /:\s*\n\s*$/.exec(text.slice(0, from))
  return lead === null ? put : { ...put, from: lead.index, text: `: ${put.text}` }
}

/** A block ends with its line; what follows has to stay on a line of its own. */
function endWithoutBreak(text: string, from: number, to: number): number {
  let end = to
  while (end > from && /\s/.test(text[end - 1] ?? '')) end--
  return end
}

const spliced = (text: string, { from, to, text: put }: Splice): string => text.slice(0, from) + put + text.slice(to)
