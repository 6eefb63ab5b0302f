import { type Address, nameOf } from '../../model/address.ts'
import type { LoadedDocument } from '../../model/document.ts'
import type { Facts } from '../../model/facts.ts'
import { type ReportInput, specOf } from '../../model/practice.ts'
import { addressBook } from './address-book.ts'
import { addressPlan, type UsedAddress } from './address-plan.ts'
import { type Cabling, cablingOf, trace } from './cabling.ts'
import { portText } from './check-cabling.ts'
import { addressOf, isLinkLocal, isLoopback, textOf } from './ip.ts'
import { type Interface, type Ports, portsOf } from './ports.ts'

type SeenInterface = NonNullable<Facts['interfaces']>[number]
type Neighbour = NonNullable<Facts['neighbours']>[number]

/** Something that documents say otherwise than a host. */
export interface Difference {
  readonly host: Address
  readonly interface: string
  readonly what: 'interface' | 'mac' | 'mtu' | 'address' | 'prefix length' | 'address twice' | 'mac twice' | 'cable'
  readonly written: string
  readonly seen: string
  /** What to do where what was seen is right. */
  readonly correct: string
}

/** An address in our prefixes that answers and that nobody has, or that somebody else answers for. */
export interface Stranger {
  readonly address: string
  readonly mac: string
  readonly written: string
  readonly seenBy: readonly Address[]
}

/** What documents and all hosts say, each put into an index once. */
interface Estate {
  readonly ports: Ports
  readonly cabling: Cabling
  readonly book: ReturnType<typeof addressBook>
  readonly owned: ReadonlyMap<Address, readonly UsedAddress[]>
}

export interface Reconciled {
  readonly differences: readonly Difference[]
  readonly strangers: readonly Stranger[]
  readonly notSeen: readonly Address[]
}

/** Interfaces, addresses and neighbours that hosts were seen with, against the documents. */
export function reconcile(input: ReportInput, hosts: readonly LoadedDocument[]): Reconciled {
  const { graph } = input
  const plan = addressPlan(graph)
  const owned = new Map<Address, UsedAddress[]>()
  for (const used of plan.addresses) {
    if (used.owner === undefined) continue
    const there = owned.get(used.owner)
    if (there === undefined) owned.set(used.owner, [used])
    else there.push(used)
  }
  const estate: Estate = { ports: portsOf(graph), cabling: cablingOf(graph), book: addressBook(plan), owned }
  const differences: Difference[] = []
  const neighbours: [Address, Neighbour][] = []
  const notSeen: Address[] = []
  const twice = duplicates(estate, differences)
  for (const { address: host } of hosts) {
    const facts = input.seen?.(nameOf(host))
    if (facts?.interfaces === undefined) {
      notSeen.push(host)
      continue
    }
    differences.push(...ofInterfaces(estate, host, facts.interfaces), ...ofAddresses(estate, host, facts.interfaces))
    twice(host, facts.interfaces)
    differences.push(...ofCables(estate, host, facts.neighbours ?? []))
    for (const neighbour of facts.neighbours ?? []) neighbours.push([host, neighbour])
  }
  return { differences, strangers: strangersAmong(estate, neighbours), notSeen }
}

function ofInterfaces({ ports }: Estate, host: Address, seen: readonly SeenInterface[]): readonly Difference[] {
  const known = new Map(seen.map((i) => [i.name, i]))
  return ports.ofDevice(host).flatMap(({ document, name, mac, mtu }): readonly Difference[] => {
    const found = known.get(name)
    const there = nameOf(document.address)
    const differs = (what: Difference['what'], written: string, is: string, correct: string): Difference => ({
      ...{ host, interface: name, what, written, correct },
      seen: is,
    })
    if (found === undefined) {
      const others = seen.map((i) => i.name).filter((n) => n !== 'lo')
      return [
        differs('interface', there, `only ${others.slice(0, 8).join(', ')}`, `correct name of ${there}, or remove it`),
      ]
    }
    const is = found.mac?.toLowerCase()
    return [
      ...(mac !== undefined && is !== undefined && mac !== is
        ? [differs('mac', mac, is, `write mac: ${is} into ${there}`)]
        : []),
      ...(mtu !== undefined && found.mtu !== undefined && mtu !== found.mtu
        ? [differs('mtu', String(mtu), String(found.mtu), `write mtu: ${found.mtu} into ${there}`)]
        : []),
    ]
  })
}

