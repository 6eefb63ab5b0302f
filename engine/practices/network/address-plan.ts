import type { Address as DocumentAddress } from '../../model/address.ts'
import type { LoadedDocument } from '../../model/document.ts'
import { type Graph, target } from '../../model/graph.ts'
import { specOf } from '../../model/practice.ts'
import { freeBlocks, type NumberRange } from './free-space.ts'
import { addressOf, type Cidr, cidrOf, isLoopback, usable } from './ip.ts'

/** A prefix, and the smallest one around it. */
export interface PlannedPrefix {
  readonly document: LoadedDocument
  readonly cidr: Cidr
  readonly vrf: DocumentAddress | undefined
  readonly role: 'container' | 'network' | 'pool'
  readonly parent: PlannedPrefix | undefined
  readonly children: PlannedPrefix[]
  /** Addresses in it and in none of its children. */
  readonly used: UsedAddress[]
  /** Numbers that are never given out: gateway and reserved ones, as ranges. */
  readonly kept: readonly (readonly [bigint, bigint])[]
}

export interface UsedAddress {
  readonly document: LoadedDocument
  /** Where in its `spec` it stands. */
  readonly path: readonly (string | number)[]
  /** The device that has it; undefined where nobody says. */
  readonly owner: DocumentAddress | undefined
  /** Length of its prefix, where it is written with it. */
  readonly length: number | undefined
  readonly family: 4 | 6
  readonly value: bigint
  readonly vrf: DocumentAddress | undefined
  readonly shared: boolean
}

export interface AddressPlan {
  /** By family, first address and length, those around others first. */
  readonly prefixes: readonly PlannedPrefix[]
  readonly addresses: readonly UsedAddress[]
  /** Addresses that no prefix holds. */
  readonly orphans: readonly UsedAddress[]
}

interface PrefixSpec {
  readonly prefix: string
  readonly role?: PlannedPrefix['role']
  readonly gateway?: string
  readonly reserved?: readonly string[]
}

/**
 * Puts prefixes into each other and addresses into prefixes, in one sweep over all of them in order: prefixes either hold each other
 * or have nothing in common, so those that are open at a point are a stack.
 */
export function addressPlan(graph: Graph): AddressPlan {
  const prefixes: PlannedPrefix[] = []
  const addresses = usedAddresses(graph)
  const orphans: UsedAddress[] = []
  const groups = new Map<string, { prefixes: Omit<PlannedPrefix, 'parent'>[]; addresses: UsedAddress[] }>()
  const groupOf = (family: number, vrf: string | undefined) => {
    const key = `${family} ${vrf ?? ''}`
    const found = groups.get(key) ?? { prefixes: [], addresses: [] }
    groups.set(key, found)
    return found
  }
  for (const document of graph.ofKind('Prefix')) {
    const { prefix, role = 'network', gateway, reserved = [] } = specOf<PrefixSpec>(document)
    const cidr = cidrOf(prefix)
    if (cidr === undefined) continue
    const vrf = vrfOf(graph, document)
    const kept = [...(gateway === undefined ? [] : [gateway]), ...reserved].flatMap(rangeOf)
    groupOf(cidr.family, vrf).prefixes.push({ document, cidr, vrf, role, children: [], used: [], kept })
  }
  for (const address of addresses) groupOf(address.family, address.vrf).addresses.push(address)
  for (const group of groups.values()) {
    group.prefixes.sort((a, b) => compare(a.cidr.first, b.cidr.first) || a.cidr.length - b.cidr.length)
    group.addresses.sort((a, b) => compare(a.value, b.value))
    const open: PlannedPrefix[] = []
    let next = 0
    const place = (until: bigint | undefined): void => {
      for (
        let used = group.addresses[next];
        used !== undefined && (until === undefined || used.value < until);
        used = group.addresses[++next]
      ) {
        const holder = holderOf(open, used.value)
        if (holder === undefined) orphans.push(used)
        else holder.used.push(used)
      }
    }
    for (const found of group.prefixes) {
      place(found.cidr.first)
      const parent = holderOf(open, found.cidr.first)
      const planned: PlannedPrefix = { ...found, parent }
      parent?.children.push(planned)
      open.push(planned)
      prefixes.push(planned)
    }
    place(undefined)
  }
  return { prefixes, addresses, orphans }
}

/** The innermost open prefix that holds a number; those that ended before it are closed. */
function holderOf(open: PlannedPrefix[], value: bigint): PlannedPrefix | undefined {
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    if (top.cidr.last >= value) return top
    open.pop()
  }
  return undefined
}

interface AddressedSpec {
  readonly address?: string
  readonly addresses?: readonly string[]
  readonly shared?: boolean
}

/** Every address of a document: those of `Address`, of interfaces, and of hosts that are reached under one and not under a name. */
function usedAddresses(graph: Graph): readonly UsedAddress[] {
  return ['Address', 'Host', 'NetworkDevice', 'Interface'].flatMap((kind) =>
    graph.ofKind(kind).flatMap((document) => {
      const { address, addresses = [], shared = false } = specOf<AddressedSpec>(document)
      const owner =
        kind === 'Host' || kind === 'NetworkDevice'
          ? document.address
          : target(graph, document.address, kind === 'Address' ? 'spec.host' : 'spec.device')
      const used = (text: string, path: UsedAddress['path']): UsedAddress[] => {
        const [bare = '', length] = text.split('/')
        const found = addressOf(bare)
        // A machine's own: every host has it.
        if (found === undefined || isLoopback(found)) return []
        const written = length === undefined ? undefined : Number(length)
        return [{ document, path, owner, length: written, ...found, vrf: vrfOf(graph, document), shared }]
      }
      return [
        ...(typeof address === 'string' ? used(address, ['address']) : []),
        ...addresses.flatMap((text, i) => used(text, ['addresses', i])),
      ]
    }),
  )
}

const vrfOf = (graph: Graph, document: LoadedDocument) => target(graph, document.address, 'spec.vrf')

/** An address or `first-last` as numbers. */
function rangeOf(text: string): readonly (readonly [bigint, bigint])[] {
  const [from, to] = text.split('-').map((part) => addressOf(part)?.value)
  return from === undefined ? [] : [[from, to ?? from]]
}

/** How many addresses of a prefix hosts can have, and how many of them are used or kept; of a container, what its prefixes take up. */
export function utilisation(prefix: PlannedPrefix): { readonly size: bigint; readonly taken: bigint } {
  const { cidr, role, children, used } = prefix
  if (role === 'container')
    return {
      size: cidr.last - cidr.first + 1n,
      taken: children.reduce((sum, c) => sum + (c.cidr.last - c.cidr.first + 1n), 0n),
    }
  const [first, last] = usable(cidr)
  return { size: last - first + 1n, taken: BigInt(new Set(used.map((u) => u.value)).size) }
}

/** The lowest address that nobody has and that is not kept back; undefined where there is none. Of a container nothing is given out. */
export function nextFree(prefix: PlannedPrefix): bigint | undefined {
  if (prefix.role === 'container') return undefined
  const taken = [
    ...prefix.kept,
    ...prefix.used.map((u) => [u.value, u.value] as const),
    ...prefix.children.map((c) => [c.cidr.first, c.cidr.last] as const),
  ]
  for (const free of freeBlocks(givenOut(prefix), 1n, taken)) return free
  return undefined
}

/** The addresses that a prefix can give, the first and the last one. */
export const givenOut = ({ cidr, role }: Pick<PlannedPrefix, 'cidr' | 'role'>): NumberRange =>
  role === 'pool' ? [cidr.first, cidr.last] : usable(cidr)

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)
