import { type Address, nameOf } from '../../model/address.ts'
import { count } from '../../model/count.ts'
import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { JsonPath, LoadedDocument } from '../../model/document.ts'
import { type Graph, target } from '../../model/graph.ts'
import { type PracticeInput, specOf } from '../../model/practice.ts'
import { codes } from './codes.ts'
import { heatOfRooms } from './cooling.ts'
import { type Mounted, mountedEquipment, shortName, siteOfRack } from './equipment.ts'
import { loadWithout, lostWith, type PowerMap, powerMap, rootsOf } from './power.ts'

const report = reporter(codes)

type Tell = (code: keyof typeof codes, document: LoadedDocument, path: JsonPath, summary: string) => void

/** What is wrong with how equipment is mounted, fed and cooled. What nobody knows of (a weight, a draw) counts as nothing. */
export function checkFacilities({ graph, locate }: PracticeInput): readonly Diagnostic[] {
  const equipment = mountedEquipment(graph)
  if (equipment.length === 0) return []
  const findings: Diagnostic[] = []
  const tell: Tell = (code, document, path, summary) =>
    findings.push(report(code, { summary, ...locate(document, path), subject: document.address }))
  const map = powerMap(graph)
  checkRacks(graph, equipment, tell)
  checkFeeding(map, equipment, tell)
  checkLoads(map, equipment, tell)
  for (const { room, document, heat, capacity, spare } of heatOfRooms(graph, equipment)) {
    if (capacity === undefined || heat <= capacity) continue
    const without = spare === 0 ? '' : ` without the ${spare === 1 ? 'largest' : `${spare} largest`}`
    tell(
      'cooling-load',
      document,
      ['spec'],
      `${nameOf(room)} makes ${watts(heat)} of heat, and its cooling takes ${watts(capacity)}${without}`,
    )
  }
  return findings
}

interface RackSpec {
  readonly units?: number
  readonly maxWeight?: number
  readonly maxDraw?: number
}

function checkRacks(graph: Graph, equipment: readonly Mounted[], tell: Tell): void {
  const byRack = new Map<Address, Mounted[]>()
  for (const thing of equipment) byRack.set(thing.rack, [...(byRack.get(thing.rack) ?? []), thing])
  for (const rack of graph.ofKind('Rack')) {
    const inside = byRack.get(rack.address) ?? []
    const { units = 42, maxWeight, maxDraw } = specOf<RackSpec>(rack)
    checkUnits(graph, rack.address, units, inside, tell)
    const [weight, draw] = [total(inside, (e) => e.weight), total(inside, (e) => e.draw)]
    if (maxWeight !== undefined && weight > maxWeight)
      tell(
        'rack-weight',
        rack,
        ['spec', 'maxWeight'],
        `${count(inside.length, 'thing')} weigh ${round(weight)} kg, and it bears ${maxWeight} kg`,
      )
    if (maxDraw !== undefined && draw > maxDraw)
      tell(
        'rack-draw',
        rack,
        ['spec', 'maxDraw'],
        `${count(inside.length, 'thing')} draw ${watts(draw)}, and ${watts(maxDraw)} may be drawn`,
      )
  }
}

function checkUnits(graph: Graph, rack: Address, units: number, inside: readonly Mounted[], tell: Tell): void {
  const taken = new Map<string, Mounted>()
  const site = siteOfRack(graph, rack)
  for (const thing of inside) {
    const { document, unit, height } = thing
    const said = target(graph, document.address, 'spec.site')
    if (said !== undefined && site !== undefined && said !== site)
      tell(
        'rack-site',
        document,
        ['spec', 'rack', 'rack'],
        `it is at ${nameOf(said)}, and ${nameOf(rack)} stands at ${nameOf(site)}`,
      )
    if (unit === undefined || height === 0) continue
    if (unit + height - 1 > units)
      tell(
        'rack-height',
        document,
        ['spec', 'rack', 'unit'],
        `it takes ${unitWord(height)} ${span(unit, height)} of ${nameOf(rack)}, which has ${units}`,
      )
    const others = new Set<Mounted>()
    for (const face of thing.faces)
      for (let u = unit; u < unit + height; u++) {
        const other = taken.get(`${face} ${u}`)
        if (other === undefined) taken.set(`${face} ${u}`, thing)
        else others.add(other)
      }
    for (const other of others)
      tell(
        'rack-overlap',
        document,
        ['spec', 'rack', 'unit'],
        `${unitWord(height)} ${span(unit, height)} of ${nameOf(rack)}: ${shortName(other.address)} is in ${span(other.unit ?? 0, other.height)}`,
      )
  }
}

