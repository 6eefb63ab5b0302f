import { type Address, nameOf } from '../../model/address.ts'
import type { LoadedDocument } from '../../model/document.ts'
import { type Graph, target } from '../../model/graph.ts'
import { type Report, type ReportTable, specOf } from '../../model/practice.ts'
import { watts } from './check.ts'
import { heatOfRooms } from './cooling.ts'
import { drawRack } from './draw-rack.ts'
import { drawRoom } from './draw-room.ts'
import { type Mounted, mountedEquipment, shortName } from './equipment.ts'
import { loadWithout, lostWith, powerMap } from './power.ts'

interface RackSpec {
  readonly units?: number
  readonly maxWeight?: number
  readonly maxDraw?: number
}

/** What stands in each rack, from the top down, and its elevation. */
const rack: Report = {
  name: 'racks',
  summary: 'what stands in which unit of racks, how heavy it is and what it draws, with elevations',
  about: 'Rack',
  run: ({ graph }, racks) => {
    const equipment = mountedEquipment(graph)
    const found = racks.map((document) => rackOf(document, equipment))
    return {
      title: 'Racks',
      tables: [
        {
          caption: 'Racks',
          head: ['rack', 'room', 'units', 'free', 'weight', 'bears', 'draw', 'may draw'],
          rows: found.map((r) => [
            r.name,
            roomOf(graph, r.document),
            r.units,
            r.free,
            `${round(r.weight)} kg`,
            orDash(r.maxWeight, 'kg'),
            watts(r.draw),
            r.maxDraw === undefined ? '–' : watts(r.maxDraw),
          ]),
          empty: 'there are no racks',
        },
        ...(racks.length > 6 ? [] : found.map(elevation)),
      ],
      drawings: found.map((r) => drawRack(r.name, r.units, r.inside)),
      data: found.map(({ name, units, free, weight, draw, inside }) => ({
        rack: name,
        ...{ units, free, weight: round(weight), draw: Math.round(draw) },
        equipment: inside.map((e) => ({
          address: e.address,
          unit: e.unit ?? null,
          height: e.height,
          faces: e.faces,
          weight: e.weight ?? null,
          draw: e.draw ?? null,
          supplies: e.supplies.map(nameOf),
        })),
      })),
    }
  },
}

function rackOf(document: LoadedDocument, equipment: readonly Mounted[]) {
  const { units = 42, maxWeight, maxDraw } = specOf<RackSpec>(document)
  const inside = equipment
    .filter((e) => e.rack === document.address)
    .sort((a, b) => (b.unit ?? 0) - (a.unit ?? 0) || (a.address < b.address ? -1 : 1))
  const taken = new Set(inside.flatMap((e) => (e.unit === undefined ? [] : unitsOf(e.unit, e.height))))
  const free = units - [...taken].filter((u) => u <= units).length
  const sum = (of: (e: Mounted) => number | undefined) => inside.reduce((all, e) => all + (of(e) ?? 0), 0)
  const [weight, draw] = [sum((e) => e.weight), sum((e) => e.draw)]
  return { document, name: nameOf(document.address), units, maxWeight, maxDraw, inside, free, weight, draw }
}

const unitsOf = (unit: number, height: number): readonly number[] => Array.from({ length: height }, (_, i) => unit + i)

/** From the top down, with what is free between. */
function elevation({ name, units, inside }: ReturnType<typeof rackOf>): ReportTable {
  const rows: (readonly string[])[] = []
  let above = units + 1
  for (const e of inside) {
    const isBeside = e.unit === undefined || e.height === 0
    const top = isBeside ? 0 : (e.unit ?? 0) + e.height - 1
    if (top < above - 1) rows.push(free(top + 1, above - 1))
    if (!isBeside || above > 1) above = Math.min(above, isBeside ? 1 : (e.unit ?? 1))
    rows.push([
      isBeside ? 'beside' : span(e.unit ?? 0, top),
      shortName(e.address),
      e.weight === undefined ? 'not known' : `${round(e.weight)} kg`,
      e.draw === undefined ? 'not known' : watts(e.draw),
      e.supplies.map(nameOf).join(', ') || '–',
    ])
  }
  if (above > 1) rows.push(free(1, above - 1))
  return {
    caption: `${name}, from the top down`,
    head: ['units', 'what', 'weight', 'draw', 'supplies'],
    rows,
    empty: '',
  }
}

const free = (from: number, to: number): readonly string[] => [span(from, to), 'free', '', '', '']
const span = (from: number, to: number): string => (from === to ? `${from}` : `${from}–${to}`)

