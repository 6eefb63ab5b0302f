import type { Address } from '../model/address.ts'
import { canonicalJson } from '../model/canonical.ts'
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
  // Documents of an unchanged file come out of the cache as the same object.
  return a.document === b.document || canonicalJson(a.document) === canonicalJson(b.document)
}
