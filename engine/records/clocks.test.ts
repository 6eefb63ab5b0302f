import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type SupportHoursSpec, supportTimes } from '../calendar/support-hours.ts'
import { recordTypes } from '../generated/record-types.ts'
import { addressOf } from '../model/address.ts'
import type { DeclaredRecord, RecordType } from '../model/declared-record.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import { clocksOf } from './clocks.ts'
import { priorityOf } from './priority.ts'

const office: SupportHoursSpec = {
  timeZone: 'Europe/Amsterdam',
  hours: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', until: '18:00' }],
  closed: ['2026-12-25'],
}

const incident: RecordType = { name: 'incident', spec: expectType('incident') }

function expectType(name: string) {
  const spec = recordTypes.get(name)?.spec
  if (spec === undefined) throw new Error(`no ${name}`)
  return spec
}

const documentsNamed = (documents: Readonly<Record<string, object>>): Graph => {
  const loaded = Object.entries(documents).map(([address, spec]) => {
    const [kind = '', name = ''] = address.split('/')
    const document = { apiVersion: 'plumbline/v1', kind, metadata: { name }, spec }
    return [addressOf(kind, name), { document, address: addressOf(kind, name) } as unknown as LoadedDocument] as const
  })
  return { documents: new Map(loaded), ofKind: () => [], outgoing: () => [], incoming: () => [] }
}

const graph = documentsNamed({ 'SupportHours/office': office, 'Team/shop': { members: [], supportHours: 'office' } })

type Step = readonly [at: string, state: string]

function record(fields: DeclaredRecord['fields'], ...steps: readonly Step[]): DeclaredRecord {
  const log = steps.map(([at, state]) => ({ at, by: 'engine' as const, move: 'm', state }))
  return { state: steps.at(-1)?.[1] ?? '', fields, log } as unknown as DeclaredRecord
}

const read = (of: DeclaredRecord, now: string) =>
  Object.fromEntries(clocksOf(incident, of, graph, new Date(now)).map((c) => [c.name, c]))

const hour = 3_600_000
const p1 = { impact: 'high', urgency: 'high' }

describe('clocks', () => {
  it('run at all times where nobody names hours, and say when they run out', () => {
    const { acknowledge } = read(record(p1, ['2026-10-05T20:00:00Z', 'open']), '2026-10-05T20:05:00Z')
    expect(acknowledge).toMatchObject({ state: 'running', elapsed: hour / 12, due: '2026-10-05T20:15:00.000Z' })
    expect(read(record(p1, ['2026-10-05T20:00:00Z', 'open']), '2026-10-05T20:15:01Z')['acknowledge']?.state).toBe(
      'breached',
    )
  })

  it('run in the hours of the team, over a weekend and a holiday', () => {
    const friday = record({ ...p1, team: 'shop' }, ['2026-10-02T15:00:00Z', 'open'])
    // Friday 17:00 in Amsterdam: an hour is left of it, three are needed on Monday.
    expect(read(friday, '2026-10-02T15:00:00Z')['restore']?.due).toBe('2026-10-05T09:00:00.000Z')
    const christmas = record({ ...p1, team: 'shop' }, ['2026-12-24T16:30:00Z', 'open'])
    expect(read(christmas, '2026-12-24T16:30:00Z')['restore']?.due).toBe('2026-12-28T10:30:00.000Z')
  })

  it('pause while somebody else is waited for, and go on where they were', () => {
    const waited = record(
      p1,
      ['2026-10-05T08:00:00Z', 'open'],
      ['2026-10-05T09:00:00Z', 'waiting'],
      ['2026-10-06T09:00:00Z', 'acknowledged'],
    )
    expect(read(waited, '2026-10-06T10:00:00Z')['restore']).toMatchObject({ state: 'running', elapsed: 2 * hour })
    const back = record(
      p1,
      ['2026-10-05T08:00:00Z', 'open'],
      ['2026-10-05T11:00:00Z', 'resolved'],
      ['2026-10-05T20:00:00Z', 'open'],
      ['2026-10-05T22:00:00Z', 'resolved'],
    )
    expect(read(back, '2026-10-07T08:00:00Z')['restore']).toMatchObject({ state: 'missed', elapsed: 5 * hour })
  })

  it('go by clocks on the wall when those change', () => {
    const sunday: SupportHoursSpec = {
      timeZone: 'Europe/Amsterdam',
      hours: [{ days: ['sun'], from: '00:00', until: '24:00' }],
    }
    const day = (from: string, until: string) =>
      supportTimes(sunday, { from: Date.parse(from), until: Date.parse(until) }).reduce(
        (sum, s) => sum + s.until - s.from,
        0,
      ) / hour
    expect(day('2026-03-28T00:00:00Z', '2026-03-31T00:00:00Z')).toBe(23)
    expect(day('2026-10-24T00:00:00Z', '2026-10-27T00:00:00Z')).toBe(25)
  })

  it('law: a time is the sum of its parts, and what is left reaches zero when it is due', () => {
    const from = Date.parse('2026-01-01T00:00:00Z')
    const moment = fc.integer({ min: 0, max: 365 * 24 * 60 }).map((m) => from + m * 60_000)
    fc.assert(
      fc.property(moment, moment, moment, (a, b, c) => {
        const [x = 0, y = 0, z = 0] = [a, b, c].sort((p, q) => p - q)
        const sum = (s: number, e: number) =>
          supportTimes(office, { from: s, until: e }).reduce((t, span) => t + span.until - span.from, 0)
        expect(sum(x, y) + sum(y, z)).toBe(sum(x, z))
      }),
      { numRuns: 60 },
    )
    fc.assert(
      fc.property(moment, (at) => {
        const opened = record({ ...p1, team: 'shop' }, [new Date(at).toISOString(), 'open'])
        const due = read(opened, new Date(at).toISOString())['restore']?.due ?? ''
        expect(read(opened, due)['restore']?.left).toBe(0)
      }),
      { numRuns: 60 },
    )
  })
})

describe('priority', () => {
  it('follows from impact and urgency', () => {
    expect(priorityOf(incident, { fields: p1 })).toBe('P1')
    expect(priorityOf(incident, { fields: { impact: 'low', urgency: 'low' } })).toBe('P5')
    expect(priorityOf(incident, { fields: { impact: 'toString', urgency: 'low' } })).toBeUndefined()
    expect(priorityOf(incident, { fields: {} })).toBeUndefined()
  })
})
