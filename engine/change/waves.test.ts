import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { failuresAllowed, planWaves, type WaveEnvironment } from './waves.ts'

interface Host {
  readonly name: string
  readonly environment: string
  readonly labels: Readonly<Record<string, string>>
}

const host = (name: string, environment: string, canary = false): Host => ({
  name,
  environment,
  labels: canary ? { canary: 'true' } : {},
})
const selectorMatches = (label: string, h: Host) => h.labels[label] === 'true'
const environments: readonly WaveEnvironment<string>[] = [
  { name: 'prod', criticality: 5, rollout: { canary: 'canary', batch: '25%' } },
  { name: 'staging', criticality: 2, rollout: { batch: 2 } },
  {
    name: 'shops',
    criticality: 4,
    rollout: {
      canary: 'canary',
      waves: [
        { name: 'north', on: 'north', batch: '50%' },
        { name: 'coast', on: 'coast' },
      ],
      batch: 1,
    },
  },
]
const plan = (hosts: readonly Host[]) =>
  planWaves({ hosts, environments, selectorMatches }).map((w) => `${w.environment} ${w.name}: ${w.hosts.join(' ')}`)

describe('waves', () => {
  it('goes over what matters less first, the canary alone, then in batches', () => {
    const web = ['6', '5', '4', '3', '2', '1', '0'].map((n) => host(`web-${n}`, 'prod', n === '1'))
    expect(plan([...web, host('test-3', 'staging'), host('test-1', 'staging'), host('test-2', 'staging')])).toEqual([
      'staging wave 1: test-1 test-2',
      'staging wave 2: test-3',
      'prod canary: web-1',
      'prod wave 1: web-0 web-2',
      'prod wave 2: web-3 web-4',
      'prod wave 3: web-5 web-6',
    ])
  })

  it('starts with a batch where no canary is among the hosts, and handles environments without a rollout', () => {
    expect(plan([host('web-2', 'prod'), host('lab-1', 'lab')])).toEqual(['lab wave 1: lab-1', 'prod wave 1: web-2'])
    expect(plan([])).toEqual([])
  })

  it('goes through the waves of a rollout in their order, a host in the first that means it, and then over what is left', () => {
    const shop = (name: string, ...labels: string[]): Host => ({
      name,
      environment: 'shops',
      labels: Object.fromEntries(labels.map((label) => [label, 'true'])),
    })
    const hosts = [
      shop('a', 'coast'),
      shop('b', 'north', 'coast'),
      shop('c', 'north'),
      shop('d', 'north'),
      shop('e', 'north', 'canary'),
      shop('f'),
      shop('g'),
      shop('h', 'coast'),
    ]
    expect(plan(hosts)).toEqual([
      'shops canary: e',
      'shops north 1: b c',
      'shops north 2: d',
      'shops coast: a h',
      'shops wave 1: f',
      'shops wave 2: g',
    ])
    const rules = planWaves({ hosts, environments, selectorMatches }).map((w) => w.rule)
    expect(rules).toEqual([undefined, 0, 0, 1, undefined, undefined])
  })

  it('allows as many failures as are whole in a share', () => {
    expect([
      failuresAllowed(2, 10),
      failuresAllowed('10%', 19),
      failuresAllowed('0%', 9),
      failuresAllowed('100%', 3),
    ]).toEqual([2, 1, 0, 3])
  })

  it('puts every host into exactly one wave, whatever the order', () => {
    const some = fc.uniqueArray(
      fc.record({
        name: fc.string({ minLength: 1, maxLength: 3 }),
        environment: fc.constantFrom('prod', 'staging', 'lab', 'shops'),
        labels: fc.dictionary(fc.constantFrom('canary', 'north', 'coast'), fc.constant('true'), {
          noNullPrototype: true,
        }),
      }),
      { selector: (h) => h.name },
    )
    fc.assert(
      fc.property(some, (hosts) => {
        const waves = planWaves({ hosts, environments, selectorMatches })
        expect(waves.flatMap((w) => w.hosts).sort()).toEqual(hosts.map((h) => h.name).sort())
        expect(waves.every((w) => w.hosts.length > 0)).toBe(true)
        expect(planWaves({ hosts: [...hosts].reverse(), environments, selectorMatches })).toEqual(waves)
      }),
    )
  })
})
