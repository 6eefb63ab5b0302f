import { type Address, kindOf, nameOf } from '../../model/address.ts'
import { compareText } from '../../model/diagnostic.ts'
import { type Graph, target, targets } from '../../model/graph.ts'
import { specOf } from '../../model/practice.ts'
import { addressPlan, type PlannedPrefix } from './address-plan.ts'
import { cablingOf } from './cabling.ts'
import { textOf } from './ip.ts'
import type { Port } from './ports.ts'

/** A VLAN, or a prefix that is in none. */
export interface Network {
  readonly address: Address
  readonly site: Address | undefined
  /** `VLAN 130`; undefined for a prefix. */
  readonly vlan: string | undefined
  readonly prefixes: readonly string[]
}

/** Something that is in a network or at a cable. */
export interface Device {
  readonly address: Address
  readonly site: Address | undefined
  readonly rack: Address | undefined
  readonly memberships: readonly Membership[]
}

export interface Membership {
  readonly network: Network
  /** Its addresses there; none where an interface merely carries the VLAN. */
  readonly addresses: readonly string[]
}

/** What is joined by cables that carry data: each pair once, with all their ports. */
export interface Joined {
  readonly devices: readonly [Address, Address]
  readonly cables: readonly {
    readonly cable: Address
    readonly type: string | undefined
    readonly ports: readonly [Port, Port]
  }[]
}

export interface Topology {
  /** Sorted by address. */
  readonly devices: readonly Device[]
  readonly networks: readonly Network[]
  readonly joined: readonly Joined[]
}

/** Which devices there are, where they stand, which networks they are in and what they are cabled to. */
export function topologyOf(graph: Graph): Topology {
  const { prefixes } = addressPlan(graph)
  const networks = networksOf(graph, prefixes)
  const members = membersOf(graph, prefixes, networks)
  const joined = joinedOf(graph)
  const known = new Set([
    ...graph.ofKind('Host').map((d) => d.address),
    ...members.keys(),
    ...joined.flatMap((j) => j.devices),
  ])
  return {
    networks: [...new Set(networks.values())],
    joined,
    devices: [...known].sort(compareText).map((address) => {
      const rack = target(graph, address, 'spec.rack.rack')
      const room = rack === undefined ? undefined : target(graph, rack, 'spec.room')
      return {
        ...{ address, rack },
        site:
          target(graph, address, 'spec.site') ?? (room === undefined ? undefined : target(graph, room, 'spec.site')),
        memberships: [...(members.get(address) ?? [])].map(([network, addresses]) => ({ network, addresses })),
      }
    }),
  }
}

const written = ({ cidr }: PlannedPrefix): string => `${textOf(cidr.family, cidr.first)}/${cidr.length}`

/** Networks by the documents that mean them: VLANs, and prefixes; those of a VLAN mean it. */
function networksOf(graph: Graph, prefixes: readonly PlannedPrefix[]): ReadonlyMap<Address, Network> {
  const inVlan = new Map<Address, PlannedPrefix[]>()
  const found = new Map<Address, Network>()
  for (const prefix of prefixes) {
    if (prefix.role === 'container') continue
    const { address } = prefix.document
    const vlan = target(graph, address, 'spec.vlan')
    if (vlan !== undefined) inVlan.set(vlan, [...(inVlan.get(vlan) ?? []), prefix])
    else
      found.set(address, {
        ...{ address, site: target(graph, address, 'spec.site'), vlan: undefined, prefixes: [written(prefix)] },
      })
  }
  for (const document of graph.ofKind('Vlan')) {
    const { address } = document
    const inside = inVlan.get(address) ?? []
    const network: Network = {
      ...{ address, site: target(graph, address, 'spec.site'), prefixes: inside.map(written) },
      vlan: `VLAN ${specOf<{ readonly vid?: number }>(document).vid ?? '?'}`,
    }
    found.set(address, network)
    for (const prefix of inside) found.set(prefix.document.address, network)
  }
  return found
}

type Members = ReadonlyMap<Address, ReadonlyMap<Network, readonly string[]>>

function membersOf(graph: Graph, prefixes: readonly PlannedPrefix[], networks: ReadonlyMap<Address, Network>): Members {
  const members = new Map<Address, Map<Network, string[]>>()
  const join = (device: Address | undefined, network: Network | undefined, address?: string): void => {
    if (device === undefined || network === undefined) return
    const of = members.get(device) ?? new Map<Network, string[]>()
    members.set(device, of)
    const addresses = of.get(network) ?? []
    of.set(network, addresses)
    if (address !== undefined && !addresses.includes(address)) addresses.push(address)
  }
  for (const prefix of prefixes)
    for (const { owner, family, value } of prefix.used)
      join(owner, networks.get(prefix.document.address), textOf(family, value))
  for (const { address } of graph.ofKind('Interface'))
    for (const label of ['spec.vlans.untagged', 'spec.vlans.tagged'])
      for (const vlan of targets(graph, address, label)) join(target(graph, address, 'spec.device'), networks.get(vlan))
  return members
}

/** Cables of data; those of power are told by the report on power. */
function joinedOf(graph: Graph): readonly Joined[] {
  const pairs = new Map<string, { devices: [Address, Address]; cables: Joined['cables'][number][] }>()
  for (const { document, type, ends } of cablingOf(graph).cables) {
    const [a, b] = ends
    if (a === undefined || b === undefined || ends.some((end) => end !== undefined && isPower(end))) continue
    const [from, to] = compareText(a.device, b.device) <= 0 ? [a, b] : [b, a]
    const key = `${from.device} ${to.device}`
    const pair = pairs.get(key) ?? { devices: [from.device, to.device], cables: [] }
    pair.cables.push({ cable: document.address, type, ports: [from, to] })
    pairs.set(key, pair)
  }
  return [...pairs.values()]
}

const isPower = ({ device, sort }: Port): boolean =>
  sort === 'powerPort' || sort === 'powerOutlet' || kindOf(device) === 'Pdu'

/** `lan1 – Port 1`, of one cable; how many there are, of several. */
export const cablesText = ({ cables }: Joined): string => {
  const [only] = cables
  return cables.length === 1 && only !== undefined
    ? only.ports.map((p) => p.name).join(' – ')
    : `${cables.length} cables`
}

export const networkText = ({ address, vlan, prefixes }: Network): string =>
  [nameOf(address), ...(vlan === undefined ? [] : [vlan]), ...prefixes].join(', ')
