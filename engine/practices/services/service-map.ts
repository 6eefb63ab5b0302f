import type { Address } from '../../model/address.ts'
import type { LoadedDocument } from '../../model/document.ts'
import type { Graph } from '../../model/graph.ts'
import { specOf } from '../../model/practice.ts'

/** A service and what it stands on. */
export interface ServiceNode {
  readonly document: LoadedDocument
  readonly address: Address
  readonly stage: 'pipeline' | 'live' | 'retiring' | 'retired'
  /** Hosts and services that it can't be without. */
  readonly needs: readonly Address[]
  readonly groups: readonly Group[]
  readonly target: number | undefined
  /** Of itself, while everything it stands on is there. */
  readonly expected: number
  readonly rto: number | undefined
  readonly rpo: number | undefined
}

/** So many of these have to be there. */
export interface Group {
  readonly members: readonly Address[]
  readonly need: number
  /** Which of the groups of its service, from 0. */
  readonly index: number
}

interface ServiceSpec {
  readonly stage?: ServiceNode['stage']
  readonly redundancy?: readonly { readonly need?: number }[]
  readonly availability?: { readonly target?: number; readonly expected?: number }
  readonly continuity?: { readonly rto?: number; readonly rpo?: number }
}

export function serviceMap(graph: Graph): ReadonlyMap<Address, ServiceNode> {
  return new Map(graph.ofKind('Service').map((document) => [document.address, serviceNode(graph, document)]))
}

function serviceNode(graph: Graph, document: LoadedDocument): ServiceNode {
  const { stage = 'live', redundancy = [], availability = {}, continuity = {} } = specOf<ServiceSpec>(document)
  const edges = graph.outgoing(document.address)
  const groups = redundancy.map(({ need = 1 }, index): Group => {
    const members = edges
      .filter((e) => /^spec\.redundancy\.(hosts|services)$/.test(e.label) && e.path[2] === index)
      .map((e) => e.to)
    return { members, need, index }
  })
  const grouped = new Set(groups.flatMap((g) => g.members))
  const all = edges.filter((e) => e.label === 'spec.hosts' || e.label === 'spec.dependsOn').map((e) => e.to)
  return {
    document,
    address: document.address,
    stage,
    needs: all.filter((a) => !grouped.has(a)),
    groups,
    target: availability.target,
    expected: availability.expected ?? 1,
    rto: continuity.rto,
    rpo: continuity.rpo,
  }
}

/** Everything that a service names, in groups or not. */
export const standsOn = ({ needs, groups }: ServiceNode): readonly Address[] => [
  ...needs,
  ...groups.flatMap((g) => g.members),
]
