import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Document, JsonObject } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import type { Risk } from '../model/plan.ts'
import type { ChangeRecord } from '../model/record.ts'
import type { ResourceId } from '../model/resource.ts'
import { graphOf } from './case-world.ts'
import { judgedRisk, type RiskQuestion, scoreRisk } from './risk.ts'
import { failureIn, type Past, type PastFailure } from './risk-past.ts'

const document = (kind: string, name: string, spec: JsonObject): Document => ({
  apiVersion: 'plumbline/v1',
  kind,
  metadata: { name },
  spec,
})
const graph = graphOf([
  document('Environment', 'prod', { criticality: 5 }),
  document('Environment', 'staging', { criticality: 2 }),
  document('Service', 'checkout', { criticality: 5 }),
  document('Service', 'search', {}),
  ...['web-01', 'web-02', 'db-01'].map((name) => document('Host', name, { environment: 'prod' })),
  document('Host', 'test-01', { environment: 'staging' }),
])
const file = { host: 'web-01', resource: 'file:/etc/motd', verb: 'update', reversibility: 'exact' } as const
const user = {
  host: 'db-01',
  resource: 'user:old',
  verb: 'delete',
  reversibility: 'irreversible',
  access: true,
} as const
const pkg = { host: 'web-02', resource: 'package:nginx', verb: 'create', reversibility: 'best-effort' } as const
const quiet: RiskQuestion = { actions: [], unknowns: [], totalHosts: 31, reach: [], base: graph, graph }
const known: Past = {
  applied: new Map([
    ['web-01', new Set(['file:/etc/motd', 'package:nginx'])],
    ['web-02', new Set(['package:curl'])],
    ['test-01', new Set(['package:nginx'])],
  ]),
  failures: [],
  newcomers: [],
}
const failed = (id: string, host: string, resource: ResourceId): PastFailure => ({ id, actions: [{ host, resource }] })
const told = (q: Partial<RiskQuestion>) => scoreRisk({ ...quiet, actions: [file], ...q }).factors
const worded = (q: Partial<RiskQuestion>) => told(q).map((f) => `${f.because} +${f.points}`)

