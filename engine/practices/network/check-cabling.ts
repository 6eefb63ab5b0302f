import { nameOf } from '../../model/address.ts'
import { type Graph, targets } from '../../model/graph.ts'
import { allPaths, type Cable, type Cabling, cablingOf, isSame, type Path, trace } from './cabling.ts'
import {
  fastest,
  fits,
  longestCopper,
  mediumOfCable,
  mediumOfInterface,
  mediumOfPanel,
  negotiates,
  speedOfType,
  speedText,
} from './media.ts'
import { type Port, type Ports, portSorts, type Vlans } from './ports.ts'
import type { Tell } from './tell.ts'

/** Cables that can't be plugged in as they are written, and what does not go together at the two ends of a way. */
export function checkCabling(graph: Graph, ports: Ports, tell: Tell): void {
  const cabling = cablingOf(graph)
  for (const cable of cabling.cables) {
    checkEnds(graph, ports, cable, tell)
    checkItself(cable, tell)
    checkMedium(ports, cable, tell)
  }
  checkTaken(cabling, tell)
  const seen = new Set<Cable>()
  for (const path of allPaths(cabling, ports)) {
    for (const { cable } of path.hops) seen.add(cable)
    checkPath(ports, path, tell)
  }
  checkCircles(cabling, ports, seen, tell)
}

/** Between panels alone; what begins at a device ends. */
function checkCircles(cabling: Cabling, ports: Ports, seen: Set<Cable>, tell: Tell): void {
  for (const cable of cabling.cables) {
    const [from] = cable.ends
    const path = seen.has(cable) || from === undefined ? undefined : trace(cabling, ports, from)
    for (const hop of path?.hops ?? []) seen.add(hop.cable)
    if (path?.state === 'loops')
      tell('cable-loop', cable.document, ['ends'], `from ${portText(path.from)} it goes round in a circle`)
  }
}

export const portText = ({ device, name }: Port): string => `${nameOf(device)}/${name}`

const withArticle = ({ sort }: Port): string => `${sort === 'interface' ? 'an' : 'a'} ${portSorts[sort]}`

const bothEnds = [0, 1] as const

function checkEnds(graph: Graph, ports: Ports, { document, ends }: Cable, tell: Tell): void {
  for (const end of bothEnds) {
    const port = ends[end]
    if (port !== undefined && ports.exists(port) === false)
      tell(
        'cable-end',
        document,
        ['ends', end, port.sort],
        `${nameOf(port.device)} has no ${portSorts[port.sort]} ${port.name}`,
      )
  }
  const [a, b] = ends
  if (a === undefined || b === undefined) return
  const power = (port: Port): boolean => port.sort === 'powerPort' || port.sort === 'powerOutlet'
  if (power(a) !== power(b) || (power(a) && a.sort === b.sort))
    tell('cable-end', document, ['ends', 1], `${withArticle(a)} and ${withArticle(b)} do not go together`)
  else if (power(a)) checkSupply(graph, document, a, b, tell)
}

/** A supply that hangs on another distribution unit than the machine is said to. */
function checkSupply(graph: Graph, document: Cable['document'], a: Port, b: Port, tell: Tell): void {
  const [supply, socket] = a.sort === 'powerPort' ? [a, b] : [b, a]
  const units = targets(graph, supply.device, 'spec.power.supplies')
  if (socket.device.startsWith('Pdu/') && units.length > 0 && !units.includes(socket.device))
    tell(
      'cable-supply',
      document,
      ['ends', socket === a ? 0 : 1, 'device'],
      `${nameOf(supply.device)} is said to hang on ${units.map(nameOf).join(' and ')}, not on ${nameOf(socket.device)}`,
    )
}

function checkItself({ document, ends: [a, b] }: Cable, tell: Tell): void {
  if (a === undefined || b === undefined) return
  if (isSame(a, b)) tell('cable-itself', document, ['ends', 1], `both ends are in ${portText(a)}`)
  else if (a.device === b.device && a.sort === 'interface' && b.sort === 'interface')
    tell('cable-itself', document, ['ends', 1], `it connects ${nameOf(a.device)} with itself`)
}

function checkTaken({ plugs }: Cabling, tell: Tell): void {
  for (const [first, ...others] of plugs.values())
    for (const { cable, end } of others) {
      const port = cable.ends[end]
      if (first !== undefined && port !== undefined)
        tell(
          'cable-port-taken',
          cable.document,
          ['ends', end, port.sort],
          `${nameOf(first.cable.document.address)} is in ${portText(port)}, too`,
        )
    }
}

