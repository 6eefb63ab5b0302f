import { type Address, nameOf } from '../../model/address.ts'
import type { GraphDrawing, GraphEdge, GraphGroup, GraphNode } from '../../model/drawing.ts'
import type { Report } from '../../model/practice.ts'
import {
  cablesText,
  type Device,
  type Joined,
  type Network,
  networkText,
  type Topology,
  topologyOf,
} from './topology.ts'

/** Where devices stand, which networks they are in and what they are cabled to: a picture for each site. */
export const topology: Report = {
  name: 'topology',
  summary: 'sites with their racks and devices, the networks these are in, and the cables between them, drawn',
  about: 'Site',
  run: ({ graph }, about) => {
    const all = topologyOf(graph)
    const sites: readonly (Address | undefined)[] = [
      ...about.map((d) => d.address),
      // What stands nowhere is told where nobody asked for some sites.
      ...(about.length === graph.ofKind('Site').length ? [undefined] : []),
    ]
    const parts = sites.map((site) => partOf(all, site)).filter((p) => p.devices.length + p.networks.length > 0)
    const name = (address: Address | undefined): string => (address === undefined ? '–' : nameOf(address))
    return {
      title: 'Topology',
      tables: [
        {
          caption: 'Devices and networks',
          head: ['site', 'rack', 'device', 'network', 'addresses'],
          rows: parts.flatMap(({ devices }) =>
            devices.flatMap((d) =>
              (d.memberships.length === 0 ? [undefined] : d.memberships).map((m) => [
                ...[name(d.site), name(d.rack), nameOf(d.address)],
                m === undefined ? 'none' : networkText(m.network),
                m?.addresses.join(', ') || '–',
              ]),
            ),
          ),
          empty: 'there are no devices',
        },
        {
          caption: 'Cables',
          head: ['cable', 'from', 'port', 'to', 'port there', 'made of'],
          rows: [...new Set(parts.flatMap((p) => p.joined))].flatMap(({ cables }) =>
            cables.map(({ cable, type, ports: [a, b] }) => [
              ...[nameOf(cable), nameOf(a.device), a.name, nameOf(b.device), b.name, type ?? '–'],
            ]),
          ),
          empty: 'there are no cables of data',
        },
      ],
      drawings: parts.map((part) => drawSite(part, all)),
      data: parts.map(({ site, devices, networks, joined }) => ({
        site: site === undefined ? null : nameOf(site),
        devices: devices.map((d) => ({
          device: d.address,
          rack: d.rack === undefined ? null : nameOf(d.rack),
          networks: d.memberships.map((m) => ({ network: m.network.address, addresses: [...m.addresses] })),
        })),
        networks: networks.map((n) => ({ network: n.address, vlan: n.vlan ?? null, prefixes: [...n.prefixes] })),
        cables: joined.flatMap(({ cables }) =>
          cables.map(({ cable, ports }) => ({
            cable: nameOf(cable),
            ends: ports.map((p) => ({ device: p.device, port: p.name })),
          })),
        ),
      })),
    }
  },
}

interface Part extends Topology {
  readonly site: Address | undefined
}

/** What stands at a site, its networks and those that its devices are in, and every cable that has an end there. */
function partOf({ devices, networks, joined }: Topology, site: Address | undefined): Part {
  const here = devices.filter((d) => d.site === site)
  const known = new Set(here.map((d) => d.address))
  const used = new Set(here.flatMap((d) => d.memberships.map((m) => m.network)))
  return {
    ...{ site, devices: here },
    networks: networks.filter((n) => used.has(n) || (site !== undefined && n.site === site)),
    joined: joined.filter((j) => j.devices.some((d) => known.has(d))),
  }
}

function drawSite({ site, devices, networks, joined }: Part, all: Topology): GraphDrawing {
  const racks = [...new Set(devices.flatMap((d) => d.rack ?? []))].sort()
  const known = new Map(devices.map((d) => [d.address, d]))
  const outside = [...new Set(joined.flatMap((j) => j.devices))].filter((d) => !known.has(d))
  const siteGroup: readonly GraphGroup[] = site === undefined ? [] : [{ id: site, label: `Site ${nameOf(site)}` }]
  const inSite = site === undefined ? {} : { group: site }
  // Networks stand in the middle, every other rack on the left of them: a tall column becomes two.
  const left = new Set(racks.filter((_, i) => i % 2 === 0))
  const where = site === undefined ? 'what stands at no site' : nameOf(site)
  return {
    name: `topology-${site === undefined ? 'elsewhere' : nameOf(site)}`,
    title: `Topology of ${where}: ${devices.length} devices, ${networks.length} networks, ${joined.length} joined by cables`,
    meaning: 'Dashed lines lead from devices to the networks they are in; others are cables.',
    groups: [
      ...siteGroup,
      ...racks.map((id) => ({ id, label: `Rack ${nameOf(id)}`, ...(site !== undefined && { within: site }) })),
    ],
    nodes: [
      ...devices.map((d) => deviceNode(d, d.rack === undefined ? inSite : { group: d.rack })),
      ...networks.map(
        (n): GraphNode => ({
          ...{
            id: n.address,
            label: nameOf(n.address),
            tone: 'space',
            title: networkText(n),
            abreast: true,
            ...inSite,
          },
          note: [n.vlan ?? '', ...n.prefixes].filter((w) => w !== '').join(', '),
        }),
      ),
      ...outside.map((address): GraphNode => {
        const at = all.devices.find((d) => d.address === address)?.site
        return {
          id: address,
          label: nameOf(address),
          note: at === undefined ? 'elsewhere' : `at ${nameOf(at)}`,
          tone: 'frame',
        }
      }),
    ],
    edges: [
      ...devices.flatMap((d) =>
        d.memberships.map(({ network }) => memberEdge(d, network, d.rack !== undefined && left.has(d.rack))),
      ),
      ...joined.map(cableEdge),
    ],
  }
}

function deviceNode({ address, memberships }: Device, within: { readonly group?: string }): GraphNode {
  const addresses = memberships.flatMap((m) => m.addresses)
  const [first] = addresses
  return {
    ...{ id: address, label: nameOf(address), ...within },
    ...(first !== undefined && { note: addresses.length === 1 ? first : `${first} and ${addresses.length - 1} more` }),
    title: [address, ...addresses].join(', '),
  }
}

const memberEdge = ({ address }: Device, network: Network, left: boolean): GraphEdge => ({
  ...(left ? { from: address, to: network.address } : { from: network.address, to: address }),
  ...{ plain: true, dashed: true },
})

const cableEdge = (joined: Joined): GraphEdge => ({
  ...{ from: joined.devices[0], to: joined.devices[1] },
  ...{ label: cablesText(joined), plain: true },
})
