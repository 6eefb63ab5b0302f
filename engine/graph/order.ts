import type { Address } from '../model/address.ts'
import type { Graph } from '../model/graph.ts'

/** Addresses so that what a document depends on by acyclic references stands before it; by name where nothing says more. */
export function order(graph: Graph, addresses: readonly Address[] = [...graph.documents.keys()]): Address[] {
  const wanted = new Set(addresses)
  const done = new Set<Address>()
  const sorted: Address[] = []
  for (const start of [...wanted].sort()) {
    const stack: { readonly address: Address; readonly needs: Address[] }[] = []
    const enter = (address: Address): void => {
      if (done.has(address)) return
      done.add(address)
      const needs = graph.outgoing(address).filter((e) => e.acyclic && wanted.has(e.to))
      stack.push({ address, needs: needs.map((e) => e.to).sort() })
    }
    enter(start)
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.needs.shift()
      if (next !== undefined) enter(next)
      else {
        sorted.push(top.address)
        stack.pop()
      }
    }
  }
  return sorted
}
