import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { thing, thingTypes } from '../../test/fixtures/thing-type.ts'
import { generateKeyPair } from '../adapters/signing/key-pair.ts'
import { memorySigner } from '../adapters/signing/signer.ts'
import type { Look } from '../apply/apply-host.ts'
import { applyWaves, type Wave, type WaveWorld } from '../apply/apply-waves.ts'
import type { Gate } from '../apply/gates.ts'
import { changeEntry, genesisEntry } from '../ledger/entries.ts'
import { findChange, findLock } from '../ledger/find-records.ts'
import { countResults, pause, propose } from '../ledger/fold-change.ts'
import { sampleSubject } from '../ledger/test-records.ts'
import type { RecordedAction } from '../model/plan.ts'
import type { ChangeRecord } from '../model/record.ts'
import type { Change } from '../model/resource.ts'
import { sshFingerprint } from '../model/ssh-key.ts'
import type { HostSession, Output, Target } from '../ports/host-session.ts'
import type { Ledger, LedgerEntry, LedgerView } from '../ports/ledger.ts'
import { beginApply, endApply, pauseAsked, recordProgress } from './apply-records.ts'
import { howItEnded } from './carry-out.ts'
import type { EstateAt } from './estate-at.ts'
import { leaveForLater } from './part-of-change.ts'
import { moved, trusted } from './records.ts'
import type { World } from './world.ts'

/** What applies, pauses, parts, failures and crashes leave in a record, in whatever order they come. */

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')
const signer = memorySigner(generateKeyPair())
const hosts = ['a', 'b', 'c'] as const
type Host = (typeof hosts)[number]
const id = 'CHG-2026-00001'

const actions: readonly RecordedAction[] = hosts.flatMap((host) =>
  [1, 2].map((n) => ({
    id: `act-${sha256(`${host}${n}`).slice(0, 12)}`,
    host,
    resource: `first:${n}` as const,
    verb: 'update' as const,
    reversibility: 'exact' as const,
    before: `sha256:${'4'.repeat(64)}` as const,
    after: `sha256:${'5'.repeat(64)}` as const,
  })),
)

/** One run of an apply, and what comes in between. */
const run = fc.record({
  /** Whose second action fails, or whom nobody can reach. */
  fails: fc.option(fc.constantFrom(...hosts)),
  unseen: fc.option(fc.constantFrom(...hosts)),
  only: fc.option(fc.uniqueArray(fc.constantFrom(...hosts), { minLength: 1 })),
  /** A colleague asks for a pause while this host is under way. */
  pausedAt: fc.option(fc.constantFrom(...hosts)),
  gateHolds: fc.boolean(),
  mayFail: fc.constantFrom(0, 1, 3),
  /** The process dies before it can write down what this wave did. */
  diesAfter: fc.option(fc.constantFrom(1, 2, 3)),
  /** Somebody hits Ctrl-C after so many steps. */
  stopsAfter: fc.option(fc.nat(5)),
})
type Run = typeof run extends fc.Arbitrary<infer Value> ? Value : never

/** A ledger in memory; `watch` sees the record after each append. */
function memoryLedger(watch: (view: LedgerView) => Promise<void>): Ledger {
  const files = new Map<string, string>()
  const view: LedgerView = {
    tip: 'tip',
    file: async (path) => files.get(path),
    list: async () => [],
  }
  return {
    view: async () => view,
    latest: async () => view,
    history: async () => [],
    steps: async function* () {},
    append: async (prepare) => {
      const { entries, result } = await prepare(view)
      for (const entry of entries) {
        for (const [path, text] of entry.files) if (text !== null) files.set(path, text)
        await watch(view)
      }
      return result
    },
  }
}

class Died extends Error {}

