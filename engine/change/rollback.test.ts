import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { digestOf } from '../model/canonical.ts'
import type { Json, JsonObject } from '../model/document.ts'
import type { ActionOutcome } from '../model/event.ts'
import type { AppliedHost, ChangeRecord, Intent } from '../model/record.ts'
import type { Catalogue, Observation, ResourceId, ResourceType, Reversibility, Verb } from '../model/resource.ts'
import { planRollback } from './rollback.ts'

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')
const digest = (value: Json) => digestOf(sha256, value)

/** A type that brings everything back but what is named `lost`. */
const type = {
  name: 'file',
  restore: (name: string, state: JsonObject | null) =>
    name === 'lost' ? null : state === null ? { path: name, ensure: 'absent' } : { path: name, ...state },
} as unknown as ResourceType

interface Story {
  readonly resource: ResourceId
  readonly before: Json
  /** What the change left. */
  readonly after: Json
  /** What is there now; left out: it can not be seen. */
  readonly now?: Json
  readonly outcome?: ActionOutcome
  readonly verb?: Verb
  readonly reversibility?: Reversibility
  readonly declared?: boolean
  /** A later change that set the resource. */
  readonly later?: string
  /** No result was written. */
  readonly open?: boolean
}

function rollBack(story: Story) {
  const { resource, before, after, now, reversibility = 'exact', outcome = 'applied' } = story
  const verb = story.verb ?? (before === null ? 'create' : after === null ? 'delete' : 'update')
  const recorded = {
    id: 'act-1',
    host: 'web-01',
    resource,
    verb,
    reversibility,
    before: digest(before),
    after: digest(after),
  }
  const intent: Intent = { action: recorded, state: before }
  const record = {
    id: 'CHG-2027-00001',
    deployment: {
      startedAt: '2027-03-01T10:00:00Z',
      intents: [intent],
      results: story.open === true ? [] : [{ id: 'act-1', outcome }],
    },
  } as unknown as ChangeRecord
  const last = {
    spec: digest('spec'),
    state: digest(after),
    created: before === null,
    change: story.later ?? record.id,
    commit: 'c',
    approvers: ['Person/ben' as const],
    at: story.later === undefined ? '2027-03-01T10:00:05Z' : '2027-03-02T10:00:00Z',
  }
  const gone = after === null || outcome !== 'applied' || story.open === true
  const applied: AppliedHost = {
    apiVersion: 'plumbline/v1',
    kind: 'Applied',
    host: 'web-01',
    resources: gone && story.later === undefined ? {} : { [resource]: last },
  }
  const declared = { id: resource, type: 'file', name: 'x', spec: {}, declaredBy: [], requires: [], restartOn: [] }
  const catalogue: Catalogue = { host: 'web-01', resources: story.declared === true ? [declared] : [] }
  const observation: Observation | undefined =
    now === undefined
      ? { status: 'unknown', unknown: { reason: 'no-permission', detail: 'sudo refused' } }
      : now === null
        ? { status: 'absent' }
        : { status: 'present', state: now as JsonObject }
  const result = planRollback({
    records: [record],
    partial: false,
    between: [],
    before: new Map(),
    catalogues: new Map([['web-01', catalogue]]),
    applied: new Map([['web-01', applied]]),
    observed: () => observation,
    types: new Map([['file', type]]),
    sha256,
  })
  return {
    how: result.promises.map((p) => [p.how, p.reversibility ?? 'none'].join(' ')),
    extra: result.extra.map((e) => e.resource.spec),
    refusals: result.refusals.map((d) => [d.code, d.summary] as const),
  }
}

const old = { sha256: 'old', mode: '0644' }
const made = { sha256: 'new', mode: '0644' }
const edit = { resource: 'file:/etc/motd', before: old, after: made } as const

