import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { thing, thingTypes } from '../../test/fixtures/thing-type.ts'
import { digestOf } from '../model/canonical.ts'
import type { JsonObject } from '../model/document.ts'
import type { AppliedHost } from '../model/record.ts'
import type { Change, ResourceId, Verb } from '../model/resource.ts'
import { massDeletes } from './mass-delete.ts'
import { orderChanges } from './order-changes.ts'
import { type HostInput, planHost } from './plan-host.ts'

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')

function change(
  verb: Verb,
  id: ResourceId,
  links: Parameters<typeof thing>[2] = {},
  have: JsonObject | null = null,
): Change {
  return { verb, resource: thing(id, { value: 1 }, links), have, fields: [] }
}

const order = (changes: readonly Change[]): readonly string[] => {
  const ordered = orderChanges(changes, thingTypes)
  return 'cycle' in ordered ? ['cycle', ...ordered.cycle] : ordered.changes.map((c) => `${c.verb} ${c.resource.id}`)
}

describe('orderChanges', () => {
  it('goes by rank, then name; removals last and backwards; restarts after their cause', () => {
    expect(
      order([
        change('delete', 'first:a'),
        change('delete', 'service:a'),
        change('restart', 'service:b', { restartOn: ['second:b'] }, { running: true }),
        change('update', 'second:b'),
        change('create', 'first:b'),
        change('create', 'first:a2'),
      ]),
    ).toEqual([
      'create first:a2',
      'create first:b',
      'update second:b',
      'restart service:b',
      'delete service:a',
      'delete first:a',
    ])
  })

  it('does first what is required, against the rank', () => {
    expect(order([change('create', 'first:a', { requires: ['second:b'] }), change('create', 'second:b')])).toEqual([
      'create second:b',
      'create first:a',
    ])
  })

  it('names the loop', () => {
    const loop = order([
      change('create', 'first:a', { requires: ['first:b'] }),
      change('create', 'first:b', { requires: ['first:a'] }),
    ])
    expect(loop).toEqual(['cycle', 'first:a', 'first:b'])
  })

  it('does not depend on the order it is given', () => {
    const some = [
      change('create', 'first:a'),
      change('update', 'second:a'),
      change('delete', 'second:b'),
      change('create', 'service:a', { requires: ['second:a'] }),
    ]
    fc.assert(
      fc.property(fc.shuffledSubarray(some, { minLength: some.length }), (shuffled) => {
        expect(order(shuffled)).toEqual(order(some))
      }),
    )
  })
})

describe('planHost', () => {
  const input = (over: Partial<HostInput>): HostInput => ({
    host: 'h',
    changes: [],
    base: { host: 'h', resources: [] },
    sameCommit: false,
    applied: undefined,
    rollback: false,
    ...over,
  })
  const wanted = thing('first:a', { value: 1 })
  const applied = (state: JsonObject | null): AppliedHost => ({
    apiVersion: 'plumbline/v1',
    kind: 'Applied',
    host: 'h',
    resources: {
      'first:a': {
        spec: digestOf(sha256, wanted.spec),
        state: digestOf(sha256, state),
        created: true,
        change: 'CHG-2026-00001',
        commit: 'abc',
        approvers: ['Person/n.ito'],
        at: '2026-01-01T00:00:00Z',
      },
    },
  })
  const cause = (over: Partial<HostInput>, have: JsonObject | null = null): unknown =>
    planHost(input({ changes: [{ verb: 'update', resource: wanted, have, fields: [] }], ...over }), thingTypes, sha256)
      .work[0]?.action.origin

  it('calls what the branch changes this change', () => {
    expect(cause({})).toMatchObject({ cause: 'this-change' })
  })

  it('calls what was merged and never applied pending', () => {
    expect(cause({ base: { host: 'h', resources: [wanted] } })).toMatchObject({ cause: 'pending' })
    expect(cause({ sameCommit: true })).toMatchObject({ cause: 'pending' })
  })

  it('calls what moved on the host drift, with who set it', () => {
    expect(
      cause({ base: { host: 'h', resources: [wanted] }, applied: applied({ value: 1 }) }, { value: 7 }),
    ).toMatchObject({
      cause: 'drift',
      setBy: { change: 'CHG-2026-00001', approvers: ['Person/n.ito'] },
    })
  })

  it('says both where the branch changes what had moved', () => {
    const before = thing('first:a', { value: 0 })
    expect(
      cause({ base: { host: 'h', resources: [before] }, applied: applied({ value: 1 }) }, { value: 7 }),
    ).toMatchObject({ cause: 'both' })
    expect(
      cause({ base: { host: 'h', resources: [before] }, applied: applied({ value: 7 }) }, { value: 7 }),
    ).toMatchObject({ cause: 'this-change' })
  })

  it('gives the same action the same id, and another one when what was seen differs', () => {
    const id = (have: JsonObject) =>
      planHost(input({ changes: [{ verb: 'update', resource: wanted, have, fields: [] }] }), thingTypes, sha256).work[0]
        ?.action.id
    expect(id({ value: 2 })).toBe(id({ value: 2 }))
    expect(id({ value: 2 })).not.toBe(id({ value: 3 }))
  })
})

describe('massDeletes', () => {
  const deletes = (n: number) =>
    Array.from({ length: n }, (_, i) => ({ verb: 'delete', resource: `first:${i}` }) as never)
  const existing = (n: number) => Array.from({ length: n }, (_, i): ResourceId => `first:${i}`)
  it('refuses more than a tenth of a type, and leaves a few alone', () => {
    expect(massDeletes(deletes(6), existing(59), 53)).toHaveLength(1)
    expect(massDeletes(deletes(6), existing(60), 54)).toHaveLength(0)
    expect(massDeletes(deletes(5), existing(5), 1)).toHaveLength(0)
  })

  it('never deletes on an empty desired state', () => {
    expect(massDeletes(deletes(1), existing(1), 0)).toHaveLength(1)
  })
})
