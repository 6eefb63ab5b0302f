import { type Address, addressOf } from '../model/address.ts'
import type { Json, JsonPath, LoadedDocument } from '../model/document.ts'
import type { Kinds } from '../model/kind.ts'
import { type MarkedSchema, type Marks, markedSchema, visitMarks } from '../schema/marks.ts'

/** A reference as it is written. */
export interface Reference {
  readonly text: string
  readonly path: JsonPath
  readonly kinds: readonly string[]
  readonly acyclic: boolean
}

const owner: MarkedSchema = {
  properties: new Map([['owner', { marks: { ref: ['Team', 'Person'] }, properties: new Map(), also: [] }]]),
  also: [],
}

/** Reads the references of documents. */
export function referenceReader(kinds: Kinds): (document: LoadedDocument) => Reference[] {
  return ({ document }) => {
    const found: Reference[] = []
    const seen = new Set<string>()
    const visit = (marks: Marks, value: Json, path: JsonPath): void => {
      if (marks.ref === undefined || typeof value !== 'string') return
      const key = path.join('\0')
      if (seen.has(key)) return
      seen.add(key)
      found.push({ text: value, path, kinds: marks.ref, acyclic: marks.acyclic === true })
    }
    visitMarks(owner, document.metadata as unknown as Json, visit, ['metadata'])
    const kind = kinds.get(document.kind)
    const schema = kind === undefined ? undefined : markedSchema(kind.schema)
    if (schema !== undefined) visitMarks(schema, document.spec, visit, ['spec'])
    return found
  }
}

/** The address a reference means; undefined where its form can't mean any (its kind is missing or not allowed there). */
export function targetOf({ text, kinds }: Reference): Address | undefined {
  const slash = text.indexOf('/')
  const [only] = kinds
  if (slash === -1) return kinds.length === 1 && only !== undefined ? addressOf(only, text) : undefined
  const wanted = text.slice(0, slash).toLowerCase()
  const kind = kinds.find((k) => k.toLowerCase() === wanted)
  return kind === undefined ? undefined : addressOf(kind, text.slice(slash + 1))
}
