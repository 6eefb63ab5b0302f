import type { Address } from '../../model/address.ts'
import type { LoadedDocument } from '../../model/document.ts'
import { type Graph, target } from '../../model/graph.ts'
import { specOf } from '../../model/practice.ts'
import type { Mounted } from './equipment.ts'

/** Heat of a room, in watts. All that is drawn becomes heat. */
export interface RoomHeat {
  readonly room: Address
  readonly document: LoadedDocument
  readonly heat: number
  /** What its cooling takes away without the units that may stand still; undefined where nobody described its cooling. */
  readonly capacity: number | undefined
  /** Units that may stand still. */
  readonly spare: number
}

export function heatOfRooms(graph: Graph, equipment: readonly Mounted[]): readonly RoomHeat[] {
  const rooms = new Map<Address, Address | undefined>()
  for (const rack of graph.ofKind('Rack')) rooms.set(rack.address, target(graph, rack.address, 'spec.room'))
  const heats = new Map<Address | undefined, number>()
  for (const { rack, draw = 0 } of equipment) heats.set(rooms.get(rack), (heats.get(rooms.get(rack)) ?? 0) + draw)
  return graph.ofKind('Room').map((document) => {
    const room = document.address
    const heat = heats.get(room) ?? 0
    const { cooling } = specOf<{ readonly cooling?: { readonly spare?: number } }>(document)
    const spare = cooling?.spare ?? 0
    const units = graph
      .ofKind('CoolingUnit')
      .filter((unit) => target(graph, unit.address, 'spec.room') === room)
      .map((unit) => specOf<{ readonly capacity: number }>(unit).capacity)
      .sort((a, b) => b - a)
    const capacity = units.length === 0 ? undefined : units.slice(spare).reduce((sum, c) => sum + c, 0)
    return { room, document, heat, capacity, spare }
  })
}
