import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findChange } from '../../engine/ledger/find-records.ts'
import { countResults } from '../../engine/ledger/fold-change.ts'
import type { ChangeRecord } from '../../engine/model/record.ts'
import { applyPending } from '../../engine/pipeline/apply.ts'
import { approve } from '../../engine/pipeline/approve.ts'
import type { World } from '../../engine/pipeline/world.ts'
import type { Journal, JournalEntry } from '../../engine/ports/journal.ts'
import type { Store } from '../../engine/ports/store.ts'
import { type OpenedWorld, openWorld } from '../../engine/wiring.ts'
import { documents, type Office, openOffice } from '../office.ts'
import { type MemoryFleet, memoryFleet, memoryType } from './memory-fleet.ts'
import { type MemoryLedger, memoryLedger } from './memory-ledger.ts'
import { type Trouble, troubled } from './trouble.ts'

/**
 * An engine that is killed, again and again, wherever it stands: the next one goes on, and in the end everything is as was
 * approved, and was told as it was. Hosts and ledger are in memory, so that a seed decides everything: a run that fails
 * prints the one that brings it back.
 */

const hosts = ['canary-01', 'web-01', 'web-02', 'web-03']
const keys = ['vm.one', 'vm.two', 'vm.three']
let office: Office
let opened: OpenedWorld
/** The ledger after the approval, when nothing was carried out yet. */
let approved: ReadonlyMap<string, string>
let change: string

/** Everything outside of the process: it outlives every death. */
interface Outside {
  readonly fleet: MemoryFleet
  readonly ledger: MemoryLedger
  readonly journal: Journal
  pid: number
}

const rollout = documents(
  { kind: 'Environment', metadata: { name: 'prod' }, spec: { rollout: 'careful' } },
  {
    kind: 'Rollout',
    metadata: { name: 'careful' },
    spec: { canary: { labels: { role: 'canary' } }, batch: 2, maxFailures: 0 },
  },
)
const tuned = documents({
  kind: 'Profile',
  metadata: { name: 'tuned' },
  spec: { selector: { all: true }, resources: keys.map((key) => ({ sysctl: { key, value: 'new' } })) },
})

beforeAll(async () => {
  office = await openOffice({
    hosts: Object.fromEntries(hosts.map((name) => [name, 'prod'])),
    files: { 'inventory/environments.yaml': rollout },
  })
  const { desk, colleague, now } = office
  const key = colleague('ben').keyFile
  opened = await openWorld({
    network: 'may',
    emit: () => {},
    key,
    version: '0.0.0-test',
    start: desk.folder,
    env: desk.env,
    clock: { now },
  })
  const outside = untouched(await ledgerFiles())
  await office.write({ branch: 'tuned', author: 'ana', files: { 'inventory/tuned.yaml': tuned } })
  const done = await approve(worldOf(outside), { head: 'tuned', decision: 'approve' })
  if ('refused' in done) throw new Error(JSON.stringify(done.refused))
  change = done.record.id
  office.merge('tuned')
  approved = new Map(outside.ledger.files)
}, 60_000)

afterAll(async () => {
  await opened?.close()
  await office?.close()
})

async function ledgerFiles(): Promise<ReadonlyMap<string, string>> {
  const view = await (await opened.ledger()).view()
  const names = ['genesis.yaml', 'branch.yaml']
  const texts = await Promise.all(names.map(async (name) => [name, await view.file(name)] as const))
  return new Map(texts.flatMap(([name, text]) => (text === undefined ? [] : [[name, text] as const])))
}

function untouched(files: ReadonlyMap<string, string>): Outside {
  const fleet = memoryFleet(hosts)
  for (const own of fleet.values.values()) for (const key of keys) own.set(key, 'old')
  const lines = new Map<string, JournalEntry[]>()
  const journal: Journal = {
    append: async (id, entry) => void lines.set(id, [...(lines.get(id) ?? []), entry]),
    read: async (id) => lines.get(id) ?? [],
    remove: async (id) => void lines.delete(id),
  }
  return { fleet, ledger: memoryLedger(files), journal, pid: 0 }
}

/** A new process. Whoever held a lock before it has died. */
function worldOf(outside: Outside): World {
  outside.pid += 1
  const { pid } = outside
  const store = { put: async () => {}, latest: async () => new Map() } as unknown as Store
  return {
    ...opened,
    types: new Map([['sysctl', memoryType]]),
    ledger: async () => outside.ledger,
    journal: async () => outside.journal,
    connector: async () => outside.fleet.connector,
    store: async () => store,
    process: { by: 'engine', machine: 'here', pid, started: String(pid) },
    hasDied: (holder) => holder.pid !== pid,
  }
}

