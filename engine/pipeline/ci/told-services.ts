import { changedDocuments } from '../../change/changed-documents.ts'
import { referenced } from '../../change/people.ts'
import { reachEdges } from '../../graph/reach-edges.ts'
import type { Address } from '../../model/address.ts'
import { compareText } from '../../model/diagnostic.ts'
import type { LoadedDocument } from '../../model/document.ts'
import type { Graph } from '../../model/graph.ts'
import type { Plan } from '../../model/plan.ts'
import type { ReachTold, ServiceTold } from '../../pull-request/told.ts'
import type { EstateAt } from '../estate-at.ts'

type Acting = Pick<Plan['actions'][number], 'id' | 'host' | 'origin'>

/** Services that something is changed for: on hosts that they name, or by profiles that make them up. The most critical first. */
export function servicesOf(sides: readonly EstateAt[], actions: readonly Acting[]): readonly ServiceTold[] {
  const services = new Map(
    sides.flatMap(({ graph }) => graph.ofKind('Service').map((s) => [s.address, { service: s, graph }] as const)),
  )
  return [...services.values()]
    .flatMap(({ service, graph }) => serviceTold(service, graph, actions))
    .sort((a, b) => (b.criticality ?? 3) - (a.criticality ?? 3) || compareText(a.address, b.address))
}

function serviceTold(service: LoadedDocument, graph: Graph, actions: readonly Acting[]): readonly ServiceTold[] {
  const on = (label: string) =>
    new Set(graph.outgoing(service.address).flatMap((e) => (e.label === label ? [e.to] : [])))
  const [hosts, profiles] = [on('spec.hosts'), on('spec.profiles')]
  const meant = actions.filter(
    ({ host, origin }) => hosts.has(`Host/${host}`) || origin.declaredBy.some((d) => profiles.has(d.address)),
  )
  if (meant.length === 0) return []
  const { spec, metadata } = service.document
  return [
    {
      address: service.address,
      ...(metadata.description !== undefined && { title: metadata.description }),
      ...(metadata.owner !== undefined && { owner: referenced(metadata.owner, 'Team') }),
      ...(typeof spec['criticality'] === 'number' && { criticality: spec['criticality'] }),
      hosts: [...new Set(meant.map((a) => a.host))].sort(compareText),
      actions: meant.map((a) => a.id),
    },
  ]
}

/** How what changed leads to what the plan says it touches. */
export function reachTold(base: EstateAt, desired: EstateAt, ends: readonly Address[]): ReachTold {
  const changed = changedDocuments(base.graph, desired.graph).map((c) => c.address)
  const sides = [desired, base].map(({ graph, compile }) => ({ graph, links: compile.links() }))
  return { changed, edges: reachEdges(sides, changed, ends) }
}
