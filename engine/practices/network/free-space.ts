/** Numbers from the first to the last, both included. */
export type NumberRange = readonly [first: bigint, last: bigint]

/**
 * First numbers of blocks of a size that are free within a range, lowest first, each beginning at a multiple of the size. Blocks that it gave
 * out are not free any more. Looks at what is taken, never at each number: a /64 of IPv6 costs no more than a /24.
 *
 * @param taken in any order; may overlap, and lie outside
 */
export function* freeBlocks(
  [first, last]: NumberRange,
  size: bigint,
  taken: readonly NumberRange[],
): Generator<bigint> {
  let free = aligned(first, size)
  for (const [from, to] of [...taken].sort(byFirst)) {
    for (; free + size <= from && free + size - 1n <= last; free += size) yield free
    if (to >= free) free = aligned(to + 1n, size)
  }
  for (; free + size - 1n <= last; free += size) yield free
}

const aligned = (number: bigint, size: bigint): bigint => ((number + size - 1n) / size) * size

const byFirst = ([a]: NumberRange, [b]: NumberRange): number => (a < b ? -1 : a > b ? 1 : 0)
