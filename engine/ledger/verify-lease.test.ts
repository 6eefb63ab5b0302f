import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import type { LeaseRecord, Lot } from '../model/lease.ts'
import type { GenesisRecord } from '../model/record.ts'
import type { LedgerStep } from '../ports/ledger.ts'
import { giveBack, leaseEntry, takeLease } from './lease.ts'
import { leaseId, leasePath } from './lease-path.ts'
import { serialiseRecord } from './record-text.ts'
import { by, expectRecord } from './test-records.ts'
import { leaseStepFault } from './verify-lease.ts'
import type { VerifyQuestion } from './verify-question.ts'
import { LedgerWalk } from './verify-walk.ts'

/** Leases in a ledger that somebody else wrote: what is not as it should be is named. */

const sha256 = (d: string | Uint8Array) => createHash('sha256').update(d).digest('hex')
const [engine, ito, stranger] = ['ssh-ed25519 engine', 'ssh-ed25519 ito', 'ssh-ed25519 stranger'] as const
const question = {
  sha256,
  main: [],
  isOnMain: async () => true,
  personKeys: async (_: string, person: string) => (person === 'Person/n.ito' ? [ito] : []),
} as unknown as VerifyQuestion

const walk = (): LedgerWalk => {
  const made = new LedgerWalk(question, undefined)
  made.engineKeys.set(engine, 'active')
  made.genesis = { adoption: 'a'.repeat(40) } as GenesisRecord
  return made
}

const lot: Lot = { sort: 'address', scope: '-', value: '10.20.3.7' }
const tenant = { pool: 'Prefix/servers', of: 'Host/web-09', field: 'spec.address', branch: 'web-09' } as const
const lease = (before?: LeaseRecord, of: LeaseRecord['of'] = tenant.of, actor: 'engine' | 'Person/n.ito' = 'engine') =>
  expectRecord(takeLease(before, lot, { ...tenant, of }, by(actor)))

const signer = { publicKey: engine, sign: async () => '' }

/** The commit that carries a record from what it was to what it is. */
const step = (after: LeaseRecord, before?: LeaseRecord, path = leasePath(after) ?? ''): LedgerStep => {
  const { uuid, record, transition, actor, at, title, subject } = leaseEntry(after, signer)
  return {
    commit: {
      id: 'e'.repeat(40),
      parents: [],
      trailers: { Record: record, Transition: transition, 'Transition-Id': uuid, Actor: actor, Subject: subject ?? '' },
      title,
      at: at.toISOString(),
      signedPayload: new Uint8Array(),
    },
    changes: [
      { path, after: serialiseRecord(after), ...(before !== undefined && { before: serialiseRecord(before) }) },
    ],
  }
}

const fault = (after: LeaseRecord, before?: LeaseRecord, key: string = engine) =>
  leaseStepFault(walk(), leaseId(after), step(after, before), key)

it('lets leases pass that people and engines took, gave back, and took again', async () => {
  const first = lease()
  expect(await fault(first)).toBeUndefined()
  const back = expectRecord(giveBack(first, 'gone', by('Person/n.ito')))
  expect(await fault(back, first, ito)).toBeUndefined()
  expect(await fault(lease(back, 'Host/other', 'Person/n.ito'), back, ito)).toBeUndefined()
})

it('names who had no right to it', async () => {
  expect(await fault(lease(), undefined, stranger)).toMatch(/no engine's key/)
  expect(await fault(lease(undefined, tenant.of, 'Person/n.ito'), undefined, stranger)).toMatch(
    /no key of Person\/n\.ito/,
  )
  expect(await fault(lease(undefined, tenant.of, 'Person/n.ito'), undefined, engine)).toMatch(
    /no key of Person\/n\.ito/,
  )
})

it('names a lease that was taken from its holder, and one whose holder was changed', async () => {
  const first = lease()
  const other: LeaseRecord = { ...first, of: 'Host/other', transition: { ...by(), name: 'lease' } }
  expect(await fault(other, first)).toMatch(/Host\/web-09 has it already/)
  const back = expectRecord(giveBack(first, 'gone', by()))
  expect(await fault({ ...back, of: 'Host/other' }, first)).toMatch(/whose it was never changes/)
  expect(await fault(back)).toMatch(/nobody has it/)
  expect(await fault({ ...first, transition: { ...by(), name: 'borrow' } })).toMatch(/nothing that happens to a lease/)
})

it('names an entry that is about another address, writes elsewhere, or removes a lease', async () => {
  const first = lease()
  const elsewhere = leasePath({ ...lot, value: '10.20.3.8' }) ?? ''
  expect(await leaseStepFault(walk(), 'lease/address/-/10.20.3.8', step(first), engine)).toMatch(/not its record/)
  expect(await leaseStepFault(walk(), leaseId(first), step(first, undefined, elsewhere), engine)).toMatch(
    /not its record/,
  )
  expect(await leaseStepFault(walk(), 'lease/address/-/10.20.3.8', step(first, undefined, elsewhere), engine)).toMatch(
    /calls itself lease\/address\/-\/10\.20\.3\.7/,
  )
  const removed = { ...step(first), changes: [{ path: leasePath(first) ?? '', before: serialiseRecord(first) }] }
  expect(await leaseStepFault(walk(), leaseId(first), removed, engine)).toMatch(/never removed/)
  expect(await leaseStepFault(walk(), 'lease/address/-/..', step(first), engine)).toMatch(/nothing that can be leased/)
})

it('names an address under two spellings', async () => {
  const six = { ...lot, value: '2001:db8::7' }
  const first = expectRecord(takeLease(undefined, six, tenant, by()))
  const again = expectRecord(
    takeLease(undefined, { ...six, value: '2001:db8:0::7' }, { ...tenant, of: 'Host/b' }, by()),
  )
  expect(leasePath(again)).toBe(leasePath(first))
  expect(await fault(again, first)).toMatch(/has it already/)
})