describe('rollback', () => {
  it('restores the recorded state of what the documents no longer declare', () => {
    expect(rollBack({ ...edit, now: made })).toEqual({
      how: ['restore exact'],
      extra: [{ path: '/etc/motd', ...old }],
      refusals: [],
    })
  })

  it('leaves to the documents what they declare', () => {
    expect(rollBack({ ...edit, now: made, declared: true })).toEqual({
      how: ['documents exact'],
      extra: [],
      refusals: [],
    })
  })

  it('deletes what the change created, and puts back what it deleted', () => {
    const created = rollBack({ resource: 'file:/etc/new', before: null, after: made, now: made })
    expect(created).toEqual({ how: ['delete exact'], extra: [{ path: '/etc/new', ensure: 'absent' }], refusals: [] })
    const deleted = rollBack({ resource: 'file:/etc/old', before: old, after: null, now: null })
    expect(deleted).toEqual({ how: ['restore exact'], extra: [{ path: '/etc/old', ...old }], refusals: [] })
  })

  it('has nothing to do where the state before is there already, whatever the result was', () => {
    for (const outcome of ['applied', 'failed', 'unknown'] as const)
      expect(rollBack({ ...edit, now: old, outcome }).how).toEqual(['nothing exact'])
  })

  it('leaves alone what was never started, and restarts', () => {
    expect(rollBack({ ...edit, now: made, outcome: 'not-started' }).how).toEqual([])
    expect(rollBack({ ...edit, now: made, verb: 'restart' }).how).toEqual([])
  })

  it.each<[string, Story, string, string]>([
    ['edited on the host', { ...edit, now: { sha256: 'hand' } }, 'changed-since', 'no record says by whom'],
    ['removed on the host', { ...edit, now: null }, 'changed-since', 'no record says by whom'],
    [
      'set by a later change',
      { ...edit, now: made, later: 'CHG-2027-00009' },
      'changed-since',
      'CHG-2027-00009 at 2027-03-02T10:00:00Z, approved by Person/ben',
    ],
    [
      'half done and neither old nor new',
      { ...edit, now: { sha256: 'half' }, outcome: 'failed' },
      'changed-since',
      'did not end well',
    ],
    ['begun when the engine was killed', { ...edit, now: made, open: true }, 'changed-since', 'did not end well'],
    [
      'a deletion that somebody undid in another way',
      { ...edit, after: null, now: { sha256: 'x' } },
      'changed-since',
      'no record',
    ],
    ['not to be seen', { ...edit }, 'rollback-unknown', 'no-permission: sudo refused'],
    [
      'nothing its type can restore',
      { ...edit, resource: 'file:lost', now: made },
      'rollback-not-promised',
      'can not bring',
    ],
    [
      'irreversible',
      { resource: 'file:u', before: old, after: null, now: null, reversibility: 'irreversible' },
      'rollback-not-promised',
      'nothing takes it back',
    ],
    [
      'irreversible and declared again',
      { resource: 'file:u', before: old, after: null, now: null, reversibility: 'irreversible', declared: true },
      'rollback-not-promised',
      'nothing takes it back',
    ],
  ])('stops at what is %s', (_, story, code, summary) => {
    const { how, extra, refusals } = rollBack(story)
    expect({ how, extra }).toEqual({ how: ['refused none'], extra: [] })
    expect(refusals).toEqual([[code, expect.stringContaining(summary)]])
  })
})

