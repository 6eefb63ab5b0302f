import type { Address } from '../../model/address.ts'
import type { LoadedDocument } from '../../model/document.ts'
import { type Graph, target } from '../../model/graph.ts'
import { specOf } from '../../model/practice.ts'

/** The fields of an end of a `Cable` that name a port, and what such a port is called in sentences. */
export const portSorts = {
  interface: 'interface',
  frontPort: 'front port',
  rearPort: 'rear port',
  powerPort: 'supply',
  powerOutlet: 'socket',
} as const

export type PortSort = keyof typeof portSorts

/** One port of a device. */
export interface Port {
  readonly device: Address
  readonly sort: PortSort
  readonly name: string
}

export const portKey = ({ device, sort, name }: Port): string => `${device}\n${sort}\n${name}`

/** A network interface that has a document. */
export interface Interface {
  readonly document: LoadedDocument
  readonly device: Address
  readonly name: string
  readonly type: string | undefined
  readonly mac?: string
  readonly mtu?: number
  readonly speed?: number
  /** Numbers of VLANs that it says to carry; undefined where it says nothing. */
  readonly vlans: Vlans | undefined
  readonly lag: Address | undefined
}

export interface Vlans {
  readonly untagged: number | undefined
  /** Ascending. */
  readonly tagged: readonly number[]
}

interface Panel {
  readonly type: string | undefined
  /** Rear port that a front port leads to, and its place there, from 1. */
  readonly rear: string
  readonly position: number
}

/** Ports of one `DeviceType`, by name; undefined where it says nothing of such ports. */
interface Model {
  readonly interface: ReadonlyMap<string, string | undefined> | undefined
  readonly frontPort: ReadonlyMap<string, Panel> | undefined
  readonly rearPort: ReadonlyMap<string, { readonly type: string | undefined; readonly positions: number }> | undefined
  readonly powerPort: ReadonlyMap<string, unknown> | undefined
  readonly powerOutlet: ReadonlyMap<string, unknown> | undefined
  /** Front ports behind a rear port, by rear port and position. */
  readonly fronts: ReadonlyMap<string, string>
}

interface NamedPort {
  readonly name: string
  readonly type?: string
  readonly rear_port?: string
  readonly rear_port_position?: number
  readonly positions?: number
}

type PortLists = Readonly<
  Record<
    'interfaces' | 'front-ports' | 'rear-ports' | 'power-ports' | 'power-outlets',
    readonly NamedPort[] | undefined
  >
>

/** All ports of an estate, as its device types and interfaces tell. */
export interface Ports {
  readonly interfaces: readonly Interface[]
  /** Of several documents of one name, the first. */
  interfaceOf(port: Port): Interface | undefined
  /** Interfaces of a device that have documents. */
  ofDevice(device: Address): readonly Interface[]
  /** Undefined where nothing tells which ports of this sort the device has. */
  exists(port: Port): boolean | undefined
  /** Type of an interface or of a port of a panel; undefined where nobody says. */
  typeOf(port: Port): string | undefined
  /** Where signals go through a panel. Of a panel without a device type, ports of one name belong together. */
  behind(front: Port): { readonly port: Port; readonly position: number }
  /** The front port behind a place of a rear port; undefined where there is none, or where the place is not known. */
  before(rear: Port, position: number | undefined): Port | undefined
}

export function portsOf(graph: Graph): Ports {
  const interfaces = interfacesOf(graph)
  const named = new Map<string, Interface>()
  const byDevice = new Map<Address, Interface[]>()
  for (const found of interfaces) {
    const key = portKey({ ...found, sort: 'interface' })
    if (!named.has(key)) named.set(key, found)
    const siblings = byDevice.get(found.device)
    if (siblings === undefined) byDevice.set(found.device, [found])
    else siblings.push(found)
  }
  const modelOf = models(graph)
  return {
    interfaces,
    interfaceOf: (port) => named.get(portKey(port)),
    ofDevice: (device) => byDevice.get(device) ?? [],
    exists(port) {
      if (port.sort === 'interface' && named.has(portKey(port))) return true
      const known = modelOf(port.device)?.[port.sort]
      if (known !== undefined) return known.has(port.name)
      if (port.sort === 'interface') return byDevice.has(port.device) ? false : undefined
      return port.sort === 'powerOutlet' ? hasOutlet(graph, port) : undefined
    },
    typeOf(port) {
      if (port.sort === 'interface')
        return named.get(portKey(port))?.type ?? modelOf(port.device)?.interface?.get(port.name)
      return port.sort === 'frontPort' || port.sort === 'rearPort'
        ? modelOf(port.device)?.[port.sort]?.get(port.name)?.type
        : undefined
    },
    behind(front) {
      const panel = modelOf(front.device)?.frontPort?.get(front.name)
      const { rear, position } = panel ?? { rear: front.name, position: 1 }
      return { port: { device: front.device, sort: 'rearPort', name: rear }, position }
    },
    before(rear, position) {
      const model = modelOf(rear.device)
      const front = (name: string): Port => ({ device: rear.device, sort: 'frontPort', name })
      if (model?.rearPort === undefined) return front(rear.name)
      const place = position ?? ((model.rearPort.get(rear.name)?.positions ?? 1) === 1 ? 1 : undefined)
      const name = place === undefined ? undefined : model.fronts.get(`${place} ${rear.name}`)
      return name === undefined ? undefined : front(name)
    },
  }
}

