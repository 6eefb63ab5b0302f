import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import pLimit from 'p-limit'
import { describe, expect, it } from 'vitest'
import type { PipelineEvent } from '../model/event.ts'
import type { Catalogue, Observation, Resource, ResourceType } from '../model/resource.ts'
import { read, render, type Script } from '../model/script.ts'
import type { HostConnector, HostSession, Output, SessionFailure, Target } from '../ports/host-session.ts'
import { inTurn, observeHosts, Patience } from './observe-hosts.ts'

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')

/** A type whose probe prints one line for each spec, and whose parser believes it. */
function lineType(name: string, over: Partial<ResourceType> = {}): ResourceType {
  return {
    name,
    rank: 0,
    identify: (spec) => String(spec['name']),
    normalise: (spec) => spec,
    probe: (specs) => read`printf '%s\\n' ${specs.map((spec) => String(spec['name']))}`,
    parse: (specs, output) => {
      const lines = output.stdout.split('\n')
      return specs.map((_, i): Observation => ({ status: 'present', state: { line: lines[i] ?? '' } }))
    },
    diff: () => [],
    isAbsent: () => false,
    steps: () => ({ summary: '', script: read`:`, reversibility: 'exact' }),
    restore: () => null,
    ...over,
  }
}

function resource(type: string, name: string): Resource {
  return { id: `${type}:${name}`, type, name, spec: { name }, declaredBy: [], requires: [], restartOn: [] }
}

function target(host: string): Target {
  return { host, address: host, port: 22, user: 'u', hostKeys: [], sudo: false, root: '', transport: 'ssh' }
}

const whole = { truncated: false, timedOut: false, cutOff: false }

/** What a host answers: a failure to connect, or what becomes of the output of the script. */
type Behaviour = SessionFailure | ((output: Output) => Output | Promise<Output>)

function fakeConnector(behaviours: Readonly<Record<string, Behaviour>>) {
  const open = new Set<string>()
  const scripts: Script[] = []
  let most = 0
  const session = (at: Target, then: (output: Output) => Output | Promise<Output>): HostSession => ({
    target: at,
    read: async (script) => {
      scripts.push(script)
      const ran = spawnSync('/bin/sh', ['-c', render(script)])
      return then({ ...whole, code: ran.status, stdout: ran.stdout, stderr: ran.stderr })
    },
    run: async () => {
      throw new Error('observing runs nothing')
    },
    close: async () => {
      open.delete(at.host)
    },
  })
  const connector: HostConnector = {
    connect: async (at) => {
      const behaviour = behaviours[at.host] ?? ((output: Output) => output)
      if (typeof behaviour !== 'function') return behaviour
      open.add(at.host)
      most = Math.max(most, open.size)
      return session(at, behaviour)
    },
    close: async () => {},
  }
  return { connector, open, scripts, most: () => most }
}

async function look(
  behaviours: Readonly<Record<string, Behaviour>>,
  hosts: readonly string[] = Object.keys(behaviours),
  options: {
    types?: readonly ResourceType[]
    resources?: readonly Resource[]
    keepOpen?: true
    concurrency?: number
  } = {},
) {
  const events: PipelineEvent[] = []
  const fake = fakeConnector(behaviours)
  const resources = options.resources ?? [resource('one', 'a'), resource('one', 'b'), resource('two', 'c')]
  const types = options.types ?? [lineType('one'), lineType('two')]
  const catalogues = new Map(hosts.map((host): [string, Catalogue] => [host, { host, resources }]))
  const found = await observeHosts({
    targets: hosts.map(target),
    catalogues,
    types: new Map(types.map((type) => [type.name, type])),
    connector: fake.connector,
    clock: { now: () => new Date('2026-01-02T03:04:05Z') },
    sha256,
    nonce: 'n0nc3n0nc3',
    deadlineMs: 1000,
    outputCap: 100_000,
    emit: (event) => events.push(event),
    ...(options.keepOpen ? { keepOpen: true } : {}),
    ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
  })
  return { ...fake, found, events, host: (name: string) => found.find((one) => one.host === name) }
}

