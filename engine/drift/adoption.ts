import { canonicalJson } from '../model/canonical.ts'
import type { Json, JsonObject } from '../model/document.ts'
import type { FieldChange, ResourceType } from '../model/resource.ts'
import { holdsSecret } from '../model/secret-ref.ts'

/** One resource as a document asks for it, and as the host has it. */
export interface AdoptionInput {
  readonly type: ResourceType
  /** Name part of the resource's id. */
  readonly name: string
  /** What the document says, as written. */
  readonly said: JsonObject
  /** What is wanted, as compiled. */
  readonly want: JsonObject
  /** What the host has; null where the resource is gone. */
  readonly have: JsonObject | null
  readonly fields: readonly FieldChange[]
  readonly excerpt?: string
  /** The whole content of its file, where that is off and could be had. */
  readonly content?: Uint8Array
  /** A resource that is gone is asked to be absent; it is no longer spoken of where this is not given. */
  readonly absent: boolean
}

/** What the document has to say for the host to be as it is wanted. */
export type Adoption =
  | { readonly said: JsonObject }
  | { readonly remove: true }
  /** The document stays; the file it takes the content from changes. */
  | { readonly source: string; readonly content: Uint8Array; readonly said: JsonObject }
  | { readonly refused: string }

/** What belongs to the place of a resource among others, and is none of its type's business. */
const links = ['requires', 'notifies', 'restartOn']
/** What compiling and rolling back add to a spec; no document says it. */
const compiled = ['preimage', 'sha256', 'base64', 'kept', 'asItWas']

/** Works out what a document has to say so that what is on the host is what is wanted. Where that can't be said, says why. */
export function adoption(input: AdoptionInput): Adoption {
  const { type, name, said, have } = input
  if (input.fields.some((f) => f.sensitive === true) || input.want['sensitive'] === true)
    return { refused: 'it holds what must not be shown' }
  if (have === null) return gone(input)
  if (holdsSecret(input.want)) return { refused: 'it holds a secret, which a document only names' }
  const restored = type.adopt === undefined ? type.restore(name, have) : type.adopt(name, have)
  if (restored === null) return { refused: 'its type can not say what is there' }
  const content = contentOf(input, restored)
  if (content !== undefined && 'refused' in content) return content
  const named = new Set(input.fields.map((f) => f.path.split(/[.[]/)[0] ?? f.path))
  const differing = Object.keys(restored).filter(
    (key) => canonicalJson(restored[key]) !== canonicalJson(input.want[key]) && !compiled.includes(key),
  )
  const present: JsonObject = type.isAbsent(input.want) ? without(said, ['ensure']) : said
  // As little as does it: what the comparison named, and only if that is not enough everything the host says otherwise.
  for (const keys of [differing.filter((key) => named.has(key)), differing]) {
    const taken = Object.fromEntries(keys.flatMap((key) => keyed(key, like(restored[key] ?? null, said[key]))))
    const next = { ...present, ...taken, ...content?.said }
    if (!comesOut(input, { ...taken, ...content?.said }, content?.digest)) continue
    return content?.source === undefined ? { said: next } : { ...content.source, said: next }
  }
  return { refused: 'its fields can not be said so that just this is wanted' }
}

function gone({ type, name, said, absent }: AdoptionInput): Adoption {
  if (!absent) return { remove: true }
  const spec = type.restore(name, null)
  if (spec === null) return { refused: 'its type can not be asked to be absent' }
  const kept = Object.fromEntries(Object.entries(said).filter(([key]) => links.includes(key) || key in spec))
  const wanted = Object.fromEntries(Object.entries(spec).filter(([key]) => key === 'ensure' || !(key in said)))
  return { said: { ...kept, ...wanted } }
}

interface Content {
  readonly said: JsonObject
  readonly digest: string
  readonly source?: { readonly source: string; readonly content: Uint8Array }
}

/** The content of a file, where that is off: into the document, or into the file of the estate it comes from. */
function contentOf(
  { said, have, fields, content }: AdoptionInput,
  restored: JsonObject,
): Content | { readonly refused: string } | undefined {
  if (!fields.some((f) => f.path === 'content') || 'content' in restored) return undefined
  if (said['template'] !== undefined)
    return { refused: 'its content comes from a template, which only a person can change' }
  const digest = have?.['sha256']
  if (content === undefined || typeof digest !== 'string')
    return { refused: 'its content could not be had whole: it is too large, or changed while it was read' }
  if (typeof said['source'] === 'string') return { said: {}, digest, source: { source: said['source'], content } }
  if (typeof said['content'] !== 'string') return { refused: 'its content is not written in the document' }
  const text = textOf(content)
  return text === undefined ? { refused: 'its content is no text' } : { said: { content: text }, digest }
}

/** Whether the changed spec asks for what is there, by its own type. */
function comesOut(input: AdoptionInput, changed: JsonObject, digest: string | undefined): boolean {
  const { type, want, have, excerpt } = input
  const base = type.isAbsent(want) ? without(want, ['ensure']) : want
  const spec = type.normalise({ ...base, ...changed, ...(digest !== undefined && { sha256: digest }) })
  return !type.isAbsent(spec) && type.diff(spec, have, excerpt).length === 0
}

/** A list keeps the order in which it was written; what is new stands behind. */
function like(value: Json, before: Json | undefined): Json {
  if (!Array.isArray(value) || !Array.isArray(before)) return value
  const texts = new Set(value.map((item: Json) => canonicalJson(item)))
  const kept = before.filter((item: Json) => texts.has(canonicalJson(item)))
  const known = new Set(kept.map((item: Json) => canonicalJson(item)))
  return [...kept, ...value.filter((item: Json) => !known.has(canonicalJson(item)))]
}

const keyed = (key: string, value: Json | undefined): [string, Json][] => (value === undefined ? [] : [[key, value]])

const without = (spec: JsonObject, keys: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(spec).filter(([key]) => !keys.includes(key)))

function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return text.includes('\0') ? undefined : text
  } catch {
    return undefined
  }
}
