import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { type OnCallSpec, onCallAt, shiftsWithin } from './on-call.ts'

interface Made {
  readonly timeZone: string
  readonly people: readonly string[]
  readonly rule: string
  readonly time: string
}

interface Case {
  readonly name: string
  readonly spec: OnCallSpec
  readonly who: Readonly<Record<string, string | null>>
}

const cases = load(readFileSync(new URL('cases/on-call.yaml', import.meta.url), 'utf8')) as readonly Case[]

describe('on call', () => {
  it.each(cases)('$name', ({ spec, who }) => {
    for (const [at, person] of Object.entries(who))
      expect(onCallAt(spec, Date.parse(at))?.person ?? null, at).toBe(person)
  })

  const hour = 3_600_000
  const begin = Date.parse('2026-01-01T00:00:00Z')
  const moment = fc.integer({ min: 0, max: 365 * 24 * 4 }).map((n) => begin + (n * hour) / 4)
  const zone = fc.constantFrom('Europe/Amsterdam', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'UTC')
  const schedule = fc.record({
    timeZone: zone,
    people: fc.integer({ min: 1, max: 4 }).map((n) => ['a', 'b', 'c', 'd'].slice(0, n)),
    rule: fc.constantFrom('FREQ=DAILY', 'FREQ=WEEKLY;BYDAY=MO', 'FREQ=WEEKLY;INTERVAL=2', 'FREQ=MONTHLY'),
    time: fc.constantFrom('00:00', '02:30', '09:00'),
  })
  const specOf = ({ timeZone, people, rule, time }: Made): OnCallSpec => ({
    team: 't',
    timeZone,
    layers: [
      { name: 'l', people, start: `2026-01-01T${time}`, rule },
      { name: 'all', people: ['z'], start: '2025-01-01T00:00' },
    ],
  })

  it('law: at every moment there is one, and shifts neither overlap nor leave a gap', () => {
    fc.assert(
      fc.property(schedule, moment, fc.integer({ min: 1, max: 40 }), (made, from, days) => {
        const until = from + days * 24 * hour
        const shifts = shiftsWithin(specOf(made), { from, until })
        expect(shifts[0]?.from).toBe(from)
        expect(shifts.at(-1)?.until).toBe(until)
        for (const [i, shift] of shifts.entries()) {
          expect(shift.from).toBeLessThan(shift.until)
          if (i > 0) expect(shift.from).toBe(shifts[i - 1]?.until)
        }
      }),
      { numRuns: 40 },
    )
  })

  it('law: who is on call at a moment does not depend on how long one looks', () => {
    fc.assert(
      fc.property(schedule, moment, fc.integer({ min: 0, max: 999 }), (made, from, share) => {
        const spec = specOf(made)
        const at = from + Math.floor((share / 1000) * 20 * 24 * hour)
        const seen = shiftsWithin(spec, { from, until: from + 20 * 24 * hour }).find(
          (s) => s.from <= at && at < s.until,
        )
        expect(onCallAt(spec, at)).toMatchObject({ person: seen?.person, layer: seen?.layer })
      }),
      { numRuns: 40 },
    )
  })
})