interface Placed {
  readonly interface: string
  readonly length: number
}

function ofAddresses(estate: Estate, host: Address, seen: readonly SeenInterface[]): readonly Difference[] {
  const has = new Map<string, Placed>()
  const found: Difference[] = []
  for (const { name, family, value, length } of addressesOf(seen)) {
    has.set(`${family} ${value}`, { interface: name, length })
    const holders = estate.book.holdersOf(family, value)
    if (holders.some((h) => h.owner === host || h.shared || h.owner === undefined)) continue
    const text = textOf(family, value)
    const other = holders[0]
    const elsewhere = estate.book.isHeld(family, value) ? 'nobody' : 'in no prefix'
    found.push({
      ...{ host, interface: name, what: 'address', seen: text, written: other?.owner ?? elsewhere },
      correct:
        other === undefined
          ? `write an Address ${text} of ${nameOf(host)}`
          : `let ${other.document.address} say that ${nameOf(host)} has it`,
    })
  }
  return [...found, ...(estate.owned.get(host) ?? []).flatMap((used) => missing(host, used, has))]
}

/** An address that the host should have: whether it has it, on the right interface, with the right length. */
function missing(host: Address, used: UsedAddress, has: ReadonlyMap<string, Placed>): readonly Difference[] {
  const { document, family, value, length, shared } = used
  const there = has.get(`${family} ${value}`)
  const text = textOf(family, value)
  const on = interfaceNamed(document)
  const differs = (what: Difference['what'], written: string, seen: string, correct: string): readonly Difference[] => [
    { host, interface: on ?? '–', what, written, seen, correct },
  ]
  if (there === undefined) {
    // Who is reached by a port of its own is behind somebody who translates addresses.
    const translated =
      document.address === host &&
      specOf<{ readonly ssh?: { readonly port?: number } }>(document).ssh?.port !== undefined
    return shared || translated ? [] : differs('address', text, 'not there', `remove it from ${document.address}`)
  }
  if (on !== undefined && on !== there.interface)
    return differs(
      'address',
      `${text} on ${on}`,
      `on ${there.interface}`,
      `correct the interface in ${document.address}`,
    )
  if (length !== undefined && length !== there.length)
    return differs(
      'prefix length',
      `/${length}`,
      `/${there.length}`,
      `write ${text}/${there.length} into ${document.address}`,
    )
  return []
}

/** The interface that a document says an address is on. */
function interfaceNamed({ document: { kind, spec } }: LoadedDocument): string | undefined {
  const named = kind === 'Interface' ? spec['name'] : kind === 'Address' ? spec['interface'] : undefined
  return typeof named === 'string' ? named : undefined
}

/** Those that others can reach: not of the machine alone, and not made up for its own wire. */
function addressesOf(seen: readonly SeenInterface[]) {
  return seen.flatMap(({ name, addresses }) =>
    addresses.flatMap((text) => {
      const [bare = '', length] = text.split('/')
      const found = addressOf(bare)
      return found === undefined || isLoopback(found) || isLinkLocal(found)
        ? []
        : [{ name, ...found, length: Number(length) }]
    }),
  )
}

/** Addresses and hardware addresses that two hosts were seen with. */
function duplicates(
  { book }: Estate,
  differences: Difference[],
): (host: Address, seen: readonly SeenInterface[]) => void {
  const [addresses, macs] = [new Map<string, Address>(), new Map<string, Address>()]
  const first = (known: Map<string, Address>, key: string, host: Address): Address | undefined => {
    const other = known.get(key)
    if (other === undefined) known.set(key, host)
    return other === host ? undefined : other
  }
  return (host, seen) => {
    for (const { name, family, value } of addressesOf(seen)) {
      // One that is in no prefix is of the machine's own inner networks.
      if (book.holdersOf(family, value).some((h) => h.shared) || !book.isHeld(family, value)) continue
      const other = first(addresses, `${family} ${value}`, host)
      if (other !== undefined)
        differences.push({
          ...{
            host,
            interface: name,
            what: 'address twice',
            written: '–',
            seen: `${textOf(family, value)}, as ${nameOf(other)}`,
          },
          correct: 'write one Address with shared: true where both may have it',
        })
    }
    for (const { name, mac } of seen) {
      const other = mac === undefined || ownMac.test(mac) ? undefined : first(macs, mac.toLowerCase(), host)
      if (other !== undefined)
        differences.push({
          ...{ host, interface: name, what: 'mac twice', written: '–', seen: `${mac}, as ${nameOf(other)}` },
          correct: 'one of them is a copy of the other: give it a hardware address of its own',
        })
    }
  }
}

