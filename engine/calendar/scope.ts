import { type Address, nameOf } from '../model/address.ts'
import type { Json, JsonObject, LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'

/** What a change is about, as far as windows and freezes ask. */
export interface Touched {
  /** Host → types of its resources with actions. */
  readonly hosts: ReadonlyMap<string, ReadonlySet<string>>
  readonly documents: readonly { readonly address: Address; readonly owner?: string }[]
}

/** A host as documents describe it. */
export interface HostFacts {
  readonly name: string
  readonly environment: string
  readonly labels: Readonly<Record<string, string>>
  /** Names of services that run on it. */
  readonly services: ReadonlySet<string>
  /** Owners of the host and of the services on it. */
  readonly owners: ReadonlySet<string>
}

/** `platform`, `team/platform` and `Team/platform` are one owner. */
const ownerName = (reference: string): string => {
  const slash = reference.indexOf('/')
  return slash < 0 ? `team/${reference}` : `${reference.slice(0, slash).toLowerCase()}/${reference.slice(slash + 1)}`
}

/**
 * A host as the first of the graphs describes it that knows it: a commit before the host was added leaves it to the one that
 * adds it. Services are those of that graph.
 */
export function hostFacts(name: string, graphs: readonly Graph[]): HostFacts {
  const address = `Host/${name}` as Address
  const graph = graphs.find((g) => g.documents.has(address))
  const host = graph?.documents.get(address)
  const services = (graph?.incoming(address) ?? []).filter(
    (e) => e.label === 'spec.hosts' && e.from.startsWith('Service/'),
  )
  const owners = [host, ...services.map((e) => graph?.documents.get(e.from))].flatMap(
    (d) => d?.document.metadata.owner ?? [],
  )
  return {
    name,
    environment: nameOf(String(host?.document.spec['environment'] ?? '')),
    labels: host?.document.metadata.labels ?? {},
    services: new Set(services.map((e) => nameOf(e.from))),
    owners: new Set(owners.map(ownerName)),
  }
}

/** Whether a window is for a host. */
export function isFor(window: LoadedDocument, host: HostFacts): boolean {
  const scope = objectOf(window.document.spec['for'])
  if (Object.keys(scope).length === 0) return false
  return (
    among(scope['environments'], host.environment) &&
    some(scope['services'], host.services) &&
    Object.entries(objectOf(scope['labels'])).every(([key, value]) => {
      const wanted = Array.isArray(value) ? value : [value]
      return wanted.includes(host.labels[key] ?? null)
    })
  )
}

/**
 * Whether a freeze is about a change: about one of its hosts; or, where it names neither environments nor services, about one
 * of its documents. A scope that can't be read is about everything: what is meant to hold must not let go by a slip.
 */
export function isAbout(freeze: LoadedDocument, touched: Touched, hosts: readonly HostFacts[], graph: Graph): boolean {
  const on = objectOf(freeze.document.spec['on'])
  if (Object.keys(on).length === 0) return true
  const services = withNeeded(listOf(on['services']).map(nameOf), graph)
  const kinds = listOf(on['kinds']).map((k) => k.toLowerCase())
  const teams = listOf(on['teams']).map(ownerName)
  const meantKinds = (found: Iterable<string>): boolean =>
    kinds.length === 0 || [...found].some((k) => kinds.includes(k.toLowerCase()))
  const meantTeams = (found: Iterable<string>): boolean =>
    teams.length === 0 || [...found].some((o) => teams.includes(o))
  const changed = touched.documents.map((d) => d.address.slice(0, d.address.indexOf('/')))
  const byHost = hosts.some(
    (host) =>
      among(on['environments'], host.environment) &&
      (on['services'] === undefined || [...host.services].some((s) => services.has(s))) &&
      meantTeams(host.owners) &&
      meantKinds([...(touched.hosts.get(host.name) ?? []), ...changed]),
  )
  if (byHost || on['environments'] !== undefined || on['services'] !== undefined) return byHost
  if (kinds.length === 0 && teams.length === 0) return false
  return touched.documents.some(
    ({ address, owner }) =>
      meantKinds([address.slice(0, address.indexOf('/'))]) && meantTeams(owner === undefined ? [] : [ownerName(owner)]),
  )
}

/** Services, and those that they can't do without. */
function withNeeded(names: readonly string[], graph: Graph): ReadonlySet<string> {
  const found = new Set(names)
  for (const name of found)
    for (const edge of graph.outgoing(`Service/${name}` as Address))
      if (edge.label === 'spec.dependsOn') found.add(nameOf(edge.to))
  return found
}

const among = (wanted: Json | undefined, value: string): boolean =>
  wanted === undefined || listOf(wanted).map(nameOf).includes(value)

const some = (wanted: Json | undefined, values: ReadonlySet<string>): boolean =>
  wanted === undefined || listOf(wanted).some((name) => values.has(nameOf(name)))

const listOf = (value: Json | undefined): readonly string[] => (Array.isArray(value) ? value.map(String) : [])

const objectOf = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
