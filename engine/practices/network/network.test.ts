import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { type PracticeCase, practiceCases, practiceEstate } from '../../../test/practice-cases.ts'
import { addressPlan, nextFree } from './address-plan.ts'
import { checkNetwork } from './check.ts'
import { codes } from './codes.ts'
import { cidrOf, textOf } from './ip.ts'
import { reports } from './reports.ts'

const cases = load(readFileSync(new URL('cases/findings.yaml', import.meta.url), 'utf8')) as PracticeCase[]
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
