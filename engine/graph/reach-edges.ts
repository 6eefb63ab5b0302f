import type { Address } from '../model/address.ts'
import { compareText } from '../model/diagnostic.ts'
import type { Graph } from '../model/graph.ts'
import { append } from './append.ts'
import { type Link, unrelated } from './reach.ts'

/** `to` is touched by a change of `from`. */
export interface ReachEdge {
  readonly from: Address
  readonly to: Address
}

/**
 * How a change of some documents leads to others: for each of `ends` one shortest way, from what changed onwards. Of several graphs
 * (both sides of a change), for a document that disappeared leads on in the one where it stood. Sorted; no edge twice.
 */
export function reachEdges(
  sides: readonly { readonly graph: Graph; readonly links: readonly Link[] }[],
  changed: readonly Address[],
  ends: readonly Address[],
): readonly ReachEdge[] {
  const linked = new Map<Address, Address[]>()
  for (const { links } of sides) for (const { from, to } of links) append(linked, to, from)
  const onward = (address: Address): readonly Address[] => [
    ...sides.flatMap(({ graph }) => graph.incoming(address).flatMap((e) => (unrelated.has(e.label) ? [] : [e.from]))),
    ...(linked.get(address) ?? []),
  ]
  const before = new Map<Address, Address | undefined>(changed.map((address) => [address, undefined]))
  for (const [address] of before)
    for (const next of [...onward(address)].sort(compareText)) if (!before.has(next)) before.set(next, address)
  const edges = new Map<Address, Address>()
  for (const end of ends)
    for (let to = end, from = before.get(to); from !== undefined && !edges.has(to); to = from, from = before.get(to))
      edges.set(to, from)
  return [...edges]
    .map(([to, from]) => ({ from, to }))
    .sort((a, b) => compareText(a.from, b.from) || compareText(a.to, b.to))
}