async function simulate(runs: readonly Run[]): Promise<ChangeRecord> {
  let time = Date.parse('2026-10-02T08:00:00Z')
  let uuids = 0
  let before: ChangeRecord | undefined
  const tick = (): string => {
    time += 1000
    return new Date(time).toISOString()
  }
  const ledger = memoryLedger(async (view) => {
    const record = trusted(await findChange(view, id))
    if (record === undefined) return
    const { planned, applied, failed, unknown, 'not-started': open } = countResults(record)
    expect(applied + failed + unknown + open).toBe(planned)
    before = record
  })
  const world = {
    sha256,
    fingerprint: (key: string) => sshFingerprint(sha256, key),
    clock: { now: () => new Date(tick()) },
    uuid: () => `00000000-0000-4000-8000-${String(++uuids).padStart(12, '0')}`,
    ledger: async () => ledger,
    engineSigner: async () => signer,
    emit: () => undefined,
    process: { by: 'ops', machine: 'ops-1', pid: 1, started: '1' },
    hasDied: () => true,
  } as unknown as World
  const who = (actor: 'engine' | 'Person/cleo') => ({ uuid: world.uuid(), at: tick(), actor })
  const born = moved(
    propose(
      {
        id,
        title: 't',
        subject: sampleSubject,
        actions,
        mergedAs: { commit: sampleSubject.head, base: sampleSubject.base },
      },
      who('engine'),
      'approved',
    ),
  )
  const genesis = {
    apiVersion: 'plumbline/v1',
    kind: 'Genesis',
    repository: sampleSubject.repository,
    adoption: sampleSubject.base,
    engineKeys: [signer.publicKey],
    rule: 'solo',
    at: '2026-10-01T08:00:00Z',
  } as const
  const first: LedgerEntry[] = [genesisEntry(genesis, world.uuid(), signer), changeEntry(born, signer)]
  await ledger.append(async () => ({ entries: first, result: undefined }))
  const done = new Set<string>()
  for (const step of runs) {
    const record = trusted(await findChange(await ledger.view(), id)) ?? born
    if (record.state === 'implemented') break
    try {
      await once(world, ledger, record, step, done, who)
      for (const environment of ['prod'])
        expect(trusted(await findLock(await ledger.view(), environment))?.held).toBeUndefined()
    } catch (error) {
      if (!(error instanceof Died)) throw error
    }
    const after = trusted(await findChange(await ledger.view(), id)) ?? born
    // Whatever was written down as applied is so, and everything that is done is found out in the end.
    for (const result of after.deployment?.results ?? [])
      if (result.outcome === 'applied') expect(done.has(result.id)).toBe(true)
    expect(['implementing', 'paused', 'failed', 'implemented']).toContain(after.state)
    if (after.state === 'implemented') expect(done.size).toBe(actions.length)
    if (after.state === 'paused') expect(after.deployment?.pause).toBeDefined()
  }
  if (before === undefined) throw new Error('nothing was written')
  return before
}

