import type { Address } from '../model/address.ts'
import { compareText } from '../model/diagnostic.ts'
import type { Graph } from '../model/graph.ts'
import { below } from './dependencies.ts'

/** Something that fails. */
export interface Failing {
  readonly key: string
  /** What it is about; the deepest of them is where it fails. */
  readonly places: readonly Address[]
  /** Milliseconds since 1970. */
  readonly since: number
  /** It belongs together with what it stands on where that fails within so many milliseconds of it; undefined for never. */
  readonly within: number | undefined
}

/** What fails together: the deepest failing dependency is the cause, the rest are symptoms. */
export interface Together {
  /** What is to blame; undefined where an event names no document. */
  readonly cause: Address | undefined
  /** Keys, those at the cause first. */
  readonly keys: readonly string[]
}

/** Puts together what has one cause. The order of what is given does not matter. */
export function correlate(failing: readonly Failing[], graph: Graph): readonly Together[] {
  const reach = reachIn(graph)
  const placed = [...failing]
    .sort((a, b) => compareText(a.key, b.key))
    .map((f) => ({ ...f, place: deepest(f.places, reach) }))
  const at = new Map<Address, number[]>()
  for (const { place, since, within } of placed)
    if (place !== undefined && within !== undefined) at.set(place, [...(at.get(place) ?? []), since])
  const causeOf = (one: (typeof placed)[number]): Address | undefined => {
    let { place } = one
    for (let known = new Set<Address>(); place !== undefined && one.within !== undefined && !known.has(place); ) {
      known = known.add(place)
      place = nextCause(place, one.since, one.within, at, reach) ?? place
    }
    return place
  }
  const groups = new Map<string, { cause: Address | undefined; own: string[]; others: string[] }>()
  for (const one of placed) {
    const cause = causeOf(one)
    const alone = cause === undefined || one.within === undefined
    const name = alone ? `alone ${one.key}` : cause
    const group = groups.get(name) ?? { cause, own: [], others: [] }
    ;(one.place === cause ? group.own : group.others).push(one.key)
    groups.set(name, group)
  }
  return [...groups]
    .sort(([a], [b]) => compareText(a, b))
    .map(([, { cause, own, others }]) => ({ cause, keys: [...own, ...others] }))
}

type Reach = (address: Address) => ReadonlyMap<Address, number>

function reachIn(graph: Graph): Reach {
  const known = new Map<Address, ReadonlyMap<Address, number>>()
  return (address) => {
    const found = known.get(address) ?? below(graph, address)
    known.set(address, found)
    return found
  }
}

/** Whether `b` is deeper than `a`: `a` stands on it. Of two that stand on each other, the one that sorts first is. */
const isDeeper = (b: Address, a: Address, reach: Reach): boolean =>
  a !== b && reach(a).has(b) && !(reach(b).has(a) && a < b)

function deepest(places: readonly Address[], reach: Reach): Address | undefined {
  return places.find((place) => !places.some((other) => isDeeper(other, place, reach)))
}

/** The nearest of the deepest things that fail below a place at about the time; undefined where nothing does. */
function nextCause(
  place: Address,
  since: number,
  within: number,
  failing: ReadonlyMap<Address, readonly number[]>,
  reach: Reach,
): Address | undefined {
  const steps = reach(place)
  const found = [...failing].flatMap(([address, times]) =>
    isDeeper(address, place, reach) && times.some((time) => Math.abs(time - since) <= within) ? [address] : [],
  )
  const roots = found.filter((a) => !found.some((b) => isDeeper(b, a, reach)))
  return roots.sort((a, b) => (steps.get(a) ?? 0) - (steps.get(b) ?? 0) || compareText(a, b))[0]
}
