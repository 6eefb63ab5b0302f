import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { practiceEstate } from '../../test/practice-cases.ts'
import type { Address } from '../model/address.ts'
import { duePages, policyFor, teamOf } from './escalation.ts'

interface Case {
  readonly name: string
  readonly policy?: string
  readonly log: readonly (readonly [minute: number, move: string, state: string])[]
  readonly at: number
  readonly due: readonly string[]
}

const cases = load(readFileSync(new URL('cases/escalation.yaml', import.meta.url), 'utf8')) as readonly Case[]

const { graph } = practiceEstate(`
  { kind: Person, metadata: { name: ana }, spec: {} }
  { kind: Person, metadata: { name: ben }, spec: {} }
  { kind: Person, metadata: { name: gone }, spec: { active: false } }
  { kind: Team, metadata: { name: t }, spec: { members: [ben, ana, gone], lead: ana } }
  { kind: Service, metadata: { name: shop, owner: team/t }, spec: {} }
  { kind: Service, metadata: { name: money, owner: team/t }, spec: {} }
  { kind: OnCall, metadata: { name: now }, spec: { team: t, timeZone: UTC, layers: [{ name: l, people: [ana], start: "2026-01-01T00:00" }] } }
  { kind: OnCall, metadata: { name: later }, spec: { team: t, timeZone: UTC, layers: [{ name: l, people: [ana], start: "2027-01-01T00:00" }] } }
  { kind: EscalationPolicy, metadata: { name: p }, spec: { teams: [t], priorities: [P1, P2], steps: [{ page: [{ onCall: now }] }, { after: PT15M, page: [{ team: t }] }], repeat: { times: 1, every: PT1H } } }
  { kind: EscalationPolicy, metadata: { name: empty }, spec: { services: [money], steps: [{ page: [{ onCall: later }, { person: gone }] }] } }
`)

const begin = Date.parse('2026-10-05T08:00:00Z')
const moment = (minute: number): string => new Date(begin + minute * 60_000).toISOString()

describe('escalation', () => {
  it.each(cases)('$name', ({ policy = 'p', log, at, due }) => {
    const document = graph.documents.get(`EscalationPolicy/${policy}` as Address)
    if (document === undefined) throw new Error(`there is no policy ${policy}`)
    const lines = log.map(([minute, move, state]) => ({ at: moment(minute), move, state, by: 'engine' as const }))
    const record = { log: lines, state: lines.at(-1)?.state ?? '' }
    expect(duePages(document, record, graph, Date.parse(moment(at))).map((p) => p.text)).toEqual(due)
  })

  it('goes by the policy of the service, else by that of the team that answers for it, if its priority is meant', () => {
    const of = (service: string, priority: string) => {
      const team = teamOf(graph, { service })
      return policyFor(graph, { service, priority, ...(team !== undefined && { team }) })?.address
    }
    expect(of('Service/shop', 'P1')).toBe('EscalationPolicy/p')
    expect(of('Service/shop', 'P3')).toBeUndefined()
    expect(of('Service/money', 'P5')).toBe('EscalationPolicy/empty')
    expect(policyFor(graph, { priority: 'P1' })).toBeUndefined()
  })
})
