import fc from 'fast-check'
import { expect, it } from 'vitest'
import { freeBlocks, type NumberRange } from './free-space.ts'

const small = fc.bigInt({ min: 0n, max: 70n })
const range = fc.tuple(small, small).map(([a, b]): NumberRange => (a < b ? [a, b] : [b, a]))

it('gives every block that is free, lowest first, and no other', () => {
  fc.assert(
    fc.property(range, fc.constantFrom(1n, 2n, 4n, 8n), fc.array(range, { maxLength: 8 }), (within, size, taken) => {
      const isFree = (first: bigint): boolean =>
        first >= within[0] &&
        first + size - 1n <= within[1] &&
        taken.every(([from, to]) => to < first || from > first + size - 1n)
      const wanted = Array.from({ length: 80 }, (_, i) => BigInt(i) * size).filter(isFree)
      expect([...freeBlocks(within, size, taken)]).toEqual(wanted)
    }),
  )
})

it('counts no addresses of a network of IPv6', () => {
  const all: NumberRange = [1n, (1n << 64n) - 1n]
  const taken: NumberRange[] = Array.from({ length: 100_000 }, (_, i) => [BigInt(i), BigInt(i)])
  const free = freeBlocks(all, 1n, taken)
  expect([free.next().value, free.next().value]).toEqual([100_000n, 100_001n])
  expect(freeBlocks(all, 1n, [[0n, 1n << 63n]]).next().value).toBe((1n << 63n) + 1n)
})
