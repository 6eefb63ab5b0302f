import { leasesBetween } from '../ledger/lease.ts'
import type { Address } from '../model/address.ts'
import type { Graph } from '../model/graph.ts'
import type { LeaseRecord } from '../model/lease.ts'
import type { LedgerView } from '../ports/ledger.ts'
import { type Planned, planned, rangeOfValue, type Space } from '../practices/network/allocation.ts'
import { freeBlocks, type NumberRange } from '../practices/network/free-space.ts'
import { loadCommit } from './estate.ts'
import type { EstateAt } from './estate-at.ts'
import { trusted } from './records.ts'
import { lastSeen } from './snapshot.ts'
import { targetBranch, targetTip } from './target-branch.ts'
import type { World } from './world.ts'

/** What decides which address is free next, apart from leases. */
export interface Surroundings {
  readonly here: Planned
  /** The target branch as it stands, which may have gone on meanwhile. */
  readonly others: readonly Planned[]
  /** What hosts were last seen to have, whoever gave it to them. */
  readonly observed: readonly NumberRange[]
}

export async function surroundingsOf(world: World, estate: EstateAt): Promise<Surroundings> {
  const tip = await targetTip(world, await targetBranch(world))
  const others = tip === undefined || tip === estate.treeish ? [] : [await loadCommit(world, tip)]
  const seen = await lastSeen(world)
  const addresses = [...seen.values()].flatMap((s) => (s.facts.interfaces ?? []).flatMap((i) => i.addresses))
  return {
    here: planned(sound(estate)),
    others: others.map((other) => planned(sound(other))),
    observed: addresses.flatMap((text) => {
      const range = rangeOfValue('address', text.replace(/\/.*$/, ''))
      return range === undefined ? [] : [range]
    }),
  }
}

/** The documents that their schemas let through: the others may be of any form. */
function sound({ graph, diagnostics }: EstateAt): Graph {
  const wrong = new Set(
    diagnostics.filter((d) => d.code === 'schema' || d.code === 'unallocated').map((d) => d.subject),
  )
  return {
    documents: graph.documents,
    ofKind: (kind) => graph.ofKind(kind).filter((d) => !wrong.has(d.address)),
    outgoing: (address) => graph.outgoing(address),
    incoming: (address) => graph.incoming(address),
  }
}

/** A space with what the ledger says of it. */
export interface Leased {
  /** What can be given next, lowest first. */
  free(): Generator<bigint>
  readonly leases: readonly LeaseRecord[]
}

export async function withLeases(view: LedgerView, space: Space, observed: readonly NumberRange[]): Promise<Leased> {
  const { sort, scope, family, range, size } = space
  const sorts = sort === 'prefix' ? (['prefix', 'address'] as const) : ([sort] as const)
  const found = await Promise.all(sorts.map((s) => leasesBetween(view, { sort: s, scope }, family, range)))
  const leases = found.flat().flatMap((outcome) => trusted(outcome) ?? [])
  const open = leases.filter((l) => l.state === 'leased').flatMap((l) => rangeIn(l))
  const seen = sort === 'vlan' ? [] : observed
  return {
    free: () => freeBlocks(range, size, [...space.taken, ...seen, ...open]),
    leases: leases.filter((l) => l.sort === sort),
  }
}

export function rangeIn({ sort, value }: Pick<LeaseRecord, 'sort' | 'value'>): readonly NumberRange[] {
  const range = rangeOfValue(sort, value)
  return range === undefined ? [] : [range]
}

/** Something that values can be taken from, as people write it: `prefix/ams1-servers`, `Site/ams1`, or the bare name of a prefix. */
export function poolNamed(text: string): Address | undefined {
  const [, kind = 'prefix', name] = /^(?:([A-Za-z]+)\/)?([a-z0-9][a-z0-9.-]{0,62})$/.exec(text) ?? []
  if (name === undefined || !['prefix', 'site'].includes(kind.toLowerCase())) return undefined
  return kind.toLowerCase() === 'site' ? `Site/${name}` : `Prefix/${name}`
}
