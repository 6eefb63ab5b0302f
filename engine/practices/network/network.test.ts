import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { type PracticeCase, practiceCases, practiceEstate } from '../../../test/practice-cases.ts'
import type { Address } from '../../model/address.ts'
import type { Facts } from '../../model/facts.ts'
import { addressPlan, nextFree } from './address-plan.ts'
import { checkNetwork } from './check.ts'
import { codes } from './codes.ts'
import { cidrOf, textOf } from './ip.ts'
import { reports } from './reports.ts'
import { zoneFile } from './zone-file.ts'

const casesIn = (name: string, ground = '') =>
  (load(readFileSync(new URL(`cases/${name}.yaml`, import.meta.url), 'utf8')) as PracticeCase[]).map((c) => ({
    ...c,
    documents: `${ground}${c.documents}`,
  }))

/** Two machines of one model, and more to plug in. */
const cabled = `
  { kind: DeviceType, metadata: { name: m }, spec: { manufacturer: M, model: M, slug: m, power-ports: [{ name: PSU1 }], interfaces: [{ name: lan1, type: 10gbase-x-sfpp }, { name: lan2, type: 1000base-t }, { name: lan3 }] } }
  { kind: DeviceType, metadata: { name: pp }, spec: { manufacturer: M, model: P, slug: pp, front-ports: [{ name: "1", type: 8p8c, rear_port: "1" }, { name: "2", type: 8p8c, rear_port: "2" }], rear-ports: [{ name: "1", type: 8p8c }, { name: "2", type: 8p8c }] } }
  { kind: Pdu, metadata: { name: pa }, spec: { outlets: 8 } }
  { kind: Pdu, metadata: { name: pb }, spec: {} }
  { kind: Host, metadata: { name: a }, spec: { deviceType: m, power: { supplies: [pa] } } }
  { kind: Host, metadata: { name: a2 }, spec: { deviceType: m } }
  { kind: Host, metadata: { name: b }, spec: { deviceType: m } }
  { kind: Equipment, metadata: { name: panel }, spec: { deviceType: pp } }
  { kind: Equipment, metadata: { name: shelf }, spec: {} }
  { kind: Vlan, metadata: { name: v10 }, spec: { vid: 10 } }
  { kind: Vlan, metadata: { name: v20 }, spec: { vid: 20 } }
`
const zoned = `
  { kind: Prefix, metadata: { name: p1 }, spec: { prefix: 10.1.0.0/24, gateway: 10.1.0.1 } }
  { kind: Prefix, metadata: { name: p2 }, spec: { prefix: 10.2.0.0/24 } }
  { kind: Prefix, metadata: { name: p6 }, spec: { prefix: "2001:db8::/64" } }
  { kind: Host, metadata: { name: web }, spec: { address: 10.1.0.5 } }
  { kind: Host, metadata: { name: db }, spec: { address: 10.2.0.5 } }
  { kind: DnsZone, metadata: { name: example.org }, spec: { nameServers: [ns.example.org], contact: h.master@example.org } }
  { kind: DnsZone, metadata: { name: 2.10.in-addr.arpa }, spec: { nameServers: [ns.example.org.], contact: h@example.org } }
  { kind: DnsRecord, metadata: { name: ns }, spec: { zone: example.org, name: ns, type: A, address: 203.0.113.53 } }
`
const cases = [...casesIn('findings'), ...casesIn('cabling', cabled), ...casesIn('dns', zoned)]
const prefix = (name: string, cidr: string, more = '') =>
  `{ kind: Prefix, metadata: { name: ${name} }, spec: { prefix: "${cidr}"${more} } }`
const host = (name: string, address: string) =>
  `{ kind: Host, metadata: { name: ${name} }, spec: { address: "${address}" } }`

