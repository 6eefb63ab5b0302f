import { leaseEntry, takeLease } from '../ledger/lease.ts'
import { leaseId } from '../ledger/lease-path.ts'
import type { Address } from '../model/address.ts'
import { compareText } from '../model/diagnostic.ts'
import type { LeaseRecord, LeaseSort } from '../model/lease.ts'
import type { LedgerEntry, LedgerView } from '../ports/ledger.ts'
import { type Space, writtenValue } from '../practices/network/allocation.ts'
import type { NumberRange } from '../practices/network/free-space.ts'
import { type Leased, rangeIn, withLeases } from './address-pools.ts'
import { by, moved } from './records.ts'
import type { World } from './world.ts'
import type { Writer } from './writer-here.ts'

/** A value that a document asks for, and what it can come from. */
export interface Asked {
  readonly of: Address
  /** Its path in the document, joined by points: `spec.address`. */
  readonly field: string
  readonly sort: LeaseSort
  readonly pool: Address
  readonly length?: number
  readonly space: Space
}

export interface Given<Request extends Asked> {
  readonly request: Request
  readonly value: string
  /** `kept`: it had been leased for this document on this branch before. */
  readonly lease: 'taken' | 'kept'
}

export interface GivenNext<Request extends Asked> {
  /** What has to be appended; nothing where somebody gets nothing. */
  readonly entries: readonly LedgerEntry[]
  readonly given: readonly Given<Request>[]
  /** For whom nothing is left. */
  readonly without: readonly Request[]
}

/**
 * Decides by one state of the ledger who gets what: requests in the order of their documents' addresses, each the lowest value that
 * no document has, no host shows, nobody leases and no pool keeps back.
 */
export async function giveNext<Request extends Asked>(
  world: Pick<World, 'uuid' | 'clock'>,
  asked: readonly Request[],
  {
    branch,
    observed,
    writer,
  }: { readonly branch: string | undefined; readonly observed: readonly NumberRange[]; readonly writer: Writer },
  view: LedgerView,
): Promise<GivenNext<Request>> {
  const pools = new Map<string, Pool>()
  const taken: LeaseRecord[] = []
  const ids = new Set<string>()
  const prefixes: NumberRange[] = []
  const given: Given<Request>[] = []
  const without: Request[] = []
  const sorted = [...asked].sort((a, b) => compareText(a.of, b.of) || compareText(a.field, b.field))
  for (const request of sorted) {
    const { space, sort, pool: from, length, of, field } = request
    const key = `${sort} ${from} ${length ?? ''}`
    const pool = pools.get(key) ?? (await poolOf(view, space, observed))
    pools.set(key, pool)
    const tenant = { pool: from, of, field, ...(branch !== undefined && { branch }) }
    const own = ownLease(pool, space, tenant)
    if (own !== undefined) {
      given.push({ request, value: own.value, lease: 'kept' })
      continue
    }
    const value = nextValue(space, pool.free, ids, prefixes)
    if (value === undefined) {
      without.push(request)
      continue
    }
    const lot = { sort, scope: space.scope, value }
    const record = moved(takeLease(pool.known.get(value), lot, tenant, by(world, writer.actor)))
    taken.push(record)
    if (sort === 'prefix') prefixes.push(...rangeIn(record))
    ids.add(leaseId(record))
    given.push({ request, value, lease: 'taken' })
  }
  const entries = without.length > 0 ? [] : taken.map((record) => leaseEntry(record, writer.signer))
  return { entries, given, without }
}

interface Pool {
  readonly leased: Leased
  /** Leases by value, given back ones as well. */
  readonly known: ReadonlyMap<string, LeaseRecord>
  readonly free: Generator<bigint>
}

async function poolOf(view: LedgerView, space: Space, observed: readonly NumberRange[]): Promise<Pool> {
  const leased = await withLeases(view, space, observed)
  return { leased, known: new Map(leased.leases.map((l) => [l.value, l])), free: leased.free() }
}

/** What this document leased here before, as long as nobody else has it by now. */
function ownLease(
  { leased }: Pool,
  { taken }: Space,
  tenant: Pick<LeaseRecord, 'pool' | 'of' | 'field' | 'branch'>,
): LeaseRecord | undefined {
  const { pool, of, field, branch } = tenant
  return leased.leases.find(
    (l) =>
      l.state === 'leased' &&
      l.of === of &&
      l.field === field &&
      l.pool === pool &&
      l.branch === branch &&
      !rangeIn(l).some(([first, last]) => taken.some(([from, to]) => from <= last && to >= first)),
  )
}

function nextValue(
  space: Space,
  free: Generator<bigint>,
  ids: ReadonlySet<string>,
  prefixes: readonly NumberRange[],
): string | undefined {
  const { sort, scope, size } = space
  for (let next = free.next(); next.done !== true; next = free.next()) {
    const first = next.value
    // Prefixes of several lengths come out of one pool.
    if (sort === 'prefix' && prefixes.some(([from, to]) => from < first + size && to >= first)) continue
    const value = writtenValue(space, first)
    // Where pools lie in each other, which is a finding, one address could come out of both.
    if (!ids.has(leaseId({ sort, scope, value }))) return value
  }
  return undefined
}
