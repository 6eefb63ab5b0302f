import type { Address } from '../../model/address.ts'
import type { LoadedDocument } from '../../model/document.ts'
import { type Graph, target } from '../../model/graph.ts'
import { specOf } from '../../model/practice.ts'
import type { Mounted } from './equipment.ts'

/** What feeds and power distribution units carry, and who hangs on which feed. Watts. */
export interface PowerMap {
  readonly feeds: ReadonlyMap<Address, Feed>
  readonly units: ReadonlyMap<Address, Unit>
}

export interface Feed {
  readonly document: LoadedDocument
  readonly capacity: number
  /** What may be drawn all the time. */
  readonly usable: number
  readonly behind?: Address
}

export interface Unit {
  readonly document: LoadedDocument
  readonly capacity: number
  readonly feed: Address | undefined
  readonly rack: Address | undefined
}

interface FeedSpec {
  readonly capacity: number
  readonly usable?: number
}

/** Watts by feed and by unit. */
export interface Load {
  readonly feeds: ReadonlyMap<Address, number>
  readonly units: ReadonlyMap<Address, number>
  /** What has no power left. */
  readonly dark: readonly Mounted[]
}

export function powerMap(graph: Graph): PowerMap {
  const feeds = graph.ofKind('PowerFeed').map((document): [Address, Feed] => {
    const { capacity, usable = 0.8 } = specOf<FeedSpec>(document)
    const behind = target(graph, document.address, 'spec.behind')
    return [
      document.address,
      { document, capacity, usable: capacity * usable, ...(behind !== undefined && { behind }) },
    ]
  })
  const units = graph.ofKind('Pdu').map((document): [Address, Unit] => {
    const { capacity } = specOf<FeedSpec>(document)
    const [feed, rack] = [target(graph, document.address, 'spec.feed'), target(graph, document.address, 'spec.rack')]
    return [document.address, { document, capacity, feed, rack }]
  })
  return { feeds: new Map(feeds), units: new Map(units) }
}

/** Feeds that are gone where one is lost: it, and all that hang on it. */
export function lostWith(feeds: PowerMap['feeds'], lost: Address): ReadonlySet<Address> {
  const gone = new Set([lost])
  for (let before = 0; before !== gone.size; ) {
    before = gone.size
    for (const [address, { behind }] of feeds) if (behind !== undefined && gone.has(behind)) gone.add(address)
  }
  return gone
}

/**
 * Who carries how much, while nothing or one feed (with what hangs on it) is lost. Supplies of one thing share what it draws
 * evenly, as long as they have power; a feed carries what those behind it carry, too.
 */
export function loadWithout(map: PowerMap, equipment: readonly Mounted[], lost?: Address): Load {
  const gone = lost === undefined ? new Set<Address>() : lostWith(map.feeds, lost)
  const feeds = new Map([...map.feeds.keys()].filter((f) => !gone.has(f)).map((f) => [f, 0]))
  const units = new Map<Address, number>([...map.units.keys()].map((u) => [u, 0]))
  const dark: Mounted[] = []
  for (const thing of equipment) {
    const alive = thing.supplies.filter((s) => {
      const feed = map.units.get(s)?.feed
      return feed !== undefined && !gone.has(feed)
    })
    if (thing.supplies.length > 0 && alive.length === 0) dark.push(thing)
    const share = (thing.draw ?? 0) / Math.max(1, alive.length)
    for (const supply of alive) {
      units.set(supply, (units.get(supply) ?? 0) + share)
      for (let feed = map.units.get(supply)?.feed, hops = 0; feed !== undefined && hops < map.feeds.size; hops++) {
        feeds.set(feed, (feeds.get(feed) ?? 0) + share)
        feed = map.feeds.get(feed)?.behind
      }
    }
  }
  return { feeds, units, dark }
}

/** The feeds at the root of a thing's supplies: it lives as long as one of them does. */
export function rootsOf(map: PowerMap, thing: Mounted): ReadonlySet<Address> {
  const roots = new Set<Address>()
  for (const supply of thing.supplies) {
    let feed = map.units.get(supply)?.feed
    for (let hops = 0; feed !== undefined && hops < map.feeds.size; hops++) {
      const behind: Address | undefined = map.feeds.get(feed)?.behind
      if (behind === undefined) break
      feed = behind
    }
    if (feed !== undefined) roots.add(feed)
  }
  return roots
}
