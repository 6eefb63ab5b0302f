import type { Address } from '../../model/address.ts'
import { type Graph, target } from '../../model/graph.ts'
import { specOf } from '../../model/practice.ts'
import { DecisionDiagram, TooComplex } from './decision-diagram.ts'
import { type ServiceNode, serviceMap } from './service-map.ts'

/** What can be expected of a service. */
export interface Expected {
  readonly service: ServiceNode
  /** Share of the time; undefined where it depends on too much to be worked out. */
  readonly availability: number | undefined
  /** Hosts and sites whose loss alone takes it down, sorted. */
  readonly singlePoints: readonly Address[]
  /** Hosts and sites of which nobody said how often they are there: they count as always. */
  readonly assumed: number
}

/**
 * Works out availability as reliability block diagrams do (IEC 61078): blocks in series for what a service can't be without, k out of n
 * for groups. What several blocks share (a site, a host, a service below both) is one component and counts once, so the result is exact
 * and not the product of the branches; components fail independently of each other.
 */
export function expectedAvailability(graph: Graph): ReadonlyMap<Address, Expected> {
  const services = serviceMap(graph)
  const components = componentsOf(graph, services)
  const diagram = new DecisionDiagram()
  const built = new Map<Address, number | undefined>()
  const up = (address: Address): number => {
    const component = components.get(address)
    if (component === undefined) return 1
    const itself = diagram.variable(component.variable)
    return component.inside === undefined ? itself : diagram.and(up(component.inside), itself)
  }
  const build = (address: Address): number => {
    const service = services.get(address)
    if (service === undefined) return up(address)
    const known = built.get(address)
    if (known !== undefined) return known
    // References in circles are a finding of their own; here such a service does not hold itself up.
    built.set(address, 1)
    let f = up(address)
    for (const need of service.needs) f = diagram.and(f, build(need))
    for (const { members, need } of service.groups) f = diagram.and(f, diagram.atLeast(need, members.map(build)))
    built.set(address, f)
    return f
  }
  const chances = [...components.values()].sort((a, b) => a.variable - b.variable).map((c) => c.expected ?? 1)
  const found = new Map<Address, Expected>()
  for (const [address, service] of services) {
    const below = componentsBelow(services, components, address)
    const assumed = below.filter((a) => components.get(a)?.expected === undefined).length
    try {
      const f = build(address)
      const alone = (a: Address): boolean => diagram.without(f, components.get(a)?.variable ?? 0) === 0
      found.set(address, {
        ...{ service, assumed },
        availability: diagram.probability(f, (v) => chances[v] ?? 1),
        // Only reports ask for them, and it is the longer half of the work.
        get singlePoints() {
          return below.filter(alone).sort()
        },
      })
    } catch (error) {
      if (!(error instanceof TooComplex)) throw error
      found.set(address, { service, availability: undefined, singlePoints: [], assumed })
    }
  }
  return found
}

interface EstateSpec {
  readonly availability?: { readonly host?: number; readonly site?: number }
}

interface Component {
  readonly variable: number
  readonly expected: number | undefined
  /** The site that it is lost with. */
  readonly inside?: Address
}

/** Sites first, then hosts by site, then what services are of themselves: near to what they are asked with. */
function componentsOf(graph: Graph, services: ReadonlyMap<Address, ServiceNode>): ReadonlyMap<Address, Component> {
  const estate = graph.ofKind('Estate')[0]
  const usual = estate === undefined ? undefined : specOf<EstateSpec>(estate).availability
  const components = new Map<Address, Component>()
  const add = (address: Address, expected: number | undefined, inside?: Address): void => {
    components.set(address, { variable: components.size, expected, ...(inside !== undefined && { inside }) })
  }
  for (const site of graph.ofKind('Site')) add(site.address, ownOf(site) ?? usual?.site)
  for (const host of graph.ofKind('Host'))
    add(host.address, ownOf(host) ?? usual?.host, target(graph, host.address, 'spec.site'))
  for (const service of services.values()) add(service.address, service.expected)
  return components
}

const ownOf = (document: Parameters<typeof specOf>[0]): number | undefined =>
  specOf<{ readonly availability?: number }>(document).availability

/** Hosts and sites that a service stands on, however far below. */
function componentsBelow(
  services: ReadonlyMap<Address, ServiceNode>,
  components: ReadonlyMap<Address, Component>,
  address: Address,
): readonly Address[] {
  const found = new Set<Address>([address])
  for (const at of found) {
    const service = services.get(at)
    const inside = components.get(at)?.inside
    if (inside !== undefined) found.add(inside)
    for (const next of service === undefined ? [] : [...service.needs, ...service.groups.flatMap((g) => g.members)])
      found.add(next)
  }
  return [...found].filter((a) => !services.has(a) && components.has(a))
}
