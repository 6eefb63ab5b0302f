import { describe, expect, it } from 'vitest'
import type { ClockReading } from '../../records/clocks.ts'
import { clockText, spell, wallTime } from './clock-text.ts'

const minute = 60_000

describe('clocks in words', () => {
  it.each([
    [0, 'less than a minute'],
    [59_999, 'less than a minute'],
    [12 * minute, '12 min'],
    [60 * minute, '1 h'],
    [-135 * minute, '2 h 15 min'],
    [24 * 60 * minute, '1 d'],
    [(3 * 24 * 60 + 240 + 7) * minute, '3 d 4 h'],
  ])('%d ms is %s', (milliseconds, words) => {
    expect(spell(milliseconds)).toBe(words)
  })

  it.each([
    ['running', 12 * minute, 'restored in 12 min'],
    ['paused', 60 * minute, 'restored: paused, 1 h left'],
    ['breached', -180 * minute, 'restored 3 h late'],
    ['met', 5 * minute, 'restored in time'],
    ['missed', -5 * minute, 'restored, 5 min late'],
  ] as const)('%s, %d left: %s', (state, left, words) => {
    const reading: ClockReading = { name: 'restore', title: 'restored', state, left, elapsed: 0, target: 0 }
    expect(clockText(reading)).toBe(words)
  })

  it('tell the time of the place, and the day where it is another', () => {
    const now = new Date('2026-10-05T22:30:00Z')
    expect(wallTime('2026-10-05T21:45:00Z', now, 'UTC')).toBe('21:45')
    expect(wallTime('2026-10-05T21:45:00Z', now, 'Europe/Amsterdam')).toBe('2026-10-05 23:45')
    expect(wallTime('2026-10-06T07:00:00Z', now, 'Europe/Amsterdam')).toBe('09:00')
  })
})
