import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGitLedger } from '../adapters/git/git-ledger.ts'
import { type OpenRepository, openRepository } from '../adapters/git/git-repository.ts'
import { scratchFolder, type TestRepository, testRepository } from '../adapters/git/test-repository.ts'
import { generateKeyPair } from '../adapters/signing/key-pair.ts'
import { memorySigner } from '../adapters/signing/signer.ts'
import { verifySshSignature } from '../adapters/signing/ssh-signature.ts'
import { contentDigest } from '../change/content.ts'
import { digestOf } from '../model/canonical.ts'
import { signStatement } from '../model/dsse.ts'
import type { Subject } from '../model/plan.ts'
import type {
  AppliedHost,
  ApplyPredicate,
  BaselineRecord,
  BranchRecord,
  BreakGlassPredicate,
  ChangeRecord,
  Emergency,
  GenesisRecord,
  LockRecord,
  RecordedApproval,
  SignedApproval,
} from '../model/record.ts'
import { sshFingerprint } from '../model/ssh-key.ts'
import type { LedgerEntry, LedgerStep } from '../ports/ledger.ts'
import type { Signer } from '../ports/repository.ts'
import { addEngineKey, retireEngineKey } from './engine-key.ts'
import { baselineEntry, branchEntry, changeEntry, engineKeyEntry, genesisEntry, lockEntry } from './entries.ts'
import * as fold from './fold-change.ts'
import { acquireLock, releaseLock, takeOverLock } from './lock.ts'
import { parseRecord } from './record-text.ts'
import { by, expectRecord, sampleAction, sampleHolder, sampleIntent } from './test-records.ts'
import { findUnauthorised, settleUnauthorised, unauthorisedEntry } from './unauthorised.ts'
import { type VerifyReport, verifyLedger } from './verify.ts'
import type { VerifyQuestion } from './verify-question.ts'

const sha256 = (d: string | Uint8Array) => createHash('sha256').update(d).digest('hex')
const fingerprint = (key: string) => sshFingerprint(sha256, key)
const [engine, engine2, outsider, ito, okafor] = [1, 2, 3, 4, 5].map(() => memorySigner(generateKeyPair())) as [
  Signer,
  Signer,
  Signer,
  Signer,
  Signer,
]
const id = 'CHG-2026-00001'
const n = 'Person/n.ito'

let scratch: string
let r: TestRepository
let repository: OpenRepository
let adoption: string
let merge: string
let subject: Subject
let branches = 0

beforeAll(async () => {
  scratch = scratchFolder()
  r = testRepository(join(scratch, 'estate'))
  adoption = r.commit('adopt', { 'a.yaml': 'a: 1\n' })
  r.git('switch', '-q', '-c', 'feature')
  const head = r.commit('raise the limit', { 'a.yaml': 'a: 2\n' })
  r.git('switch', '-q', 'main')
  r.git('merge', '-q', '--no-ff', '-m', 'merge', 'feature')
  merge = r.git('rev-parse', 'main')
  repository = await openRepository(r.dir)
  const digest = (digit: string) => `sha256:${digit.repeat(64)}` as const
  const tree = r.git('rev-parse', 'main^{tree}')
  const content = contentDigest(await repository.changes(adoption, tree), sha256)
  subject = {
    repository: 'estate-1',
    ref: 'refs/heads/main',
    base: adoption,
    head,
    tree,
    content,
    plan: digest('2'),
    policies: digest('3'),
  }
})
afterAll(() => {
  repository.close()
  rmSync(scratch, { recursive: true, force: true })
})

const genesis = (rule: GenesisRecord['rule'] = 'one-independent', keys = [engine.publicKey]): LedgerEntry => {
  const record: GenesisRecord = {
    apiVersion: 'plumbline/v1',
    kind: 'Genesis',
    repository: 'estate-1',
    adoption,
    engineKeys: keys,
    rule,
    at: '2026-10-01T08:00:00Z',
  }
  return genesisEntry(record, by().uuid, engine)
}
const propose = (over: Partial<fold.Proposal> = {}) =>
  expectRecord(
    fold.propose(
      { id, title: 'raise the limit', subject, actions: [sampleAction(1), sampleAction(2)], ...over },
      by(n),
    ),
  )
async function approval(
  over: Partial<Subject> = {},
  signer = ito,
  approver: `Person/${string}` = n,
): Promise<SignedApproval> {
  const at = '2026-10-02T12:00:00Z'
  const envelope = await signStatement(
    'approval',
    { subject: { ...subject, ...over }, approver, decision: 'approve', at },
    signer,
    fingerprint,
  )
  return { assertion: 'approver-signed', approver, at, envelope }
}
const approve = async (record: ChangeRecord, given?: RecordedApproval) =>
  expectRecord(fold.addApproval(record, given ?? (await approval()), by(n), { state: 'approved' }))
const holder = { ...sampleHolder, change: id }
const applied = (change = id): AppliedHost => ({
  apiVersion: 'plumbline/v1',
  kind: 'Applied',
  host: 'web-01',
  resources: {
    'file:/etc/motd': {
      spec: sampleAction(1).after,
      state: sampleAction(1).after,
      created: false,
      change,
      commit: merge,
      approvers: [n],
      at: '2026-10-02T12:00:00Z',
    },
  },
})

interface Story {
  readonly entries: readonly LedgerEntry[]
  readonly records: {
    readonly proposed: ChangeRecord
    readonly approved: ChangeRecord
    readonly merged: ChangeRecord
    readonly started: ChangeRecord
    readonly done: ChangeRecord
    readonly lock: LockRecord
  }
}

/** An estate's first change, from its proposal to its end. */
async function story(): Promise<Story> {
  const proposed = propose()
  const approved = await approve(proposed)
  const merged = expectRecord(
    fold.recogniseMerge(approved, { commit: merge, base: adoption }, by(), { approved: true }),
  )
  const lock = expectRecord(acquireLock(undefined, 'prod', holder))
  const deployment = {
    environments: ['prod'],
    fences: { prod: lock.fence },
    startedAt: '2026-10-02T12:00:00Z',
    by: 'n.ito',
    intents: [sampleIntent(1), sampleIntent(2)],
  }
  const started = expectRecord(fold.start(merged, deployment, by()))
  const one = expectRecord(fold.progress(started, { results: [{ id: sampleAction(1).id, outcome: 'applied' }] }, by()))
  const done = expectRecord(fold.finish(one, [{ id: sampleAction(2).id, outcome: 'applied' }], by()))
  const branch: BranchRecord = {
    apiVersion: 'plumbline/v1',
    kind: 'Branch',
    ref: 'refs/heads/main',
    recognised: adoption,
    open: [id],
  }
  const entries = [
    genesis(),
    changeEntry(proposed, ito, { branch }),
    changeEntry(approved, ito),
    changeEntry(merged, engine, { branch: { ...branch, recognised: merge } }),
    lockEntry(lock, 'acquire', by(), engine),
    changeEntry(started, engine),
    changeEntry(one, engine),
    changeEntry(done, engine, {
      applied: { hosts: [applied()], sha256 },
      branch: { ...branch, recognised: merge, open: [] },
    }),
    lockEntry(expectRecord(releaseLock(lock, holder)), 'release', by(), engine),
  ]
  return { entries, records: { proposed, approved, merged, started, done, lock } }
}

