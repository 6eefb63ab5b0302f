import type { Address } from '../model/address.ts'
import { compareText } from '../model/diagnostic.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import { sameJson } from './same-json.ts'

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
