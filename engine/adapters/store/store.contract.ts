import { expect, it } from 'vitest'
import type { Look, Store } from '../../ports/store.ts'

const day = (n: number) => `2026-10-0${n}T12:00:00.000Z`
const look = (host: string, at: string, parts: Readonly<Record<string, unknown>>, more: Partial<Look> = {}): Look => ({
  host,
  at,
  parts: new Map(Object.entries(parts)) as Look['parts'],
  ...more,
})
const partsOf = (store: Awaited<ReturnType<Store['latest']>>, host: string) =>
  Object.fromEntries([...(store.get(host)?.parts ?? [])].map(([name, part]) => [name, part.value]))

/** What every store holds to. `open` gives an empty one. */
export function storeContract(open: () => Store): void {
  const withStore = async (use: (store: Store) => Promise<void>) => {
    const store = open()
    try {
      await use(store)
    } finally {
      await store.close()
    }
  }

  it('has nothing of what was never looked at', () =>
    withStore(async (store) => {
      await store.put([])
      await store.put([look('a', day(1), {})])
      expect([...(await store.latest())]).toEqual([])
      expect(await store.find('a', 'sha256:0')).toBeUndefined()
    }))

  it('makes one snapshot of looks that show the same, and a new one of what differs', () =>
    withStore(async (store) => {
      const packages = Array.from({ length: 300 }, (_, i) => ({ name: `p${i}`, version: '1é' }))
      await store.put([look('a', day(1), { packages, users: ['x'] }, { commit: 'c1', fleeting: { up: 1 } })])
      await store.put([look('a', day(2), { users: ['x'], packages }, { commit: 'c2', fleeting: { up: 2 } })])
      const same = (await store.latest()).get('a')
      expect(same).toMatchObject({ since: day(1), seen: day(2), commit: 'c2', fleeting: { up: 2 } })
      expect(same?.parts.get('packages')).toEqual({ value: packages, seen: day(2) })
      await store.put([look('a', day(3), { packages: [], users: ['x'] })])
      const other = (await store.latest()).get('a')
      expect(other).toMatchObject({ since: day(3), seen: day(3) })
      expect(other?.digest).not.toBe(same?.digest)
      // Back again: the same state has the same digest.
      await store.put([look('a', day(4), { packages, users: ['x'] })])
      expect((await store.latest()).get('a')).toMatchObject({ since: day(4), digest: same?.digest })
    }))

  it('keeps a part that was not looked at as it was seen last', () =>
    withStore(async (store) => {
      await store.put([look('a', day(1), { packages: ['p'], users: ['x'] })])
      await store.put([look('a', day(3), { users: ['y'] })])
      const latest = await store.latest()
      expect(partsOf(latest, 'a')).toEqual({ packages: ['p'], users: ['y'] })
      expect(latest.get('a')?.parts.get('packages')?.seen).toBe(day(1))
      expect(latest.get('a')?.parts.get('users')?.seen).toBe(day(3))
    }))

  it('tells what was the last snapshot before a moment, host by host', () =>
    withStore(async (store) => {
      await store.put([look('a', day(1), { n: 1 }), look('b', day(2), { n: 2 })])
      await store.put([look('a', day(4), { n: 4 })])
      const then = await store.latest({ before: day(3) })
      expect([partsOf(then, 'a'), partsOf(then, 'b')]).toEqual([{ n: 1 }, { n: 2 }])
      expect([...(await store.latest({ before: day(1) })).keys()]).toEqual(['a'])
      expect([...(await store.latest({ hosts: ['b', 'c'] })).keys()]).toEqual(['b'])
      expect([...(await store.latest({ hosts: [] })).keys()]).toEqual([])
      const digest = then.get('a')?.digest ?? 'sha256:'
      expect((await store.find('a', digest))?.parts.get('n')?.value).toBe(1)
      expect(await store.find('b', digest)).toBeUndefined()
    }))

  it('takes a look of a clock that is behind for one of now', () =>
    withStore(async (store) => {
      await store.put([look('a', day(3), { n: 1 })])
      await store.put([look('a', day(1), { n: 2 })])
      expect((await store.latest()).get('a')).toMatchObject({ since: day(3), seen: day(3) })
      expect(partsOf(await store.latest(), 'a')).toEqual({ n: 2 })
    }))

  it('forgets what is old, but never the newest of a host nor what is to be kept', () =>
    withStore(async (store) => {
      for (const n of [1, 2, 3, 4]) await store.put([look('a', day(n), { n, shared: 's' })])
      await store.put([look('b', day(1), { n: 9 })])
      const kept = (await store.latest({ before: day(1), hosts: ['a'] })).get('a')?.digest ?? 'sha256:'
      expect(await store.prune(day(4), new Set([kept]))).toBe(2)
      expect(partsOf(await store.latest({ before: day(3) }), 'a')).toEqual({ n: 1, shared: 's' })
      expect(partsOf(await store.latest(), 'a')).toEqual({ n: 4, shared: 's' })
      expect(partsOf(await store.latest(), 'b')).toEqual({ n: 9 })
      expect(await store.prune(day(4), new Set([kept]))).toBe(0)
    }))
}