function interfacesOf(graph: Graph): readonly Interface[] {
  return graph.ofKind('Interface').flatMap((document) => {
    const device = target(graph, document.address, 'spec.device')
    if (device === undefined) return []
    const { name, type, mac, mtu, speed } = specOf<Omit<Interface, 'document' | 'device' | 'vlans' | 'lag'>>(document)
    return [
      {
        ...{ document, device, name, type },
        ...(mac !== undefined && { mac: mac.toLowerCase().replaceAll('-', ':') }),
        ...(mtu !== undefined && { mtu }),
        ...(speed !== undefined && { speed }),
        vlans: vlansOf(graph, document),
        lag: target(graph, document.address, 'spec.lag'),
      },
    ]
  })
}

/** What an interface says of VLANs itself, or what its lag says. */
function vlansOf(graph: Graph, document: LoadedDocument): Vlans | undefined {
  const tagged: number[] = []
  let untagged: number | undefined
  for (const { label, to } of graph.outgoing(document.address)) {
    const vlan = label.startsWith('spec.vlans.') ? graph.documents.get(to) : undefined
    if (vlan === undefined) continue
    const { vid } = specOf<{ readonly vid: number }>(vlan)
    if (label === 'spec.vlans.untagged') untagged = vid
    else tagged.push(vid)
  }
  if (untagged !== undefined || tagged.length > 0) return { untagged, tagged: tagged.sort((a, b) => a - b) }
  const lag = target(graph, document.address, 'spec.lag')
  const bundle = lag === undefined ? undefined : graph.documents.get(lag)
  return bundle === undefined || target(graph, bundle.address, 'spec.lag') !== undefined
    ? undefined
    : vlansOf(graph, bundle)
}

/** The model of a device, each read once. */
function models(graph: Graph): (device: Address) => Model | undefined {
  const byType = new Map<Address, Model>()
  const byDevice = new Map<Address, Model | undefined>()
  return (device) => {
    if (byDevice.has(device)) return byDevice.get(device)
    const type = target(graph, device, 'spec.deviceType')
    const document = type === undefined ? undefined : graph.documents.get(type)
    const found =
      type === undefined || document === undefined
        ? undefined
        : (byType.get(type) ?? readModel(specOf<PortLists>(document)))
    if (type !== undefined && found !== undefined) byType.set(type, found)
    byDevice.set(device, found)
    return found
  }
}

function readModel(spec: PortLists): Model {
  const byName = <Value>(list: keyof PortLists, value: (port: NamedPort) => Value) =>
    Array.isArray(spec[list])
      ? new Map(spec[list].map((port: NamedPort) => [port.name, value(port)] as const))
      : undefined
  const frontPort = byName('front-ports', (p) => ({
    type: p.type,
    rear: p.rear_port ?? p.name,
    position: p.rear_port_position ?? 1,
  }))
  return {
    frontPort,
    interface: byName('interfaces', (p) => p.type),
    rearPort: byName('rear-ports', (p) => ({ type: p.type, positions: p.positions ?? 1 })),
    powerPort: byName('power-ports', () => true),
    powerOutlet: byName('power-outlets', () => true),
    fronts: new Map([...(frontPort ?? [])].map(([name, { rear, position }]) => [`${position} ${rear}`, name])),
  }
}

/** Sockets of a `Pdu` are numbered from 1. */
function hasOutlet(graph: Graph, { device, name }: Port): boolean | undefined {
  const document = graph.documents.get(device)
  const outlets = document && specOf<{ readonly outlets?: number }>(document).outlets
  return outlets === undefined ? undefined : /^[1-9]\d?$/.test(name) && Number(name) <= outlets
}
