import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openEmbeddedStore } from '../adapters/store/embedded-store.ts'
import type { PipelineEvent } from '../model/event.ts'
import type { Facts, HostFacts } from '../model/facts.ts'
import type { Observation, ResourceId } from '../model/resource.ts'
import type { Store } from '../ports/store.ts'
import { keepLooks, type Looked, lastSeen, lookBack } from './snapshot.ts'
import type { World } from './world.ts'

let scratch: string
let store: Store
let events: PipelineEvent[]
let world: World
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'plumbline-snapshots-'))
})
beforeEach(() => {
  store = openEmbeddedStore(mkdtempSync(join(scratch, 'store-')))
  events = []
  const clock = { now: () => new Date('2026-10-09T00:00:00Z') }
  world = { store: async () => store, emit: (event: PipelineEvent) => events.push(event), clock } as unknown as World
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const day = (n: number) => `2026-10-0${n}T12:00:00.000Z`
const facts = (n: number, over: Partial<Facts> = {}): Facts => ({
  packages: [{ name: 'nginx', version: '1' }],
  mounts: [
    { path: '/', source: '/dev/vda1', type: 'ext4', size: 100, used: n },
    { path: '/boot', source: '/dev/vda2', type: 'ext4' },
  ],
  uptime: { since: day(1), seconds: n },
  clock: { offset: n / 10 },
  logins: [{ user: 'ana', at: day(n) }],
  ...over,
})
const look = (n: number, over: Partial<Facts> = {}, unknown: HostFacts['unknown'] = {}): Looked => ({
  host: 'a',
  at: day(n),
  observations: new Map<ResourceId, Observation>([
    ['file:/x', { status: 'present', state: { mode: '0644' }, excerpt: 'what stands in the file' }],
    ['file:/y', { status: 'absent' }],
  ]),
  facts: { host: 'a', facts: facts(n, over), unknown, evidence: {} },
})

describe('a snapshot', () => {
  it('gives back what was seen, but for excerpts, which nothing keeps', async () => {
    const unreadable = { sudoers: { reason: 'no-permission', detail: 'not root' } }
    await keepLooks(world, [look(1, {}, unreadable)], 'c1')
    const seen = (await lastSeen(world)).get('a')
    expect(seen).toMatchObject({ facts: facts(1), unknown: unreadable, factsSeen: day(1), resourcesSeen: day(1) })
    expect(Object.fromEntries(seen?.observations ?? [])).toEqual({
      'file:/x': { status: 'present', state: { mode: '0644' } },
      'file:/y': { status: 'absent' },
    })
  })

  it('is not another because time went by, and knows of fleeting things what the last look showed', async () => {
    for (const n of [1, 2, 3]) await keepLooks(world, [look(n)], 'c1')
    expect((await lastSeen(world)).get('a')).toMatchObject({ since: day(1), seen: day(3), facts: facts(3) })
    const then = (await lastSeen(world, { before: day(2) })).get('a')
    expect(then?.facts.packages).toEqual(facts(2).packages)
    expect(then?.facts.uptime).toBeUndefined()
    expect(then?.facts.mounts?.[0]).not.toHaveProperty('used')
  })

  it('of declared resources alone leaves facts as they were seen', async () => {
    await keepLooks(world, [look(1)], 'c1')
    const { facts: _, ...resources } = look(2)
    await keepLooks(world, [{ ...resources, observations: new Map([['file:/x', { status: 'absent' }]]) }], 'c2')
    const seen = (await lastSeen(world)).get('a')
    expect(seen).toMatchObject({ factsSeen: day(1), resourcesSeen: day(2), facts: facts(1) })
    expect(seen?.observations.size).toBe(1)
  })

  it('is not kept of a host that did not answer, nor where a command looks back', async () => {
    await keepLooks(world, [{ ...look(1), failure: { reason: 'host-unreachable', detail: '' } }], 'c1')
    await keepLooks(
      { ...world, asOf: { at: day(1), commit: 'c', because: 'named', ledger: undefined } },
      [look(1)],
      'c1',
    )
    expect((await lastSeen(world)).size).toBe(0)
  })

  it('answers for hosts where a command looks back; what it lacks is unknown, never absent', async () => {
    await keepLooks(world, [look(1)], 'c1')
    const resource = (id: ResourceId) => ({
      id,
      type: 'file',
      name: id,
      spec: {},
      declaredBy: [],
      requires: [],
      restartOn: [],
    })
    const catalogue = (host: string) => ({ host, resources: [resource('file:/y'), resource('file:/z')] })
    const seen = await lookBack(
      world,
      new Map([
        ['a', catalogue('a')],
        ['b', catalogue('b')],
      ]),
    )
    expect(seen.get('a')?.observations.get('file:/y')).toEqual({ status: 'absent' })
    expect(seen.get('a')?.observations.get('file:/z')).toMatchObject({
      status: 'unknown',
      unknown: { reason: 'not-seen' },
    })
    expect(seen.get('a')?.failure).toBeUndefined()
    expect(seen.get('b')).toMatchObject({ failure: { reason: 'not-seen' } })
  })

  it('that can not be kept is a warning, and the command goes on', async () => {
    const broken = { ...world, store: async () => Promise.reject(new Error('disk full')) }
    await keepLooks(broken, [look(1)], 'c1')
    expect(events).toMatchObject([{ type: 'diagnostic', diagnostic: { code: 'store-broken', severity: 'warning' } }])
    await expect(lastSeen(broken)).rejects.toMatchObject({ code: 'store-broken' })
  })
})
