import type { Address } from '../../model/address.ts'
import type { LoadedDocument } from '../../model/document.ts'
import { type Graph, target } from '../../model/graph.ts'
import { specOf } from '../../model/practice.ts'

export type AssetState = 'ordered' | 'stock' | 'in-use' | 'repair' | 'retired' | 'disposed'

/** Which states may follow each. */
export const follows: Readonly<Record<AssetState, readonly AssetState[]>> = {
  ordered: ['stock', 'in-use', 'disposed'],
  stock: ['in-use', 'repair', 'retired'],
  'in-use': ['stock', 'repair', 'retired'],
  repair: ['stock', 'in-use', 'retired'],
  retired: ['stock', 'disposed'],
  disposed: [],
}

export interface Asset {
  readonly document: LoadedDocument
  readonly type: 'hardware' | 'software' | 'licence' | 'knowledge'
  readonly state: AssetState
  /** The number on its sticker. */
  readonly tag?: string
  readonly serial?: string
  readonly deviceType?: Address
  readonly host?: Address
  readonly location?: Address
  readonly purchase?: { readonly date: string; readonly amount?: number; readonly currency?: string }
  readonly depreciation?: { readonly years: number; readonly residual?: number }
  readonly warrantyUntil?: string
  readonly endOfLife?: string
  readonly licence?: { readonly packages: readonly string[]; readonly count: number; readonly per?: 'host' | 'core' }
  /** GiB. */
  readonly memory?: number
  readonly disks?: readonly AssetDisk[]
  readonly software?: { readonly packages: readonly string[]; readonly versions?: readonly string[] }
}

export interface AssetDisk {
  /** Gigabytes of 10^9 bytes, as makers count. */
  readonly size: number
  readonly serial?: string
}

type AssetSpec = Omit<Asset, 'document' | 'state' | 'deviceType' | 'host' | 'location'> & {
  readonly state?: AssetState
}

export function assetsOf(graph: Graph): readonly Asset[] {
  return graph.ofKind('Asset').map((document) => {
    const to = (field: string) => target(graph, document.address, `spec.${field}`)
    const [deviceType, host, location] = [to('deviceType'), to('host'), to('location')]
    const {
      state = 'in-use',
      type,
      serial,
      purchase,
      depreciation,
      warrantyUntil,
      endOfLife,
      licence,
      tag,
      memory,
      disks,
      software,
    } = specOf<AssetSpec>(document)
    return {
      ...{ document, state, type },
      ...(serial !== undefined && { serial }),
      ...(deviceType !== undefined && { deviceType }),
      ...(host !== undefined && { host }),
      ...(location !== undefined && { location }),
      ...(purchase !== undefined && { purchase }),
      ...(depreciation !== undefined && { depreciation }),
      ...(warrantyUntil !== undefined && { warrantyUntil }),
      ...(endOfLife !== undefined && { endOfLife }),
      ...(licence !== undefined && { licence }),
      ...(tag !== undefined && { tag }),
      ...(memory !== undefined && { memory }),
      ...(disks !== undefined && { disks }),
      ...(software !== undefined && { software }),
    }
  })
}

const day = 86_400_000
/** Of the Gregorian calendar, on average. */
const year = 365.2425 * day

/** Days from now to the end of a day, `2027-12-31`; less than none once it is over. */
export const daysUntil = (until: string, now: Date): number =>
  Math.round((Date.parse(until) - Date.parse(now.toISOString().slice(0, 10))) / day)

/** What an asset stands in the books for: its price, less an even share for the time since it was bought, and never less than what remains. */
export function bookValue({ purchase, depreciation, state }: Asset, now: Date): number | undefined {
  if (purchase?.amount === undefined) return undefined
  if (state === 'disposed') return 0
  if (depreciation === undefined) return purchase.amount
  const residual = Math.min(depreciation.residual ?? 0, purchase.amount)
  const age = Math.max(0, now.getTime() - Date.parse(purchase.date)) / year
  return Math.max(residual, purchase.amount - (purchase.amount - residual) * (age / depreciation.years))
}