describe('network', () => {
  practiceCases(cases, codes, checkNetwork)

  it('puts each prefix and address into the smallest prefix that holds it', () => {
    const some = fc.record({
      a: fc.integer({ min: 0, max: 3 }),
      b: fc.integer({ min: 0, max: 255 }),
      length: fc.integer({ min: 8, max: 32 }),
    })
    const many = fc.uniqueArray(some, {
      maxLength: 12,
      selector: ({ a, b, length }) =>
        ipaddr.IPv4.networkAddressFromCIDR(`10.${a}.${b}.0/${length}`).toString() + length,
    })
    const addresses = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 })),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(many, addresses, (prefixes, used) => {
        const texts = prefixes.map(
          ({ a, b, length }) =>
            `${ipaddr.IPv4.networkAddressFromCIDR(`10.${a}.${b}.0/${length}`).toString()}/${length}`,
        )
        const { graph } = practiceEstate(
          [
            ...texts.map((t, i) => prefix(`p${i}`, t)),
            ...used.map(([a, b, c], i) => host(`h${i}`, `10.${a}.${b}.${c}`)),
            host('z', 'name.example.org'),
          ].join('\n'),
        )
        const plan = addressPlan(graph)
        const holds = (outer: string, inner: string, length: number) =>
          Number(outer.split('/')[1]) <= length && ipaddr.IPv4.parse(inner).match(ipaddr.IPv4.parseCIDR(outer))
        const smallest = (address: string, length: number, not?: string) =>
          texts
            .filter((t) => t !== not && holds(t, address, length))
            .sort((x, y) => Number(y.split('/')[1]) - Number(x.split('/')[1]))[0]
        const written = (p: { cidr: { family: 4 | 6; first: bigint; length: number } } | undefined) =>
          p && `${textOf(p.cidr.family, p.cidr.first)}/${p.cidr.length}`
        for (const p of plan.prefixes)
          expect(written(p.parent)).toBe(smallest(textOf(4, p.cidr.first), p.cidr.length, written(p)))
        const placed = new Map(plan.prefixes.flatMap((p) => p.used.map((u) => [u.document.address, written(p)])))
        for (const [i, [a, b, c]] of used.entries())
          expect(placed.get(`Host/h${i}`)).toBe(smallest(`10.${a}.${b}.${c}`, 32))
        expect(placed.size + plan.orphans.length).toBe(used.length)
      }),
      { numRuns: 60 },
    )
  })

  it.each([
    ['10.0.0.0/29', [], '', '10.0.0.1'],
    ['10.0.0.0/29', ['10.0.0.2', '10.0.0.3'], ', gateway: 10.0.0.1', '10.0.0.4'],
    ['10.0.0.0/29', ['10.0.0.4'], ', reserved: [10.0.0.1-10.0.0.3]', '10.0.0.5'],
    ['10.0.0.0/30', ['10.0.0.1', '10.0.0.2'], '', undefined],
    ['10.0.0.0/31', ['10.0.0.0'], '', '10.0.0.1'],
    ['10.0.0.0/30', ['10.0.0.0'], ', role: pool', '10.0.0.1'],
    ['10.0.0.0/24', [], ', role: container', undefined],
    ['2001:db8::/64', ['2001:db8::1'], '', '2001:db8::2'],
  ])('of %s with %j%s gives %s next', (cidr, used, more, next) => {
    const { graph } = practiceEstate([prefix('p', cidr, more), ...used.map((a, i) => host(`h${i}`, a))].join('\n'))
    const [planned] = addressPlan(graph).prefixes
    const free = planned && nextFree(planned)
    expect(free === undefined ? undefined : textOf(cidr.includes(':') ? 6 : 4, free)).toBe(next)
  })

  it('writes what it reads', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const found = cidrOf(`${text}/${text.includes(':') ? 128 : 32}`)
        const back = found && textOf(found.family, found.first)
        expect(back && ipaddr.parse(back).toNormalizedString()).toBe(ipaddr.parse(text).toNormalizedString())
      }),
    )
  })

  it('tells how full each prefix is', () => {
    const input = practiceEstate(
      [
        prefix('all', '10.0.0.0/8', ', role: container'),
        prefix('web', '10.1.0.0/24'),
        prefix('six', '2001:db8::/32'),
        host('a', '10.1.0.1'),
        host('b', '10.1.0.2'),
      ].join('\n'),
    )
    const rows = reports[0]?.run(input, input.graph.ofKind('Prefix')).tables[0]?.rows
    expect(rows).toEqual([
      ['10.0.0.0/8', 'all', 'container', '–', '–', '–', '256', '2^24', 'below 0.01 %', '–'],
      ['  10.1.0.0/24', 'web', 'network', '–', '–', '–', '2', '254', '0.78 %', '10.1.0.3'],
      ['2001:db8::/32', 'six', 'network', '–', '–', '–', '0', '2^96', '0 %', '2001:db8::1'],
    ])
  })
})

