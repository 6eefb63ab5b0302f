import { beforeEach, describe, expect, it } from 'vitest'
import { thing, thingTypes } from '../../test/fixtures/thing-type.ts'
import type { PipelineEvent } from '../model/event.ts'
import type { RecordedAction } from '../model/plan.ts'
import type { ActionResult } from '../model/record.ts'
import type { Change } from '../model/resource.ts'
import type { HostSession, Output, Target } from '../ports/host-session.ts'
import type { Look } from './apply-host.ts'
import { applyWaves, type Wave, type WaveWorld } from './apply-waves.ts'
import type { Check, Gate } from './gates.ts'
import { guardExit } from './guard.ts'

const good: Output = {
  code: 0,
  stdout: new Uint8Array(),
  stderr: new Uint8Array(),
  truncated: false,
  timedOut: false,
  cutOff: false,
}

/** What each host does with a step, and whether it shows the result. */
interface Behaviour {
  readonly output?: Partial<Output>
  readonly unseen?: string
  /** The step ends well and changes nothing. */
  readonly liar?: boolean
}

let events: PipelineEvent[]
let recorded: (readonly ActionResult[])[]
let ran: string[]
let waited: number[]

beforeEach(() => {
  waited = []
  events = []
  recorded = []
  ran = []
})

const action = (host: string, n = 1): RecordedAction => ({
  id: `act-${host}-${n}`,
  host,
  resource: `first:${n}`,
  verb: 'update',
  reversibility: 'exact',
  before: 'sha256:before',
  after: 'sha256:after',
})

const gateOf = (check: Check): Gate => ({
  name: 'answers',
  check,
  per: 'each',
  attempts: 1,
  interval: 5000,
  timeout: 1000,
})

const waveOf = (name: string, hosts: readonly string[], over: Partial<Wave> = {}): Wave => ({
  name,
  environment: 'prod',
  hosts,
  gates: [],
  maxFailures: 0,
  work: hosts.map((host) => ({
    host,
    lock: 'prod',
    fence: 1,
    actions: [1, 2].map((n) => ({ action: action(host, n), resource: thing(`first:${n}`), resumed: false })),
  })),
  ...over,
})

function worldOf(hosts: Readonly<Record<string, Behaviour>> = {}, over: Partial<WaveWorld> = {}): WaveWorld {
  const done = new Set<string>()
  const look = async ({ host }: { readonly host: string }): Promise<Look | { readonly unseen: string }> => {
    const behaviour = hosts[host] ?? {}
    if (behaviour.unseen !== undefined) return { unseen: behaviour.unseen }
    let steps = 0
    const session: HostSession = {
      target: { host } as Target,
      read: async () => good,
      run: async () => {
        steps += 1
        ran.push(`${host}-${steps}`)
        const output = { ...good, ...behaviour.output }
        if (output.code === 0 && behaviour.liar !== true) done.add(`act-${host}-${steps}`)
        return output
      },
      close: async () => {},
    }
    const change = ({ id, resource }: RecordedAction): Change | undefined =>
      done.has(id)
        ? undefined
        : { verb: 'update', resource: thing(resource), have: { value: 0 }, fields: [{ path: 'value' }] }
    return { session, change }
  }
  return {
    change: 'CHG-2026-00001',
    types: thingTypes,
    connector: { connect: async () => ({ failed: 'host-unreachable', detail: 'no' }), close: async () => {} },
    journal: { append: async () => {}, read: async () => [], remove: async () => {} },
    reach: {
      tcp: async () => ({ ok: false, detail: 'port 80 is closed' }),
      http: async () => ({ status: 200, body: '' }),
    },
    clock: { now: () => new Date(0) },
    emit: (event) => void events.push(event),
    look,
    digest: () => 'sha256:before',
    stopping: () => false,
    wait: async (milliseconds) => void waited.push(milliseconds),
    pauseAsked: async () => undefined,
    deadline: 1000,
    outputCap: 1000,
    targets: new Map(['a', 'b', 'c'].map((host) => [host, { host, address: host } as Target])),
    concurrency: 4,
    recordProgress: async (results) => void recorded.push(results),
    ...over,
  }
}

