import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { type PracticeCase, practiceCases, practiceEstate } from '../../../test/practice-cases.ts'
import type { Address } from '../../model/address.ts'
import type { Loss } from '../../model/practice.ts'
import { expectedAvailability } from './availability.ts'
import { checkServices, minutes, percent } from './check.ts'
import { codes } from './codes.ts'
import { serviceLosses } from './losses.ts'

const estate = practiceEstate

const cases = load(readFileSync(new URL('cases/findings.yaml', import.meta.url), 'utf8')) as PracticeCase[]

describe('services', () => {
  practiceCases(cases, codes, checkServices)
})

const host = (name: string, availability: number, site?: string) =>
  `{ kind: Host, metadata: { name: ${name} }, spec: { availability: ${availability}${site === undefined ? '' : `, site: ${site}`} } }`
const service = (name: string, spec: string) => `{ kind: Service, metadata: { name: ${name} }, spec: { ${spec} } }`
const shareOf = (lines: readonly string[], name = 's') =>
  expectedAvailability(estate(lines.join('\n')).graph).get(`Service/${name}`)

describe('availability', () => {
  // IEC 61078: series R = Πr; parallel R = 1 − Π(1 − r); k out of n alike R = Σ C(n,i) r^i (1−r)^(n−i), i = k…n.
  it('of blocks in series is the product', () => {
    const found = shareOf([
      host('a', 0.9),
      host('b', 0.8),
      service('s', 'hosts: [a, b], availability: { expected: 0.99 }'),
    ])
    expect(found?.availability).toBeCloseTo(0.9 * 0.8 * 0.99, 12)
    expect(found?.singlePoints).toEqual(['Host/a', 'Host/b'])
  })

  it('of blocks in parallel is what is left of all being lost', () => {
    const found = shareOf([
      host('a', 0.9),
      host('b', 0.8),
      service('s', 'hosts: [a, b], redundancy: [{ hosts: [a, b] }]'),
    ])
    expect(found?.availability).toBeCloseTo(1 - 0.1 * 0.2, 12)
    expect(found?.singlePoints).toEqual([])
  })

  it('of k out of n alike is the binomial sum', () => {
    const names = ['a', 'b', 'c', 'd', 'e']
    const found = shareOf([
      ...names.map((n) => host(n, 0.9)),
      service('s', `hosts: [${names.join(', ')}], redundancy: [{ hosts: [${names.join(', ')}], need: 3 }]`),
    ])
    expect(found?.availability).toBeCloseTo(10 * 0.9 ** 3 * 0.1 ** 2 + 5 * 0.9 ** 4 * 0.1 + 0.9 ** 5, 12)
  })

  it('counts what branches share once: two hosts of one site are no better than the site', () => {
    const found = shareOf([
      '{ kind: Site, metadata: { name: x }, spec: { availability: 0.9 } }',
      host('a', 0.8, 'x'),
      host('b', 0.8, 'x'),
      service('s', 'hosts: [a, b], redundancy: [{ hosts: [a, b] }]'),
    ])
    expect(found?.availability).toBeCloseTo(0.9 * (1 - 0.2 ** 2), 12)
    expect(found?.singlePoints).toEqual(['Site/x'])
  })

  it('is what trying every combination of losses comes to, and single points are what takes it down alone', () => {
    const hosts = ['a', 'b', 'c', 'd', 'e']
    const chance = fc.integer({ min: 1, max: 99 }).map((n) => n / 100)
    const some = fc.subarray(hosts, { minLength: 1 })
    const made = fc.record({
      chances: fc.array(chance, { minLength: 5, maxLength: 5 }),
      sites: fc.array(fc.constantFrom('x', 'y', ''), { minLength: 5, maxLength: 5 }),
      top: fc.record({
        serial: fc.subarray(hosts),
        group: some,
        need: fc.integer({ min: 0, max: 4 }),
        alone: fc.boolean(),
      }),
      below: fc.record({ group: some, need: fc.integer({ min: 0, max: 3 }) }),
    })
    fc.assert(
      fc.property(made, ({ chances, sites, top, below }) => {
        const serial = top.serial.filter((h) => !top.group.includes(h))
        const { graph, locate, now } = estate(
          [
            ...['x', 'y'].map((n) => `{ kind: Site, metadata: { name: ${n} }, spec: { availability: 0.7 } }`),
            ...hosts.map((h, i) => host(h, chances[i] ?? 1, sites[i] === '' ? undefined : sites[i])),
            service(
              's',
              `hosts: [${[...serial, ...top.group].join(', ')}], dependsOn: [t], redundancy: [{ hosts: [${top.group.join(', ')}], need: ${top.need} }${top.alone ? ', { services: [t], need: 0 }' : ''}]`,
            ),
            service(
              't',
              `hosts: [${below.group.join(', ')}], redundancy: [{ hosts: [${below.group.join(', ')}], need: ${below.need} }], availability: { expected: 0.95 }`,
            ),
          ].join('\n'),
        )
        const parts = ['Site/x', 'Site/y', ...hosts.map((h) => `Host/${h}`), 'Service/t'] as Address[]
        const likely = [0.7, 0.7, ...chances, 0.95]
        const isUp = (gone: ReadonlySet<Address>): boolean => {
          const lost = new Map<Address, Loss>()
          const lose = (address: Address) => lost.set(address, { address, state: 'down', because: '' })
          for (const address of gone) lose(address)
          for (const [i, h] of hosts.entries()) if (gone.has(`Site/${sites[i]}`)) lose(`Host/${h}`)
          for (let round = 0; round < 2; round++)
            for (const loss of serviceLosses({ graph, locate, now }, lost))
              if (loss.state === 'down') lose(loss.address)
          return lost.get('Service/s')?.state !== 'down'
        }
        let share = 0
        for (let bits = 0; bits < 2 ** parts.length; bits++) {
          const gone = new Set(parts.filter((_, i) => ((bits >> i) & 1) === 1))
          const p = likely.reduce((all, l, i) => all * (((bits >> i) & 1) === 1 ? 1 - l : l), 1)
          if (isUp(gone)) share += p
        }
        const found = expectedAvailability(graph).get('Service/s')
        expect(found?.availability).toBeCloseTo(share, 9)
        const alone =
          found?.availability === 0 ? undefined : parts.filter((a) => a !== 'Service/t' && !isUp(new Set([a])))
        if (alone !== undefined) expect(found?.singlePoints.filter((a) => !alone.includes(a))).toEqual([])
      }),
      { numRuns: 40 },
    )
  })

  it('says of how many nothing is known, and takes what the estate expects of them', () => {
    const lines = ['{ kind: Host, metadata: { name: a }, spec: {} }', service('s', 'hosts: [a]')]
    expect(shareOf(lines)).toMatchObject({ availability: 1, assumed: 1 })
    const expected = '{ kind: Estate, metadata: { name: e }, spec: { availability: { host: 0.97 } } }'
    expect(shareOf([...lines, expected])).toMatchObject({ availability: 0.97, assumed: 0 })
  })
})

describe('words', () => {
  it.each([
    [0.5, '50 %'],
    [0.9995, '99.95 %'],
    [0.999999, '99.9999 %'],
    [0.999999999, 'more than 99.99999 %'],
    [1, '100 %'],
  ])('%d is %s', (share, text) => expect(percent(share)).toBe(text))
  it.each([
    [0, '0 minutes'],
    [1, '1 minute'],
    [90, '90 minutes'],
    [60, '1 hour'],
    [2880, '2 days'],
  ])('%d minutes are %s', (value, text) => expect(minutes(value)).toBe(text))
})
