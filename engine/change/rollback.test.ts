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
