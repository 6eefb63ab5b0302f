import type { Address } from '../../model/address.ts'
import { count } from '../../model/count.ts'
import type { Report } from '../../model/practice.ts'
import { allPaths, cablingOf, type Hop, type Path, trace } from './cabling.ts'
import { portText, speedOf } from './check-cabling.ts'
import { speedText } from './media.ts'
import { type Port, type Ports, portSorts, portsOf } from './ports.ts'

/** From each port to where its cables lead, through panels. */
export const cablePath: Report = {
  name: 'cable-path',
  summary: 'where cables lead from end to end, through patch panels: cable-path web-01/lan1',
  about: 'Host',
  also: ['Equipment', 'NetworkDevice', 'Pdu'],
  parts: true,
  run: ({ graph }, about, parts = new Map()) => {
    const cabling = cablingOf(graph)
    const ports = portsOf(graph)
    const wanted = new Set(about.map((d) => d.address))
    const paths = allPaths(cabling, ports).flatMap((path): readonly Path[] => {
      const isWanted = (port: Port): boolean => named(port, wanted, parts)
      if (isWanted(path.from)) return [path]
      if (path.state === 'ends' && isWanted(path.to)) return [trace(cabling, ports, path.to) ?? path]
      return path.hops.some(({ from, to }) => isWanted(from) || isWanted(to)) ? [path] : []
    })
    return {
      title: 'Paths of cables',
      tables: [
        {
          caption: 'Paths',
          head: ['from', 'to', 'cables', 'length', 'speed', 'state'],
          rows: paths.map((path) => [
            portText(path.from),
            portText(path.to),
            path.hops.length,
            lengthText(path),
            speedBetween(ports, path) ?? '–',
            states[path.state],
          ]),
          empty: 'nothing is plugged in there',
        },
        {
          caption: 'Cables on the way',
          head: ['path', 'from', 'cable', 'type', 'length', 'to'],
          rows: paths.flatMap((path) =>
            path.hops.map(({ cable, from, to }, i) => [
              i === 0 ? portText(path.from) : '',
              withSort(from),
              cable.label ?? cable.document.document.metadata.name,
              cable.type ?? '–',
              cable.length === undefined ? '–' : `${cable.length} m`,
              withSort(to),
            ]),
          ),
          empty: 'there are no cables on the way',
        },
      ],
      data: {
        paths: paths.map((path) => ({
          ...{ from: dataOf(path.from), to: dataOf(path.to), state: path.state },
          speed: speedOfPath(ports, path) ?? null,
          hops: path.hops.map(({ cable, from, to }) => ({
            cable: cable.document.address,
            ...{ label: cable.label ?? null, type: cable.type ?? null, length: cable.length ?? null },
            ...{ from: dataOf(from), to: dataOf(to) },
          })),
        })),
      },
    }
  },
}

const states = {
  ends: 'connected',
  open: 'ends in a panel',
  splits: 'ends in a trunk',
  loops: 'goes round in a circle',
} as const

function named(
  { device, name }: Port,
  wanted: ReadonlySet<Address>,
  parts: ReadonlyMap<Address, ReadonlySet<string>>,
): boolean {
  return wanted.has(device) && parts.get(device)?.has(name) !== false
}

const withSort = (port: Port): string =>
  port.sort === 'interface' ? portText(port) : `${portText(port)} (${portSorts[port.sort]})`

const dataOf = ({ device, sort, name }: Port) => ({ device, sort, name })

/** Mbit/s that both ends have. */
function speedOfPath(ports: Ports, { from, to, state }: Path): number | undefined {
  const [a, b] = [speedOf(ports, from), speedOf(ports, to)]
  return state !== 'ends' || a === undefined || b === undefined ? undefined : Math.min(a.most, b.most)
}

function speedBetween(ports: Ports, path: Path): string | undefined {
  const speed = speedOfPath(ports, path)
  return speed === undefined ? undefined : speedText(speed)
}

function lengthText({ hops }: Path): string {
  const known = hops.map((hop: Hop) => hop.cable.length).filter((metres) => metres !== undefined)
  const sum = `${Math.round(known.reduce((a, b) => a + b, 0) * 10) / 10} m`
  if (known.length === hops.length) return sum
  return known.length === 0 ? '–' : `${sum} and ${count(hops.length - known.length, 'cable')} more`
}