async function once(
  world: World,
  ledger: Ledger,
  record: ChangeRecord,
  step: Run,
  done: Set<string>,
  who: (actor: 'engine' | 'Person/cleo') => Parameters<typeof pause>[2],
): Promise<void> {
  const known = new Map(record.deployment?.results.map((r) => [r.id, r]))
  const begun = new Set(record.deployment?.intents.map((i) => i.action.id))
  const todo = actions.filter((a) => !done.has(a.id))
  const settled = actions.filter((a) => done.has(a.id)).map((a) => ({ id: a.id, outcome: 'applied' as const }))
  const meant = todo.filter((a) => step.only === null || step.only.includes(a.host as Host))
  const now = meant.length === 0 ? todo : meant
  const at = '2026-10-02T08:00:00Z'
  const later = todo.filter((a) => !now.includes(a))
  const part = step.only === null ? undefined : leaveForLater(later, step.only, { results: known, begun, at })
  const intents = now.filter((a) => !begun.has(a.id)).map((action) => ({ action, state: {} }))
  const start = await beginApply(world, {
    record,
    environments: ['prod'],
    intents: [...(record.deployment?.intents ?? []), ...intents],
    settled,
    takeOver: false,
    ...(part !== undefined && part.later.length > 0 && { part: part.reason }),
  })
  if ('refused' in start) throw new Error(start.refused[0]?.summary)
  let steps = 0
  let waves = 0
  const good: Output = {
    code: 0,
    stdout: new Uint8Array(),
    stderr: new Uint8Array(),
    truncated: false,
    timedOut: false,
    cutOff: false,
  }
  const look = async ({ host }: { readonly host: string }): Promise<Look | { readonly unseen: string }> => {
    if (host === step.unseen) return { unseen: 'unreachable' }
    const order = now.filter((a) => a.host === host && !done.has(a.id))
    const session: HostSession = {
      target: { host } as Target,
      read: async () => good,
      run: async () => {
        steps += 1
        if (host === step.pausedAt)
          await ledger.append(async (view) => {
            const current = trusted(await findChange(view, id))
            if (current?.state !== 'implementing') return { entries: [], result: undefined }
            return {
              entries: [changeEntry(moved(pause(current, 'lunch', who('Person/cleo'))), signer)],
              result: undefined,
            }
          })
        if (host === step.fails) return { ...good, code: 1 }
        const next = order.shift()
        if (next !== undefined) done.add(next.id)
        return good
      },
      close: async () => {},
    }
    const change = (action: RecordedAction): Change | undefined =>
      done.has(action.id)
        ? undefined
        : { verb: 'update', resource: thing(action.resource), have: { value: 0 }, fields: [{ path: 'value' }] }
    return { session, change }
  }
  const gate: Gate = { name: 'g', check: { tcp: 1 }, per: 'each', attempts: 1, interval: 1, timeout: 1 }
  const order: Wave[] = hosts.map((host) => {
    const mine = now.filter((a) => a.host === host)
    const work = {
      host,
      lock: 'prod',
      fence: 1,
      actions: mine.map((action) => ({ action, resource: thing(action.resource), resumed: begun.has(action.id) })),
    }
    const there = part?.laterHosts.has(host) === true ? [] : [host]
    return {
      name: host,
      environment: 'prod',
      hosts: there,
      gates: [gate],
      maxFailures: step.mayFail,
      work: mine.length > 0 ? [work] : [],
    }
  })
  const before = [...settled, ...(part?.later ?? [])]
  const stopping = () => step.stopsAfter !== null && steps > step.stopsAfter
  const waveWorld: WaveWorld = {
    change: id,
    types: thingTypes,
    connector: { connect: async () => ({ failed: 'host-unreachable', detail: 'no' }), close: async () => {} },
    journal: { append: async () => {}, read: async () => [], remove: async () => {} },
    reach: { tcp: async () => ({ ok: step.gateHolds, detail: '' }), http: async () => ({ failed: '' }) },
    clock: world.clock,
    emit: () => undefined,
    look,
    digest: () => `sha256:${'4'.repeat(64)}`,
    stopping,
    wait: async () => {},
    pauseAsked: () => pauseAsked(world, start),
    deadline: 1,
    outputCap: 1,
    targets: new Map(hosts.map((host) => [host, { host, address: host } as Target])),
    concurrency: 1,
    recordProgress: async (results) => {
      if (++waves === step.diesAfter) throw new Died('killed')
      await recordProgress(world, start, [...before, ...results])
    },
  }
  const ended = await applyWaves(order, waveWorld)
  await endApply(world, {
    id,
    results: [...before, ...ended.results],
    ...howItEnded({ record, ...(part && { part }) }, ended.results, ended.stopped),
    holder: start.holder,
    fences: start.fences,
    desired: {} as EstateAt,
    applied: () => [],
  })
}

it('planned = applied + failed + unknown + not-started, after every entry', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(run, { minLength: 1, maxLength: 6 }), async (runs) => {
      await simulate(runs)
    }),
    { numRuns: 60 },
  )
}, 120_000)

it('is implemented by one more run in which nothing goes wrong, whatever came before', async () => {
  const calm: Run = {
    fails: null,
    unseen: null,
    only: null,
    pausedAt: null,
    gateHolds: true,
    mayFail: 0,
    diesAfter: null,
    stopsAfter: null,
  }
  await fc.assert(
    fc.asyncProperty(fc.array(run, { maxLength: 5 }), async (runs) => {
      expect((await simulate([...runs, calm])).state).toBe('implemented')
    }),
    { numRuns: 60 },
  )
}, 120_000)