const outcomes = (results: readonly ActionResult[]): Record<string, string> =>
  Object.fromEntries(results.map((r) => [r.id, r.outcome]))

describe('applyWaves', () => {
  const waves = [waveOf('canary', ['a']), waveOf('wave 1', ['b', 'c'])]

  it('applies wave by wave and records after each', async () => {
    const { results, stopped } = await applyWaves(waves, worldOf())
    expect(new Set(Object.values(outcomes(results)))).toEqual(new Set(['applied']))
    expect(stopped).toBeUndefined()
    expect(recorded.map((r) => r.length)).toEqual([2, 6])
    expect(ran.slice(0, 2)).toEqual(['a-1', 'a-2'])
  })

  it('stops a host at its first failure, and the waves after it', async () => {
    const { results, stopped } = await applyWaves(
      waves,
      worldOf({ a: { output: { code: 1, stderr: new TextEncoder().encode('no\u001b[31m room') } } }),
    )
    expect(outcomes(results)).toEqual({
      'act-a-1': 'failed',
      'act-a-2': 'not-started',
      'act-b-1': 'not-started',
      'act-b-2': 'not-started',
      'act-c-1': 'not-started',
      'act-c-2': 'not-started',
    })
    expect(stopped).toMatchObject({ cause: 'failures', reason: '1 of the hosts failed, 0 may' })
    expect(results[0]?.detail).toContain('no\\u{1b}[31m room')
  })

  it('has a result for every action, whatever a host does', async () => {
    const behaviours: Behaviour[] = [
      { output: { cutOff: true, code: null } },
      { output: { timedOut: true, code: null } },
      { output: { code: guardExit.lockLost } },
      { unseen: 'unreachable' },
      { liar: true },
    ]
    for (const behaviour of behaviours) {
      const { results } = await applyWaves(waves, worldOf({ b: behaviour }))
      expect(results).toHaveLength(6)
      expect(results.filter((r) => r.id.startsWith('act-b')).every((r) => r.outcome !== 'applied')).toBe(true)
    }
  })

  it('believes what a host shows, not what its tools said', async () => {
    const { results } = await applyWaves([waveOf('canary', ['a'])], worldOf({ a: { liar: true } }))
    expect(results[0]).toMatchObject({ outcome: 'failed', detail: expect.stringContaining('not-as-wanted') })
  })

  it('calls what broke off unknown', async () => {
    const { results } = await applyWaves(
      [waveOf('canary', ['a'])],
      worldOf({ a: { output: { cutOff: true, code: null } } }),
    )
    expect(outcomes(results)).toEqual({ 'act-a-1': 'unknown', 'act-a-2': 'not-started' })
  })

  it('refuses a host that changed since it was planned', async () => {
    const { results } = await applyWaves([waveOf('canary', ['a'])], worldOf({}, { digest: () => 'sha256:else' }))
    expect(results[0]).toMatchObject({ outcome: 'failed', detail: expect.stringContaining('changed-meanwhile') })
    expect(ran).toEqual([])
  })

  it('goes on within the failures that are allowed', async () => {
    const lenient = waves.map((w) => ({ ...w, maxFailures: 1 }))
    const { results, stopped } = await applyWaves(lenient, worldOf({ a: { output: { code: 1 } } }))
    expect(stopped).toBeUndefined()
    expect(results.filter((r) => r.outcome === 'applied')).toHaveLength(4)
  })

  it('stops before the next wave when a gate does not hold, and asks only the hosts it is about', async () => {
    const gate: Gate = { ...gateOf({ tcp: 80 }), hosts: new Set(['c']) }
    const [canary, rest] = waves.map((w) => ({ ...w, gates: [gate] }))
    if (canary === undefined || rest === undefined) throw new Error('two waves')
    const { stopped } = await applyWaves([canary, rest, waveOf('wave 2', [])], worldOf())
    expect(stopped).toEqual({
      cause: 'gate',
      environment: 'prod',
      reason: 'gate-failed: answers on c: port 80 is closed',
    })
    expect(events.filter((e) => e.type === 'gate')).toHaveLength(1)
  })

  it('begins nothing once it is told to stop', async () => {
    const { results } = await applyWaves(waves, worldOf({}, { stopping: () => ran.length > 0 }))
    expect(ran).toEqual(['a-1'])
    expect(Object.values(outcomes(results)).filter((o) => o === 'not-started')).toHaveLength(5)
  })

  it('starts nothing new when the record can not be written', async () => {
    const world = worldOf({}, { recordProgress: () => Promise.reject(new Error('the remote is gone')) })
    await expect(applyWaves(waves, world)).rejects.toThrow('the remote is gone')
    expect(ran).toEqual(['a-1', 'a-2'])
  })

  it('tries a gate again until it holds, waiting in between, and not for ever', async () => {
    let asked = 0
    const opens = (after: number) => ({
      tcp: async () => ({ ok: ++asked > after, detail: 'port 80' }),
      http: async () => ({ failed: 'no' }),
    })
    const gate: Gate = { ...gateOf({ tcp: 80 }), attempts: 3 }
    const wave = { ...waveOf('canary', ['a']), gates: [gate] }
    expect((await applyWaves([wave], worldOf({}, { reach: opens(2) }))).stopped).toBeUndefined()
    expect(waited).toEqual([5000, 5000])
    expect(events.filter((e) => e.type === 'waiting')).toMatchObject([{ attempt: 1, of: 3 }, { attempt: 2 }])
    asked = 0
    const late = await applyWaves([wave], worldOf({}, { reach: opens(3) }))
    expect(late.stopped?.reason).toBe('gate-failed: answers on a: port 80 (attempt 3)')
  })

  it('asks gates of hosts that are done already, before it goes on with the others', async () => {
    const done = { ...waveOf('canary', ['a']), work: [], gates: [gateOf({ tcp: 80 })] }
    const { results, stopped } = await applyWaves([done, waveOf('wave 1', ['b'])], worldOf())
    expect(stopped?.cause).toBe('gate')
    expect(results.map((r) => r.outcome)).toEqual(['not-started', 'not-started'])
    expect(recorded).toEqual([])
  })

  it('fails by a gate after the last wave, though everything was applied', async () => {
    const { results, stopped } = await applyWaves(
      [{ ...waveOf('canary', ['a']), gates: [gateOf({ tcp: 80 })] }],
      worldOf(),
    )
    expect(results.map((r) => r.outcome)).toEqual(['applied', 'applied'])
    expect(stopped?.cause).toBe('gate')
  })

  it('starts no wave once somebody asked for a pause, nor one that may not be begun', async () => {
    const asked = await applyWaves(waves, worldOf({}, { pauseAsked: async () => 'paused by Person/ana: lunch' }))
    expect(asked.stopped).toEqual({ cause: 'paused', environment: 'prod', reason: 'paused by Person/ana: lunch' })
    expect(ran).toEqual(['a-1', 'a-2'])
    const over = await applyWaves(
      waves,
      worldOf({}, { mayStart: ({ name }) => (name === 'canary' ? undefined : 'over') }),
    )
    expect(over.stopped).toMatchObject({ cause: 'held', reason: 'over' })
  })

  it('waits after a wave that has to prove itself, looks whether it holds, and notices a pause meanwhile', async () => {
    const gate = gateOf({ http: '/', expected: {} })
    const proving = { ...waveOf('north', ['a']), gates: [gate], soak: 25_000 }
    await applyWaves([proving], worldOf())
    expect(waited).toEqual([10_000, 10_000, 5000])
    expect(events.filter((e) => e.type === 'gate')).toHaveLength(2)
    waited = []
    let looks = 0
    const pauseAsked = async () => (++looks > 1 ? 'paused' : undefined)
    expect((await applyWaves([proving, waves[1] ?? proving], worldOf({}, { pauseAsked }))).stopped?.cause).toBe(
      'paused',
    )
    expect(waited).toEqual([10_000])
  })

  it('goes through with everything where it is to take something back, and says what went wrong', async () => {
    const { results, stopped } = await applyWaves(waves, worldOf({ a: { output: { code: 1 } } }, { regardless: true }))
    expect(results.filter((r) => r.outcome === 'applied')).toHaveLength(4)
    expect(stopped?.cause).toBe('failures')
  })
})
