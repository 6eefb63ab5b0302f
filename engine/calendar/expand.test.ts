import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { expand, type Recurring } from './expand.ts'
import { readRule } from './rule.ts'

interface Case extends Recurring {
  readonly name: string
  readonly within: readonly [string, string]
  readonly spans?: readonly (readonly [string, string])[]
  readonly fault?: string
}

const read = (name: string): unknown => load(readFileSync(new URL(`cases/${name}`, import.meta.url), 'utf8'))
const time = (text: string): number => Date.parse(text.replace(/Z$/, ':00Z'))

describe('expand', () => {
  it.each(read('expand.yaml') as Case[])('$name', ({ within: [from, until], spans = [], fault, ...recurring }) => {
    const found = expand(recurring, { from: time(from), until: time(until) })
    if (fault !== undefined) return expect(found).toEqual({ fault: expect.stringContaining(fault) })
    const told = 'spans' in found ? found.spans.map((s) => [s.from, s.until].map(iso)) : found
    expect(told).toEqual(spans)
  })

  it('gives the same times whatever stretch they are asked for in', () => {
    const zones = ['Europe/Amsterdam', 'America/New_York', 'Australia/Lord_Howe', 'UTC', 'Pacific/Apia']
    const rules = ['FREQ=DAILY', 'FREQ=WEEKLY;BYDAY=SU,TU;INTERVAL=2', 'FREQ=MONTHLY;BYDAY=-1SU', 'FREQ=DAILY;COUNT=40']
    const origin = Date.parse('2026-01-01T00:00:00Z')
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...rules),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 0, max: 365 * 24 }),
        fc.integer({ min: 1, max: 60 * 24 }),
        (timeZone, rule, hour, offset, length) => {
          const start = `2026-01-04T${String(hour).padStart(2, '0')}:30`
          const recurring = { start, timeZone, rule, duration: 'PT3H' }
          const part = { from: origin + offset * 3_600_000, until: origin + (offset + length) * 3_600_000 }
          const all = expand(recurring, { from: origin, until: origin + 500 * 86_400_000 })
          const some = expand(recurring, part)
          if (!('spans' in all) || !('spans' in some)) throw new Error('not understood')
          expect(some.spans).toEqual(all.spans.filter((s) => s.from < part.until && part.from < s.until))
        },
      ),
      { numRuns: 100 },
    )
  })
})

const iso = (at: number): string => new Date(at).toISOString().replace(':00.000Z', 'Z')

describe('readRule', () => {
  it.each(read('rules.yaml') as { rule: string; invalid?: string; refused?: string }[])('$rule', ({
    rule,
    invalid,
    refused,
  }) => {
    const found = readRule(rule)
    if (invalid !== undefined) expect(found).toEqual({ invalid: expect.stringContaining(invalid) })
    else if (refused !== undefined) expect(found).toEqual({ refused: expect.stringContaining(refused) })
    else expect(found).toHaveProperty('rule')
  })
})
