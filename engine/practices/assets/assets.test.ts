import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { type PracticeCase, practiceCases, practiceEstate } from '../../../test/practice-cases.ts'
import type { Facts } from '../../model/facts.ts'
import { assetsOf, bookValue } from './asset.ts'
import { checkAssets } from './check.ts'
import { codes } from './codes.ts'
import { reports } from './reports.ts'

const cases = load(readFileSync(new URL('cases/findings.yaml', import.meta.url), 'utf8')) as PracticeCase[]

interface Observed {
  readonly name: string
  readonly report: string
  readonly documents: string
  /** Memory in GiB; packages as `NAME VERSION`. */
  readonly seen: Readonly<
    Record<
      string,
      {
        readonly memory?: number
        readonly virtualisation?: string
        readonly disks?: NonNullable<Facts['hardware']>['disks']
        readonly packages?: readonly string[]
      }
    >
  >
  readonly differences: readonly Record<string, unknown>[]
}

const observed = load(readFileSync(new URL('cases/observed.yaml', import.meta.url), 'utf8')) as Observed[]

function factsOf({ memory, virtualisation = 'none', disks = [], packages }: Observed['seen'][string]): Facts {
  const cpu = { count: 8, architecture: 'x86_64' }
  return {
    ...(memory !== undefined && { hardware: { virtualisation, cpu, memory: memory * 2 ** 30, disks } }),
    ...(packages !== undefined && {
      packages: packages.map((text) => ({ name: text.split(' ')[0] ?? '', version: text.split(' ')[1] ?? '' })),
    }),
  }
}

const machine = (serial: string, model: string, packages: readonly string[] = []): Facts => ({
  hardware: { serial, model, virtualisation: 'none', cpu: { count: 8, architecture: 'x86_64' }, memory: 0, disks: [] },
  packages: packages.map((name) => ({ name, version: '1' })),
})

function run(name: string, lines: string, seen: Readonly<Record<string, Facts>>) {
  const input = { ...practiceEstate(lines), seen: (host: string) => seen[host] }
  const report = reports.find((r) => r.name === name)
  return report?.run(input, input.graph.ofKind(report.about ?? ''))
}

describe('assets', () => {
  practiceCases(cases, codes, checkAssets)

  it.each(observed)('$name', ({ report, documents, seen, differences }) => {
    const hosts = ['a', 'b', 'c'].map((name) => `{ kind: Host, metadata: { name: ${name} }, spec: {} }\n`).join('')
    const facts = Object.fromEntries(Object.entries(seen).map(([host, said]) => [host, factsOf(said)]))
    const found = run(report, `${hosts}${documents}`, facts)?.data as unknown as { differences: unknown[] }
    expect(found.differences).toHaveLength(differences.length)
    expect(found.differences).toMatchObject(differences)
  })

  it('are worth evenly less from the day they were bought, and never less than what remains', () => {
    const { graph } = practiceEstate(
      '{ kind: Asset, metadata: { name: a }, spec: { type: hardware, purchase: { date: "2024-01-01", amount: 1000, currency: EUR }, depreciation: { years: 4, residual: 200 } } }',
    )
    const [asset] = assetsOf(graph)
    const worth = (at: string) => asset && bookValue(asset, new Date(at))
    expect(worth('2023-01-01')).toBe(1000)
    expect(worth('2024-01-01')).toBe(1000)
    expect(worth('2026-01-01')).toBeCloseTo(600, 0)
    expect(worth('2040-01-01')).toBe(200)
  })

  it('are held against what hosts say of themselves, with both ways out', () => {
    const found = run(
      'asset-reconciliation',
      [
        '{ kind: DeviceType, metadata: { name: m }, spec: { manufacturer: Fjell, model: Server 210, slug: m } }',
        ...['a', 'b', 'c', 'd', 'e'].map((n) => `{ kind: Host, metadata: { name: ${n} }, spec: {} }`),
        '{ kind: Asset, metadata: { name: right }, spec: { type: hardware, host: a, serial: S1, deviceType: m } }',
        '{ kind: Asset, metadata: { name: swapped }, spec: { type: hardware, host: b, serial: S2, deviceType: m } }',
        '{ kind: Asset, metadata: { name: spare }, spec: { type: hardware, state: stock, serial: S9 } }',
        '{ kind: Asset, metadata: { name: other }, spec: { type: hardware, host: d, deviceType: m } }',
      ].join('\n'),
      {
        a: machine('S1', 'Fjell Server-210'),
        b: machine('S9', 'Server 210'),
        c: machine('S7', 'Server 210'),
        d: machine('S8', 'Server 999'),
      },
    )
    expect(found?.data).toMatchObject({
      differences: [
        {
          host: 'Host/b',
          what: 'serial',
          written: 'S2',
          seen: 'S9',
          correct: 'write S9 into Asset/swapped',
          exchange: 'the host is Asset/spare now: exchange them',
        },
        { host: 'Host/c', what: 'no asset', seen: 'S7', correct: 'write an Asset for it' },
        { host: 'Host/d', what: 'model', written: 'Server 210', seen: 'Server 999' },
      ],
      notSeen: ['Host/e'],
    })
  })

  it('count licences against what is installed, by host or by core', () => {
    const found = run(
      'licences',
      [
        ...['a', 'b', 'c'].map((n) => `{ kind: Host, metadata: { name: ${n} }, spec: {} }`),
        '{ kind: Asset, metadata: { name: backup }, spec: { type: licence, licence: { packages: ["vault-*"], count: 2 } } }',
        '{ kind: Asset, metadata: { name: base }, spec: { type: licence, licence: { packages: [db.server], count: 10, per: core } } }',
      ].join('\n'),
      {
        a: machine('1', 'm', ['vault-agent', 'dbxserver']),
        b: machine('2', 'm', ['vault-agent', 'db.server']),
        c: machine('3', 'm', ['db.server']),
      },
    )
    expect(found?.tables[0]?.rows).toEqual([
      ['backup', 'host', 2, 2, 0, 'a, b'],
      ['base', 'core', 10, 16, '6 too few', 'b, c'],
    ])
  })
})
