import { type Address, kindOf } from '../model/address.ts'
import { compareText } from '../model/diagnostic.ts'
import type { Edge, Graph } from '../model/graph.ts'
import { append } from './append.ts'
import type { Link } from './reach.ts'

/** The part of the graph that is shown. */
export interface GraphView {
  /** Sorted; where somebody asked about some, those are the `roots`. */
  readonly nodes: readonly Address[]
  readonly edges: readonly ViewEdge[]
  readonly roots: readonly Address[]
}

export interface ViewEdge {
  readonly from: Address
  readonly to: Address
  readonly label: string
}

export interface ViewOptions {
  /** Only these and what they lead to. */
  readonly about?: readonly Address[]
  /** `needs`: what they refer to (default); `neededBy`: what refers to them. */
  readonly direction?: 'needs' | 'neededBy'
  /** How far from them. */
  readonly depth?: number
  /** Only these kinds. */
  readonly kinds?: readonly string[]
  /** Edges that are no references. */
  readonly links?: readonly Link[]
  /** Whether owners are shown. */
  readonly owners?: boolean
}

/** Cuts out of the graph what somebody wants to see. */
export function graphView(graph: Graph, options: ViewOptions = {}): GraphView {
  const shown = (edge: Edge): boolean => options.owners === true || edge.label !== 'metadata.owner'
  const all: ViewEdge[] = [
    ...[...graph.documents.keys()].flatMap((address) => graph.outgoing(address).filter(shown)),
    ...(options.links ?? []).map((link) => ({ ...link, label: 'selected by' })),
  ].map(({ from, to, label }) => ({ from, to, label }))
  const inKinds = (address: Address) => options.kinds === undefined || options.kinds.includes(kindOf(address))
  const near = options.about === undefined ? undefined : nearby(options.about, all, options)
  const isShown = (address: Address) => (near === undefined || near.has(address)) && inKinds(address)
  const nodes = [...graph.documents.keys()].filter(isShown).sort(compareText)
  const known = new Set(nodes)
  const edges = all.filter((e) => known.has(e.from) && known.has(e.to)).sort(compareEdges)
  const back = options.direction === 'neededBy'
  const targets = new Set(edges.filter((e) => e.from !== e.to).map((e) => (back ? e.from : e.to)))
  const roots = options.about?.filter((a) => known.has(a)) ?? nodes.filter((node) => !targets.has(node))
  return { nodes, edges: dedupe(edges), roots }
}

function nearby(about: readonly Address[], edges: readonly ViewEdge[], options: ViewOptions): Set<Address> {
  const back = options.direction === 'neededBy'
  const next = new Map<Address, Address[]>()
  for (const { from, to } of edges) {
    const [start, end] = back ? [to, from] : [from, to]
    append(next, start, end)
  }
  const distance = new Map<Address, number>(about.map((a) => [a, 0]))
  for (const [address, steps] of distance) {
    if (steps >= (options.depth ?? Number.POSITIVE_INFINITY)) continue
    for (const other of next.get(address) ?? []) if (!distance.has(other)) distance.set(other, steps + 1)
  }
  return new Set(distance.keys())
}

function dedupe(edges: readonly ViewEdge[]): ViewEdge[] {
  return edges.filter((edge, i) => {
    const before = edges[i - 1]
    return before === undefined || compareEdges(before, edge) !== 0
  })
}

function compareEdges(a: ViewEdge, b: ViewEdge): number {
  return compareText(a.from, b.from) || compareText(a.to, b.to) || compareText(a.label, b.label)
}
