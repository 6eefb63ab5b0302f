import { type Address, nameOf } from '../../model/address.ts'
import type { LoadedDocument } from '../../model/document.ts'
import { type Graph, target, targets } from '../../model/graph.ts'
import { specOf } from '../../model/practice.ts'

/** Something that stands in a rack: a host, or other equipment. */
export interface Mounted {
  readonly document: LoadedDocument
  readonly address: Address
  readonly rack: Address
  /** Lowest unit and number of units, 0 high where it hangs beside them; absent where nobody said where it is. */
  readonly unit?: number
  readonly height: number
  readonly faces: readonly ('front' | 'rear')[]
  /** Kilograms; undefined where nobody knows. */
  readonly weight: number | undefined
  /** Watts at most; undefined where nobody knows, 0 where it takes none. */
  readonly draw: number | undefined
  readonly supplies: readonly Address[]
  /** Why it may hang on one feed. */
  readonly singleFed?: string
}

interface MountedSpec {
  readonly rack?: {
    readonly rack?: string
    readonly unit?: number
    readonly height?: number
    readonly face?: 'front' | 'rear' | 'both'
  }
  readonly deviceType?: string
  readonly weight?: number
  readonly power?: { readonly draw?: number; readonly supplies?: readonly string[]; readonly singleFed?: string }
}

interface DeviceTypeSpec {
  readonly u_height?: number
  readonly is_full_depth?: boolean
  readonly weight?: number
  readonly weight_unit?: 'kg' | 'g' | 'lb' | 'oz'
  readonly 'power-ports'?: readonly { readonly maximum_draw?: number; readonly allocated_draw?: number }[]
}

/** Kilograms of one. The avoirdupois pound is 0.45359237 kg by definition (1959). */
const kilograms = { kg: 1, g: 0.001, lb: 0.45359237, oz: 0.45359237 / 16 } as const

/** Kinds of what can be mounted. */
const mountable = ['Host', 'Equipment', 'NetworkDevice'] as const

/** Everything that stands in a rack that there is, sorted by address. */
export function mountedEquipment(graph: Graph): readonly Mounted[] {
  return mountable.flatMap((kind) =>
    graph.ofKind(kind).flatMap((document) => {
      const spec = specOf<MountedSpec>(document)
      const rack = target(graph, document.address, 'spec.rack.rack')
      return rack === undefined ? [] : [mountedOf(graph, document, spec, rack)]
    }),
  )
}

function mountedOf(graph: Graph, document: LoadedDocument, spec: MountedSpec, rack: Address): Mounted {
  const type = target(graph, document.address, 'spec.deviceType')
  const typed = type === undefined ? undefined : graph.documents.get(type)
  const model = typed === undefined ? undefined : specOf<DeviceTypeSpec>(typed)
  const face = spec.rack?.face ?? (model?.is_full_depth === false ? 'front' : 'both')
  const unit = spec.rack?.unit
  return {
    document,
    address: document.address,
    rack,
    ...(unit !== undefined && { unit }),
    height: Math.ceil(spec.rack?.height ?? model?.u_height ?? 1),
    faces: face === 'both' ? ['front', 'rear'] : [face],
    weight: spec.weight ?? weightOf(model),
    draw: spec.power?.draw ?? drawOf(model),
    supplies: targets(graph, document.address, 'spec.power.supplies'),
    ...(spec.power?.singleFed !== undefined && { singleFed: spec.power.singleFed }),
  }
}

const weightOf = (model: DeviceTypeSpec | undefined): number | undefined =>
  model?.weight === undefined ? undefined : model.weight * kilograms[model.weight_unit ?? 'kg']

/**
 * What a model draws: what is set aside for its supplies, else the most they take. Several supplies stand in for each other, so the
 * largest of them counts and not their sum.
 */
function drawOf(model: DeviceTypeSpec | undefined): number | undefined {
  if (model === undefined) return undefined
  const ports = model['power-ports'] ?? []
  const known = ports.flatMap((p) => p.allocated_draw ?? p.maximum_draw ?? [])
  if (known.length > 0) return Math.max(...known)
  return ports.length === 0 && model['power-ports'] !== undefined ? 0 : undefined
}

/** The site that a room, or a rack through its room, is at. */
export function siteOfRack(graph: Graph, rack: Address): Address | undefined {
  const document = graph.documents.get(rack)
  const room = document === undefined ? undefined : target(graph, document.address, 'spec.room')
  const inside = room === undefined ? undefined : graph.documents.get(room)
  return inside === undefined ? undefined : target(graph, inside.address, 'spec.site')
}

/** `web-01`, or `Equipment/panel-1` for what is no host. */
export const shortName = (address: Address): string => (address.startsWith('Host/') ? nameOf(address) : address)