/** Rooms with their heat and cooling, and their plans. */
const rooms: Report = {
  name: 'rooms',
  summary: 'rooms with what stands in them, the heat made there and what takes it away, with plans',
  about: 'Room',
  run: ({ graph }, about) => {
    const equipment = mountedEquipment(graph)
    const wanted = new Set(about.map((d) => d.address))
    const heats = heatOfRooms(graph, equipment).filter((h) => wanted.has(h.room))
    const inRoom = (room: LoadedDocument) =>
      ['Rack', 'CoolingUnit'].flatMap((kind) =>
        graph.ofKind(kind).filter((d) => target(graph, d.address, 'spec.room') === room.address),
      )
    const noteOf = (document: LoadedDocument): string =>
      document.document.kind === 'Rack'
        ? watts(rackOf(document, equipment).draw)
        : watts(specOf<{ readonly capacity: number }>(document).capacity)
    return {
      title: 'Rooms',
      tables: [
        {
          caption: 'Rooms',
          head: ['room', 'site', 'racks', 'heat', 'cooling', 'may stand still'],
          rows: heats.map(({ room, document, heat, capacity, spare }) => [
            nameOf(room),
            nameOf(target(graph, document.address, 'spec.site') ?? '/–'),
            inRoom(document).filter((d) => d.document.kind === 'Rack').length,
            watts(heat),
            capacity === undefined ? '–' : watts(capacity),
            spare,
          ]),
          empty: 'there are no rooms',
        },
      ],
      drawings: about.flatMap(
        (room) =>
          drawRoom(
            room,
            inRoom(room).map((document) => ({ document, note: noteOf(document) })),
          ) ?? [],
      ),
      data: heats.map(({ room, heat, capacity, spare }) => ({
        room: nameOf(room),
        heat: Math.round(heat),
        cooling: capacity ?? null,
        spare,
      })),
    }
  },
}

/** Feeds: what each carries now, and when the worst other one is lost. */
const power: Report = {
  name: 'power',
  summary: 'what feeds and power distribution units carry, and would carry were a feed lost',
  about: 'PowerFeed',
  run: ({ graph }, about) => {
    const [map, equipment] = [powerMap(graph), mountedEquipment(graph)]
    const usual = loadWithout(map, equipment)
    const lost = new Map(
      [...map.feeds.keys()].map((f) => [f, { ...loadWithout(map, equipment, f), gone: lostWith(map.feeds, f) }]),
    )
    const feeds = about.flatMap((document) => {
      const feed = map.feeds.get(document.address)
      if (feed === undefined) return []
      const others = [...lost].flatMap(([f, l]) =>
        l.gone.has(document.address) ? [] : [{ lost: f, carried: l.feeds.get(document.address) ?? 0 }],
      )
      const now: Worst = { carried: usual.feeds.get(document.address) ?? 0 }
      const worst = others.reduce<Worst>((a, b) => (b.carried > a.carried ? b : a), now)
      const dark = lost.get(document.address)?.dark ?? []
      return [{ name: nameOf(document.address), feed, carried: now.carried, worst, dark }]
    })
    return {
      title: 'Power',
      tables: [
        {
          caption: 'Feeds',
          head: ['feed', 'carries', 'may carry', 'at worst', 'when lost', 'bears', 'dark without it'],
          rows: feeds.map(({ name, feed, carried, worst, dark }) => [
            name,
            watts(carried),
            watts(feed.usable),
            watts(worst.carried),
            worst.lost === undefined ? '–' : nameOf(worst.lost),
            watts(feed.capacity),
            dark.map((d) => shortName(d.address)).join(', ') || 'nothing',
          ]),
          empty: 'there are no feeds',
        },
      ],
      data: feeds.map(({ name, feed, carried, worst, dark }) => ({
        feed: name,
        carries: Math.round(carried),
        usable: Math.round(feed.usable),
        worst: Math.round(worst.carried),
        lost: worst.lost === undefined ? null : nameOf(worst.lost),
        capacity: feed.capacity,
        dark: dark.map((d) => d.address),
      })),
    }
  },
}

interface Worst {
  readonly carried: number
  /** The feed that is lost then; none where it carries most as things are. */
  readonly lost?: Address
}

export const reports: readonly Report[] = [rack, rooms, power]

function roomOf(graph: Graph, document: LoadedDocument): string {
  const room = target(graph, document.address, 'spec.room')
  return room === undefined ? '–' : nameOf(room)
}

const round = (value: number): number => Math.round(value * 10) / 10
const orDash = (value: number | undefined, unit: string): string => (value === undefined ? '–' : `${value} ${unit}`)
