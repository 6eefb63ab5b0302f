import type { LoadedDocument } from '../../model/document.ts'
import type { Graph } from '../../model/graph.ts'
import { specOf } from '../../model/practice.ts'
import { type Port, type PortSort, type Ports, portKey, portSorts } from './ports.ts'

export interface Cable {
  readonly document: LoadedDocument
  readonly type: string | undefined
  /** Metres. */
  readonly length: number | undefined
  readonly label: string | undefined
  /** Undefined where an end names no device that there is. */
  readonly ends: readonly [Port | undefined, Port | undefined]
}

/** All cables, and what is plugged into each port. */
export interface Cabling {
  readonly cables: readonly Cable[]
  /** Each plug in its port, in the order of the documents; one is right. */
  readonly plugs: ReadonlyMap<string, readonly Plug[]>
}

export interface Plug {
  readonly cable: Cable
  readonly end: 0 | 1
}

/** One cable of a path, in the direction that it is gone through. */
export interface Hop {
  readonly cable: Cable
  readonly from: Port
  readonly to: Port
}

/** A way from a port through cables and panels. */
export interface Path {
  readonly from: Port
  readonly hops: readonly Hop[]
  /** The last port of it. */
  readonly to: Port
  /**
   * `ends`: at something that is no panel. `open`: the other side of a panel has nothing in it. `splits`: a trunk was entered from
   * behind, so that it is no single way. `loops`: it comes back to itself.
   */
  readonly state: 'ends' | 'open' | 'splits' | 'loops'
}

interface CableSpec {
  readonly ends: readonly Readonly<Partial<Record<PortSort, string>>>[]
  readonly type?: string
  readonly length?: number
  readonly label?: string
}

export function cablingOf(graph: Graph): Cabling {
  const plugs = new Map<string, Plug[]>()
  const cables = graph.ofKind('Cable').map((document): Cable => {
    const { ends, type, length, label } = specOf<CableSpec>(document)
    const cable: Cable = { document, type, length, label, ends: [portAt(0), portAt(1)] }
    for (const end of [0, 1] as const) {
      const port = cable.ends[end]
      // A cable from a port to itself is one plug too many, and a finding of its own.
      if (port === undefined || (end === 1 && isSame(port, cable.ends[0]))) continue
      const key = portKey(port)
      const there = plugs.get(key)
      if (there === undefined) plugs.set(key, [{ cable, end }])
      else there.push({ cable, end })
    }
    return cable

    function portAt(end: 0 | 1): Port | undefined {
      const device = graph
        .outgoing(document.address)
        .find(({ label: field, path }) => field === 'spec.ends.device' && path[2] === end)?.to
      const written = Object.entries(ends[end] ?? {}).find(([field]) => field in portSorts)
      return device === undefined || written === undefined
        ? undefined
        : { device, sort: written[0] as PortSort, name: written[1] }
    }
  })
  return { cables, plugs }
}

export const isSame = (a: Port, b: Port | undefined): boolean => b !== undefined && portKey(a) === portKey(b)

/** Cables one after the other that somebody may have meant. */
const longest = 100

/**
 * Follows cables from a port, through panels, to where they end. Undefined where nothing is plugged into it. The place that
 * a signal has in a trunk is kept from the panel where it enters it to that where it leaves it.
 */
export function trace({ plugs }: Cabling, ports: Ports, from: Port): Path | undefined {
  const hops: Hop[] = []
  const places: number[] = []
  const seen = new Set<string>()
  let at = from
  for (;;) {
    const plug = plugs.get(portKey(at))?.[0]
    if (plug === undefined) return hops.length === 0 ? undefined : { from, hops, to: last(), state: 'open' }
    const to = plug.cable.ends[plug.end === 0 ? 1 : 0]
    if (to === undefined) return hops.length === 0 ? undefined : { from, hops, to: last(), state: 'open' }
    const here = `${places.join(' ')} ${portKey(at)}`
    if (seen.has(here) || hops.length === longest) return { from, hops, to: last(), state: 'loops' }
    seen.add(here)
    hops.push({ cable: plug.cable, from: at, to })
    if (to.sort === 'frontPort') {
      const { port, position } = ports.behind(to)
      places.push(position)
      at = port
    } else if (to.sort === 'rearPort') {
      const front = ports.before(to, places.pop())
      if (front === undefined) return { from, hops, to, state: 'splits' }
      at = front
    } else return { from, hops, to, state: 'ends' }
  }

  function last(): Port {
    return hops.at(-1)?.to ?? from
  }
}

/** Every way between two ports that are no panels, once, and those from one of them that lead nowhere. */
export function allPaths(cabling: Cabling, ports: Ports): readonly Path[] {
  const done = new Set<string>()
  return cabling.cables.flatMap(({ ends }) =>
    ends.flatMap((port) => {
      if (port === undefined || port.sort === 'frontPort' || port.sort === 'rearPort' || done.has(portKey(port)))
        return []
      const path = trace(cabling, ports, port)
      if (path === undefined) return []
      done.add(portKey(path.from))
      if (path.state === 'ends') done.add(portKey(path.to))
      return [path]
    }),
  )
}
