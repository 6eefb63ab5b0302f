import { expect, it } from 'vitest'
import { thing, thingType } from '../../test/fixtures/thing-type.ts'
import type { RecordedAction } from '../model/plan.ts'
import type { Change, ResourceId, Step } from '../model/resource.ts'
import { render, sh } from '../model/script.ts'
import type { HostSession, Target } from '../ports/host-session.ts'
import { applyHost, type HostWorld } from './apply-host.ts'

/** Steps of this type leave something to be done once. */
const settlingType = {
  ...thingType('unit', 10),
  steps: ({ resource }: Change): Step => ({
    summary: 'write it',
    script: sh`echo ${`does ${resource.id}`}`,
    reversibility: 'exact',
    settle: { name: 'unit files', script: sh`echo settles` },
  }),
}
const plainType = {
  ...thingType('file', 20),
  steps: ({ resource }: Change): Step => ({
    summary: 'write it',
    script: sh`echo ${`does ${resource.id}`}`,
    reversibility: 'exact',
  }),
}

interface Situation {
  /** Words of scripts that fail. */
  readonly fails?: string
  /** Resources that are as wanted already. */
  readonly right?: readonly string[]
  readonly resumed?: boolean
  /** Somebody asks to stop after so many scripts. */
  readonly stopAfter?: number
}

async function apply(ids: readonly ResourceId[], { fails, right = [], resumed = false, stopAfter }: Situation = {}) {
  const done: string[] = []
  const nothing = {
    stdout: new Uint8Array(),
    stderr: new Uint8Array(),
    truncated: false,
    timedOut: false,
    cutOff: false,
  }
  const session: HostSession = {
    target: { host: 'a' } as Target,
    read: async () => ({ ...nothing, code: 0 }),
    run: async (script) => {
      const word = /settles|does [a-z]+:[a-z0-9]+/.exec(render(script))?.[0] ?? 'keeps'
      done.push(word)
      return { ...nothing, code: fails !== undefined && word === fails ? 1 : 0 }
    },
    close: async () => {},
  }
  let looks = 0
  const actionOf = (resource: ResourceId): RecordedAction => ({
    id: `act-${resource}`,
    host: 'a',
    resource,
    verb: 'update',
    reversibility: 'exact',
    before: 'sha256:before',
    after: 'sha256:after',
  })
  const world: HostWorld = {
    change: 'CHG-2026-00001',
    types: new Map([
      ['unit', settlingType],
      ['file', plainType],
    ]),
    connector: { connect: async () => ({ failed: 'host-unreachable', detail: 'no' }), close: async () => {} },
    journal: { append: async () => {}, read: async () => [], remove: async () => {} },
    clock: { now: () => new Date(0) },
    emit: () => {},
    look: async () => {
      looks += 1
      const first = looks === 1
      return {
        session,
        change: ({ resource }) =>
          first && !right.includes(resource)
            ? { verb: 'update', resource: thing(resource), have: { value: 'old' }, fields: [{ path: 'value' }] }
            : undefined,
      }
    },
    digest: () => 'sha256:before',
    stopping: () => stopAfter !== undefined && done.length >= stopAfter,
    deadline: 1000,
    outputCap: 1000,
  }
  const actions = ids.map((id) => ({ action: actionOf(id), resource: thing(id), resumed }))
  const results = await applyHost({ host: 'a', lock: 'prod', fence: 1, actions }, world)
  return { done, outcomes: results.map((r) => r.outcome) }
}

it.each<[string, readonly ResourceId[], Situation, readonly string[], readonly string[]]>([
  [
    'once at the end of the host',
    ['unit:a', 'unit:b'],
    {},
    ['does unit:a', 'does unit:b', 'settles'],
    ['applied', 'applied'],
  ],
  [
    'before what needs no such thing',
    ['unit:a', 'unit:b', 'file:c'],
    {},
    ['does unit:a', 'does unit:b', 'settles', 'does file:c'],
    ['applied', 'applied', 'applied'],
  ],
  [
    'though a later step fails',
    ['unit:a', 'unit:b', 'file:c'],
    { fails: 'does unit:b' },
    ['does unit:a', 'does unit:b', 'settles'],
    ['applied', 'failed', 'not-started'],
  ],
  [
    'though somebody asks to stop',
    ['unit:a', 'unit:b'],
    { stopAfter: 1 },
    ['does unit:a', 'settles'],
    ['applied', 'not-started'],
  ],
  [
    'for all that waited, where it fails',
    ['unit:a', 'unit:b', 'file:c'],
    { fails: 'settles' },
    ['does unit:a', 'does unit:b', 'settles'],
    ['failed', 'failed', 'not-started'],
  ],
  [
    'after an apply that ended before it',
    ['unit:a', 'unit:b'],
    { right: ['unit:a', 'unit:b'], resumed: true },
    ['keeps', 'settles', 'keeps', 'settles'],
    ['applied', 'applied'],
  ],
  [
    'never, where nothing asked for it',
    ['file:c', 'file:d'],
    {},
    ['does file:c', 'does file:d'],
    ['applied', 'applied'],
  ],
])('is done %s', async (_when, ids, situation, done, outcomes) => {
  expect(await apply(ids, situation)).toEqual({ done, outcomes })
})
