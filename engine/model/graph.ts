import type { Address } from './address.ts'
import type { JsonPath, LoadedDocument } from './document.ts'

/** A reference from one document to another. */
export interface Edge {
  readonly from: Address
  readonly to: Address
  /** Where in `from` the reference stands. */
  readonly path: JsonPath
  /** The path without indexes, joined by dots (`spec.members`): the name of the relation. */
  readonly label: string
  readonly acyclic: boolean
}

/** All documents of the estate at one commit, and how they refer to each other. Dangling references are not edges. */
export interface Graph {
  readonly documents: ReadonlyMap<Address, LoadedDocument>
  /** Sorted by address. */
  ofKind(kind: string): readonly LoadedDocument[]
  outgoing(address: Address): readonly Edge[]
  incoming(address: Address): readonly Edge[]
}

/** The documents that a field of a document refers to, `spec.supplies`, in its order. */
export function targets(graph: Graph, address: Address, label: string): readonly Address[] {
  return graph.outgoing(address).flatMap((edge) => (edge.label === label ? [edge.to] : []))
}

/** The document that a field refers to; undefined where it refers to none. */
export const target = (graph: Graph, address: Address, label: string): Address | undefined =>
  targets(graph, address, label)[0]
