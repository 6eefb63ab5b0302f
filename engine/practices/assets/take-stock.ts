import { type Address, nameOf } from '../../model/address.ts'
import { type Graph, target } from '../../model/graph.ts'
import { type Asset, type AssetState, assetsOf } from './asset.ts'

/** Something that was seen while taking stock: the number on its sticker or its serial number, and where. */
export interface Scan {
  /** Of the list, from 1. */
  readonly line: number
  /** A tag, a serial number or the name of the document; case and blanks around it don't count. */
  readonly mark: string
  /** `Rack/…`, `Room/…` or `Site/…`; where nobody said where, it is found wherever it is. */
  readonly place?: Address
}

/** An asset as it was met, or not. Places are the documents' own. */
export interface Met {
  readonly asset: Address
  readonly state: AssetState
  readonly tag?: string
  readonly serial?: string
  /** Where the documents have it. */
  readonly written?: Address
}

export interface StockTake {
  /** Where was looked, in the order in which it was; everywhere where empty. */
  readonly places: readonly Address[]
  readonly found: readonly (Met & { readonly line: number; readonly seen?: Address })[]
  /** Found where the documents don't have it. */
  readonly elsewhere: readonly (Met & { readonly line: number; readonly seen: Address })[]
  /** Nobody met it, though it is to be in a place where was looked. */
  readonly missing: readonly Met[]
  /** Nobody's, or of an asset that is not to be there any more or yet. */
  readonly unexpected: readonly {
    readonly line: number
    readonly mark: string
    readonly seen?: Address
    readonly asset?: Address
    readonly because: string
  }[]
}

/** States in which something is to be found where the documents have it. */
const present: ReadonlySet<AssetState> = new Set(['stock', 'in-use', 'retired'])

/**
 * Compares a list of what was seen with the documents. Pure, and the same for the same input.
 *
 * @param question.places where else was looked, though nothing was found there
 */
export function takeStock(
  graph: Graph,
  question: { readonly scans: readonly Scan[]; readonly places: readonly Address[] },
): StockTake {
  const { scans } = question
  const places = [...new Set([...question.places, ...scans.flatMap((s) => s.place ?? [])])]
  const assets = assetsOf(graph).map((asset) => ({ asset, within: placesOf(graph, asset) }))
  const byMark = marksOf(assets)
  const met = new Map<Address, Scan>()
  const found: StockTake['found'][number][] = []
  const elsewhere: StockTake['elsewhere'][number][] = []
  const unexpected: StockTake['unexpected'][number][] = []
  for (const scan of scans) {
    const { line, mark, place } = scan
    const at = { line, mark, ...(place !== undefined && { seen: place }) }
    const [meant, other] = byMark.get(keyOf(mark)) ?? []
    if (meant === undefined) {
      unexpected.push({ ...at, because: 'no asset has this tag, serial number or name' })
      continue
    }
    const { address } = meant.asset.document
    const before = met.get(address)
    if (other !== undefined) {
      const both = `${address} and ${other.asset.document.address}`
      unexpected.push({ ...at, because: `it means ${both}: a tag of one, a serial number or the name of the other` })
    } else if (before !== undefined) {
      // Its tag and its serial number in one place are no news.
      if (before.place !== place)
        unexpected.push({ ...at, asset: address, because: `it was met on line ${before.line}, too, elsewhere` })
    } else {
      met.set(address, scan)
      const is = metOf(meant)
      if (meant.asset.state === 'disposed' || meant.asset.state === 'ordered')
        unexpected.push({ ...at, asset: address, because: `the documents have it as ${meant.asset.state}` })
      else if (place === undefined || agrees(graph, meant.within, place))
        found.push({ ...is, line, ...(place !== undefined && { seen: place }) })
      else elsewhere.push({ ...is, line, seen: place })
    }
  }
  const missing = assets
    .filter(
      ({ asset, within }) =>
        asset.type === 'hardware' &&
        present.has(asset.state) &&
        !met.has(asset.document.address) &&
        (places.length === 0 || within.some((p) => places.includes(p))),
    )
    .map(metOf)
  return { places, found, elsewhere, missing, unexpected }
}

interface Placed {
  readonly asset: Asset
  /** Where it is, from the nearest to the widest: rack, room, site. */
  readonly within: readonly Address[]
}

/** Where the documents have it: a host where it stands, anything else where its location is. */
function placesOf(graph: Graph, { document, host, location }: Asset): readonly Address[] {
  const stands = host === undefined ? undefined : target(graph, host, 'spec.rack.rack')
  const site = host === undefined ? undefined : target(graph, host, 'spec.site')
  const nearest = stands ?? location ?? target(graph, document.address, 'spec.location') ?? site
  return nearest === undefined ? [] : around(graph, nearest)
}

/** A place and those that it is in. */
function around(graph: Graph, place: Address): readonly Address[] {
  const room = place.startsWith('Rack/') ? target(graph, place, 'spec.room') : undefined
  const site = target(graph, room ?? place, 'spec.site')
  return [place, ...(room === undefined ? [] : [room]), ...(site === undefined ? [] : [site])]
}

/** In a rack is in its room, too; and where only the room is written, any of its racks will do. */
function agrees(graph: Graph, written: readonly Address[], seen: Address): boolean {
  const [nearest] = written
  return nearest !== undefined && (written.includes(seen) || around(graph, seen).includes(nearest))
}

function marksOf(assets: readonly Placed[]): ReadonlyMap<string, readonly Placed[]> {
  const marks = new Map<string, Placed[]>()
  for (const placed of assets) {
    const { tag, serial, document } = placed.asset
    for (const mark of new Set([tag, serial, nameOf(document.address)].map((m) => keyOf(m ?? '')))) {
      if (mark === '') continue
      const list = marks.get(mark)
      if (list === undefined) marks.set(mark, [placed])
      else list.push(placed)
    }
  }
  return marks
}

const keyOf = (mark: string): string => mark.trim().toLowerCase()

function metOf({ asset, within: [written] }: Placed): Met {
  const { document, state, tag, serial } = asset
  return {
    ...{ asset: document.address, state },
    ...(tag !== undefined && { tag }),
    ...(serial !== undefined && { serial }),
    ...(written !== undefined && { written }),
  }
}