/** Writes entries to a ledger of a real repository and reads them back. */
async function written(
  entries: readonly LedgerEntry[],
): Promise<{ readonly steps: readonly LedgerStep[]; readonly branch: string }> {
  branches += 1
  const branch = `ledger-${branches}`
  const ledger = await openGitLedger(r.dir, { branch })
  await ledger.append(async () => ({ entries, result: undefined }))
  ledger.close()
  return { branch, steps: await stepsOf(branch) }
}

async function stepsOf(branch: string): Promise<readonly LedgerStep[]> {
  const ledger = await openGitLedger(r.dir, { branch })
  const steps: LedgerStep[] = []
  for await (const step of ledger.steps()) steps.push(step)
  ledger.close()
  return steps
}

async function verify(steps: readonly LedgerStep[], over: Partial<VerifyQuestion> = {}): Promise<VerifyReport> {
  const ids = [...(await repository.firstParents(merge, adoption))].reverse()
  return verifyLedger({
    steps,
    main: await Promise.all(
      ids.map(async (commit) => ({
        id: commit,
        tree: (await repository.commit(commit)).tree,
        parents: (await repository.commit(commit)).parents,
      })),
    ),
    isOnMain: (commit) => repository.isAncestor(commit, merge).catch(() => false),
    contentOf: async (commit, base) => contentDigest(await repository.changes(base, commit.id), sha256),
    rulesChanged: async () => [],
    recordTypeOf: async () => undefined,
    moveObjection: async () => undefined,
    fieldFault: async () => undefined,
    shippedRecordType: () => undefined,
    isPerson: async (_, person) => person === 'Person/n.ito' || person === 'Person/m.okafor',
    personKeys: async (_, person) =>
      person === n ? [ito.publicKey] : person === 'Person/m.okafor' ? [okafor.publicKey] : [],
    mayBreakGlass: async (_, person, team) => person === n && team === 'Team/on-call',
    standardFault: async () => undefined,
    takesBack: async () => false,
    authorsOf: async () => [],
    accountOwners: async () => [],
    now: new Date('2026-10-02T18:00:00Z'),
    verifySignature: verifySshSignature,
    sha256,
    ...over,
  })
}

/** The one entry that has to be named, and why. */
async function expectBad(
  entries: readonly LedgerEntry[],
  at: number,
  because: RegExp,
  over: Partial<VerifyQuestion> = {},
): Promise<void> {
  const { steps } = await written(entries)
  await expectBadSteps(steps, at, because, over)
}

async function expectBadSteps(
  steps: readonly LedgerStep[],
  at: number,
  because: RegExp,
  over: Partial<VerifyQuestion> = {},
): Promise<void> {
  const found = await verify(steps, over)
  expect(found.firstBad?.because).toMatch(because)
  expect(found.firstBad?.commit).toBe(steps[at]?.commit.id)
  expect(found.findings[0]).toMatchObject({ code: 'ledger-tampered', severity: 'error' })
  expect(found.findings[0]?.summary).toContain(steps[at]?.commit.id)
}

const replaced = <T>(list: readonly T[], at: number, item: T): T[] => list.map((old, i) => (i === at ? item : old))
const without = <T>(list: readonly T[], at: number): T[] => list.filter((_, i) => i !== at)
/** The same entry with a file of it rewritten. */
function edited(entry: LedgerEntry, from: string | RegExp, to: string, signer = entry.signer): LedgerEntry {
  const files = new Map([...entry.files].map(([path, text]) => [path, text?.replace(from, to) ?? null]))
  return { ...entry, files, signer }
}