describe('risk', () => {
  it('is none where nothing is done', () => {
    expect(scoreRisk({ ...quiet, reach: ['Service/checkout'] })).toEqual({ score: 0, level: 'low', factors: [] })
  })

  it('is low for a file in staging and explained in full for more', () => {
    expect(scoreRisk({ ...quiet, actions: [{ ...file, host: 'test-01' }] }).level).toBe('low')
    const reach = ['Service/search', 'Service/checkout', 'Host/web-01'] as const
    expect(told({ actions: [file, user, pkg], reach })).toEqual([
      {
        points: 8,
        because: 'reaches 2 services, together of criticality 8',
        evidence: ['Service/checkout', 'Service/search'],
      },
      { points: 12, because: 'environment prod has criticality 5 of 5', evidence: ['Environment/prod'] },
      {
        points: 13,
        because: '1 that nothing takes back, 1 that a rollback can only try to take back',
        evidence: ['db-01 user:old', 'web-02 package:nginx'],
      },
      { points: 1, because: '3 of 31 hosts' },
      { points: 1, because: '3 actions' },
      { points: 5, because: '1 could lock people or the engine out', evidence: ['db-01 user:old'] },
    ])
  })

  it('keeps what it names short: the record has to hold it', () => {
    const long = { ...user, resource: `line:${'x'.repeat(4000)}\u0007` } as const
    for (const { evidence = [] } of told({ actions: [long] }))
      for (const name of evidence) expect(name).toMatch(/^[^\0-\x1f]{1,200}$/)
  })

  it('counts the worse of what base and merge result say: a change can not talk itself down', () => {
    const milder = graphOf([
      document('Environment', 'prod', { criticality: 1 }),
      document('Host', 'web-01', { environment: 'prod' }),
      document('Service', 'checkout', { criticality: 1, errorBudget: { left: 1, asOf: '2026-01-01T00:00:00Z' } }),
    ])
    const reach = ['Service/checkout'] as const
    expect(scoreRisk({ ...quiet, actions: [file], reach, graph: milder })).toEqual(
      scoreRisk({ ...quiet, actions: [file], reach, graph }),
    )
  })

  it('knows what is new, and who is', () => {
    expect(worded({ past: known })).toEqual(worded({}))
    const actions = [
      file,
      user,
      pkg,
      { ...pkg, host: 'test-01', resource: 'package:vim' as const },
      { ...file, host: 'test-01' },
    ]
    const found = told({ actions, past: { ...known, newcomers: [{ author: 'Person/ada', owner: 'Team/shop' }] } })
    expect(found.find((f) => f.because.includes('before'))).toEqual({
      points: 6,
      because:
        'nothing was applied to db-01 before; the first file on test-01; 2 new of a known type; Person/ada never changed anything of Team/shop before',
      evidence: ['db-01', 'test-01 file', 'web-02 package:nginx', 'test-01 package:vim', 'Person/ada'],
    })
  })

  it('remembers what went wrong with the same type in the same place', () => {
    const failures = [
      failed('CHG-2026-00009', 'web-02', 'file:/etc/issue'),
      failed('CHG-2026-00007', 'test-01', 'file:/etc/motd'),
      failed('CHG-2026-00005', 'web-01', 'package:nginx'),
      failed('CHG-2026-00003', 'gone-01', 'file:/etc/motd'),
    ]
    expect(told({ past: { ...known, failures } }).at(-1)).toEqual({
      points: 4,
      because: 'a change like it went wrong in the last 90 days, with the same type of resource in the same place',
      evidence: ['CHG-2026-00009'],
    })
  })

  it.each([
    ['2026-11-18T10:00:00Z', []],
    ['2026-11-18T17:30:00Z', ['outside working hours: few people are there to help +4']],
    ['2026-11-20T14:30:00Z', ['on a Friday afternoon: few people are there to help +3']],
    ['2026-11-20T12:30:00Z', []],
    ['2026-11-22T11:00:00Z', ['at the weekend: few people are there to help +4']],
  ])('at %s by the clocks of its environment: %j', (at, expected) => {
    const zoned = graphOf([
      document('Estate', 'x', { id: 'x', changes: { timeZone: 'America/New_York' } }),
      document('Environment', 'prod', { criticality: 5, timeZone: 'Europe/Amsterdam' }),
      document('Host', 'web-01', { environment: 'prod' }),
    ])
    expect(worded({ at, base: zoned }).filter((w) => w.includes('few people'))).toEqual(expected)
  })

  it('takes the time of the estate where the environment has none, and UTC where none is known', () => {
    const estate = (changes: JsonObject) => graphOf([document('Estate', 'x', { id: 'x', changes })])
    const at = '2026-11-18T22:00:00Z'
    const evidence = (base: Graph) => told({ at, base }).find((f) => f.because.includes('few people'))?.evidence
    expect(evidence(estate({ timeZone: 'America/New_York' }))).toBeUndefined()
    expect(evidence(estate({}))).toEqual(['Wednesday 22:00 UTC'])
    expect(evidence(estate({ timeZone: 'Nowhere/Land' }))).toEqual(['Wednesday 22:00 UTC'])
  })

  it.each([
    [0.8, []],
    [0.1, ['Service/checkout has 10 % left of its error budget +3']],
    [0, ['Service/checkout has nothing left of its error budget +5']],
  ])('with %d of the error budget left: %j', (left, expected) => {
    const budget = graphOf([document('Service', 'checkout', { errorBudget: { left, asOf: '2026-11-01T00:00:00Z' } })])
    const reach = ['Service/checkout'] as const
    expect(worded({ graph: budget, reach }).filter((w) => w.includes('budget'))).toEqual(expected)
  })

  it('adds up, stays within 0 and 100, and never falls because there is more of anything', () => {
    const action = fc.constantFrom(file, user, pkg, { ...file, host: 'test-01' }, { ...pkg, host: 'db-01' })
    const unknown = { host: 'db-01', unknown: { reason: 'unreachable', detail: 'timed out' } }
    const failure = fc.constantFrom(
      failed('CHG-2026-00001', 'web-01', 'file:/a'),
      failed('CHG-2026-00002', 'db-01', 'user:b'),
      failed('CHG-2026-00003', 'test-01', 'package:c'),
    )
    const newcomer = fc.constantFrom({ author: 'Person/ada', owner: 'Team/shop' } as const)
    const question = fc.record({
      actions: fc.array(action, { maxLength: 40 }),
      unknowns: fc.array(fc.constant(unknown), { maxLength: 9 }),
      reach: fc.subarray(['Service/checkout', 'Service/search'] as const),
      failures: fc.array(failure, { maxLength: 5 }),
      newcomers: fc.array(newcomer, { maxLength: 2 }),
      at: fc.constantFrom('2026-11-18T10:00:00Z', '2026-11-20T14:30:00Z', '2026-11-22T11:00:00Z'),
    })
    const score = ({ failures, newcomers, ...q }: typeof question extends fc.Arbitrary<infer Q> ? Q : never) =>
      scoreRisk({ ...quiet, ...q, past: { ...known, failures, newcomers } })
    fc.assert(
      fc.property(question, question, (q, extra) => {
        const risk = score(q)
        expect(risk.score).toBe(risk.factors.reduce((sum, f) => sum + f.points, 0))
        expect(risk.score).toBeLessThanOrEqual(100)
        for (const more of ['actions', 'unknowns', 'reach', 'failures', 'newcomers'] as const)
          expect(score({ ...q, [more]: [...q[more], ...extra[more]] }).score).toBeGreaterThanOrEqual(risk.score)
      }),
    )
  })
})

describe('what went wrong of a change', () => {
  const actions = [
    { id: 'act-1', host: 'web-01', resource: 'file:/a' },
    { id: 'act-2', host: 'web-01', resource: 'file:/b' },
  ]
  const record = (more: object) =>
    ({ id: 'CHG-2026-00001', state: 'implemented', actions, ...more }) as unknown as ChangeRecord
  const resources = (r: ChangeRecord) => failureIn(r)?.actions.map((a) => a.resource)

  it('is what failed of it where that is known, else all of it', () => {
    expect(resources(record({}))).toBeUndefined()
    expect(resources(record({ state: 'rolled-back' }))).toEqual(['file:/a', 'file:/b'])
    expect(resources(record({ state: 'closed', review: { outcome: 'unsuccessful' } }))).toEqual(['file:/a', 'file:/b'])
    const results = [
      { id: 'act-1', outcome: 'applied' },
      { id: 'act-2', outcome: 'failed' },
    ]
    expect(resources(record({ state: 'failed', deployment: { results } }))).toEqual(['file:/b'])
  })
})

describe('the risk that a record is judged by', () => {
  const risk = (score: number): Risk => ({ score, level: 'low', factors: [{ points: score, because: 'so' }] })

  it('is the one it was opened with, but never less than what documents and actions come to', () => {
    expect(judgedRisk(risk(60), risk(30))).toMatchObject({ score: 60, level: 'high' })
    expect(judgedRisk(risk(10), risk(30))).toEqual(risk(30))
    expect(judgedRisk(undefined, risk(30))).toEqual(risk(30))
  })
})