async function record(outside: Outside): Promise<ChangeRecord> {
  const found = await findChange(await outside.ledger.view(), change)
  if (!('record' in found) || found.record === undefined) throw new Error('the record is gone')
  return found.record
}

/** Applies until it stands still, or to its end, whatever that is; whether the trouble came. */
async function apply(outside: Outside, trouble: Trouble | undefined, concurrency: number) {
  const { world, still, came, wake } = troubled(worldOf(outside), trouble)
  // Where the ledger or the disk takes nothing more, it ends with an error: that is its report.
  const ended = applyPending(world, { concurrency }).catch((error: unknown) => ({ error }))
  const report = await Promise.race([ended, still])
  return { report, came: came(), wake, ended }
}

/** What has to hold at any moment, whoever died when. */
async function mustBeHonest(outside: Outside): Promise<void> {
  const { deployment, actions } = await record(outside)
  const counts = countResults(await record(outside))
  expect(counts.applied + counts.failed + counts.unknown + counts['not-started']).toBe(counts.planned)
  const applied = new Set(deployment?.results.filter((r) => r.outcome === 'applied').map((r) => r.id))
  for (const { id, host, resource } of actions) {
    const value = outside.fleet.values.get(host)?.get(resource.slice('sysctl:'.length))
    // Nothing is said to be done that is not, and nothing is done that was not announced.
    if (applied.has(id)) expect(`${host} ${value}`).toBe(`${host} new`)
    if (value === 'new') expect(deployment?.intents.some((i) => i.action.id === id)).toBe(true)
  }
}

async function mustBeDone(outside: Outside): Promise<void> {
  expect(await record(outside)).toMatchObject({ state: 'implemented' })
  for (const own of outside.fleet.values.values()) expect([...own.values()]).toEqual(keys.map(() => 'new'))
  // No value is set twice: what was done before a death is seen, not done again.
  expect(new Set(outside.fleet.sets).size).toBe(outside.fleet.sets.length)
  const { length } = outside.ledger.entries
  const again = await apply(outside, undefined, 4)
  expect(again.report).toMatchObject({ changes: [] })
  expect([outside.ledger.entries.length, outside.fleet.sets.length]).toEqual([length, hosts.length * keys.length])
}

/** An apply with a trouble at each of its effects, one after the other, until it gets to its end before the trouble comes. */
async function atEveryEffect(kind: Trouble['kind'], then: (outside: Outside, first: Applied) => Promise<void>) {
  let effect = 1
  for (let ended = false; !ended; effect += 1) {
    for (const side of ['before', 'after'] as const) {
      const outside = untouched(approved)
      const first = await apply(outside, { kind, effect, side }, 1)
      await mustBeHonest(outside)
      if (first.came) await then(outside, first)
      else ended = true
      await mustBeDone(outside)
    }
  }
  // The end of an apply of four hosts in three waves is not reached by a handful of effects.
  expect(effect).toBeGreaterThan(40)
}

type Applied = Awaited<ReturnType<typeof apply>>

it.each(['killed', 'cut', 'ledger', 'disk'] as const)('%s at every effect: the next apply ends it', async (kind) => {
  await atEveryEffect(kind, async (outside) => {
    await apply(outside, undefined, 1)
  })
}, 600_000)

it('stopped at every effect, and woken when somebody else has ended it: it does nothing more', async () => {
  await atEveryEffect('stopped', async (outside, first) => {
    await apply(outside, undefined, 1)
    first.wake()
    await first.ended
    await mustBeHonest(outside)
  })
}, 600_000)

it('a thousand times, at random, up to six troubles in a row', async () => {
  const trouble: fc.Arbitrary<Trouble> = fc.record({
    kind: fc.constantFrom('killed', 'killed', 'cut', 'ledger', 'disk'),
    effect: fc.integer({ min: 1, max: 50 }),
    side: fc.constantFrom('before', 'after'),
  })
  const story = fc.array(trouble, { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(story, fc.integer({ min: 1, max: 4 }), async (troubles, concurrency) => {
      const outside = untouched(approved)
      for (const each of troubles) {
        await apply(outside, each, concurrency)
        await mustBeHonest(outside)
      }
      await apply(outside, undefined, concurrency)
      await mustBeDone(outside)
    }),
    { numRuns: 1_000 },
  )
}, 1_200_000)
