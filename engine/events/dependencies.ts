import { type Address, kindOf } from '../model/address.ts'
import type { Edge, Graph } from '../model/graph.ts'

/** What a document can't do without, or not as well: from a document of this kind, along references of these names. */
const standsOn: Readonly<Record<string, readonly string[]>> = {
  Service: ['spec.dependsOn', 'spec.hosts'],
  Application: ['spec.service'],
  Host: ['spec.site', 'spec.rack.rack', 'spec.power.supplies'],
  NetworkDevice: ['spec.site', 'spec.rack.rack', 'spec.power.supplies'],
  Equipment: ['spec.rack.rack', 'spec.power.supplies'],
  Rack: ['spec.room'],
  CoolingUnit: ['spec.room'],
  Room: ['spec.site'],
  Pdu: ['spec.rack', 'spec.feed'],
  PowerFeed: ['spec.site', 'spec.behind'],
}

/** So many documents are looked at from one that fails. */
const mostVisited = 5_000

/** Documents that a document stands on, nearest first: what it names, and the network devices that it is cabled to. */
export function dependenciesOf(graph: Graph, address: Address): readonly Address[] {
  const labels = standsOn[kindOf(address)] ?? []
  const named = graph.outgoing(address).flatMap((edge) => (labels.includes(edge.label) ? [edge.to] : []))
  return kindOf(address) === 'Host' || kindOf(address) === 'Equipment' ? [...named, ...cabledTo(graph, address)] : named
}

function cabledTo(graph: Graph, address: Address): readonly Address[] {
  const plugs = graph.incoming(address).filter(isPlug)
  return plugs.flatMap(({ from }) =>
    graph.outgoing(from).flatMap((e) => (isPlug(e) && kindOf(e.to) === 'NetworkDevice' ? [e.to] : [])),
  )
}

const isPlug = ({ from, label }: Edge): boolean => kindOf(from) === 'Cable' && label.endsWith('.device')

/** Everything that a document stands on, with the number of steps to it; the document itself is not among it. */
export function below(graph: Graph, address: Address): ReadonlyMap<Address, number> {
  const steps = new Map<Address, number>([[address, 0]])
  for (const [at, count] of steps) {
    if (steps.size > mostVisited) break
    for (const next of dependenciesOf(graph, at)) if (!steps.has(next)) steps.set(next, count + 1)
  }
  steps.delete(address)
  return steps
}
