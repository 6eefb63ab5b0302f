import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { type PracticeCase, practiceCases, practiceEstate } from '../../../test/practice-cases.ts'
import { checkPartners } from './check.ts'
import { codes } from './codes.ts'
import { contractsOn } from './contracts.ts'
import { reports } from './reports.ts'

const cases = load(readFileSync(new URL('cases/findings.yaml', import.meta.url), 'utf8')) as PracticeCase[]

describe('partners', () => {
  practiceCases(cases, codes, checkPartners)

  it('terms follow each other on the last day of a month, however long it is', () => {
    const { graph } = practiceEstate(
      '{ kind: Contract, metadata: { name: c }, spec: { from: "2024-01-01", until: "2024-02-29", renews: 1, noticeDays: 0 } }',
    )
    const until = (now: string) => contractsOn(graph, new Date(now))[0]?.until
    expect(until('2024-03-01T00:00:00Z')).toBe('2024-03-31')
    expect(until('2024-04-30T23:59:00Z')).toBe('2024-04-30')
    expect(until('2025-02-10T00:00:00Z')).toBe('2025-02-28')
  })

  it('splits what a contract costs among the services that stand on what it covers, and loses nothing', () => {
    const input = practiceEstate(
      [
        '{ kind: Site, metadata: { name: s }, spec: {} }',
        '{ kind: Host, metadata: { name: a }, spec: { site: s } }',
        '{ kind: Host, metadata: { name: b }, spec: { site: s } }',
        '{ kind: Service, metadata: { name: x }, spec: { hosts: [a] } }',
        '{ kind: Service, metadata: { name: y }, spec: { hosts: [a, b], dependsOn: [x] } }',
        '{ kind: Contract, metadata: { name: hall }, spec: { from: "2024-01-01", covers: [site/s], cost: { amount: 100, currency: EUR, per: month } } }',
        '{ kind: Contract, metadata: { name: pay }, spec: { from: "2024-01-01", covers: [service/y], cost: { amount: 50, currency: NOK, per: quarter } } }',
        '{ kind: Contract, metadata: { name: lawn }, spec: { from: "2024-01-01", cost: { amount: 7, currency: EUR, per: year } } }',
        '{ kind: Contract, metadata: { name: old }, spec: { from: "2020-01-01", until: "2021-01-01", cost: { amount: 999, currency: EUR, per: year } } }',
      ].join('\n'),
    )
    const costs = reports.find((r) => r.name === 'service-costs')?.run(input, input.graph.ofKind('Service'))
    expect(costs?.tables[0]).toMatchObject({
      head: ['service', 'EUR', 'NOK'],
      rows: [
        ['x', 600, 0],
        ['y', 600, 200],
        ['(no service)', 7, 0],
      ],
    })
  })
})
