import { describe, expect, it } from 'vitest'
import { type ReadinessQuestion, type ReadyRules, readiness } from './readiness.ts'
import { sampleChange } from './test-changes.ts'

const question = (rules: ReadyRules, said: Partial<ReadinessQuestion> = {}): ReadinessQuestion => ({
  rules,
  now: new Date('2026-11-22T12:00:00Z'),
  cutAt: '2026-11-20T10:00:00Z',
  changes: [sampleChange({ id: 'CHG-2026-00001' })],
  unrecorded: [],
  before: {
    stage: 'test',
    stays: [{ environment: 'staging', since: '2026-11-21T12:00:00Z', evidence: 'CHG-2026-00001' }],
  },
  failed: [],
  openDrift: [],
  endedExceptions: [],
  openEmergencies: [],
  gates: [],
  ...said,
})

const unmet = (rules: ReadyRules, said: Partial<ReadinessQuestion> = {}): readonly string[] =>
  readiness(question(rules, said))
    .filter((f) => f.outcome === 'unmet')
    .map((f) => `${f.criterion}: ${f.evidence}`)

const gate = (outcome: 'passed' | 'failed', at: string) => ({
  gate: 'load-test',
  outcome,
  at,
  by: 'ci',
  evidence: 'run 812',
})

const refusals: readonly [string, ReadyRules, Partial<ReadinessQuestion>, string][] = [
  [
    'a change without approvals',
    {},
    { changes: [sampleChange({ id: 'CHG-2026-00002', state: 'unapproved' })] },
    'every change was agreed to: without agreement: CHG-2026-00002',
  ],
  [
    'a commit without a record',
    {},
    { unrecorded: ['0123456789abcdef'] },
    'every change was agreed to: without agreement: 0123456789ab',
  ],
  [
    'a change that waits to be carried out',
    {},
    { changes: [sampleChange({ id: 'CHG-2026-00002', state: 'approved' })] },
    'every change is implemented before test is left: 0 of 1; not CHG-2026-00002 (approved)',
  ],
  [
    'too short a time',
    { soakHours: 24.5 },
    {},
    '24.5 h in test: 24 h: staging since 2026-11-21 12:00 (CHG-2026-00001)',
  ],
  [
    'a time that ended before',
    { soakHours: 24 },
    {
      before: {
        stage: 'test',
        stays: [
          {
            environment: 'staging',
            since: '2026-11-20T12:00:00Z',
            until: '2026-11-21T11:00:00Z',
            evidence: 'CHG-2026-00001',
          },
        ],
      },
    },
    '24 h in test: 23 h: staging since 2026-11-20 12:00 (CHG-2026-00001)',
  ],
  [
    'an environment that it never reached',
    { soakHours: 1 },
    { before: { stage: 'test', stays: [{ environment: 'staging', evidence: 'it follows platform/1.0.0' }] } },
    '1 h in test: not in staging: it follows platform/1.0.0',
  ],
  [
    'a change that failed',
    { noFailedChange: true },
    { failed: [{ id: 'CHG-2026-00009', what: 'failed' }] },
    'no change failed since it was cut: since 2026-11-20 10:00: CHG-2026-00009 failed',
  ],
  [
    'drift',
    { noOpenDrift: true },
    { openDrift: ['UCH-2026-00001 on web-01'] },
    'no drift is open: UCH-2026-00001 on web-01',
  ],
  [
    'an exception that has ended',
    { noOpenDrift: true },
    { endedExceptions: ['DriftException/x'] },
    'no drift is open: DriftException/x has ended',
  ],
  [
    'an emergency without a review',
    { noOpenEmergency: true },
    { openEmergencies: ['CHG-2026-00004'] },
    'no emergency waits for its review: waiting: CHG-2026-00004',
  ],
  ['a gate that nobody passed', { gates: ['load-test'] }, {}, 'gate load-test: nobody said how it went'],
  [
    'a gate that failed last',
    { gates: ['load-test'] },
    { gates: [gate('passed', '2026-11-21T10:00:00Z'), gate('failed', '2026-11-21T11:00:00Z')] },
    'gate load-test: failed 2026-11-21 11:00 by ci: run 812',
  ],
]

describe('a release is not ready', () => {
  it.each(refusals)('with %s', (_, rules, said, because) => {
    expect(unmet(rules, said)).toEqual([because])
  })
})

describe('a release is ready', () => {
  const all: ReadyRules = {
    soakHours: 24,
    noFailedChange: true,
    noOpenDrift: true,
    noOpenEmergency: true,
    gates: ['load-test'],
  }

  it('with everything met, each with its evidence', () => {
    const found = readiness(
      question(all, { gates: [gate('failed', '2026-11-21T10:00:00Z'), gate('passed', '2026-11-21T11:00:00Z')] }),
    )
    expect(found.map((f) => f.outcome)).toEqual(found.map(() => 'met'))
    expect(found.every((f) => f.evidence.length > 0)).toBe(true)
    expect(found).toHaveLength(7)
  })

  it('with a change that was taken back, by a change of the release or a later one', () => {
    const back = [sampleChange({ id: 'CHG-2026-00001', state: 'rolled-back', rolledBackBy: 'CHG-2026-00002' })]
    expect(unmet({}, { changes: back })).toEqual([])
    expect(unmet({}, { changes: [...back, sampleChange({ id: 'CHG-2026-00002' })] })).toEqual([])
  })

  it('for the first stage without a stage before', () => {
    expect(unmet({ soakHours: 99 }, { before: undefined, changes: [sampleChange({ state: 'approved' })] })).toEqual([])
  })

  it('where it has been there: going back has not to wait', () => {
    expect(unmet(all, { returns: ['CHG-2026-00003'], failed: [{ id: 'CHG-2026-00009', what: 'failed' }] })).toEqual([])
  })

  it('and still waits for those who have to agree', () => {
    const found = readiness(question({ approvals: [{ team: 'operations', count: 2 }] }))
    expect(found.at(-1)).toMatchObject({ criterion: 'approved by 2 of operations', outcome: 'waits' })
  })
})
