import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { figuresOf, type IncidentTimes, outagesOf, timesOf } from './figures.ts'

const minute = 60_000
const at = (time: string): string => `2026-10-05T${time}:00.000Z`
const period = { from: Date.parse(at('00:00')), until: Date.parse('2026-10-06T00:00:00Z') }

const incident = (fields: Record<string, unknown>, ...steps: readonly (readonly [string, string])[]) =>
  timesOf(
    {
      id: 'INC-2026-00001',
      openedAt: at(steps[0]?.[0] ?? '08:00'),
      fields,
      log: steps.map(([time, state]) => ({ at: at(time), state })),
    },
    { service: 'Service/shop', team: 'Team/shop' },
  )

describe('times of an incident', () => {
  it('run from when it began, was told of, looked after and restored', () => {
    const times = incident(
      { startedAt: at('07:30'), detectedAt: at('07:50'), impact: 'high' },
      ['08:00', 'open'],
      ['08:05', 'open'],
      ['08:10', 'acknowledged'],
      ['09:00', 'resolved'],
      ['12:00', 'closed'],
    )
    expect(times).toMatchObject({
      outage: true,
      detect: 20 * minute,
      acknowledge: 10 * minute,
      restore: 90 * minute,
    })
  })

  it('end when it was last restored, and not before it is', () => {
    const back = incident({}, ['08:00', 'open'], ['09:00', 'resolved'], ['10:00', 'open'], ['11:00', 'resolved'])
    expect(back).toMatchObject({ restore: 180 * minute, outage: false })
    expect(incident({}, ['08:00', 'open'], ['09:00', 'resolved'], ['10:00', 'open']).restore).toBeUndefined()
  })

  it('a look back at it does not make it longer', () => {
    const times = incident({}, ['08:00', 'open'], ['09:00', 'resolved'], ['15:00', 'resolved'], ['16:00', 'closed'])
    expect(times.restore).toBe(60 * minute)
  })
})

describe('figures', () => {
  it('of a service: what is down, once where outages overlap', () => {
    const high = { severity: 'critical' }
    const [shop, ...rest] = figuresOf(
      [
        incident(high, ['08:00', 'open'], ['09:00', 'resolved']),
        incident(high, ['08:30', 'open'], ['09:30', 'resolved']),
        incident({}, ['12:00', 'open'], ['18:00', 'resolved']),
      ],
      period,
      'service',
    )
    expect(rest).toEqual([])
    expect(shop).toMatchObject({ of: 'Service/shop', incidents: 3, down: 90 * minute, betweenFailures: 1350 * minute })
    expect(shop?.availability).toBeCloseTo(1 - 1.5 / 24, 12)
  })

  it('law: outages lie within the period, apart from each other, and are no longer than their sum', () => {
    const some = fc.array(fc.tuple(fc.integer({ min: -500, max: 2_000 }), fc.integer({ min: 1, max: 900 })))
    fc.assert(
      fc.property(some, (all) => {
        const incidents = all.map(([from, length], i): IncidentTimes => {
          const begin = period.from + from * minute
          return { id: `${i}`, outage: true, from: begin, until: begin + length * minute, detect: 0 }
        })
        const outages = outagesOf(incidents, period)
        for (const [i, span] of outages.entries()) {
          expect(span.from).toBeGreaterThanOrEqual(period.from)
          expect(span.until).toBeLessThanOrEqual(period.until)
          if (i > 0) expect(span.from).toBeGreaterThan(outages[i - 1]?.until ?? 0)
        }
        const down = outages.reduce((sum, s) => sum + s.until - s.from, 0)
        expect(down).toBeLessThanOrEqual(all.reduce((sum, [, length]) => sum + length * minute, 0))
      }),
    )
  })
})