describe('a zone', () => {
  const estate = (lines: string) => {
    const input = practiceEstate(`${zoned}${lines}`)
    const zone = input.graph.ofKind('DnsZone').find((z) => z.address === 'DnsZone/example.org')
    if (zone === undefined) throw new Error('no zone')
    return zoneFile(input, zone, 2026100101)
  }

  it('is a master file in one order, with what RFC 1035 wants to be escaped', () => {
    const long = 'x'.repeat(300)
    const { text, faults } = estate(`
      { kind: DnsRecord, metadata: { name: a }, spec: { zone: example.org, name: WWW, type: CNAME, to: web } }
      { kind: DnsRecord, metadata: { name: b }, spec: { zone: example.org, name: web, type: A, of: host/web, ttl: 60 } }
      { kind: DnsRecord, metadata: { name: c }, spec: { zone: example.org, type: MX, to: mail.example.net, preference: 5 } }
      { kind: DnsRecord, metadata: { name: d }, spec: { zone: example.org, name: _sip._tcp, type: SRV, to: web.example.org, port: 5060 } }
      { kind: DnsRecord, metadata: { name: e }, spec: { zone: example.org, type: TXT, text: 'say "é" \\ ; done' } }
      { kind: DnsRecord, metadata: { name: f }, spec: { zone: example.org, name: long, type: TXT, text: ${long} } }
      { kind: DnsRecord, metadata: { name: g }, spec: { zone: example.org, type: NS, to: ns.example.org } }
      { kind: DnsRecord, metadata: { name: h }, spec: { zone: 2.10.in-addr.arpa, name: '5.0', type: PTR, to: db.example.org } }
    `)
    expect(faults).toEqual([])
    expect(text.replaceAll('\t', ' ').split('\n')).toEqual([
      '$ORIGIN example.org.',
      '$TTL 3600',
      'example.org. IN SOA ns.example.org. h\\.master.example.org. 2026100101 7200 900 1209600 900',
      'example.org. IN NS ns.example.org.',
      'example.org. IN MX 5 mail.example.net.',
      'example.org. IN TXT "say \\"\\195\\169\\" \\\\ ; done"',
      '_sip._tcp.example.org. IN SRV 0 0 5060 web.example.org.',
      `long.example.org. IN TXT "${'x'.repeat(255)}" "${'x'.repeat(45)}"`,
      'ns.example.org. IN A 203.0.113.53',
      'web.example.org. 60 IN A 10.1.0.5',
      'www.example.org. IN CNAME web.example.org.',
      '',
    ])
  })

  it('is not written where one of its records can not be', () => {
    const { faults } = estate(
      '{ kind: DnsRecord, metadata: { name: a }, spec: { zone: example.org, name: x, type: A } }',
    )
    expect(faults).toMatchObject([{ code: 'dns-form', subject: 'DnsRecord/a', file: 'estate.yaml' }])
  })
})

interface ObservedCase {
  readonly name: string
  readonly documents: string
  readonly seen: Readonly<Record<string, Facts>>
  readonly differences: readonly Record<string, string>[]
  readonly strangers?: readonly unknown[]
  readonly notSeen?: readonly string[]
}

describe('what hosts say of their networks', () => {
  const observed = load(readFileSync(new URL('cases/observed.yaml', import.meta.url), 'utf8')) as ObservedCase[]
  it.each(observed)('$name', ({ documents, seen, differences, strangers = [], notSeen = [] }) => {
    const input = { ...practiceEstate(documents), seen: (host: string) => seen[host] }
    const found = reports.find((r) => r.name === 'network-reconciliation')?.run(input, input.graph.ofKind('Host'))
      .data as Record<'differences' | 'strangers' | 'notSeen', unknown[]>
    expect(found.differences).toMatchObject(differences)
    expect(found.differences).toHaveLength(differences.length)
    expect(found.strangers).toEqual(strangers)
    expect(found.notSeen).toEqual(notSeen)
  })
})