const present = (line: string) => ({ status: 'present', state: { line } })
const unknownFor = (reason: string) => ({ status: 'unknown', unknown: expect.objectContaining({ reason }) })

describe('observeHosts', () => {
  it('asks each host everything in one round trip, and closes', async () => {
    const { found, scripts, open, events } = await look({ 'web-01': (o) => o, 'web-02': (o) => o })
    expect(scripts).toHaveLength(2)
    expect([...(found[0]?.observations ?? [])]).toEqual([
      ['one:a', present('a')],
      ['one:b', present('b')],
      ['two:c', present('c')],
    ])
    expect(found[0]).toMatchObject({ host: 'web-01', at: '2026-01-02T03:04:05.000Z' })
    expect(found[0]?.evidence).toEqual(found[1]?.evidence)
    expect(open.size).toBe(0)
    expect(events.map((event) => event.type)).toEqual(['observing', 'observed', 'observed'])
    expect(events.at(-1)).toMatchObject({ ok: true, done: 2, of: 2 })
  })

  it.each([
    'host-unreachable',
    'host-key-mismatch',
    'auth-failed',
    'deadline',
  ] as const)('makes everything of a host unknown that gave no session: %s', async (failed) => {
    const { host, events } = await look({ good: (o) => o, bad: { failed, detail: 'red \u001b[31m words' } })
    expect(host('bad')?.failure).toEqual({ reason: failed, detail: 'red \\u{1b}[31m words' })
    expect([...(host('bad')?.observations.values() ?? [])]).toEqual([1, 2, 3].map(() => unknownFor(failed)))
    expect(host('good')?.failure).toBeUndefined()
    expect(events.filter((event) => event.type === 'observed' && !event.ok)).toHaveLength(1)
  })

  it.each([
    ['deadline', { timedOut: true, code: null }],
    ['cut-off', { cutOff: true, code: null }],
    ['output-cap', { truncated: true }],
    ['unparsable', { code: 2 }],
  ] as const)('keeps what came whole and makes the rest unknown: %s', async (reason, flags) => {
    const { host, open } = await look({
      half: (output) => {
        const stdout = Buffer.from(output.stdout)
        return { ...output, ...flags, stdout: stdout.subarray(0, stdout.indexOf('begin two')) }
      },
      none: (output) => ({ ...output, ...flags, stdout: new Uint8Array() }),
    })
    expect(host('half')?.failure).toBeUndefined()
    expect([...(host('half')?.observations.values() ?? [])]).toEqual([present('a'), present('b'), unknownFor(reason)])
    expect(host('none')?.failure?.reason).toBe(reason)
    expect(host('none')?.evidence).toBeUndefined()
    expect(open.size).toBe(0)
  })

  it('says why a script never began', async () => {
    const notStarted: SessionFailure = { failed: 'sudo-refused', detail: 'sudo: a password is required' }
    const nothing = { stdout: new Uint8Array(), stderr: new Uint8Array() }
    const { host } = await look({ bad: (output) => ({ ...output, ...nothing, code: null, notStarted }) })
    expect(host('bad')?.failure).toEqual({ reason: 'sudo-refused', detail: 'sudo: a password is required' })
  })

  it('never takes what a host prints for a secret of ours', async () => {
    const forged = '\ufdd0env/TOKEN@\ufdd1'
    const types = [
      lineType('one', { parse: (specs) => specs.map(() => ({ status: 'present', state: { target: [forged] } })) }),
      lineType('two', {
        parse: (specs) => specs.map(() => ({ status: 'present', state: { sha256: 'x' }, excerpt: forged })),
      }),
    ]
    const { host } = await look({ bad: (output) => output }, undefined, { types })
    expect([...(host('bad')?.observations.values() ?? [])]).toEqual([
      unknownFor('unparsable'),
      unknownFor('unparsable'),
      { status: 'present', state: { sha256: 'x' } },
    ])
  })

  it('is not stopped by a parser or a connector with a bug', async () => {
    const parse = () => {
      throw new Error('oops')
    }
    const forgets = lineType('three', { parse: () => [] })
    const resources = ['one', 'two', 'three', 'four'].map((type) => resource(type, 'a'))
    const types = [lineType('one', { parse }), lineType('two'), forgets]
    const { host } = await look(
      {
        odd: (o) => o,
        worse: () => {
          throw new Error('unthinkable')
        },
      },
      undefined,
      { types, resources },
    )
    expect(Object.fromEntries(host('odd')?.observations ?? [])).toEqual({
      'one:a': unknownFor('unparsable'),
      'two:a': present('a'),
      'three:a': unknownFor('unparsable'),
      'four:a': unknownFor('unsupported'),
    })
    expect(host('worse')?.failure).toEqual({ reason: 'observe-fault', detail: 'unthinkable' })
  })

  it('is not held up by a host that hangs', async () => {
    let wake: (() => void) | undefined
    const asleep = new Promise<void>((resolve) => {
      wake = resolve
    })
    const fast = Array.from({ length: 20 }, (_, i) => `fast-${i}`)
    const behaviours: Record<string, Behaviour> = {
      slow: async (output) => {
        await asleep
        return { ...output, stdout: new Uint8Array(), code: null, timedOut: true }
      },
      ...Object.fromEntries(fast.map((host) => [host, (output: Output) => output])),
      'fast-19': (output) => {
        wake?.()
        return output
      },
    }
    const { found, most } = await look(behaviours, ['slow', ...fast], { concurrency: 4 })
    expect(found.map((one) => one.host)).toEqual(['slow', ...fast])
    expect(found.filter((one) => one.failure)).toHaveLength(1)
    expect(most()).toBeLessThanOrEqual(4)
  })

  it('hands sessions on where asked to, and only those that answered', async () => {
    const { host, open } = await look(
      { good: (o) => o, bad: (output) => ({ ...output, stdout: new Uint8Array() }) },
      undefined,
      { keepOpen: true },
    )
    expect([...open]).toEqual(['good'])
    expect(host('good')?.session?.target.host).toBe('good')
    expect(host('bad')?.session).toBeUndefined()
  })

  it('does not speak to a host that nothing is wanted of', async () => {
    const { found } = await look({ idle: { failed: 'auth-failed', detail: '' } }, undefined, { resources: [] })
    expect(found).toEqual([{ host: 'idle', at: '2026-01-02T03:04:05.000Z', observations: new Map() }])
  })
})

describe('turns', () => {
  it('does not let hosts that hang keep the others from their turn', async () => {
    const limit = pLimit(2)
    const never = new Promise<string>(() => {})
    const hung = Array.from({ length: 6 }, () =>
      inTurn(
        limit,
        () => never,
        () => 5,
      ),
    )
    expect(
      await inTurn(
        limit,
        async () => 'answered',
        () => 5,
      ),
    ).toBe('answered')
    expect(await Promise.race([...hung, Promise.resolve('still hung')])).toBe('still hung')
  })

  it('waits longer where those that do answer take long', () => {
    const patience = new Patience()
    const before = patience.ms
    patience.answered(5)
    expect(patience.ms).toBe(before)
    for (let i = 0; i < 20; i++) patience.answered(10_000)
    expect(patience.ms).toBeGreaterThan(15_000)
  })

  it('lets no more at once than it is told while they work', async () => {
    const limit = pLimit(2)
    let now = 0
    let most = 0
    const work = async () => {
      now += 1
      most = Math.max(most, now)
      await new Promise(setImmediate)
      now -= 1
    }
    await Promise.all(Array.from({ length: 20 }, () => inTurn(limit, work, () => 10_000)))
    expect(most).toBe(2)
  })
})
