import { type Address, kindOf, nameOf } from '../../model/address.ts'
import { compareText } from '../../model/diagnostic.ts'
import type { GraphDrawing, GraphEdge, GraphNode } from '../../model/drawing.ts'
import { type Graph, target } from '../../model/graph.ts'
import type { Report } from '../../model/practice.ts'
import { type Group, type ServiceNode, serviceMap, standsOn } from './service-map.ts'

/** What services stand on, with what stands in for what: the picture behind `availability` and `what-if`. */
export const serviceMapReport: Report = {
  name: 'service-map',
  summary: 'what services stand on, down to their hosts, with the groups in which one stands in for another, drawn',
  about: 'Service',
  run: ({ graph }, about) => {
    const services = below(
      serviceMap(graph),
      about.map((d) => d.address),
    )
    const asked = new Set(about.length === graph.ofKind('Service').length ? [] : about.map((d) => d.address))
    return {
      title: 'Services and what they stand on',
      tables: [
        {
          caption: 'Services',
          head: ['service', 'stage', "can't be without", 'groups'],
          rows: services.map((s) => [
            ...[nameOf(s.address), s.stage, s.needs.map(nameOf).join(', ') || '–'],
            s.groups.map(groupText).join('; ') || '–',
          ]),
          empty: 'there are no services',
        },
      ],
      drawings: services.length === 0 ? [] : [draw(graph, services, asked)],
      data: services.map((s) => ({
        ...{ service: nameOf(s.address), stage: s.stage, needs: [...s.needs] },
        groups: s.groups.map((g) => ({ need: g.need, members: [...g.members] })),
      })),
    }
  },
}

/** Those asked for, and all that they lead to; what is retired stands on nothing any more. */
function below(map: ReadonlyMap<Address, ServiceNode>, asked: readonly Address[]): readonly ServiceNode[] {
  const found = new Set(asked.filter((a) => map.get(a)?.stage !== 'retired'))
  for (const address of found) {
    const service = map.get(address)
    if (service !== undefined) for (const next of standsOn(service)) if (map.has(next)) found.add(next)
  }
  return [...found].sort(compareText).flatMap((a) => map.get(a) ?? [])
}

const groupText = ({ need, members }: Group): string =>
  `${need} of ${members.length}: ${members.map((m) => (kindOf(m) === 'Host' ? nameOf(m) : `service ${nameOf(m)}`)).join(', ')}`

function draw(graph: Graph, services: readonly ServiceNode[], asked: ReadonlySet<Address>): GraphDrawing {
  const hosts = [...new Set(services.flatMap(standsOn))].filter((a) => kindOf(a) !== 'Service').sort(compareText)
  const gates = services.flatMap((service) => service.groups.map((group) => ({ service, group })))
  const gateOf = (service: Address, { index }: Group): string => `${service} ${index}`
  return {
    name: asked.size === 0 ? 'service-map' : `service-map-${[...asked].map(nameOf).join('-').slice(0, 80)}`,
    title: `${services.length} services on ${hosts.length} hosts`,
    meaning:
      'An arrow leads to what something stands on. What has several below it needs so many of them as it says; what is green is not live yet, what is yellow will be no more.',
    nodes: [
      ...services.map(
        (s): GraphNode => ({
          ...{ id: s.address, label: nameOf(s.address), note: s.stage === 'live' ? 'Service' : `Service, ${s.stage}` },
          ...(s.stage !== 'live' && { tone: s.stage === 'retiring' ? 'caution' : 'space' }),
          ...(asked.has(s.address) && { heavy: true as const }),
        }),
      ),
      ...gates.map(
        ({ service, group }): GraphNode => ({
          ...{ id: gateOf(service.address, group), label: `${group.need} of ${group.members.length}`, tone: 'frame' },
          title: `${nameOf(service.address)} needs ${groupText(group)}`,
        }),
      ),
      ...hosts.map((address): GraphNode => {
        const site = target(graph, address, 'spec.site')
        return {
          ...{ id: address, label: nameOf(address), tone: 'thing', title: address },
          note: site === undefined ? kindOf(address) : `${kindOf(address)} at ${nameOf(site)}`,
        }
      }),
    ],
    edges: [
      ...services.flatMap((s) => s.needs.map((to): GraphEdge => ({ from: s.address, to }))),
      ...gates.flatMap(({ service, group }): readonly GraphEdge[] => {
        const gate = gateOf(service.address, group)
        return [
          { from: service.address, to: gate },
          ...group.members.map((to) => ({ from: gate, to, dashed: true as const })),
        ]
      }),
    ],
  }
}