function checkMedium(ports: Ports, { document, type, ends }: Cable, tell: Tell): void {
  for (const end of bothEnds) {
    const port = ends[end]
    if (port === undefined) continue
    const says = ports.typeOf(port)
    if (port.sort === 'powerPort' || port.sort === 'powerOutlet') {
      if (type !== undefined && type !== 'power')
        tell(
          'cable-media',
          document,
          ['type'],
          `${portText(port)} is ${withArticle(port)}, and ${type} carries no power`,
        )
      continue
    }
    const medium =
      says === undefined ? undefined : port.sort === 'interface' ? mediumOfInterface(says) : mediumOfPanel(says)
    if (medium === 'none')
      tell(
        'cable-media',
        document,
        ['ends', end, port.sort],
        `nothing can be plugged into ${portText(port)}, which is ${says}`,
      )
    else if (type !== undefined && !fits(medium, mediumOfCable(type)))
      tell(
        'cable-media',
        document,
        ['type'],
        `${type} does not go into ${portText(port)}${says === undefined ? '' : `, which is ${says}`}`,
      )
  }
}

function checkPath(ports: Ports, path: Path, tell: Tell): void {
  const { from, to, hops, state } = path
  const last = hops.at(-1)?.cable
  if (last === undefined) return
  if (state === 'loops') tell('cable-loop', last.document, ['ends'], `from ${portText(from)} it goes round in a circle`)
  const copper = hops.reduce(
    (sum, { cable }) => sum + (mediumOfCable(cable.type ?? 'power') === 'copper' ? (cable.length ?? 0) : 0),
    0,
  )
  if (copper > longestCopper)
    tell(
      'cable-length',
      last.document,
      ['length'],
      `${portText(from)} and ${portText(to)} are ${copper} m apart, and twisted pair goes ${longestCopper} m`,
    )
  if (state !== 'ends' || from.sort !== 'interface' || to.sort !== 'interface') return
  checkSpeed(ports, path, last, tell)
  const [a, b] = [from, to].map((port) => ports.interfaceOf(port)?.vlans)
  const differs = a === undefined || b === undefined ? undefined : vlanDifference(a, b)
  if (differs !== undefined)
    tell('cable-vlan', last.document, ['ends'], `${portText(from)} and ${portText(to)} differ: ${differs}`)
}

/** What an interface does, in Mbit/s; with `less` it agrees on less. */
interface Speed {
  readonly most: number
  readonly less: boolean
}

export function speedOf(ports: Ports, port: Port): Speed | undefined {
  const type = ports.typeOf(port)
  const set = ports.interfaceOf(port)?.speed
  const most = set ?? (type === undefined ? undefined : speedOfType(type))
  return most === undefined ? undefined : { most, less: set === undefined && type !== undefined && negotiates(type) }
}

function checkSpeed(ports: Ports, { from, to, hops }: Path, last: Cable, tell: Tell): void {
  const [a, b] = [speedOf(ports, from), speedOf(ports, to)]
  if (a === undefined || b === undefined) return
  const speed = Math.min(a.most, b.most)
  if ((a.most > speed && !a.less) || (b.most > speed && !b.less)) {
    tell(
      'cable-speed',
      last.document,
      ['ends'],
      `${portText(from)} does ${speedText(a.most)}, ${portText(to)} ${speedText(b.most)}`,
    )
    return
  }
  for (const { cable } of hops) {
    const most = cable.type === undefined ? undefined : fastest(cable.type, cable.length)
    if (most !== undefined && most < speed)
      tell(
        'cable-speed',
        cable.document,
        ['type'],
        `${cable.type}${cable.length === undefined ? '' : ` of ${cable.length} m`} carries ${speedText(most)}, and ${portText(from)} and ${portText(to)} do ${speedText(speed)}`,
      )
  }
}

function vlanDifference(a: Vlans, b: Vlans): string | undefined {
  if (a.untagged !== b.untagged) return `untagged ${a.untagged ?? 'none'} and ${b.untagged ?? 'none'}`
  if (a.tagged.join() === b.tagged.join()) return undefined
  return `tagged ${a.tagged.join(', ') || 'none'} and ${b.tagged.join(', ') || 'none'}`
}
