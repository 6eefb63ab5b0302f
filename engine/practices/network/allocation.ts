import { type Address, nameOf } from '../../model/address.ts'
import type { Graph } from '../../model/graph.ts'
import { target } from '../../model/graph.ts'
import type { LeaseSort } from '../../model/lease.ts'
import { specOf } from '../../model/practice.ts'
import { type AddressPlan, addressPlan, givenOut, type PlannedPrefix } from './address-plan.ts'
import type { NumberRange } from './free-space.ts'
import { addressOf, cidrOf, textOf } from './ip.ts'

/** Documents of a branch, and what they say of addresses. */
export interface Planned {
  readonly graph: Graph
  readonly plan: AddressPlan
}

/** @param graph of documents that their schemas let through */
export const planned = (graph: Graph): Planned => ({ graph, plan: addressPlan(graph) })

/** What a request is answered from: blocks of a size within a range. */
export interface Space {
  readonly sort: LeaseSort
  /** Name of the routing table, or of the site of a VLAN; `-` is the global table. */
  readonly scope: string
  readonly family: 4 | 6 | undefined
  readonly range: NumberRange
  readonly size: bigint
  /** What documents have, and what is kept back. */
  readonly taken: readonly NumberRange[]
}

/** Numbers of VLANs that can be given out: 1 is what switches use where nothing is said. */
const vlans: NumberRange = [2n, 4094n]

/**
 * What a pool can give: by the documents of this branch, with all that others have as well.
 *
 * @param here the branch that says what the pool is like
 * @param others branches whose documents count as well, such as the target branch
 */
export function spaceOf(
  pool: Address,
  { sort, length }: { readonly sort: LeaseSort; readonly length?: number | undefined },
  here: Planned,
  others: readonly Planned[],
): Space | { readonly fault: string } {
  const all = [here, ...others]
  if (sort === 'vlan') return vlanSpace(pool, all)
  const found = here.plan.prefixes.find((p) => p.document.address === pool)
  if (found === undefined)
    return { fault: here.graph.documents.has(pool) ? `${pool} has no prefix yet` : `there is no ${pool}` }
  const { cidr, role, vrf } = found
  const about = { sort, scope: vrf === undefined ? '-' : nameOf(vrf), family: cidr.family }
  if (sort === 'address')
    return role === 'container'
      ? { fault: `${pool} is a container: it gives out prefixes, and its prefixes addresses` }
      : { ...about, range: givenOut(found), size: 1n, taken: takenIn(found, all) }
  const width = cidr.family === 4 ? 32 : 128
  if (role !== 'container') return { fault: `${pool} is no container: it gives out addresses, and no prefixes` }
  if (length === undefined || length <= cidr.length || length > width)
    return { fault: `a prefix of ${pool} is longer than /${cidr.length}, and at most /${width}` }
  return { ...about, range: [cidr.first, cidr.last], size: 1n << BigInt(width - length), taken: takenIn(found, all) }
}

/** Addresses and prefixes within a prefix, and what it keeps back. */
function takenIn({ cidr, vrf, kept, document }: PlannedPrefix, all: readonly Planned[]): readonly NumberRange[] {
  const inside = (family: 4 | 6, value: bigint, table: Address | undefined): boolean =>
    family === cidr.family && table === vrf && value >= cidr.first && value <= cidr.last
  const taken: NumberRange[] = [...kept]
  for (const { plan } of all) {
    for (const { family, value, vrf: table } of plan.addresses)
      if (inside(family, value, table)) taken.push([value, value])
    for (const { cidr: other, vrf: table, document: holder, kept: alsoKept } of plan.prefixes)
      if (other.length > cidr.length && inside(other.family, other.first, table)) taken.push([other.first, other.last])
      else if (holder.address === document.address && table === vrf) taken.push(...alsoKept)
  }
  return taken
}

/** A number is free at a site where no VLAN of the site has it, nor one that is everywhere. */
function vlanSpace(site: Address, all: readonly Planned[]): Space | { readonly fault: string } {
  if (all[0]?.graph.documents.has(site) !== true) return { fault: `there is no ${site}` }
  const taken = all.flatMap(({ graph }) =>
    graph.ofKind('Vlan').flatMap((vlan): readonly NumberRange[] => {
      const at = target(graph, vlan.address, 'spec.site')
      const vid = BigInt(specOf<{ readonly vid: number }>(vlan).vid)
      return at === undefined || at === site ? [[vid, vid]] : []
    }),
  )
  return { sort: 'vlan', scope: nameOf(site), family: undefined, range: vlans, size: 1n, taken }
}

/** How the block that begins at a number is written. */
export function writtenValue({ sort, family, size }: Space, first: bigint): string {
  if (sort === 'vlan' || family === undefined) return String(first)
  const text = textOf(family, first)
  return sort === 'address' ? text : `${text}/${(family === 4 ? 32 : 128) - (size.toString(2).length - 1)}`
}

/** The numbers that a value takes up; undefined where it is none. */
export function rangeOfValue(sort: LeaseSort, value: string): NumberRange | undefined {
  if (sort === 'vlan') return /^\d{1,4}$/.test(value) ? [BigInt(value), BigInt(value)] : undefined
  const found = sort === 'prefix' ? cidrOf(value) : addressOf(value)
  if (found === undefined) return undefined
  return 'value' in found ? [found.value, found.value] : [found.first, found.last]
}

/** Within which routing table a document has its addresses, or at which site a VLAN is; `-` where it is the global one. */
export function scopeOf(graph: Graph, document: Address, sort: LeaseSort): string {
  const to = target(graph, document, sort === 'vlan' ? 'spec.site' : 'spec.vrf')
  return to === undefined ? '-' : nameOf(to)
}