/** Hardware addresses that programs make by rule, so that many machines have them: docker's first bridges, VRRP (RFC 5798). */
const ownMac = /^(02:42:|00:00:5e:00:0[12]:)/i

/** The other end of cables, as it tells by LLDP. */
function ofCables({ ports, cabling }: Estate, host: Address, neighbours: readonly Neighbour[]): readonly Difference[] {
  const told = neighbours.filter((n) => n.by === 'lldp')
  const differences = told.flatMap((n): readonly Difference[] => {
    const path = trace(cabling, ports, { device: host, sort: 'interface', name: n.interface })
    const seen = [n.system, n.port].filter((t) => t !== undefined).join('/')
    if (seen === '') return []
    const differs = (written: string): readonly Difference[] => [
      { host, interface: n.interface, what: 'cable', written, seen, correct: `let a Cable lead to ${seen}` },
    ]
    if (path === undefined) return differs('no cable')
    const isSystem = n.system === undefined || shortName(n.system) === shortName(nameOf(path.to.device))
    const isPort = n.port === undefined || portName(n.port) === portName(path.to.name)
    return isSystem && isPort ? [] : differs(portText(path.to))
  })
  const heard = new Set(told.map((n) => n.interface))
  if (heard.size === 0) return differences
  const silent = ports.ofDevice(host).flatMap(({ name }: Interface): readonly Difference[] => {
    const path = heard.has(name) ? undefined : trace(cabling, ports, { device: host, sort: 'interface', name })
    return path?.state !== 'ends' || !path.to.device.startsWith('NetworkDevice/')
      ? []
      : [
          {
            host,
            interface: name,
            what: 'cable',
            written: portText(path.to),
            seen: 'nobody',
            correct: 'look whether it is plugged in',
          },
        ]
  })
  return [...differences, ...silent]
}

const shortName = (name: string): string => (name.split('.')[0] ?? name).toLowerCase()

/** `GigabitEthernet1/0/4` and `Gi1/0/4` are one port. */
const portName = (name: string): string => name.toLowerCase().replace(/^([a-z]{2})[a-z-]*(?=\d)/, '$1')

function strangersAmong({ book, ports }: Estate, neighbours: readonly [Address, Neighbour][]): readonly Stranger[] {
  const macs = new Map<Address, Set<string>>()
  for (const { device, mac } of ports.interfaces)
    if (mac !== undefined) macs.set(device, (macs.get(device) ?? new Set()).add(mac))
  const found = new Map<string, { readonly stranger: Omit<Stranger, 'seenBy'>; readonly by: Set<Address> }>()
  for (const [host, { by, address, mac }] of neighbours) {
    const is = by === 'kernel' && address !== undefined ? addressOf(address) : undefined
    if (is === undefined || mac === undefined || isLinkLocal(is)) continue
    const { family, value } = is
    const holders = book.holdersOf(family, value)
    if (
      holders.length === 0 ? !book.isHeld(family, value) || book.isKept(family, value) : holders.some((h) => h.shared)
    )
      continue
    const owner = holders.find((h) => h.owner !== undefined)?.owner
    const known = owner === undefined ? undefined : macs.get(owner)
    if (holders.length > 0 && (known === undefined || known.has(mac.toLowerCase()))) continue
    const key = `${family} ${value} ${mac}`
    const text = textOf(family, value)
    const written = owner === undefined ? 'nobody' : `${nameOf(owner)} with ${[...(known ?? [])].join(', ')}`
    const there = found.get(key) ?? { stranger: { address: text, mac, written }, by: new Set() }
    there.by.add(host)
    found.set(key, there)
  }
  return [...found.values()].map(({ stranger, by }) => ({ ...stranger, seenBy: [...by] }))
}
