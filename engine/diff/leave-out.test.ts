import { describe, expect, it } from 'vitest'
import { thing } from '../../test/fixtures/thing-type.ts'
import type { Change, ResourceId, Verb } from '../model/resource.ts'
import type { HostDiff } from './diff-host.ts'
import { type Exception, leaveOut } from './leave-out.ts'

const change = (
  id: ResourceId,
  verb: Verb,
  paths: readonly string[],
  restartOn: readonly ResourceId[] = [],
): Change => ({
  verb,
  resource: thing(id, {}, { restartOn }),
  have: verb === 'create' ? null : { value: 2 },
  fields: paths.map((path) => ({ path, before: 2, after: 1 })),
})

const diffOf = (...changes: readonly Change[]): HostDiff => ({ host: 'h', changes, unknowns: [], unchanged: [] })

const exception = (id: ResourceId, fields: readonly string[] = []): Exception => ({
  address: 'DriftException/x',
  owner: 'team/operations',
  reason: 'on trial',
  until: '2027-01-01T00:00:00Z',
  fields,
  covers: (resource) => resource === id,
})

const verbs = (diff: HostDiff): string[] =>
  diff.changes.map((c) => `${c.verb} ${c.resource.id} ${c.fields.map((f) => f.path)}`)

describe('leaveOut', () => {
  it('changes nothing where nobody asks for it', () => {
    const diff = diffOf(change('first:a', 'update', ['mode']))
    expect(leaveOut(diff, { exceptions: [] })).toEqual({ ...diff, ignored: [] })
  })

  it('leaves fields, and a change with none left is none', () => {
    const diff = diffOf(change('first:a', 'update', ['mode', 'owner']), change('first:b', 'update', ['mode']))
    const left = leaveOut(diff, { exceptions: [exception('first:a', ['mode']), exception('first:b', ['mode'])] })
    expect(verbs(left)).toEqual(['update first:a owner'])
    expect(left.ignored.map((i) => `${i.resource} ${i.fields}`)).toEqual(['first:a mode', 'first:b mode'])
  })

  it('leaves a whole resource, there or not; fields alone do not keep it from being made', () => {
    const diff = diffOf(change('first:a', 'create', ['value']), change('first:b', 'create', ['value']))
    const left = leaveOut(diff, { exceptions: [exception('first:a'), exception('first:b', ['value'])] })
    expect(verbs(left)).toEqual(['create first:b value'])
  })

  it('takes a restart with its last cause', () => {
    const restart = change('service:web', 'restart', [], ['first:a', 'first:b'])
    const both = diffOf(change('first:a', 'update', ['mode']), change('first:b', 'update', ['mode']), restart)
    expect(verbs(leaveOut(both, { exceptions: [exception('first:a')] }))).toContain('restart service:web ')
    const none = leaveOut(both, { exceptions: [exception('first:a'), exception('first:b')] })
    expect(verbs(none)).toEqual([])
  })

  it('narrows to what is asked for, with the restarts that follow', () => {
    const restart = change('service:web', 'restart', [], ['first:a'])
    const other = change('service:db', 'restart', [], ['first:b'])
    const diff = diffOf(change('first:a', 'update', ['mode']), change('first:b', 'update', ['mode']), restart, other)
    const left = leaveOut(
      { ...diff, unchanged: ['first:c'] },
      { exceptions: [], only: new Set<ResourceId>(['first:a']) },
    )
    expect(verbs(left)).toEqual(['update first:a mode', 'restart service:web '])
    expect(left.unchanged).toEqual([])
  })
})
