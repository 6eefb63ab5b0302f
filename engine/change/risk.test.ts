import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Document, JsonObject } from '../model/document.ts'
import { graphOf } from './case-world.ts'
import { type RiskQuestion, scoreRisk } from './risk.ts'

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
const quiet: RiskQuestion = { actions: [], unknowns: [], totalHosts: 31, reach: [], graph }

describe('risk', () => {
  it('is none where nothing is done', () => {
    expect(scoreRisk({ ...quiet, reach: ['Service/checkout'] })).toEqual({ score: 0, level: 'low', factors: [] })
  })

  it('is low for a file in staging and explained in full for more', () => {
    expect(scoreRisk({ ...quiet, actions: [{ ...file, host: 'test-01' }] }).level).toBe('low')
    const reach = ['Service/checkout', 'Service/search', 'Host/web-01'] as const
    expect(scoreRisk({ ...quiet, actions: [file, user, pkg], reach }).factors.map((f) => f.because)).toEqual([
      'reaches Service/checkout, Service/search, together of criticality 8',
      'environment prod has criticality 5 of 5',
      '1 that nothing takes back, 1 that a rollback can only try to take back',
      '3 of 31 hosts',
      '3 actions',
      '1 could lock people or the engine out',
    ])
  })

  it('adds up, stays within 0 and 100, and never falls because more is done', () => {
    const action = fc.constantFrom(file, user, pkg, { ...file, host: 'test-01' }, { ...pkg, host: 'db-01' })
    const unknown = { host: 'db-01', unknown: { reason: 'unreachable', detail: 'timed out' } }
    const question = fc.record({
      actions: fc.array(action, { maxLength: 40 }),
      unknowns: fc.array(fc.constant(unknown), { maxLength: 9 }),
      reach: fc.subarray(['Service/checkout', 'Service/search'] as const),
    })
    fc.assert(
      fc.property(question, action, (q, extra) => {
        const risk = scoreRisk({ ...quiet, ...q })
        expect(risk.score).toBe(risk.factors.reduce((sum, f) => sum + f.points, 0))
        expect(risk.score).toBeLessThanOrEqual(100)
        const more = scoreRisk({ ...quiet, ...q, actions: [...q.actions, extra] })
        expect(more.score).toBeGreaterThanOrEqual(risk.score)
      }),
    )
  })
})
