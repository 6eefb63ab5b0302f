import { type Address, addressOf, nameOf } from '../model/address.ts'
import type { Graph } from '../model/graph.ts'
import { specOf } from '../model/practice.ts'

/** How a label names a document. */
export interface LabelledDocument {
  readonly label: string
  readonly kind: string
  readonly by?: 'name' | 'address'
}

/** Finds the documents that labels name, in the order of the rules; what names none is left out. */
export function documentsNamed(
  graph: Graph,
): (rules: readonly LabelledDocument[], labels: Readonly<Record<string, string>>) => readonly Address[] {
  const byAddress = new Map<string, ReadonlyMap<string, Address>>()
  const addressesOf = (kind: string): ReadonlyMap<string, Address> => {
    const known = byAddress.get(kind) ?? addressIndex(graph, kind)
    byAddress.set(kind, known)
    return known
  }
  return (rules, labels) => {
    const found = rules.flatMap(({ label, kind, by }): readonly Address[] => {
      const value = Object.hasOwn(labels, label) ? labels[label] : undefined
      if (value === undefined) return []
      const find = (text: string): Address | undefined =>
        by === 'address' ? addressesOf(kind).get(text) : graph.documents.get(addressOf(kind, text))?.address
      const address = spellings(value)
        .map(find)
        .find((a) => a !== undefined)
      return address === undefined ? [] : [address]
    })
    return [...new Set(found)]
  }
}

/** `web-01.example.org:9100` is also meant as `web-01.example.org` and as `web-01`; a URL is meant as its host. */
function spellings(value: string): readonly string[] {
  const [, host = value] = /^[a-z]+:\/\/([^/]+)/.exec(value) ?? []
  const bare = host.replace(/:\d{1,5}$/, '').replace(/^\[(.*)\]$/, '$1')
  const small = bare.toLowerCase()
  const first = /^[0-9.]+$/.test(small) || small.includes(':') ? [] : [small.split('.')[0] ?? small]
  return [value, bare, small, ...first]
}

/** Addresses of documents of a kind; what two have is nobody's. */
function addressIndex(graph: Graph, kind: string): ReadonlyMap<string, Address> {
  const found = new Map<string, Address | undefined>()
  for (const document of graph.ofKind(kind)) {
    const { address } = specOf<{ readonly address?: unknown }>(document)
    if (typeof address === 'string') found.set(address, found.has(address) ? undefined : document.address)
  }
  return new Map([...found].flatMap(([text, address]) => (address === undefined ? [] : [[text, address] as const])))
}

/** Services that an address belongs to: itself, or those that run on it; by how much depends on them, then by name. */
export function servicesAt(graph: Graph, address: Address): readonly Address[] {
  if (graph.documents.get(address)?.document.kind === 'Service') return [address]
  const on = graph
    .incoming(address)
    .filter((e) => e.label === 'spec.hosts' && e.from.startsWith('Service/'))
    .map((e) => e.from)
  return byCriticality(graph, on)
}

/** The most critical first. */
export function byCriticality(graph: Graph, services: readonly Address[]): readonly Address[] {
  return [...new Set(services)].sort(
    (a, b) => criticalityOf(graph, b) - criticalityOf(graph, a) || (nameOf(a) < nameOf(b) ? -1 : 1),
  )
}

export function criticalityOf(graph: Graph, service: Address): number {
  const value = graph.documents.get(service)?.document.spec['criticality']
  return typeof value === 'number' ? value : 3
}
