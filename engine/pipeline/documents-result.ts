import type { Json } from '../model/document.ts'
import type { ReportResult } from '../model/practice.ts'
import type { Listing } from './queries.ts'

/** What `get` found, as a table: kinds with their numbers, documents of a kind, or the fields of one document. */
export function documentsResult({ one, title, kinds, documents = [] }: Listing): ReportResult {
  const data = (one ?? kinds ?? documents) as unknown as Json
  if (one !== undefined) {
    const rows = fieldsOf(one as Json, '')
    return {
      title: title ?? 'A document',
      tables: [{ caption: 'Fields', head: ['field', 'value'], rows, empty: 'none' }],
      data,
    }
  }
  if (kinds !== undefined) {
    const rows = kinds.map((k) => [k.kind, k.documents])
    const empty = 'there are no documents'
    return { title: 'Kinds', tables: [{ caption: 'Kinds', head: ['kind', 'documents'], rows, empty }], data }
  }
  const rows = documents.map((d) => [d.name, d.owner, d.labels, d.place])
  const empty = 'there is no such document'
  const head = ['name', 'owner', 'labels', 'file']
  return { title: 'Documents', tables: [{ caption: 'Documents', head, rows, empty }], data }
}

/** Every field that holds no others, with the way to it: `spec.rack.unit`, `spec.members.0`. */
function fieldsOf(value: Json, path: string): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [[path, String(value)]]
  const below = Object.entries(value).flatMap(([key, inner]) =>
    inner === undefined ? [] : fieldsOf(inner, path === '' ? key : `${path}.${key}`),
  )
  return below.length === 0 && path !== '' ? [[path, Array.isArray(value) ? '[]' : '{}']] : below
}
