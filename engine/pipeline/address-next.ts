import { type Address, kindOf, nameOf } from '../model/address.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { LeaseSort } from '../model/lease.ts'
import { spaceOf, writtenValue } from '../practices/network/allocation.ts'
import { nearest } from '../schema/nearest.ts'
import { poolNamed, surroundingsOf, withLeases } from './address-pools.ts'
import { codes } from './codes.ts'
import { loadWork } from './estate.ts'
import type { World } from './world.ts'

const report = reporter(codes)

export interface NextFree {
  readonly pool: Address
  readonly sort: LeaseSort
  /** Lowest first; fewer than were asked for where there are no more. */
  readonly free: readonly string[]
  /** How many of the pool are leased now. */
  readonly leased: number
}

/** What a pool would give next. Nothing is leased by asking. */
export async function nextFreeOf(
  world: World,
  options: { readonly pool: string; readonly length?: number; readonly count: number },
): Promise<NextFree | { readonly refused: readonly Diagnostic[] }> {
  const estate = await loadWork(world)
  const pool = poolNamed(options.pool)
  if (pool === undefined || !estate.graph.documents.has(pool)) {
    const near = nearest(
      nameOf(options.pool),
      estate.graph.ofKind('Prefix').map((d) => d.document.metadata.name),
    )
    const hint = near === undefined ? 'plumbline report prefixes lists them' : `did you mean prefix/${near}?`
    return { refused: [report('document-unknown', { summary: `there is no ${options.pool.slice(0, 130)}`, hint })] }
  }
  const sort = kindOf(pool) === 'Site' ? 'vlan' : options.length === undefined ? 'address' : 'prefix'
  const around = await surroundingsOf(world, estate)
  const space = spaceOf(pool, { sort, length: options.length }, around.here, around.others)
  if ('fault' in space) {
    const hint = space.fault.includes('container')
      ? { hint: 'of a container, say how long the prefix is to be: --length 26' }
      : {}
    return { refused: [report('pool-unusable', { summary: space.fault, subject: pool, ...hint })] }
  }
  const { free, leases } = await withLeases(await (await world.ledger()).view(), space, around.observed)
  const found: string[] = []
  for (const next of free()) if (found.push(writtenValue(space, next)) >= options.count) break
  return { pool, sort, free: found, leased: leases.filter((l) => l.state === 'leased').length }
}
