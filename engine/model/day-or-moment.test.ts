import { expect, it } from 'vitest'
import { dayOrMoment } from './day-or-moment.ts'

it.each([
  ['2026-10-01', 'begin', '2026-10-01T00:00:00.000Z'],
  ['2026-10-01', 'end', '2026-10-01T23:59:59.999Z'],
  ['2028-02-29', 'begin', '2028-02-29T00:00:00.000Z'],
  ['2026-10-01T14:00', 'begin', '2026-10-01T14:00:00.000Z'],
  ['2026-10-01T14:00', 'end', '2026-10-01T14:00:00.000Z'],
  ['2026-10-01T14:00:30.5Z', 'end', '2026-10-01T14:00:30.500Z'],
  ['2026-10-01T00:30+02:00', 'begin', '2026-09-30T22:30:00.000Z'],
] as const)('%s, its %s, is %s', (text, ofDay, iso) => {
  expect(new Date(dayOrMoment(text, ofDay) ?? Number.NaN).toISOString()).toBe(iso)
})

it.each([
  'yesterday',
  '',
  '2026-10',
  '2026-13-01',
  '2026-02-29',
  '2026-02-30',
  '2026-02-30T08:00Z',
  '2026-10-01T25:00Z',
  '2026-10-01 14:00',
  '01.10.2026',
])('%j is no moment', (text) => {
  expect(dayOrMoment(text, 'begin')).toBeUndefined()
  expect(dayOrMoment(text, 'end')).toBeUndefined()
})
