import { type Address, kindOf } from '../model/address.ts'
import { compareText } from '../model/diagnostic.ts'
import type { Edge, Graph } from '../model/graph.ts'
import { append } from './append.ts'

/**
 * Loops of references that must not loop: for each tangle of them the shortest way back to its first document. References of
 * another name don't count together: a service may run on a host that is reached through another.
 */
export function cycles(graph: Graph): Edge[][] {
  const relations = new Map<string, Map<Address, Edge[]>>()
  for (const address of graph.documents.keys()) {
    for (const edge of graph.outgoing(address)) {
      if (!edge.acyclic) continue
      const name = `${kindOf(edge.from)}.${edge.label}`
      const relation = relations.get(name) ?? new Map<Address, Edge[]>()
      relations.set(name, relation)
      append(relation, edge.from, edge)
    }
  }
  return [...relations.values()].flatMap((relation) =>
    tangles(relation).map((tangle) => shortestLoop(tangle, relation)),
  )
}

/** Sets of documents that all lead to one another, by removing again and again what nothing leads to or from. */
function tangles(relation: ReadonlyMap<Address, readonly Edge[]>): Set<Address>[] {
  const order = finishingOrder(relation)
  const backwards = new Map<Address, Address[]>()
  for (const edges of relation.values()) {
    for (const { from, to } of edges) append(backwards, to, from)
  }
  const done = new Set<Address>()
  const found: Set<Address>[] = []
  for (const start of order.reverse()) {
    if (done.has(start)) continue
    const members = new Set<Address>([start])
    for (const address of members) {
      done.add(address)
      for (const from of backwards.get(address) ?? []) if (!done.has(from)) members.add(from)
    }
    const isLoop = members.size > 1 || (relation.get(start) ?? []).some((e) => e.to === start)
    if (isLoop) found.push(members)
  }
  return found
}

/** Depth first, without recursion: a chain may be as long as there are documents. */
function finishingOrder(relation: ReadonlyMap<Address, readonly Edge[]>): Address[] {
  const seen = new Set<Address>()
  const order: Address[] = []
  for (const start of relation.keys()) {
    if (seen.has(start)) continue
    seen.add(start)
    const stack = [{ address: start, next: 0 }]
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const edge = relation.get(top.address)?.[top.next++]
      if (edge === undefined) {
        order.push(top.address)
        stack.pop()
      } else if (!seen.has(edge.to)) {
        seen.add(edge.to)
        stack.push({ address: edge.to, next: 0 })
      }
    }
  }
  return order
}

function shortestLoop(tangle: ReadonlySet<Address>, relation: ReadonlyMap<Address, readonly Edge[]>): Edge[] {
  const [start] = [...tangle].sort(compareText)
  if (start === undefined) return []
  const cameBy = new Map<Address, Edge>()
  const queue: Address[] = [start]
  for (const address of queue) {
    for (const edge of relation.get(address) ?? []) {
      if (edge.to === start) return [...way(address, start, cameBy), edge]
      if (!tangle.has(edge.to) || cameBy.has(edge.to)) continue
      cameBy.set(edge.to, edge)
      queue.push(edge.to)
    }
  }
  return []
}

function way(to: Address, start: Address, cameBy: ReadonlyMap<Address, Edge>): Edge[] {
  const edges: Edge[] = []
  for (let at = to; at !== start; ) {
    const edge = cameBy.get(at)
    if (edge === undefined) break
    edges.unshift(edge)
    at = edge.from
  }
  return edges
}
