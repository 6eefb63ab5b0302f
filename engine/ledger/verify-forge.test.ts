import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { generateKeyPair } from '../adapters/signing/key-pair.ts'
import { memorySigner } from '../adapters/signing/signer.ts'
import type { ChangeRecord, ForgeApproval, GenesisRecord } from '../model/record.ts'
import type { LedgerEntry, LedgerStep } from '../ports/ledger.ts'
import { changeEntry, genesisEntry } from './entries.ts'
import { addApproval, dismissReview, propose, recogniseMerge, reject } from './fold-change.ts'
import { by, expectRecord, sampleProposal, sampleSubject } from './test-records.ts'
import { verifyLedger } from './verify.ts'

/** What an auditor can tell of a forge's word without asking the forge. */

const sha256 = (d: string | Uint8Array) => createHash('sha256').update(d).digest('hex')
const engine = memorySigner(generateKeyPair())
const host = 'git.example.org'
const accounts: Readonly<Record<string, readonly `Person/${string}`[]>> = {
  ben: ['Person/ben'],
  'ben-home': ['Person/ben'],
  cleo: ['Person/cleo'],
  both: ['Person/ben', 'Person/cleo'],
}

const review = (over: Partial<ForgeApproval> = {}, forge: Partial<ForgeApproval['forge']> = {}): ForgeApproval => ({
  assertion: 'forge-asserted',
  approver: 'Person/ben',
  at: '2026-10-02T12:00:00Z',
  decision: 'approve',
  head: sampleSubject.head,
  forge: {
    ...{ host, repository: 'office/estate', request: 7, review: '1', login: 'ben', author: 'ana' },
    pushes: [{ login: 'ana', after: sampleSubject.head, at: '2026-10-02T11:00:00Z' }],
    ...forge,
  },
  ...over,
})

const genesis: GenesisRecord = {
  apiVersion: 'plumbline/v1',
  kind: 'Genesis',
  repository: sampleSubject.repository,
  adoption: sampleSubject.base,
  engineKeys: [engine.publicKey],
  rule: 'one-independent',
  at: '2026-10-01T08:00:00Z',
}
const born = (id = 'CHG-2026-00001') => expectRecord(propose({ ...sampleProposal(), id }, by()))
const approved = (record: ChangeRecord, said = review()) =>
  expectRecord(addApproval(record, said, by(), { state: 'approved' }))
const merged = (record: ChangeRecord, holds = true) =>
  expectRecord(recogniseMerge(record, { commit: merge, base: sampleSubject.base }, by(), { approved: holds }))
const merge = 'e'.repeat(40)

async function verified(records: readonly ChangeRecord[], authors: readonly `Person/${string}`[] = ['Person/ana']) {
  const entries = [genesisEntry(genesis, by().uuid, engine), ...records.map((r) => changeEntry(r, engine))]
  const main = [{ id: merge, tree: sampleSubject.tree, parents: [sampleSubject.base, sampleSubject.head] }]
  const { findings, statements } = await verifyLedger({
    steps: stepsOf(entries),
    main,
    isOnMain: async (commit) => commit === sampleSubject.base || commit === merge,
    contentOf: async () => sampleSubject.content,
    personKeys: async () => [],
    recordTypeOf: async () => undefined,
    moveObjection: async () => undefined,
    fieldFault: async () => undefined,
    shippedRecordType: () => undefined,
    rulesChanged: async () => [],
    isPerson: async (_, person) => person === 'Person/ben' || person === 'Person/cleo',
    mayBreakGlass: async () => false,
    standardFault: async () => undefined,
    takesBack: async () => false,
    authorsOf: async () => authors,
    accountOwners: async (_, account) => (account.host === host ? (accounts[account.login] ?? []) : []),
    now: new Date('2026-10-03T00:00:00Z'),
    // The signatures themselves are checked elsewhere.
    verifySignature: (signature) => ({ ok: true, publicKey: signature }),
    sha256,
  })
  return { faults: findings.filter((f) => f.severity === 'error').map((f) => f.summary), statements }
}

