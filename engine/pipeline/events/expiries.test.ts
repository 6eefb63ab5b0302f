import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { practiceEstate } from '../../../test/practice-cases.ts'
import { eventRules } from '../../events/rules.ts'
import { expiryEvents } from './expiries.ts'

const { graph } = practiceEstate(`
  { kind: Supplier, metadata: { name: nordhal }, spec: {} }
  { kind: Contract, metadata: { name: housing }, spec: { supplier: nordhal, until: "2026-10-20" } }
  { kind: Contract, metadata: { name: power }, spec: { supplier: nordhal, until: "2026-12-31" } }
  { kind: AccessGrant, metadata: { name: audit }, spec: { expires: "2026-10-07T18:00:00Z" } }
  { kind: EventRule, metadata: { name: contracts }, spec: { match: { sources: [calendar], labels: { kind: Contract } }, incident: {} } }
`)
const at = (day: string) =>
  expiryEvents(graph, eventRules(graph), new Date(`${day}T12:00:00Z`), (data) =>
    createHash('sha256').update(data).digest('hex'),
  )

it('contracts that a rule wants to hear of are told two weeks before they end, and as long as they stand there', () => {
  expect(at('2026-10-05')).toEqual([])
  for (const day of ['2026-10-06', '2026-11-01'])
    expect(at(day)).toMatchObject([
      { title: 'Contract/housing ends on 2026-10-20', began: Date.parse('2026-10-06'), labels: { name: 'housing' } },
    ])
  expect(at('2026-12-20').map((e) => e.labels['name'])).toEqual(['housing', 'power'])
})