function checkFeeding(map: PowerMap, equipment: readonly Mounted[], tell: Tell): void {
  const sockets = new Map<Address, number>()
  for (const thing of equipment) {
    for (const supply of thing.supplies) sockets.set(supply, (sockets.get(supply) ?? 0) + 1)
    const roots = rootsOf(map, thing)
    const [only] = roots
    if (roots.size !== 1 || only === undefined || thing.singleFed !== undefined) continue
    tell('single-fed', thing.document, ['spec', 'power', 'supplies'], `all its supplies come from ${nameOf(only)}`)
  }
  for (const [address, unit] of map.units) {
    const { outlets } = specOf<{ readonly outlets?: number }>(unit.document)
    const used = sockets.get(address) ?? 0
    if (outlets !== undefined && used > outlets)
      tell(
        'pdu-outlets',
        unit.document,
        ['spec', 'outlets'],
        `${count(used, 'supply', 'supplies')} hang on it, and it has ${count(outlets, 'socket')}`,
      )
  }
}

/** While nothing is lost, and with each feed lost in its turn; each thing that is overloaded is told once, in the worst case. */
function checkLoads(map: PowerMap, equipment: readonly Mounted[], tell: Tell): void {
  const usual = loadWithout(map, equipment)
  for (const [address, feed] of map.feeds) {
    const carried = usual.feeds.get(address) ?? 0
    if (carried > feed.usable)
      tell(
        'feed-load',
        feed.document,
        ['spec', 'capacity'],
        `it carries ${watts(carried)} all the time, and ${watts(feed.usable)} may be used`,
      )
  }
  const worst = { feeds: new Map<Address, Case>(), units: new Map<Address, Case>() }
  for (const lost of map.feeds.keys()) {
    const gone = lostWith(map.feeds, lost)
    const { feeds, units } = loadWithout(map, equipment, lost)
    for (const [address, carried] of feeds) if (!gone.has(address)) worse(worst.feeds, address, { carried, lost })
    for (const [address, carried] of units) worse(worst.units, address, { carried, lost })
  }
  for (const [address, carried] of usual.units) worse(worst.units, address, { carried })
  for (const [address, { carried, lost }] of worst.feeds) {
    const feed = map.feeds.get(address)
    if (feed !== undefined && lost !== undefined && carried > feed.capacity)
      tell(
        'feed-failover',
        feed.document,
        ['spec', 'capacity'],
        `were ${nameOf(lost)} lost, it would carry ${watts(carried)}, and it bears ${watts(feed.capacity)}`,
      )
  }
  for (const [address, { carried, lost }] of worst.units) {
    const unit = map.units.get(address)
    if (unit === undefined || carried <= unit.capacity) continue
    const when = lost === undefined ? 'it carries' : `were ${nameOf(lost)} lost, it would carry`
    tell(
      'pdu-load',
      unit.document,
      ['spec', 'capacity'],
      `${when} ${watts(carried)}, and it bears ${watts(unit.capacity)}`,
    )
  }
}

interface Case {
  readonly carried: number
  /** The feed that is lost; none where nothing is. */
  readonly lost?: Address
}

/** Of two cases alike the one in which less is lost. */
function worse(cases: Map<Address, Case>, address: Address, found: Case): void {
  const known = cases.get(address)
  if (
    known === undefined ||
    found.carried > known.carried ||
    (found.carried === known.carried && found.lost === undefined)
  )
    cases.set(address, found)
}

const total = (things: readonly Mounted[], of: (thing: Mounted) => number | undefined): number =>
  things.reduce((sum, thing) => sum + (of(thing) ?? 0), 0)

const unitWord = (height: number): string => (height === 1 ? 'unit' : 'units')
const span = (unit: number, height: number): string => (height === 1 ? `${unit}` : `${unit}–${unit + height - 1}`)
const round = (value: number): number => Math.round(value * 10) / 10
/** `350 W`, `4.4 kW`. */
export const watts = (value: number): string =>
  value < 1000 ? `${Math.round(value)} W` : `${Math.round(value / 10) / 100} kW`