describe('several changes at once', () => {
  const file = 'file:/etc/motd' as const
  const states = { one: { sha256: 'one' }, two: { sha256: 'two' }, three: { sha256: 'three' } }

  /** A change that set the file on one host. */
  function set(id: string, day: number, before: Json, verb: Verb = 'update', reversibility: Reversibility = 'exact') {
    const action = {
      id: `act-${day}`,
      host: 'web-01',
      resource: file,
      verb,
      reversibility,
      before: digest(before),
      after: digest(id),
    }
    return {
      id,
      deployment: {
        startedAt: `2027-03-0${day}T10:00:00Z`,
        intents: [{ action, state: before }],
        results: [{ id: action.id, outcome: 'applied' }],
      },
    } as unknown as ChangeRecord
  }

  function takeBack(records: readonly ChangeRecord[], between: readonly ChangeRecord[], now: JsonObject, last: string) {
    const applied: AppliedHost = {
      apiVersion: 'plumbline/v1',
      kind: 'Applied',
      host: 'web-01',
      resources: {
        [file]: {
          spec: digest('spec'),
          state: digest(now),
          created: false,
          change: last,
          commit: 'c',
          approvers: [],
          at: '2027-03-08T10:00:00Z',
        },
      },
    }
    return planRollback({
      records,
      partial: false,
      between,
      before: new Map(),
      catalogues: new Map(),
      applied: new Map([['web-01', applied]]),
      observed: () => ({ status: 'present', state: now }),
      types: new Map([['file', type]]),
      sha256,
    })
  }

  it('go back to the state before the oldest, with the weakest promise of all', () => {
    const [a, b] = [set('CHG-1', 1, states.one), set('CHG-2', 2, states.two, 'update', 'best-effort')]
    const found = takeBack([a, b], [], states.three, 'CHG-2')
    expect(found.promises).toEqual([{ host: 'web-01', resource: file, how: 'restore', reversibility: 'best-effort' }])
    expect(found.extra.map((e) => e.resource.spec)).toEqual([{ path: '/etc/motd', ...states.one }])
  })

  it('stop where one between them is not taken back', () => {
    const [a, b, c] = [set('CHG-1', 1, states.one), set('CHG-2', 2, states.two), set('CHG-3', 3, states.three)]
    const found = takeBack([a, c], [b], { sha256: 'four' }, 'CHG-3')
    expect(found.refusals.map((d) => d.summary)).toEqual([
      'file:/etc/motd was set by CHG-2 as well, which is not taken back',
    ])
  })

  it('do not mind one before them all, or elsewhere', () => {
    const [a, b, c] = [set('CHG-1', 1, states.one), set('CHG-2', 2, states.two), set('CHG-3', 3, states.three)]
    expect(takeBack([b, c], [a], { sha256: 'four' }, 'CHG-3').promises.map((p) => p.how)).toEqual(['restore'])
  })
})

describe('a part of a change', () => {
  const wanted = (id: ResourceId, text: string) => ({
    id,
    type: 'file',
    name: id.slice(5),
    spec: { content: text },
    declaredBy: [],
    requires: [],
    restartOn: [],
  })
  const host = (...resources: Catalogue['resources']): ReadonlyMap<string, Catalogue> =>
    new Map([['web-01', { host: 'web-01', resources }]])

  it('speaks of nothing but what its revert changes', () => {
    const actions = (['file:/a', 'file:/b', 'file:/c'] as const).map((resource) => ({
      action: {
        id: resource,
        host: 'web-01',
        resource,
        verb: 'create' as const,
        reversibility: 'exact' as const,
        before: digest(null),
        after: digest('x'),
      },
      state: null,
    }))
    const record = {
      id: 'CHG-1',
      deployment: {
        startedAt: '2027-03-01T10:00:00Z',
        intents: actions,
        results: actions.map((a) => ({ id: a.action.id, outcome: 'applied' })),
      },
    } as unknown as ChangeRecord
    const found = planRollback({
      records: [record],
      partial: true,
      between: [],
      // /a is reverted to what it was, /b stays, and nobody ever spoke of /c.
      before: host(wanted('file:/a', 'new'), wanted('file:/b', 'new')),
      catalogues: host(wanted('file:/a', 'old'), wanted('file:/b', 'new')),
      applied: new Map(),
      observed: () => ({ status: 'present', state: { sha256: 'x' } }),
      types: new Map([['file', type]]),
      sha256,
    })
    expect(found.promises.map((p) => [p.resource, p.how])).toEqual([['file:/a', 'documents']])
  })
})