function stepsOf(entries: readonly LedgerEntry[]): readonly LedgerStep[] {
  const files = new Map<string, string>()
  return entries.map((entry, i) => {
    const changes = [...entry.files].map(([path, after]) => {
      const before = files.get(path)
      if (after !== null) files.set(path, after)
      return { path, ...(before !== undefined && { before }), ...(after !== null && { after }) }
    })
    const { record, transition, uuid, actor, subject } = entry
    const trailers = {
      ...{ Record: record, Transition: transition, 'Transition-Id': uuid, Actor: actor },
      ...(subject !== undefined && { Subject: subject }),
    }
    const id = (n: number) => String(n).padStart(40, '0')
    const parents = i === 0 ? [] : [id(i - 1)]
    const commit = { id: id(i), parents, trailers, title: entry.title, at: entry.at.toISOString() }
    return { commit: { ...commit, signature: entry.signer.publicKey, signedPayload: new Uint8Array() }, changes }
  })
}

it('a review that counts, and whose word everything is', async () => {
  const first = born()
  const second = approved(first)
  const third = expectRecord(
    addApproval(second, review({ approver: 'Person/cleo' }, { login: 'cleo', review: '2' }), by(), {
      state: 'approved',
    }),
  )
  expect(await verified([first, second, third, merged(third)])).toEqual({
    faults: [],
    statements: { 'approver-signed': 0, 'forge-asserted': 2 },
  })
})

describe('is named where it is', () => {
  it.each([
    ['of another commit', review({ head: 'd'.repeat(40) }), 'of another commit'],
    ['by nobody of the base', review({ approver: 'Person/dee' }), 'nobody who may approve'],
    ['by an account of somebody else', review({}, { login: 'cleo' }), 'does not list git.example.org/cleo'],
    ['by an account of nobody', review({}, { login: 'benn' }), 'does not list git.example.org/benn'],
    ['by an account of two', review({}, { login: 'both' }), 'does not list git.example.org/both'],
    ['by an account of another forge', review({}, { host: 'example.com' }), 'does not list example.com/ben'],
    ['from the future', review({ at: '2026-10-02T13:00:00Z' }), 'from the future'],
  ])('%s', async (_, said, because) => {
    const first = born()
    const { faults } = await verified([first, approved(first, said)])
    expect(faults[0]).toContain(because)
  })

  it('given for another change', async () => {
    const [one, two] = [born(), born('CHG-2026-00002')]
    const { faults } = await verified([one, approved(one), two, approved(two)])
    expect(faults[0]).toContain('was given for CHG-2026-00001')
  })

  it('by somebody who had a hand in the change', async () => {
    const first = born()
    const second = approved(first)
    const { faults } = await verified([first, second, merged(second)], ['Person/ana', 'Person/ben'])
    expect(faults[0]).toContain('nobody approved it but those who had a hand in it')
  })

  it('dismissed, and counted all the same', async () => {
    const first = born()
    const second = approved(first)
    const gone = review({ decision: 'dismiss' })
    const third = expectRecord(dismissReview(second, gone, by(), { state: 'approved' }))
    expect((await verified([first, second, third])).faults[0]).toContain('nobody approved it')
    const honest = expectRecord(dismissReview(second, gone, by(), { state: 'proposed' }))
    expect((await verified([first, second, honest, merged(honest, false)])).faults).toEqual([])
  })
})

it('the same request for changes may stand in two changes, an approval in one only', async () => {
  const rejection = review({ decision: 'reject' })
  const [one, two] = [born(), born('CHG-2026-00002')]
  const said = (record: ChangeRecord) => expectRecord(reject(record, rejection, by()))
  expect((await verified([one, said(one), two, said(two)])).faults).toEqual([])
})

describe('the law refuses', () => {
  const dismissal = review({ decision: 'dismiss' })
  it('to dismiss what was never recorded', () => {
    const other = review({ decision: 'dismiss' }, { review: '9' })
    for (const gone of [dismissal, other]) {
      const record = gone === other ? approved(born()) : born()
      expect(dismissReview(record, gone, by(), { state: 'proposed' })).toHaveProperty('refused')
    }
  })

  it('a review to reject as an approval, and a forge’s word from a person', () => {
    const proposed = born()
    expect(addApproval(proposed, review({ decision: 'reject' }), by(), { state: 'approved' })).toHaveProperty('refused')
    expect(addApproval(proposed, review(), by('Person/ben'), { state: 'approved' })).toHaveProperty('refused')
  })
})
