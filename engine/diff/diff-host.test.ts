import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { present, thing, thingTypes } from '../../test/fixtures/thing-type.ts'
import type { Observation, ResourceId } from '../model/resource.ts'
import { diffHost } from './diff-host.ts'
import { wantedOn } from './wanted.ts'

const seen = (entries: Record<ResourceId, Observation>): Map<ResourceId, Observation> =>
  new Map(Object.entries(entries) as [ResourceId, Observation][])

describe('diffHost', () => {
  it('has one of four outcomes for each resource', () => {
    const diff = diffHost(
      'h',
      [
        thing('first:same'),
        thing('first:other'),
        thing('first:missing'),
        thing('first:hidden'),
        thing('first:gone', { ensure: 'absent' }),
      ],
      seen({
        'first:same': present({ value: 1 }),
        'first:other': present({ value: 2 }),
        'first:missing': { status: 'absent' },
        'first:hidden': { status: 'unknown', unknown: { reason: 'no-permission', detail: 'sudo?' } },
        'first:gone': present({ value: 1 }),
      }),
      thingTypes,
    )
    expect(diff.unchanged).toEqual(['first:same'])
    expect(diff.changes.map((c) => `${c.verb} ${c.resource.id}`)).toEqual([
      'update first:other',
      'create first:missing',
      'delete first:gone',
    ])
    expect(diff.unknowns.map((u) => u.resource)).toEqual(['first:hidden'])
  })

  it('never takes what the host said nothing of for absent', () => {
    const any = fc.constantFrom<Observation | undefined>(undefined, {
      status: 'unknown',
      unknown: { reason: 'unparsable', detail: '' },
    })
    fc.assert(
      fc.property(any, fc.boolean(), (observation, absent) => {
        const wanted = thing('first:x', absent ? { ensure: 'absent' } : { value: 1 })
        const diff = diffHost(
          'h',
          [wanted],
          observation === undefined ? new Map() : seen({ 'first:x': observation }),
          thingTypes,
        )
        expect(diff.changes).toEqual([])
        expect(diff.unknowns).toHaveLength(1)
      }),
    )
  })

  it('restarts what runs when something it listens to changes, and only then', () => {
    const service = thing('service:web', {}, { restartOn: ['first:conf'] })
    const states = (conf: number, running: boolean) =>
      seen({ 'first:conf': present({ value: conf }), 'service:web': present({ value: undefined as never, running }) })
    const verbs = (observed: Map<ResourceId, Observation>) =>
      diffHost('h', [thing('first:conf'), service], observed, thingTypes).changes.map((c) => c.verb)
    expect(verbs(states(2, true))).toEqual(['update', 'restart'])
    expect(verbs(states(1, true))).toEqual([])
    expect(verbs(states(2, false))).toEqual(['update'])
  })
})

describe('wantedOn', () => {
  const applied = (created: boolean) => ({
    apiVersion: 'plumbline/v1' as const,
    kind: 'Applied' as const,
    host: 'h',
    resources: {
      'first:old': {
        spec: 'sha256:1' as const,
        state: 'sha256:2' as const,
        created,
        change: 'CHG-2026-00001',
        commit: 'c',
        approvers: [],
        at: '2026-01-01T00:00:00Z',
      },
    },
  })

  it('removes what we made once no document declares it', () => {
    const wanted = wantedOn({ host: 'h', resources: [] }, applied(true), [], thingTypes)
    expect(wanted.resources.map((r) => r.spec)).toEqual([{ name: 'old', ensure: 'absent' }])
    expect(wanted.released).toEqual([])
  })

  it('releases what was there before us', () => {
    const wanted = wantedOn({ host: 'h', resources: [] }, applied(false), [], thingTypes)
    expect(wanted.resources).toEqual([])
    expect(wanted.released).toEqual(['first:old'])
  })

  it('lets documents win over what a rollback brings back', () => {
    const declared = thing('first:x', { value: 1 })
    const wanted = wantedOn(
      { host: 'h', resources: [declared] },
      undefined,
      [thing('first:x', { value: 2 }), thing('first:y')],
      thingTypes,
    )
    expect(wanted.resources.map((r) => [r.id, r.spec['value']])).toEqual([
      ['first:x', 1],
      ['first:y', 1],
    ])
  })
})
