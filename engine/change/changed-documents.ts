import type { Address } from '../model/address.ts'
import { compareText } from '../model/diagnostic.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'

/** A document that differs between two commits. Moving it to another file or line is no difference. */
export interface ChangedDocument {
  readonly address: Address
  readonly verb: 'create' | 'update' | 'delete'
  readonly before?: LoadedDocument
  readonly after?: LoadedDocument
}

/** Documents that differ between the base and the merge result, sorted by address. */
export function changedDocuments(base: Graph, merged: Graph): readonly ChangedDocument[] {
  const addresses = new Set([...base.documents.keys(), ...merged.documents.keys()])
  return [...addresses].sort(compareText).flatMap((address): ChangedDocument[] => {
    const before = base.documents.get(address)
    const after = merged.documents.get(address)
    if (before === undefined) return after === undefined ? [] : [{ address, verb: 'create', after }]
    if (after === undefined) return [{ address, verb: 'delete', before }]
    return same(before, after) ? [] : [{ address, verb: 'update', before, after }]
  })
}

function same(a: LoadedDocument, b: LoadedDocument): boolean {
  return sameJson(a.document, b.document)
}

/** Compares without building texts: two commits may hold a hundred thousand documents each. */
function sameJson(a: unknown, b: unknown): boolean {
  // Documents of an unchanged file come out of the cache as the same object.
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const left = Object.entries(a)
  const right = new Map(Object.entries(b))
  return left.length === right.size && left.every(([key, value]) => right.has(key) && sameJson(value, right.get(key)))
}
