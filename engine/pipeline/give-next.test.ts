import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { practiceEstate } from '../../test/practice-cases.ts'
import { generateKeyPair } from '../adapters/signing/key-pair.ts'
import { memorySigner } from '../adapters/signing/signer.ts'
import { allLeases, findLease, giveBack, leaseEntry } from '../ledger/lease.ts'
import type { Address } from '../model/address.ts'
import type { LedgerEntry, LedgerView } from '../ports/ledger.ts'
import { planned, type Space, spaceOf } from '../practices/network/allocation.ts'
import { type Asked, giveNext } from './give-next.ts'
import { moved, trusted } from './records.ts'

/** What holds of leases, whoever asks when. */

const signer = memorySigner(generateKeyPair())
const at = '2026-10-05T08:00:00Z'
let uuids = 0
const world = {
  uuid: () => `00000000-0000-4000-8000-${String(++uuids).padStart(12, '0')}`,
  clock: { now: () => new Date(at) },
}

function memoryLedger() {
  const files = new Map<string, string>()
  const view: LedgerView = {
    tip: 'tip',
    file: async (path) => files.get(path),
    list: async (folder) => [
      ...new Set(
        [...files.keys()].flatMap((p) =>
          p.startsWith(`${folder}/`) ? [p.slice(folder.length + 1).split('/')[0] ?? ''] : [],
        ),
      ),
    ],
  }
  const append = (entries: readonly LedgerEntry[]): void => {
    for (const entry of entries) for (const [path, text] of entry.files) if (text !== null) files.set(path, text)
  }
  return { view, append }
}

const ground = `
  { kind: Prefix, metadata: { name: v4 }, spec: { prefix: 10.0.0.0/27, gateway: 10.0.0.1, reserved: [10.0.0.4-10.0.0.6] } }
  { kind: Prefix, metadata: { name: v6 }, spec: { prefix: "2001:db8::/64" } }
  { kind: Prefix, metadata: { name: all }, spec: { prefix: 10.8.0.0/24, role: container } }
  { kind: Address, metadata: { name: there }, spec: { address: 10.0.0.2 } }`
const base = planned(practiceEstate(ground).graph)

const pools = {
  'Prefix/v4': { sort: 'address' as const },
  'Prefix/v6': { sort: 'address' as const },
  'Prefix/all': { sort: 'prefix' as const, length: 28 },
}
type PoolName = keyof typeof pools

function asking(of: Address, pool: PoolName): Asked {
  const { sort, ...more } = { length: undefined, ...pools[pool] }
  const space = spaceOf(pool, { sort, ...more }, base, []) as Space
  const length = more.length === undefined ? {} : { length: more.length }
  return { of, field: sort === 'prefix' ? 'spec.prefix' : 'spec.address', sort, pool, space, ...length }
}

const writer = { actor: 'engine', signer } as const
const names = fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 6 })
const request = fc.record({
  branch: fc.constantFrom('one', 'two', 'three'),
  names,
  pool: fc.constantFrom(...(Object.keys(pools) as PoolName[])),
})
const step = fc.oneof(
  request.map((ask) => ({ ask })),
  request.map((ask) => ({ ask })),
  fc.nat(20).map((back) => ({ back })),
)

describe('what is given next', () => {
  it('is nobody else’s, is not kept back, and stays whose it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { view, append } = memoryLedger()
        const open = async () =>
          (await allLeases(view)).flatMap((l) => trusted(l) ?? []).filter((l) => l.state === 'leased')
        for (const next of steps) {
          const before = await open()
          if ('back' in next) {
            const lease = before[next.back]
            if (lease === undefined) continue
            append([leaseEntry(moved(giveBack(lease, 'gone', { uuid: world.uuid(), at, actor: 'engine' })), signer)])
            expect(await open()).toHaveLength(before.length - 1)
            continue
          }
          const { branch, names: of, pool } = next.ask
          const asked = of.map((n) => asking(`Address/d${n}`, pool))
          const done = await giveNext(world, asked, { branch, observed: [], writer }, view)
          if (done.without.length > 0) expect(done.entries).toEqual([])
          append(done.entries)
          const after = await open()
          // Nothing that somebody had has moved.
          for (const lease of before) expect(after).toContainEqual(lease)
          expect(new Set(after.map((l) => `${l.sort} ${l.value}`)).size).toBe(after.length)
          for (const { value } of after)
            expect(['10.0.0.0', '10.0.0.1', '10.0.0.2', '10.0.0.4', '10.0.0.5', '10.0.0.6', '10.0.0.31']).not.toContain(
              value,
            )
          // Asked again, everybody keeps what they have.
          if (done.without.length > 0) continue
          const again = await giveNext(world, asked, { branch, observed: [], writer }, view)
          expect(again.entries).toEqual([])
          expect(again.given.map((g) => g.value)).toEqual(done.given.map((g) => g.value))
        }
      }),
      { numRuns: 60 },
    )
  })

  it('does not depend on the order in which documents are found', async () => {
    await fc.assert(
      fc.asyncProperty(
        names,
        fc.constantFrom(...(Object.keys(pools) as PoolName[])),
        fc.nat(),
        async (of, pool, seed) => {
          const asked = of.map((n) => asking(`Address/d${n}`, pool))
          const other = [...asked]
            .sort((a, b) => ((a.of.length * 31 + seed) % 7) - ((b.of.length * 31 + seed) % 7))
            .reverse()
          const results = await Promise.all(
            [asked, other].map((all) =>
              giveNext(world, all, { branch: 'one', observed: [], writer }, memoryLedger().view),
            ),
          )
          const [a, b] = results.map((r) => r.given.map((g) => `${g.request.of} ${g.value}`))
          expect(a).toEqual(b)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('passes over what hosts were seen to have, whoever gave it to them', async () => {
    const { view } = memoryLedger()
    const seen = (10n << 24n) + 3n
    const done = await giveNext(
      world,
      [asking('Address/a', 'Prefix/v4')],
      { branch: 'b', observed: [[seen, seen]], writer },
      view,
    )
    expect(done.given.map((g) => g.value)).toEqual(['10.0.0.7'])
  })

  it('is given again once it was given back', async () => {
    const { view, append } = memoryLedger()
    const ask = async (name: string) => {
      const done = await giveNext(
        world,
        [asking(`Address/${name}`, 'Prefix/v4')],
        { branch: name, observed: [], writer },
        view,
      )
      append(done.entries)
      return done.given[0]?.value
    }
    expect([await ask('a'), await ask('b')]).toEqual(['10.0.0.3', '10.0.0.7'])
    const lease = trusted(await findLease(view, { sort: 'address', scope: '-', value: '10.0.0.3' }))
    if (lease === undefined) throw new Error('there is no lease')
    append([leaseEntry(moved(giveBack(lease, 'gone', { uuid: world.uuid(), at, actor: 'engine' })), signer)])
    expect([await ask('c'), await ask('d')]).toEqual(['10.0.0.3', '10.0.0.8'])
  })
})
