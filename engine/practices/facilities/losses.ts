import { type Address, kindOf, nameOf } from '../../model/address.ts'
import type { Loss, Losses, PracticeInput } from '../../model/practice.ts'
import { heatOfRooms } from './cooling.ts'
import { mountedEquipment } from './equipment.ts'

/** What goes with what it stands in: a host with its site or rack, a rack with its room, a room with its site, a feed with the one before it. */
const within: Readonly<Record<string, readonly string[]>> = {
  Host: ['spec.site', 'spec.rack.rack'],
  Equipment: ['spec.rack.rack'],
  NetworkDevice: ['spec.site', 'spec.rack.rack'],
  Rack: ['spec.room'],
  CoolingUnit: ['spec.room'],
  Room: ['spec.site'],
  PowerFeed: ['spec.site', 'spec.behind'],
  Pdu: ['spec.rack', 'spec.feed'],
}

/** What a lost site, room, rack, feed, power distribution or cooling unit takes with it. */
export function facilityLosses({ graph }: PracticeInput, lost: Losses): readonly Loss[] {
  const losses: Loss[] = []
  const down = (address: Address): boolean => lost.get(address)?.state === 'down'
  for (const [kind, labels] of Object.entries(within))
    for (const document of graph.ofKind(kind)) {
      const gone = graph.outgoing(document.address).find((e) => labels.includes(e.label) && down(e.to))
      if (gone !== undefined)
        losses.push({
          ...{ address: document.address, state: 'down', because: `${named(gone.to)} is lost` },
          causes: [gone.to],
        })
    }
  const equipment = mountedEquipment(graph)
  for (const { address, supplies } of equipment) {
    const dark = supplies.filter(down)
    if (dark.length === 0) continue
    const state = dark.length === supplies.length ? 'down' : 'degraded'
    const because =
      state === 'down'
        ? `none of its supplies has power (${dark.map(nameOf).join(', ')})`
        : `${dark.length} of ${supplies.length} supplies without power`
    losses.push({ address, state, because, causes: dark })
  }
  return [...losses, ...overheated(graph, equipment, lost)]
}

/** Rooms that get too hot, with what stands in them, once cooling units stand still. */
function overheated(
  graph: PracticeInput['graph'],
  equipment: ReturnType<typeof mountedEquipment>,
  lost: Losses,
): readonly Loss[] {
  const units = graph.ofKind('CoolingUnit')
  if (!units.some((u) => lost.has(u.address))) return []
  return heatOfRooms(
    graph,
    equipment.filter((e) => lost.get(e.address)?.state !== 'down'),
  ).flatMap(({ room, heat }) => {
    const inside = units.filter((u) => graph.outgoing(u.address).some((e) => e.label === 'spec.room' && e.to === room))
    const left = inside.filter((u) => lost.get(u.address)?.state !== 'down')
    const capacity = left.reduce((sum, u) => sum + Number(u.document.spec['capacity']), 0)
    if (left.length === inside.length || heat <= capacity) return []
    const because = 'what is left of its cooling does not take away its heat'
    const causes = inside.filter((u) => !left.includes(u)).map((u) => u.address)
    return [{ address: room, state: 'down', because, causes } as const]
  })
}

const named = (address: Address): string => `${kindOf(address).toLowerCase()} ${nameOf(address)}`
