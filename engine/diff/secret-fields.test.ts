import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { present, thing, thingTypes } from '../../test/fixtures/thing-type.ts'
import { digestOf } from '../model/canonical.ts'
import type { Json, JsonObject } from '../model/document.ts'
import type { AppliedHost, AppliedResource } from '../model/record.ts'
import type { Observation, Resource, ResourceId } from '../model/resource.ts'
import { secretToken } from '../model/secret-ref.ts'
import { diffHost } from './diff-host.ts'

const digest = (value: Json) => digestOf((data) => createHash('sha256').update(data).digest('hex'), value)
const token = (version: string): string => secretToken({ reference: 'age/pw', version })
const secret = (version = '1'): Resource => thing('first:x', { value: token(version), mode: '0600' })

const applied = (spec: JsonObject, state: JsonObject, more: Partial<AppliedResource> = {}): AppliedHost => ({
  apiVersion: 'plumbline/v1',
  kind: 'Applied',
  host: 'h',
  resources: {
    'first:x': {
      spec: digest(spec),
      state: digest(state),
      created: true,
      change: 'CHG-2026-00001',
      commit: 'c',
      approvers: [],
      at: '2026-01-01T00:00:00Z',
      ...more,
    },
  },
})

function diff(wanted: Resource, seen: Observation, ledger: AppliedHost | undefined) {
  const observed = new Map<ResourceId, Observation>([['first:x', seen]])
  return diffHost('h', [wanted], observed, thingTypes, { applied: ledger, digest })
}

describe('a resource with a secret', () => {
  it('is as wanted where the ledger says that this was applied and the host still shows it', () => {
    const state = { value: 'digest of it' }
    const last = applied(secret().spec, state)
    expect(diff(secret(), present(state), last).unchanged).toEqual(['first:x'])
    for (const [wanted, seen, ledger] of [
      [secret('2'), state, last],
      [secret(), { value: 'moved' }, last],
      [secret(), state, undefined],
    ] as const)
      expect(diff(wanted, present(seen), ledger).changes).toMatchObject([
        { verb: 'update', fields: [{ path: 'value', sensitive: true }] },
      ])
    expect(diff(secret(), { status: 'absent' }, last).changes[0]?.fields).toEqual([{ path: 'value', sensitive: true }])
  })

  it('shows nothing of what a host has, before or after', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6 }), fc.boolean(), (old, wasSecret) => {
        const ledger = applied({}, {}, wasSecret ? { secret: true } : {})
        const observed: Observation = { status: 'present', state: { value: old }, excerpt: old }
        const wanted = wasSecret ? thing('first:x', { value: 'plain' }) : secret()
        const [change] = diff(wanted, observed, ledger).changes
        expect(change?.fields).toEqual([{ path: 'value', sensitive: true }])
      }),
    )
  })

  it('shows what is no secret of it', () => {
    const types = new Map([
      [
        'first',
        {
          ...(thingTypes.get('first') as NonNullable<ReturnType<typeof thingTypes.get>>),
          diff: () => [
            { path: 'value', before: 'a', after: 'b' },
            { path: 'mode', before: '0644', after: '0600' },
            { path: 'derived', before: 'x' },
            { path: 'content', text: { before: 'x', after: 'y' } },
          ],
        },
      ],
    ])
    const observed = new Map<ResourceId, Observation>([['first:x', present({ value: 'a' })]])
    const { changes } = diffHost('h', [secret()], observed, types, { applied: undefined, digest })
    expect(changes[0]?.fields).toEqual([
      { path: 'value', sensitive: true },
      { path: 'mode', before: '0644', after: '0600' },
      { path: 'derived', sensitive: true },
      { path: 'content', sensitive: true },
    ])
  })
})
