import { expect, it } from 'vitest'
import { couldBeRead } from './could-be-read.ts'

const [read, other] = ['a'.repeat(40), `aaaaaaaa${'b'.repeat(32)}`]
const push = (after: string, at: string) => ({ login: 'ana', after, at })
const [before, comment, later] = ['2026-10-05T08:00:00Z', '2026-10-05T08:01:00Z', '2026-10-05T08:02:00Z']

it.each([
  ['what was pushed before', read, [push(read, before)], 8, true],
  ['what was pushed since and begins alike', other, [push(read, before), push(other, later)], 8, false],
  [
    'what stood there before, and again since',
    read,
    [push(read, before), push(other, before), push(read, later)],
    8,
    false,
  ],
  ['what nobody knows the push of', other, [push(read, before)], 8, false],
  ['what came from a fork', read, [], 31, false],
  ['what was named in full', read, [], 40, true],
  ['what was named by as many digits as are certain', read, [push(read, later)], 32, true],
])('a comment means %s: %#', (_, head, pushes, digits, means) => {
  expect(couldBeRead({ head, pushes }, { at: comment }, head.slice(0, digits))).toBe(means)
})
