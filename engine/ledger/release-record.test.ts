import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { ReleaseRecord } from '../model/release.ts'
import type { Outcome } from './record-text.ts'
import { parseRecord, serialiseRecord } from './record-text.ts'
import {
  baselineDigest,
  cutRelease,
  judgeGate,
  promoteRelease,
  releaseFault,
  releasePath,
  withdrawRelease,
} from './release-record.ts'
import { by, expectRecord } from './test-records.ts'

const sha256 = (d: string | Uint8Array) => createHash('sha256').update(d).digest('hex')
const catalogues = { 'web-01': `sha256:${'1'.repeat(64)}` } as const
const fresh = (version = '1.4.0', previous?: string): Outcome<ReleaseRecord> =>
  cutRelease(
    {
      pipeline: 'platform',
      version,
      ...(previous !== undefined && { previous }),
      by: 'n.ito@ops-1',
      commit: 'a'.repeat(40),
      tree: 'b'.repeat(40),
      catalogues,
      baseline: baselineDigest(catalogues, sha256),
      changes: ['CHG-2026-00001'],
      unrecorded: [],
      notes: '# platform 1.4.0\n\n- A line\n',
    },
    by(),
  )
const note = (at: string) => ({
  stage: 'production',
  environments: ['prod'],
  branch: 'promote/x',
  commit: 'c'.repeat(40),
  at,
  by: 'n.ito@ops-1',
  readiness: [{ criterion: 'gate x', outcome: 'unmet', evidence: 'nobody said how it went' }] as const,
  forced: 'the till is down',
})
const gate = (at: string) => ({ gate: 'x', outcome: 'passed', evidence: 'run 812', at, by: 'ci' }) as const

describe('the record of a release', () => {
  it('is read again as it was written, whatever happened to it', () => {
    const one = by()
    const two = by()
    let record = expectRecord(fresh())
    record = expectRecord(promoteRelease(record, note(one.at), one))
    record = expectRecord(judgeGate(record, gate(two.at), two))
    record = expectRecord(withdrawRelease(record, { reason: 'it is slow', by: 'n.ito@ops-1' }, by()))
    const path = releasePath(record.id) ?? ''
    expect(path).toBe('releases/platform/1.4.0.yaml')
    expect(parseRecord('release', serialiseRecord(record), path)).toEqual({ record })
  })

  it('lies nowhere else, whatever its name says', () => {
    for (const id of [
      'platform/../x',
      '../x/1.0.0',
      'platform/1.0',
      'platform/1.0.0/x',
      'Platform/1.0.0',
      'platform/1.0.0.yaml',
    ])
      expect(releasePath(id), id).toBeUndefined()
  })

  it('has a number that comes after the one before', () => {
    expect(fresh('1.4.0', '1.3.9')).toHaveProperty('record')
    for (const previous of ['1.4.0', '1.10.0', 'no version']) expect(fresh('1.4.0', previous)).toHaveProperty('refused')
  })

  it('is final once it was withdrawn', () => {
    const gone = expectRecord(withdrawRelease(expectRecord(fresh()), { reason: 'slow', by: 'n' }, by()))
    const now = by()
    expect(withdrawRelease(gone, { reason: 'again', by: 'n' }, now)).toHaveProperty('refused')
    expect(promoteRelease(gone, note(now.at), now)).toHaveProperty('refused')
    expect(judgeGate(gone, gate(now.at), now)).toHaveProperty('refused')
    const back = { ...gone, state: 'released' as const, transition: { ...now, name: 'promote' } }
    expect(releaseFault(gone, back)).toMatch(/withdrawn already/)
  })

  it.each<[string, Partial<ReleaseRecord>]>([
    ['another commit', { commit: 'd'.repeat(40) }],
    ['other notes', { notes: 'nicer' }],
    ['other changes', { changes: [] }],
    ['other catalogues', { catalogues: {} }],
    ['no promotions', { promotions: [] }],
    ['a withdrawal without a word', { state: 'withdrawn' }],
  ])('never gets %s', (_, change) => {
    const first = by()
    const before = expectRecord(promoteRelease(expectRecord(fresh()), note(first.at), first))
    const now = by()
    const after = expectRecord(judgeGate(before, gate(now.at), now))
    expect(releaseFault(before, after)).toBeUndefined()
    expect(releaseFault(before, { ...after, ...change })).toBeDefined()
  })
})