describe('an honest ledger', () => {
  it('verifies, says by whose word, and counts what was checked', async () => {
    const { entries } = await story()
    const { steps } = await written(entries)
    const found = await verify(steps)
    expect(found.findings).toEqual([])
    expect(found).toMatchObject({
      trust: 'self-asserted',
      witnessed: false,
      rule: 'one-independent',
      entries: 9,
      tip: steps.at(-1)?.commit.id,
    })
    expect(found.transitions).toMatchObject({
      'genesis genesis': 1,
      'change approve': 1,
      'lock acquire': 1,
      'change finish': 1,
    })
    expect(found.merges).toEqual({ recorded: 1, unapproved: 0, pending: 0, unrecorded: 0 })
    const pinned = `# keys\nengine valid-after="20260901",valid-before="20261231Z" ${engine.publicKey}\nPerson/* namespaces="git,plumbline-approval" ${ito.publicKey}\n`
    expect(await verify(steps, { allowedSigners: pinned, witnessTip: steps[3]?.commit.id ?? '' })).toMatchObject({
      findings: [],
      trust: 'pinned',
      witnessed: true,
    })
  })

  it('may change its engine keys', async () => {
    const { entries } = await story()
    const add = engineKeyEntry(addEngineKey(engine2.publicKey, '2026-10-01T09:00:00Z'), by().uuid, engine, sha256)
    const retire = engineKeyEntry(retireEngineKey(engine.publicKey, '2026-10-01T10:00:00Z'), by().uuid, engine2, sha256)
    const later = entries.slice(1).map((e) => (e.signer === engine ? { ...e, signer: engine2 } : e))
    const [first] = entries
    expect((await verify((await written([first ?? genesis(), add, retire, ...later])).steps)).findings).toEqual([])
    await expectBad([first ?? genesis(), add, retire, ...entries.slice(1)], 5, /key that was retired/)
    // No key lets itself in.
    const self = engineKeyEntry(addEngineKey(outsider.publicKey, '2026-10-01T09:00:00Z'), by().uuid, outsider, sha256)
    await expectBad([first ?? genesis(), self, ...entries.slice(1)], 1, /no engine's key/)
    const back = engineKeyEntry(addEngineKey(engine.publicKey, '2026-10-01T11:00:00Z'), by().uuid, engine2, sha256)
    await expectBad([first ?? genesis(), add, retire, back, ...later], 3, /does not come back/)
  })

  it('without a rule for approvals says so', async () => {
    const alone = expectRecord(
      fold.propose(
        { id, title: 'x', subject, actions: [], mergedAs: { commit: merge, base: adoption } },
        by(),
        'approved',
      ),
    )
    expect(await verify((await written([genesis('solo'), changeEntry(alone, engine)])).steps)).toMatchObject({
      findings: [],
      rule: 'solo',
    })
    await expectBad([genesis(), changeEntry(alone, engine)], 1, /nobody approved it/)
  })

  it('names merges that nobody recorded, that nobody approved, and those that wait', async () => {
    const nothing = await verify((await written([genesis()])).steps)
    expect(nothing).toMatchObject({
      merges: { unrecorded: 1 },
      findings: [{ code: 'unrecorded-merge', summary: expect.stringContaining(merge) }],
    })
    const { entries } = await story()
    expect(await verify((await written(entries.slice(0, 3))).steps)).toMatchObject({
      merges: { pending: 1 },
      findings: [],
    })
    const late = expectRecord(
      fold.propose(
        { id, title: 'x', subject, actions: [], mergedAs: { commit: merge, base: adoption } },
        by(),
        'unapproved',
        ['nobody'],
      ),
    )
    const found = await verify((await written([genesis(), changeEntry(late, engine)])).steps)
    expect(found).toMatchObject({
      merges: { unapproved: 1 },
      findings: [{ code: 'unapproved-merge', severity: 'warning' }],
    })
  })
})

describe('names the first entry that was tampered with', () => {
  it('an edited record, whoever signs the edit', async () => {
    const { entries } = await story()
    const at = 7
    const done = entries[at]
    if (done === undefined) throw new Error('no such entry')
    await expectBad(
      replaced(entries, at, edited(done, 'raise the limit', 'nothing to see', outsider)),
      at,
      /no engine's key|never changes/,
    )
    // The engine's own key was stolen: the law still holds.
    await expectBad(
      replaced(entries, at, edited(done, 'raise the limit', 'nothing to see')),
      at,
      /title of a change never changes/,
    )
    await expectBad(replaced(entries, at, edited(done, /^/, '# a comment\n')), at, /not written by the engine/)
  })

  it('a record edited under its old signature', async () => {
    const { entries } = await story()
    const { steps, branch } = await written(entries)
    const at = 2
    const [old, parent] = [steps[at]?.commit.id ?? '', steps[at]?.commit.parents[0] ?? '']
    r.git('switch', '-q', '--detach', old)
    r.write('changes/2026-00/00/CHG-2026-00001.yaml', 'state: approved\n')
    r.git('add', '--all')
    const tree = r.git('write-tree')
    r.git('reset', '-q', '--hard')
    const raw = r.git('cat-file', 'commit', old).replace(/^tree .*/, `tree ${tree}`)
    r.write('forged-commit', `${raw}\n`)
    const forged = r.git('hash-object', '-w', '-t', 'commit', 'forged-commit')
    r.git('clean', '-qf')
    r.git('switch', '-q', 'main')
    r.git('update-ref', `refs/heads/${branch}`, forged)
    const tampered = await stepsOf(branch)
    expect(tampered.at(-1)?.commit.parents[0]).toBe(parent)
    await expectBadSteps(tampered, at, /signature does not hold/)
  })

  it('an entry dropped, turned round, doubled, put before the beginning', async () => {
    const { entries } = await story()
    const { steps } = await written(entries)
    await expectBadSteps(without(steps, 2), 2, /not the entry before it/)
    await expectBadSteps(steps.slice(1), 0, /does not begin here/)
    // Written anew with keys that are allowed, so that only the law can tell.
    await expectBad(without(entries, 2), 2, /merge|does not make|brings no approval/)
    await expectBad(without(entries, 4), 4, /without holding its lock/)
    const [a, b, c, d, e, f, g, ...rest] = entries as [
      LedgerEntry,
      LedgerEntry,
      LedgerEntry,
      LedgerEntry,
      LedgerEntry,
      LedgerEntry,
      LedgerEntry,
    ]
    await expectBad([a, b, c, d, e, g, f, ...rest], 5, /progress is not for a change that is approved/)
    await expectBad([a, b, c, c, d, e, f, g, ...rest], 3, /was used before/)
    await expectBad([b, a, c, d, e, f, g, ...rest], 0, /nothing comes before the genesis/)
    await expectBad([a, { ...genesis() }, b], 1, /one genesis record/)
  })

  it('an entry without a signature, or signed by an outsider or by the wrong sort of key', async () => {
    const { entries } = await story()
    const { steps } = await written(entries)
    const unsigned = steps.map((s, i) => {
      if (i !== 3) return s
      const { signature: _, ...commit } = s.commit
      return { ...s, commit }
    })
    await expectBadSteps(unsigned, 3, /not signed/)
    const signedBy = (at: number, signer: Signer) => entries.map((e, i) => (i === at ? { ...e, signer } : e))
    await expectBad(signedBy(3, outsider), 3, /no engine's key/)
    await expectBad(signedBy(3, ito), 3, /no engine's key/)
    await expectBad(signedBy(2, engine), 2, /no key of Person\/n\.ito/)
    await expectBad(signedBy(2, okafor), 2, /no key of Person\/n\.ito/)
  })

  it('where the pinned keys are others, or not valid at the time', async () => {
    const { entries } = await story()
    const { steps } = await written(entries)
    await expectBadSteps(steps, 0, /no engine's key/, { allowedSigners: `engine ${engine2.publicKey}\n` })
    await expectBadSteps(steps, 3, /no engine's key/, {
      allowedSigners: `engine valid-before="20261002" ${engine.publicKey}\n`,
    })
    await expectBadSteps(steps, 0, /no engine's key/, {
      allowedSigners: `engine namespaces="file" ${engine.publicKey}\n`,
    })
    const people = `engine ${engine.publicKey}\n${n} ${okafor.publicKey}\n`
    await expectBadSteps(steps, 1, /allowed signers don't list/, { allowedSigners: people })
    const broken = await verify(steps, { allowedSigners: `engine cert-authority ${engine.publicKey}\n` })
    expect(broken.findings[0]?.summary).toMatch(/line 1 .* cert-authority is not supported/)
  })

  it('an approval of another change, of another person, made with another key, or not at all', async () => {
    const { entries, records } = await story()
    const given = async (a: RecordedApproval) =>
      replaced(entries.slice(0, 3), 2, changeEntry(await approve(records.proposed, a), ito))
    await expectBad(await given(await approval({ plan: `sha256:${'9'.repeat(64)}` })), 2, /about something else/)
    await expectBad(await given(await approval({ repository: 'estate-2' })), 2, /about something else/)
    await expectBad(await given(await approval({}, outsider)), 2, /no key of Person\/n\.ito/)
    const okafors = await approval({}, okafor, 'Person/m.okafor')
    await expectBad(await given({ ...okafors, approver: n }), 2, /names another person/)
    const good = await approval()
    await expectBad(
      await given({ ...good, envelope: { ...good.envelope, payload: okafors.envelope.payload } }),
      2,
      /does not hold/,
    )
    const unasked = expectRecord(
      fold.recogniseMerge(records.proposed, { commit: merge, base: adoption }, by(), { approved: true }),
    )
    await expectBad([...entries.slice(0, 2), changeEntry(unasked, engine)], 2, /nobody approved it/)
  })

  it('approvers who were none when it was merged', async () => {
    const { entries } = await story()
    let asked = 0
    // Known at the base of the record, gone from the base of the merge: asked in that order.
    const personKeys = async () => (++asked <= 3 ? [ito.publicKey] : [])
    await expectBad(entries, 3, /no key of Person\/n\.ito/, { personKeys })
  })

  it('people and rules that only an unapproved merge brought', async () => {
    const [before, after] = [r.git('rev-parse', `${adoption}^{tree}`), subject.tree]
    const pushed = r.git('commit-tree', before, '-p', adoption, '-m', 'a second me')
    const next = r.git('commit-tree', after, '-p', pushed, '-m', 'with it')
    const main = [
      { id: pushed, tree: before, parents: [adoption] },
      { id: next, tree: after, parents: [pushed] },
    ]
    const unasked = expectRecord(
      fold.propose(
        {
          ...{ id, title: 'a second me', actions: [], mergedAs: { commit: pushed, base: adoption } },
          subject: { ...subject, head: pushed, tree: before },
        },
        by(),
        'unapproved',
        ['nobody approved it'],
      ),
    )
    const proposed = propose({ id: 'CHG-2026-00002', subject: { ...subject, base: pushed } })
    const approved = await approve(proposed, await approval({ base: pushed }))
    const entries = (rules?: string) => [
      genesis(),
      changeEntry(unasked, engine),
      changeEntry(proposed, ito),
      changeEntry(approved, ito),
      changeEntry(
        expectRecord(
          fold.recogniseMerge(approved, { commit: next, base: pushed, ...(rules !== undefined && { rules }) }, by(), {
            approved: true,
          }),
        ),
        engine,
      ),
    ]
    const changedAt = (...commits: string[]): Partial<VerifyQuestion> => ({
      ...{ main, isOnMain: async () => true },
      rulesChanged: async (_, to) => (commits.includes(to) ? [n] : []),
    })
    await expectBad(entries(), 4, /has Person\/n\.ito as CHG-2026-00001 brought/, changedAt(pushed, next))
    await expectBad(entries(adoption), 4, /has Person\/n\.ito as CHG-2026-00001 brought/, changedAt(pushed, next))
    // Brought back by it: then those who were there before have to have agreed.
    await expectBad(entries(), 4, /was judged by documents/, changedAt(pushed))
    const only = (at: string): Partial<VerifyQuestion> => ({
      ...changedAt(pushed),
      personKeys: async (base) => (base === at ? [ito.publicKey] : []),
    })
    await expectBad(entries(adoption), 4, /no key of Person\/n\.ito/, only(pushed))
    expect(await verify((await written(entries(adoption))).steps, changedAt(pushed))).toMatchObject({
      findings: [{ code: 'unapproved-merge' }],
    })
    expect(await verify((await written(entries())).steps, changedAt())).toMatchObject({
      findings: [{ code: 'unapproved-merge' }],
    })
    await expectBad(entries(adoption), 4, /nothing speaks against its base/, changedAt())
  })

  it('a base that was never on the target branch brings no people of its own', async () => {
    const elsewhere = r.git('commit-tree', `${adoption}^{tree}`, '-m', 'our own people')
    const forged = propose({ subject: { ...subject, base: elsewhere } })
    await expectBad([genesis(), changeEntry(forged, ito)], 1, /never on the target branch/)
  })

  it('a record that says something else than what was merged', async () => {
    const { entries } = await story()
    const { steps } = await written(entries)
    const contentOf = async () => `sha256:${'0'.repeat(64)}` as const
    const tree = r.git('rev-parse', `${adoption}^{tree}`)
    const found = await verify(steps, { contentOf, main: [{ id: merge, tree, parents: [adoption] }] })
    expect(found.findings).toMatchObject([
      { code: 'ledger-tampered', summary: expect.stringContaining('something else') },
      { code: 'unrecorded-merge' },
    ])
    const rewritten = await verify(steps, { isOnMain: async (commit) => commit === adoption, main: [] })
    expect(rewritten.findings[0]?.summary).toMatch(/the branch was rewritten/)
  })

  it("files that are not the record's, and results under another change's name", async () => {
    const { entries, records } = await story()
    const stray = (at: number, path: string) => {
      const entry = entries[at]
      if (entry === undefined) throw new Error('no such entry')
      return replaced(entries, at, { ...entry, files: new Map([...entry.files, [path, 'x: 1\n']]) })
    }
    await expectBad(stray(4, 'locks/test.yaml'), 4, /not its record/)
    await expectBad(stray(3, 'changes/2026-00/00/CHG-2026-00002.yaml'), 3, /not its record/)
    await expectBad(stray(3, 'applied/ab/web-01.yaml'), 3, /merge applies nothing/)
    const foreign = changeEntry(records.done, engine, { applied: { hosts: [applied('CHG-2026-00009')], sha256 } })
    await expectBad(replaced(entries, 7, foreign), 7, /CHG-2026-00009 applied/)
    const removed = {
      ...branchEntry(
        { apiVersion: 'plumbline/v1', kind: 'Branch', ref: 'r', recognised: merge, open: [] },
        by(),
        engine,
      ),
      files: new Map([['branch.yaml', null]]),
    }
    await expectBad([...entries, removed], 9, /records are never removed/)
    const opened: BranchRecord = {
      apiVersion: 'plumbline/v1',
      kind: 'Branch',
      ref: 'refs/heads/main',
      recognised: merge,
      open: [id],
    }
    await expectBad(
      replaced(entries, 1, changeEntry(records.proposed, ito, { branch: opened })),
      1,
      /only an engine recognises/,
    )
  })

  it('a fence that does not grow, and a message that contradicts its record', async () => {
    const { entries, records } = await story()
    const again = takeOverLock(records.lock, { ...holder, pid: 1 })
    const slow = lockEntry({ ...expectRecord(again), fence: 1 }, 'take-over', by(), engine)
    await expectBad([...entries.slice(0, 5), slow], 5, /one more/)
    const lying = (over: Partial<LedgerEntry>) => replaced(entries, 3, { ...(entries[3] ?? genesis()), ...over })
    await expectBad(lying({ transition: 'expire' }), 3, /contradicts its record/)
    await expectBad(lying({ actor: n }), 3, /contradicts its record/)
    await expectBad(lying({ subject: 'sha256:0' }), 3, /another plan/)
    await expectBad(lying({ at: new Date('2026-10-02T13:00:00Z') }), 3, /date contradicts/)
    await expectBad(lying({ record: 'CHG-2026-00002' }), 3, /does not write its record/)
    await expectBad(lying({ record: 'incident/1' }), 3, /no sort of record/)
  })

  it('an end that was cut off, where a witness kept it', async () => {
    const { entries } = await story()
    const { steps } = await written(entries)
    const short = steps.slice(0, 6)
    expect((await verify(short)).findings).toEqual([])
    const found = await verify(short, { witnessTip: steps.at(-1)?.commit.id ?? '' })
    expect(found.findings).toMatchObject([{ code: 'ledger-tampered', summary: expect.stringContaining('cut off') }])
    expect((await verify([])).findings[0]?.summary).toMatch(/there is no ledger/)
  })

  it('history written anew by somebody else, from the first entry they touched', async () => {
    const { entries } = await story()
    const forged = entries.map((e, i) => (i < 3 ? e : { ...e, signer: outsider }))
    await expectBad(forged, 3, /no engine's key/)
    const everything = entries.map((e) => ({ ...e, signer: e.signer === engine ? outsider : e.signer }))
    await expectBad(
      replaced(
        everything,
        0,
        genesisEntry(
          {
            apiVersion: 'plumbline/v1',
            kind: 'Genesis',
            repository: 'estate-1',
            adoption,
            engineKeys: [outsider.publicKey],
            rule: 'solo',
            at: '2026-10-01T08:00:00Z',
          },
          by().uuid,
          outsider,
        ),
      ),
      0,
      /no engine's key/,
      {
        allowedSigners: `engine ${engine.publicKey}\n`,
      },
    )
  })
})

const okafor2 = 'Person/m.okafor'

/** The end of the story, as one that was begun on one person's word, or agreed to beforehand. */
async function carriedOut(record: ChangeRecord, at = '2026-10-02T12:00:00Z'): Promise<readonly LedgerEntry[]> {
  const merged = expectRecord(
    fold.recogniseMerge(record, { commit: merge, base: adoption }, by('engine', at), { approved: true }),
  )
  const lock = expectRecord(acquireLock(undefined, 'prod', holder))
  const deployment = {
    ...{ environments: ['prod'], fences: { prod: lock.fence }, startedAt: at, by: 'n.ito' },
    intents: [sampleIntent(1), sampleIntent(2)],
  }
  const started = expectRecord(fold.start(merged, deployment, by('engine', at)))
  const results = [1, 2].map((i) => ({ id: sampleAction(i).id, outcome: 'applied' as const }))
  const done = expectRecord(fold.finish(started, results, by('engine', at)))
  return [
    changeEntry(merged, engine),
    lockEntry(lock, 'acquire', by(), engine),
    changeEntry(started, engine),
    changeEntry(done, engine),
  ]
}

describe('an emergency', () => {
  const told: Omit<Emergency, 'envelope'> = {
    person: n,
    role: 'Team/on-call',
    reason: 'No name resolves',
    incident: 'INC-1',
    at: '2026-10-02T12:00:00Z',
    until: '2026-10-02T14:00:00Z',
  }
  const broken = async (over: Partial<BreakGlassPredicate> = {}, signer = ito): Promise<Emergency> => ({
    ...told,
    envelope: await signStatement('break-glass', { ...told, subject, ...over }, signer, fingerprint),
  })
  const born = async (emergency?: Emergency, at = told.at, number = id) =>
    expectRecord(
      fold.breakGlass(
        { id: number, title: 'mend', subject, actions: [sampleAction(1), sampleAction(2)] },
        emergency ?? (await broken()),
        by(n, at),
      ),
    )
  const reviewed = async (
    record: ChangeRecord,
    at: string,
    reviewer: `Person/${string}` = okafor2,
    signer = okafor,
  ) => {
    const said = { reviewer, at, outcome: 'successful' as const }
    const envelope = await signStatement('review', { ...said, subject, change: record.id }, signer, fingerprint)
    return expectRecord(fold.review(record, { ...said, envelope }, by(reviewer, at)))
  }
  const last = (entries: readonly LedgerEntry[]): ChangeRecord => {
    const text = [...(entries.at(-1)?.files.values() ?? [])][0] ?? ''
    const parsed = parseRecord('change', text, 'a record')
    if ('refused' in parsed) throw new Error(parsed.refused.summary)
    return parsed.record
  }
  const emergency = async () => {
    const record = await born()
    return [genesis(), changeEntry(record, ito), ...(await carriedOut(record))]
  }

  it('holds by the word of one person, until its review is due', async () => {
    const entries = await emergency()
    const { steps } = await written(entries)
    expect((await verify(steps)).findings).toEqual([])
    expect((await verify(steps, { now: new Date('2026-10-03T12:00:00Z') })).findings).toEqual([])
    const due = await verify(steps, { now: new Date('2026-10-03T12:00:01Z') })
    expect(due.findings).toMatchObject([{ code: 'emergency-unreviewed', severity: 'error', subject: id }])
    expect(due.findings[0]?.summary).toContain(n)
    const inTime = changeEntry(await reviewed(last(entries), '2026-10-03T11:00:00Z'), okafor)
    const later = { now: new Date('2026-11-01T00:00:00Z') }
    expect((await verify((await written([...entries, inTime])).steps, later)).findings).toEqual([])
  })

  it('that was reviewed late says so for ever, whatever date the review bears', async () => {
    const entries = await emergency()
    const late = changeEntry(await reviewed(last(entries), '2026-10-05T11:00:00Z'), okafor)
    const later = { now: new Date('2027-11-01T00:00:00Z') }
    const found = await verify((await written([...entries, late])).steps, later)
    expect(found.findings).toMatchObject([{ code: 'emergency-reviewed-late', severity: 'warning', subject: id }])
    const meanwhile = lockEntry(
      expectRecord(acquireLock(undefined, 'test', holder)),
      'acquire',
      by('engine', '2026-10-05T10:00:00Z'),
      engine,
    )
    const backdated = changeEntry(await reviewed(last(entries), '2026-10-03T11:00:00Z'), okafor)
    expect((await verify((await written([...entries, meanwhile, backdated])).steps, later)).findings).toMatchObject([
      { code: 'emergency-reviewed-late' },
    ])
    // A second review takes nothing back.
    const again = changeEntry(await reviewed(last([...entries, late]), '2026-10-05T12:00:00Z'), okafor)
    expect((await verify((await written([...entries, late, again])).steps, later)).findings).toHaveLength(1)
  })

  it('is named where what was signed is not what stands there', async () => {
    const other = { ...subject, plan: `sha256:${'9'.repeat(64)}` } as const
    const cases: readonly (readonly [Emergency, RegExp])[] = [
      [await broken({ subject: other }), /something else than the record says/],
      [await broken({ until: '2026-10-02T13:00:00Z' }), /something else than the record says/],
      [await broken({ incident: 'INC-2' }), /something else than the record says/],
      [await broken({}, okafor), /no key of Person\/n\.ito/],
      [{ ...(await broken()), envelope: (await approval()).envelope }, /does not hold/],
    ]
    for (const [said, because] of cases) await expectBad([genesis(), changeEntry(await born(said), ito)], 1, because)
  })

  it('is named where the base lets them not, or somebody else signs the entry', async () => {
    const [first, entry, ...rest] = await emergency()
    if (first === undefined || entry === undefined) throw new Error('no such entry')
    await expectBad([first, entry], 1, /may not break the glass as Team\/on-call/, { mayBreakGlass: async () => false })
    await expectBad([first, { ...entry, signer: engine }], 1, /no key of Person\/n\.ito/)
    // Let in by the base it was born by, and no more by the one it was merged onto.
    const moved = { ...subject, base: merge }
    const old = changeEntry(await born(await broken({ subject: moved }), told.at), ito)
    const changed = edited(old, `base: ${adoption}`, `base: ${merge}`)
    await expectBad([first, changed], 1, /may not/, { mayBreakGlass: async (base) => base === adoption })
    expect((await verify((await written([first, entry, ...rest])).steps)).findings).toEqual([])
  })

  it('is named where it was merged or begun after its time', async () => {
    const record = await born()
    const entries = [genesis(), changeEntry(record, ito), ...(await carriedOut(record, '2026-10-02T15:00:00Z'))]
    await expectBad(entries, 2, /broken until 2026-10-02T14:00:00Z, and this came later/)
  })

  it('is named where the last one of the same person is overdue', async () => {
    const entries = await emergency()
    const at = '2026-10-04T12:00:00Z'
    const over = { at, until: '2026-10-04T13:00:00Z' } as const
    const said = {
      ...told,
      ...over,
      envelope: await signStatement('break-glass', { ...told, ...over, subject }, ito, fingerprint),
    }
    const second = changeEntry(await born(said, at, 'CHG-2026-00002'), ito)
    await expectBad([...entries, second], 6, /broke the glass again, and CHG-2026-00001 was not reviewed in time/)
    const review = changeEntry(await reviewed(last(entries), '2026-10-04T11:00:00Z'), okafor)
    expect((await verify((await written([...entries, review, second])).steps)).firstBad).toBeUndefined()
  })

  it('is reviewed by somebody else', async () => {
    const entries = await emergency()
    const record = last(entries)
    const at = '2026-10-03T11:00:00Z'
    const bad = async (review: ChangeRecord, signer: Signer, because: RegExp, over: Partial<VerifyQuestion> = {}) =>
      expectBad([...entries, changeEntry(review, signer)], 6, because, over)
    await bad(await reviewed(record, at, n, ito), ito, /broke the glass for it, and reviewed it/)
    await bad(await reviewed(record, at), okafor, /wrote some of it, and reviewed it/, {
      authorsOf: async () => [okafor2],
    })
    await bad(await reviewed(record, at, okafor2, outsider), okafor, /no key of Person\/m\.okafor/)
    await bad(await reviewed(record, at), engine, /no key of Person\/m\.okafor/)
    const good = await reviewed(record, at)
    if (good.review === undefined) throw new Error('no review')
    await bad(
      { ...good, review: { ...good.review, outcome: 'unsuccessful' } },
      okafor,
      /something else than the record says/,
    )
    // Who joined since may; who left may not.
    const joined = async (base: string) => (base === merge ? [okafor.publicKey] : [])
    const keys = { personKeys: async (base: string, person: string) => (person === n ? [ito.publicKey] : joined(base)) }
    const fine = [...entries, changeEntry(good, okafor)]
    expect((await verify((await written(fine)).steps, keys)).findings).toEqual([])
    const left = async (base: string, person: string) =>
      person === n ? [ito.publicKey] : base === merge ? [] : [okafor.publicKey]
    const known: BranchRecord = {
      ...{ apiVersion: 'plumbline/v1', kind: 'Branch', ref: 'refs/heads/main' },
      ...{ recognised: merge, open: [id] },
    }
    await expectBad([...entries, branchEntry(known, by(), engine), changeEntry(good, okafor)], 7, /no key of/, {
      personKeys: left,
    })
  })

  it('is not closed before that', async () => {
    const entries = await emergency()
    const record = last(entries)
    expect(fold.close(record, by(okafor2))).toMatchObject({ refused: { code: 'illegal-transition' } })
    const review = await reviewed(record, '2026-10-03T11:00:00Z')
    const closed = expectRecord(fold.close(review, by(okafor2, '2026-10-03T12:00:00Z')))
    const all = [...entries, changeEntry(review, okafor), changeEntry(closed, okafor)]
    expect((await verify((await written(all)).steps)).findings).toEqual([])
    await expectBad(replaced(all, 7, changeEntry(closed, outsider)), 7, /no key of Person\/m\.okafor/)
  })
})

describe('what happens to a change on its way', () => {
  const at = '2026-10-02T13:00:00Z'
  const when = { from: '2026-10-03T20:00:00Z', until: '2026-10-03T23:00:00Z' }

  it('verifies: a time, a pause, and going on', async () => {
    const { entries, records } = await story()
    const scheduled = expectRecord(fold.schedule(records.merged, when, by(okafor2, at)))
    const cleared = expectRecord(fold.unschedule(scheduled, by('engine', at)))
    const times = [changeEntry(scheduled, okafor), changeEntry(cleared, engine)]
    const [lock, ...begun] = [records.lock, ...entries.slice(5, 7)]
    const one = expectRecord(
      fold.progress(records.started, { results: [{ id: sampleAction(1).id, outcome: 'applied' }] }, by()),
    )
    const asked = expectRecord(fold.pause(one, 'the phones ring', by(okafor2, at)))
    const held = expectRecord(fold.hold(asked, [{ id: sampleAction(2).id, outcome: 'not-started' }], by('engine', at)))
    const pauses = [changeEntry(one, engine), changeEntry(asked, okafor), changeEntry(held, engine)]
    const all = [...entries.slice(0, 4), ...times, lockEntry(lock, 'acquire', by(), engine), begun[0], ...pauses]
    const whole = all.filter((e) => e !== undefined)
    expect((await verify((await written(whole)).steps)).findings).toEqual([])
    // Of an outsider, and of an engine in a person's name.
    await expectBad(replaced(whole, 4, changeEntry(scheduled, outsider)), 4, /no key of Person\/m\.okafor/)
    await expectBad(replaced(whole, 9, changeEntry(asked, engine)), 9, /no key of Person\/m\.okafor/)
    // A hold that nobody asked for, and a time that ends before it begins.
    const { pause: _, ...deployment } = held.deployment ?? { pause: undefined }
    const silent = { ...held, deployment: deployment as ChangeRecord['deployment'] } as ChangeRecord
    await expectBad(
      [...whole.slice(0, 9), changeEntry(silent, engine)],
      9,
      /nothing is held that nobody asked to pause/,
    )
    const backwards = { ...scheduled, schedule: { from: when.until, until: when.from } }
    await expectBad(replaced(whole, 4, changeEntry(backwards, okafor)), 4, /ends after it has begun/)
    // Somebody who left the estate since.
    const left = async (base: string, person: string) =>
      person === n ? [ito.publicKey] : base === adoption ? [okafor.publicKey] : []
    await expectBad(whole, 4, /no key of Person\/m\.okafor/, { personKeys: left })
  })
})

describe('a standard change', () => {
  const template = 'StandardChange/versions' as const
  const born = () =>
    expectRecord(
      fold.propose(
        {
          ...{ id, title: 'x', subject, template, actions: [sampleAction(1), sampleAction(2)] },
          mergedAs: { commit: merge, base: adoption },
        },
        by(),
        'approved',
      ),
    )

  it('needs nobody where its template covers it, and is named where it does not', async () => {
    const asked: ChangeRecord[] = []
    const entries = [genesis(), changeEntry(born(), engine)]
    const found = await verify((await written(entries)).steps, {
      standardFault: async (record) => {
        asked.push(record)
        return undefined
      },
    })
    expect(found.findings).toEqual([])
    expect(asked).toMatchObject([{ template, merge: { commit: merge, base: adoption } }])
    await expectBad(entries, 1, /no standard change: there is no such template/, {
      standardFault: async () => 'there is no such template',
    })
  })

  it('is judged again where it is merged, and onto the target branch only', async () => {
    const proposed = expectRecord(
      fold.propose(
        { id, title: 'x', subject, template, actions: [sampleAction(1), sampleAction(2)] },
        by(n),
        'approved',
      ),
    )
    const entries = [genesis(), changeEntry(proposed, ito), ...(await carriedOut(proposed))]
    expect((await verify((await written(entries)).steps)).findings).toEqual([])
    await expectBad(entries, 2, /no standard change: a field more/, { standardFault: async () => 'a field more' })
    const elsewhere = r.git('commit-tree', `${adoption}^{tree}`, '-m', 'templates of our own')
    const onto = expectRecord(
      fold.recogniseMerge(proposed, { commit: merge, base: elsewhere }, by(), { approved: true }),
    )
    await expectBad(replaced(entries.slice(0, 3), 2, changeEntry(onto, engine)), 2, /never on the target branch/)
  })

  it('is not begun before it was merged', async () => {
    const proposed = expectRecord(
      fold.propose({ id, title: 'x', subject, template, actions: [sampleAction(1)] }, by(n), 'approved'),
    )
    const lock = expectRecord(acquireLock(undefined, 'prod', holder))
    const deployment = {
      ...{ environments: ['prod'], fences: { prod: lock.fence }, startedAt: '2026-10-02T12:00:00Z', by: 'n.ito' },
      intents: [sampleIntent(1)],
    }
    const started = expectRecord(fold.start(proposed, deployment, by()))
    const entries = [
      genesis(),
      changeEntry(proposed, ito),
      lockEntry(lock, 'acquire', by(), engine),
      changeEntry(started, engine),
    ]
    await expectBad(entries, 3, /begun before it was merged/)
  })

  it('does not lose its type, nor get another template', async () => {
    const merged = born()
    const proposed = propose()
    const turned = { ...(await approve(proposed)), type: 'standard' as const, template }
    await expectBad(
      [genesis(), changeEntry(proposed, ito), changeEntry(turned, ito)],
      2,
      /type of a change never changes/,
    )
    const { template: _, ...bare } = merged
    await expectBad([genesis(), changeEntry(bare, engine)], 1, /follows a template/)
  })
})

describe('what an engine attests of an end', () => {
  async function attested(over: Partial<ApplyPredicate> = {}, signer = engine): Promise<readonly LedgerEntry[]> {
    const { entries, records } = await story()
    const results = [1, 2].map((i) => ({ id: sampleAction(i).id, outcome: 'applied' as const }))
    const at = '2026-10-02T12:00:00Z'
    const predicate: ApplyPredicate = {
      ...{ subject, change: id, outcome: 'implemented', startedAt: at, finishedAt: at },
      results: digestOf(sha256, results),
      ...over,
    }
    const envelope = await signStatement('apply', predicate, signer, fingerprint)
    const done = expectRecord(fold.finish(records.started, results, by(), envelope))
    return [...entries.slice(0, 6), changeEntry(done, engine)]
  }

  it('verifies', async () => {
    expect((await verify((await written(await attested())).steps)).findings).toEqual([])
  })

  it.each([
    ['of another change', { change: 'CHG-2026-00002' }],
    ['of another outcome', { outcome: 'failed' as const }],
    ['with other results', { results: `sha256:${'0'.repeat(64)}` as const }],
    ['begun at another time', { startedAt: '2026-10-02T11:00:00Z' }],
    ['ended at another time', { finishedAt: '2026-10-02T13:00:00Z' }],
  ])('%s is named', async (_, over) => {
    await expectBad(await attested(over), 6, /attests of its end is something else/)
  })

  it('with a key that is no engine has is named', async () => {
    await expectBad(await attested({}, ito), 6, /attestation of its end: it is signed by .* no engine's key/)
    const { entries, records } = await story()
    const results = [1, 2].map((i) => ({ id: sampleAction(i).id, outcome: 'applied' as const }))
    const done = expectRecord(fold.finish(records.started, results, by(), (await approval()).envelope))
    await expectBad([...entries.slice(0, 6), changeEntry(done, engine)], 6, /attestation of its end does not hold/)
  })
})

describe('a baseline', () => {
  const baseline = (over: Partial<BaselineRecord> = {}): BaselineRecord => ({
    apiVersion: 'plumbline/v1',
    kind: 'Baseline',
    name: 'release-1',
    comment: 'before the audit',
    at: '2026-10-03T12:00:00Z',
    by: 'n.ito@ops-1',
    commit: merge,
    tree: subject.tree,
    catalogues: { 'web-01': subject.plan },
    snapshots: { 'web-01': { digest: subject.policies, seen: '2026-10-03T11:00:00Z' } },
    ...over,
  })
  const entry = (over: Partial<BaselineRecord> = {}, signer = engine) =>
    baselineEntry(baseline(over), by().uuid, signer)

  it('verifies', async () => {
    const { entries } = await story()
    const { steps } = await written([...entries, entry()])
    const found = await verify(steps)
    expect(found.findings).toEqual([])
    expect(found.transitions).toMatchObject({ 'baseline baseline': 1 })
  })

  it.each([
    ['written again', () => [entry(), entry({ comment: 'another' })], 10, /written once/],
    ['signed by a stranger', () => [entry({}, outsider)], 9, /no engine's key/],
    ['signed by a person', () => [entry({}, ito)], 9, /no engine's key/],
    ['about a commit that is not on the branch', () => [entry({ commit: 'f'.repeat(40) })], 9, /does not hold/],
    [
      'under the name of another',
      () => [{ ...entry(), record: 'baseline/release-2' }],
      9,
      /does not write its record|not its record/,
    ],
    [
      'edited',
      () => [edited(entry(), 'before the audit', 'before the audit\nmore: x')],
      9,
      /unknown|written by the engine/,
    ],
    [
      'removed',
      () => [entry(), { ...entry(), files: new Map([['baselines/release-1.yaml', null]]) }],
      10,
      /never removed/,
    ],
    ['brought by something else', () => [{ ...entry(), transition: 'acquire' }], 9, /nothing else happens/],
  ] as const)('that is %s is named', async (_, more, at, because) => {
    const { entries } = await story()
    await expectBad([...entries, ...more()], at, because)
  })
})

describe('an unauthorised change', () => {
  const digest = (digit: string) => `sha256:${digit.repeat(64)}` as const
  const found = (number = 1) =>
    expectRecord(
      findUnauthorised(
        {
          id: `UCH-2026-0000${number}`,
          host: 'web-01',
          resource: 'file:/etc/motd',
          attribution: 'unknown',
          fields: ['content'],
          intended: { spec: digest('1'), change: id, commit: merge, approvers: [n] },
          found: digest('2'),
          foundAt: '2026-10-02T12:00:00Z',
          clues: {},
        },
        by(),
      ),
    )
  const [one, two] = ['UCH-2026-00001', 'UCH-2026-00002']
  const settled = () => expectRecord(settleUnauthorised(found(), 'gone', { because: 'undone by hand' }, by()))

  it('is named while it is open', async () => {
    const { entries } = await story()
    const both = [unauthorisedEntry(found(), [one], engine), unauthorisedEntry(found(2), [one, two], engine)]
    const { steps } = await written([...entries, ...both, unauthorisedEntry(settled(), [two], engine)])
    const report = await verify(steps)
    expect(report.findings).toEqual([])
    expect(report.unauthorised).toEqual([{ id: two, host: 'web-01', resource: 'file:/etc/motd' }])
    expect(report.transitions).toMatchObject({ 'unauthorised find': 2, 'unauthorised gone': 1 })
  })

  it.each([
    ['written by a person', () => [unauthorisedEntry(found(), [one], ito)], 9, /no engine/],
    ['left out of the list', () => [unauthorisedEntry(found(), [], engine)], 9, /list of open ones/],
    ['brought with another', () => [unauthorisedEntry(found(), [one, two], engine)], 9, /list of open ones/],
    ['settled without having been found', () => [unauthorisedEntry(settled(), [], engine)], 9, /born open/],
    [
      'settled as something else than was found',
      () => [
        unauthorisedEntry(found(), [one], engine),
        unauthorisedEntry({ ...settled(), host: 'web-02' }, [], engine),
      ],
      10,
      /never changes/,
    ],
    [
      'recorded as if nothing had happened to it',
      () => [{ ...unauthorisedEntry(found(), [one], engine), transition: 'gone' }],
      9,
      /contradicts its record/,
    ],
  ] as const)('that is %s is bad', async (_, more, at, because) => {
    const { entries } = await story()
    await expectBad([...entries, ...more()], at, because)
  })
})

describe('what an engine takes back by itself', () => {
  const second = 'CHG-2026-00002'
  const back = (over: Partial<fold.Proposal> = {}): fold.Proposal => ({
    id: second,
    title: `take back ${id}`,
    subject: { ...subject, base: adoption, head: adoption, tree: r.git('rev-parse', `${adoption}^{tree}`) },
    actions: [sampleAction(1)],
    rollbackOf: [id],
    automatic: true,
    mergedAs: { commit: adoption, base: adoption },
    ...over,
  })

  /** The first change fails after its first action; then `proposal` is born and begun under the same lock. */
  async function taken(proposal: fold.Proposal, failed = true): Promise<readonly LedgerEntry[]> {
    const { entries, records } = await story()
    const results = [
      { id: sampleAction(1).id, outcome: 'applied' as const },
      { id: sampleAction(2).id, outcome: 'not-started' as const },
    ]
    const end = expectRecord(fold.fail(records.started, results, by(), ['gate-failed: web']))
    const free = expectRecord(releaseLock(records.lock, holder))
    const lock = expectRecord(acquireLock(free, 'prod', { ...holder, change: second }))
    const born = expectRecord(fold.propose(proposal, by(), 'approved'))
    const deployment = {
      environments: ['prod'],
      fences: { prod: lock.fence },
      startedAt: '2026-10-02T12:00:00Z',
      by: 'n.ito',
      intents: proposal.actions.map((action) => ({ action, state: null })),
    }
    const started = expectRecord(fold.start(born, deployment, by()))
    const done = proposal.actions.map((a) => ({ id: a.id, outcome: 'applied' as const }))
    const finished = expectRecord(fold.finish(started, done, by()))
    const gone = expectRecord(fold.markRolledBack(end, second, by(), ['gate-failed: web']))
    return [
      ...entries.slice(0, 6),
      ...(failed ? [changeEntry(end, engine), lockEntry(free, 'release', by(), engine)] : []),
      changeEntry(born, engine),
      ...(failed
        ? [
            lockEntry(lock, 'acquire', by(), engine),
            changeEntry(started, engine),
            changeEntry(finished, engine),
            changeEntry(gone, engine),
          ]
        : []),
    ]
  }
  const rule = {
    takesBack: async (base: string, where: readonly string[]) => base === adoption && where.includes('prod'),
  }

  it('needs nobody where the rollout of the base says so', async () => {
    const entries = await taken(back())
    expect((await verify((await written(entries)).steps, rule)).findings).toEqual([])
    await expectBad(entries, 8, /nobody approved it, and no rollout in/, { takesBack: async () => false })
  })

  it('is of a change that failed, back to where it began, and on nothing else', async () => {
    await expectBad(await taken(back(), false), 6, /which did not fail/, rule)
    await expectBad(await taken(back({ rollbackOf: ['CHG-2026-00009'] })), 8, /which did not fail/, rule)
    await expectBad(await taken(back({ subject })), 8, /does not go back to where/, rule)
    await expectBad(await taken(back({ actions: [sampleAction(2)] })), 8, /which CHG-2026-00001 did not touch/, rule)
  })
})
