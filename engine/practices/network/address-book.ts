import type { AddressPlan, UsedAddress } from './address-plan.ts'

/** Whether somebody has an address, and whether a prefix of any routing table holds it: what both need is sorted once. */
export function addressBook({ prefixes, addresses }: AddressPlan) {
  const holders = new Map<string, UsedAddress[]>()
  for (const used of addresses) {
    const key = `${used.family} ${used.value}`
    const there = holders.get(key)
    if (there === undefined) holders.set(key, [used])
    else there.push(used)
  }
  const families = ([4, 6] as const).map((family) => {
    const of = prefixes.filter((p) => p.cidr.family === family)
    return [
      family,
      {
        held: joined(of.filter((p) => p.parent === undefined).map(({ cidr }) => [cidr.first, cidr.last])),
        kept: joined(of.flatMap((p) => p.kept)),
      },
    ] as const
  })
  const ranges = new Map<number, (typeof families)[number][1]>(families)
  return {
    /** In any routing table. */
    holdersOf: (family: 4 | 6, value: bigint): readonly UsedAddress[] => holders.get(`${family} ${value}`) ?? [],
    isHeld: (family: 4 | 6, value: bigint): boolean => within(ranges.get(family)?.held, value),
    /** A gateway, or kept back. */
    isKept: (family: 4 | 6, value: bigint): boolean => within(ranges.get(family)?.kept, value),
  }
}

type Range = readonly [first: bigint, last: bigint]

/** Ranges in order that have nothing in common. */
function joined(ranges: readonly Range[]): readonly Range[] {
  const all: [bigint, bigint][] = []
  for (const [first, last] of [...ranges].sort((a, b) => (a[0] < b[0] ? -1 : 1))) {
    const before = all.at(-1)
    if (before !== undefined && first <= before[1]) before[1] = last > before[1] ? last : before[1]
    else all.push([first, last])
  }
  return all
}

function within(ranges: readonly Range[] = [], value: bigint): boolean {
  let [low, high] = [0, ranges.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ranges[middle]?.[1] ?? 0n) < value) low = middle + 1
    else high = middle
  }
  const found = ranges[low]
  return found !== undefined && found[0] <= value
}