describe('a cable path', () => {
  const trunk = `
    { kind: DeviceType, metadata: { name: mpo }, spec: { manufacturer: M, model: T, slug: mpo, front-ports: [{ name: "1", type: lc, rear_port: R, rear_port_position: 1 }, { name: "2", type: lc, rear_port: R, rear_port_position: 2 }], rear-ports: [{ name: R, type: mpo, positions: 2 }] } }
    { kind: Equipment, metadata: { name: t1 }, spec: { deviceType: mpo } }
    { kind: Equipment, metadata: { name: t2 }, spec: { deviceType: mpo } }
    { kind: Cable, metadata: { name: c1 }, spec: { type: smf, length: 2, ends: [{ device: host/a, interface: lan1 }, { device: equipment/t1, frontPort: "2" }] } }
    { kind: Cable, metadata: { name: c2 }, spec: { type: smf, length: 50, label: T7, ends: [{ device: equipment/t2, rearPort: R }, { device: equipment/t1, rearPort: R }] } }
    { kind: Cable, metadata: { name: c3 }, spec: { type: smf, length: 3, ends: [{ device: equipment/t2, frontPort: "2" }, { device: host/b, interface: lan1 }] } }
    { kind: Cable, metadata: { name: c4 }, spec: { type: cat6, ends: [{ device: host/a, interface: lan2 }, { device: equipment/panel, frontPort: "1" }] } }
    { kind: Cable, metadata: { name: c5 }, spec: { ends: [{ device: host/a2, interface: lan1 }, { device: equipment/t1, rearPort: R2 }] } }
  `
  const { graph, ...input } = practiceEstate(`${cabled}${trunk}`)
  const run = (devices: readonly Address[], parts: readonly (readonly [Address, string])[] = []) =>
    reports
      .find((r) => r.name === 'cable-path')
      ?.run(
        { ...input, graph },
        devices.flatMap((d) => graph.documents.get(d) ?? []),
        new Map(parts.map(([d, p]) => [d, new Set([p])])),
      )
  const rows = (...asked: Parameters<typeof run>) => run(...asked)?.tables[0]?.rows

  it('leads through a trunk to the same place on its other side, from whichever end', () => {
    expect(rows(['Host/a'], [['Host/a', 'lan1']])).toEqual([['a/lan1', 'b/lan1', 3, '55 m', '10 Gbit/s', 'connected']])
    expect(rows(['Host/b'])).toEqual([['b/lan1', 'a/lan1', 3, '55 m', '10 Gbit/s', 'connected']])
    expect(run(['Host/b'])?.tables[1]?.rows).toEqual([
      ['b/lan1', 'b/lan1', 'c3', 'smf', '3 m', 't2/2 (front port)'],
      ['', 't2/R (rear port)', 'T7', 'smf', '50 m', 't1/R (rear port)'],
      ['', 't1/2 (front port)', 'c1', 'smf', '2 m', 'a/lan1'],
    ])
  })

  it('ends where a panel has nothing behind it, or where nobody knows which way it goes', () => {
    expect(rows(['Host/a'], [['Host/a', 'lan2']])).toEqual([['a/lan2', 'panel/1', 1, '–', '–', 'ends in a panel']])
    expect(rows(['Host/a2'])).toEqual([['a2/lan1', 't1/R2', 1, '–', '–', 'ends in a trunk']])
    expect(rows(['Host/a'], [['Host/a', 'lan3']])).toEqual([])
  })

  it('of a panel is all that goes through it', () => {
    expect(rows(['Equipment/t1'])?.map(([from]) => from)).toEqual(['a/lan1', 'a2/lan1'])
    expect(rows(['Equipment/t1'], [['Equipment/t1', '2']])?.map(([from]) => from)).toEqual(['a/lan1'])
  })
})
