import { describe, expect, it } from 'vitest'
import { practiceEstate } from '../../../test/practice-cases.ts'
import type { GraphDrawing } from '../../model/drawing.ts'
import { topology } from './topology-report.ts'

const estate = `
{ kind: Site, metadata: { name: ams1 }, spec: { timeZone: Europe/Amsterdam } }
{ kind: Site, metadata: { name: osl1 }, spec: { timeZone: Europe/Oslo } }
{ kind: Room, metadata: { name: hall }, spec: { site: ams1 } }
{ kind: Rack, metadata: { name: r1 }, spec: { room: hall } }
{ kind: Environment, metadata: { name: prod }, spec: {} }
{ kind: Vlan, metadata: { name: web }, spec: { vid: 110, site: ams1 } }
{ kind: Vlan, metadata: { name: spare }, spec: { vid: 199, site: ams1 } }
{ kind: Prefix, metadata: { name: all }, spec: { prefix: 10.0.0.0/8, role: container } }
{ kind: Prefix, metadata: { name: web }, spec: { prefix: 10.1.0.0/24, site: ams1, vlan: web } }
{ kind: Prefix, metadata: { name: far }, spec: { prefix: 10.2.0.0/24, site: osl1 } }
{ kind: Host, metadata: { name: web-01 }, spec: { address: 10.1.0.11, environment: prod, rack: { rack: r1, unit: 1 } } }
{ kind: Host, metadata: { name: web-02 }, spec: { address: 10.1.0.12, environment: prod, site: ams1 } }
{ kind: Host, metadata: { name: far-01 }, spec: { address: 10.2.0.11, environment: prod, site: osl1 } }
{ kind: Host, metadata: { name: lost-01 }, spec: { address: lost-01.example.org, environment: prod } }
{ kind: Equipment, metadata: { name: sw1 }, spec: { purpose: network, rack: { rack: r1, unit: 40 } } }
{ kind: Interface, metadata: { name: sw1-p1 }, spec: { device: equipment/sw1, name: p1, vlans: { tagged: [web, spare] } } }
{ kind: Interface, metadata: { name: web-01-lan1 }, spec: { device: host/web-01, name: lan1, addresses: [10.1.0.111/24] } }
{ kind: Cable, metadata: { name: c1 }, spec: { ends: [{ device: host/web-01, interface: lan1 }, { device: equipment/sw1, interface: p1 }], type: cat6a } }
{ kind: Cable, metadata: { name: c2 }, spec: { ends: [{ device: equipment/sw1, interface: p2 }, { device: host/far-01, interface: lan1 }] } }
{ kind: Cable, metadata: { name: c3 }, spec: { ends: [{ device: host/web-01, interface: lan2 }, { device: equipment/sw1, interface: p3 }] } }
{ kind: Cable, metadata: { name: p1 }, spec: { ends: [{ device: host/web-01, powerPort: PSU1 }, { device: equipment/sw1, powerOutlet: 1 }] } }
`

const run = (...names: string[]) => {
  const input = practiceEstate(estate)
  const sites = input.graph.ofKind('Site')
  const about = names.length === 0 ? sites : sites.filter((s) => names.includes(s.document.metadata.name))
  return topology.run(input, about)
}
const drawn = (name: string, ...about: string[]) =>
  run(...about).drawings?.find((d) => d.name === name) as GraphDrawing | undefined

describe('topology', () => {
  it('tells of each device where it stands, and which networks it is in by its addresses and interfaces', () => {
    const [devices] = run().tables
    expect(devices?.rows).toEqual([
      ['ams1', 'r1', 'sw1', 'web, VLAN 110, 10.1.0.0/24', '–'],
      ['ams1', 'r1', 'sw1', 'spare, VLAN 199', '–'],
      ['ams1', 'r1', 'web-01', 'web, VLAN 110, 10.1.0.0/24', '10.1.0.11, 10.1.0.111'],
      ['ams1', '–', 'web-02', 'web, VLAN 110, 10.1.0.0/24', '10.1.0.12'],
      ['osl1', '–', 'far-01', 'far, 10.2.0.0/24', '10.2.0.11'],
      ['–', '–', 'lost-01', 'none', '–'],
    ])
  })

  it('draws racks within their site, devices within their rack, and networks once', () => {
    const ams1 = drawn('topology-ams1')
    expect(ams1?.groups).toEqual([
      { id: 'Site/ams1', label: 'Site ams1' },
      { id: 'Rack/r1', label: 'Rack r1', within: 'Site/ams1' },
    ])
    expect(ams1?.nodes.map((n) => [n.id, n.group])).toEqual([
      ['Equipment/sw1', 'Rack/r1'],
      ['Host/web-01', 'Rack/r1'],
      ['Host/web-02', 'Site/ams1'],
      ['Vlan/spare', 'Site/ams1'],
      ['Vlan/web', 'Site/ams1'],
      ['Host/far-01', undefined],
    ])
  })

  it('draws cables of data once for each pair, and what stands elsewhere as being elsewhere', () => {
    const cables = drawn('topology-ams1')?.edges.filter((e) => e.dashed === undefined)
    expect(cables).toEqual([
      { from: 'Equipment/sw1', to: 'Host/web-01', label: '2 cables', plain: true },
      { from: 'Equipment/sw1', to: 'Host/far-01', label: 'p2 – lan1', plain: true },
    ])
    expect(drawn('topology-ams1')?.nodes.find((n) => n.id === 'Host/far-01')?.note).toBe('at osl1')
    // Told at both of its ends, once in the table.
    expect(run().tables[1]?.rows.map(([cable]) => cable)).toEqual(['c1', 'c3', 'c2'])
  })

  it('is of the sites that were named, and of what stands at none where none was', () => {
    expect(run().drawings?.map((d) => d.name)).toEqual(['topology-ams1', 'topology-osl1', 'topology-elsewhere'])
    expect(run('osl1').drawings?.map((d) => d.name)).toEqual(['topology-osl1'])
  })
})
