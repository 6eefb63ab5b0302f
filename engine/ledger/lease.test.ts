import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LeaseRecord, Lot } from '../model/lease.ts'
import { findLease, giveBack, leaseEntry, leasesBetween, takeLease } from './lease.ts'
import { leaseId, leasePath, leasePathsBetween, parseLeaseId } from './lease-path.ts'
import { by, expectRecord } from './test-records.ts'

const lot: Lot = { sort: 'address', scope: '-', value: '10.20.3.7' }
const tenant = { pool: 'Prefix/servers', of: 'Host/web-09', field: 'spec.address', branch: 'web-09' } as const
const address = (value: string): Lot => ({ ...lot, value })

describe('a lease', () => {
  it('has one holder until it is given back, and then another', () => {
    const first = expectRecord(takeLease(undefined, lot, tenant, by()))
    expect(takeLease(first, lot, { ...tenant, of: 'Host/other' }, by())).toMatchObject({
      refused: { code: 'illegal-transition' },
    })
    const back = expectRecord(giveBack(first, 'the branch is gone', by()))
    expect(giveBack(back, 'again', by())).toMatchObject({ refused: { code: 'illegal-transition' } })
    const next = expectRecord(takeLease(back, lot, { ...tenant, of: 'Host/other' }, by()))
    expect(next).toMatchObject({ state: 'leased', of: 'Host/other' })
    expect(next.because).toBeUndefined()
  })

  it('can be read again from where it was written', async () => {
    const record = expectRecord(takeLease(undefined, lot, tenant, by()))
    const { files } = leaseEntry(record, { publicKey: '', sign: async () => '' })
    const view = { tip: undefined, file: async (path: string) => files.get(path) ?? undefined, list: async () => [] }
    expect(await findLease(view, lot)).toEqual({ record })
    expect(await findLease(view, address('10.20.3.8'))).toEqual({ record: undefined })
  })

  it.each<[Lot, string | undefined]>([
    [lot, 'leases/address/-/10.20/3/10.20.3.7.yaml'],
    [{ ...lot, scope: 'blue' }, 'leases/address/blue/10.20/3/10.20.3.7.yaml'],
    [address('2001:db8::7'), `leases/address/-/20010db800000000/${'0'.repeat(14)}/20010db8${'0'.repeat(23)}7.yaml`],
    [
      address('2001:0db8:0:0:0:0:0:7'),
      `leases/address/-/20010db800000000/${'0'.repeat(14)}/20010db8${'0'.repeat(23)}7.yaml`,
    ],
    [{ sort: 'prefix', scope: '-', value: '10.20.64.0/26' }, 'leases/prefix/-/10.20/64/10.20.64.0_26.yaml'],
    [{ sort: 'vlan', scope: 'ams1', value: '131' }, 'leases/vlan/ams1/131.yaml'],
    [address('10.20.3'), undefined],
    [address('10.20.3.256'), undefined],
    [address('1::2::3'), undefined],
    [address('1:2:3'), undefined],
  ])('%j lies at %s', (what, path) => {
    expect(leasePath(what)).toBe(path)
    if (path !== undefined) expect(parseLeaseId(leaseId(what))).toEqual(what)
  })

  it.each([
    'lease/address/../x',
    'lease/address/-/../../genesis',
    'lease/host/-/10.0.0.1',
    'lease/vlan/-/0',
    'lease/address/-/',
  ])('%s is none', (id) => expect(parseLeaseId(id)).toBeUndefined())
})

describe('leases between two numbers', () => {
  const text = (value: bigint): string => [24n, 16n, 8n, 0n].map((s) => String((value >> s) & 255n)).join('.')
  const long = (value: bigint): string =>
    (value.toString(16).padStart(32, '0').match(/.{4}/g) ?? [])
      .map((g) => Number.parseInt(g, 16).toString(16))
      .join(':')

  it.each([
    [4, 32, text],
    [6, 128, long],
  ] as const)('of IPv%i are those that lie there, and none beside', async (family, width, write) => {
    const number = fc.bigInt({ min: 0n, max: (1n << BigInt(width)) - 1n })
    const near = fc.tuple(number, fc.nat(600)).map(([n, add]) => ((n >> 10n) << 10n) + BigInt(add))
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(near, { maxLength: 20 }), near, near, async (numbers, a, b) => {
        const range = a < b ? ([a, b] as const) : ([b, a] as const)
        const paths = new Map(numbers.map((n) => [leasePath(address(write(n))) ?? '', n]))
        const wanted = [...paths].filter(([, n]) => n >= range[0] && n <= range[1]).map(([path]) => path)
        expect([...(await leasePathsBetween(folders([...paths.keys()]), lot, family, range))].sort()).toEqual(
          wanted.sort(),
        )
      }),
    )
  })

  it('are read as records, and what was put in their place is named', async () => {
    const record: LeaseRecord = expectRecord(takeLease(undefined, lot, tenant, by()))
    const files = leaseEntry(record, { publicKey: '', sign: async () => '' }).files
    const other = leasePath(address('10.20.3.8')) ?? ''
    const texts = new Map<string, string | null>([...files, [other, 'nonsense: true\n']])
    const view = {
      tip: undefined,
      file: async (path: string) => texts.get(path) ?? undefined,
      list: folders([...texts.keys()]),
    }
    const [first, second] = await leasesBetween(view, lot, 4, [0n, 0xffffffffn])
    expect(first).toEqual({ record })
    expect(second).toMatchObject({ refused: { code: 'ledger-tampered', file: other } })
  })
})

/** Names below folders, of these paths. */
function folders(paths: readonly string[]): (folder: string) => Promise<readonly string[]> {
  return async (folder) => [
    ...new Set(
      paths.filter((p) => p.startsWith(`${folder}/`)).map((p) => p.slice(folder.length + 1).split('/')[0] ?? ''),
    ),
  ]
}
