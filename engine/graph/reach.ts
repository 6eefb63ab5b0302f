import type { Address } from '../model/address.ts'
import { compareText } from '../model/diagnostic.ts'
import type { Graph } from '../model/graph.ts'
import { append } from './append.ts'

/** `from` depends on `to` in a way that is no reference: a host on a profile that selects it. */
export interface Link {
  readonly from: Address
  readonly to: Address
}

/** Who answers for a document is not touched by it, and does not touch it. */
export const unrelated: ReadonlySet<string> = new Set(['metadata.owner'])

/**
 * What a change of the addresses touches: themselves, what refers to them, what refers to that, and so on. Sorted. Addresses
 * that are not in the graph (a document that disappeared) still lead on by `links`.
 */
export function reach(graph: Graph, addresses: Iterable<Address>, links: readonly Link[] = []): Address[] {
  const linked = new Map<Address, Address[]>()
  for (const { from, to } of links) append(linked, to, from)
  const found = new Set<Address>(addresses)
  for (const address of found) {
    for (const edge of graph.incoming(address)) if (!unrelated.has(edge.label)) found.add(edge.from)
    for (const from of linked.get(address) ?? []) found.add(from)
  }
  return [...found].sort(compareText)
}
