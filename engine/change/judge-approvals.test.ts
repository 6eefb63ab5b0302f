import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { load, loadAll } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import type { Address } from '../model/address.ts'
import type { Digest } from '../model/canonical.ts'
import type { Document } from '../model/document.ts'
import type { ApprovalRequirement, Subject } from '../model/plan.ts'
import type { ApprovalPredicate, Envelope, RecordedApproval } from '../model/record.ts'
import type { JudgedCommit } from './authors.ts'
import { graphOf, keyNamed } from './case-world.ts'
import { explainApprovals } from './explain-approvals.ts'
import { type ApprovalQuestion, judgeApprovals } from './judge-approvals.ts'
import type { VerifiedEnvelope } from './read-statement.ts'
import type { Replanned } from './staleness.ts'

interface ApprovalCase {
  readonly by: string
  readonly key?: string
  readonly at?: string
  readonly decision?: string
  readonly recordedAs?: string
  readonly recordedAt?: string
  readonly signature?: 'broken'
  readonly subject?: Partial<Subject>
  /** Set where a forge tells of it: the account (`login`, or `login#number`), its forge, and which review of which pull request. */
  readonly login?: string
  readonly host?: string
  readonly review?: string
  readonly request?: number
}

interface CommitCase {
  readonly author: string
  readonly committer?: string
  readonly coAuthors?: readonly string[]
  readonly signer: string
  readonly byEngine?: boolean
  readonly merge?: 'clean' | 'own-lines'
  readonly pushers?: readonly string[]
  readonly hands?: readonly string[]
}

interface Case {
  readonly case: string
  readonly rule?: 'one-independent' | 'solo'
  readonly requirements?: readonly { readonly count: number; readonly teams: readonly string[] }[]
  readonly commits?: readonly CommitCase[]
  readonly approvals: readonly ApprovalCase[]
  readonly expiryDays?: number
  /** What the record is about, where the base moved since. */
  readonly recorded?: Partial<Subject>
  readonly replanned?: { readonly content?: Digest; readonly policies?: Digest }
  readonly expect: {
    readonly holds: boolean
    readonly counted?: readonly string[]
    readonly refused?: readonly string[]
    readonly missing?: readonly string[]
    readonly blocked?: readonly string[]
    readonly ranOut?: boolean
  }
}

const text = (name: string) => readFileSync(new URL(`cases/approvals/${name}.yaml`, import.meta.url), 'utf8')
const withKeys = text('base').replace(/key: \$([a-z-]+)/g, (_, name: string) => `key: ${keyNamed(name)}`)
const base = graphOf(loadAll(withKeys) as unknown as Document[])

const subject: Subject = {
  repository: '0b8c3c9e-2a0c-4b39-9c0d-3b6a7c1f5e11',
  ref: 'refs/heads/main',
  base: 'b2',
  head: 'h1',
  tree: 't2',
  content: 'sha256:content',
  plan: 'sha256:plan-on-t2',
  policies: 'sha256:policies',
}

/** Stands for the signature check: the payload says which key signed and whether the signature is good. */
const verifyEnvelope = (envelope: Envelope): VerifiedEnvelope => JSON.parse(envelope.payload) as VerifiedEnvelope

function approvalOf(a: ApprovalCase): RecordedApproval {
  if (a.login !== undefined) return reviewOf(a, a.login)
  const predicate: ApprovalPredicate = {
    subject: { ...subject, ...a.subject },
    approver: `Person/${a.by}`,
    decision: (a.decision ?? 'approve') as 'approve',
    at: a.at ?? '2027-03-02T10:00:00Z',
  }
  const verified: VerifiedEnvelope =
    a.signature === 'broken'
      ? { ok: false, because: 'the signature does not match' }
      : { ok: true, publicKey: keyNamed(a.key ?? a.by), predicate }
  return {
    assertion: 'approver-signed',
    approver: `Person/${a.recordedAs ?? a.by}`,
    at: a.recordedAt ?? predicate.at,
    envelope: { payloadType: 'application/vnd.in-toto+json', payload: JSON.stringify(verified), signatures: [] },
  }
}

function reviewOf(a: ApprovalCase, login: string): RecordedApproval {
  const { host = forgeHost, review = login, request = 7 } = a
  return {
    assertion: 'forge-asserted',
    approver: `Person/${a.by}`,
    at: a.at ?? '2027-03-02T10:00:00Z',
    decision: (a.decision ?? 'approve') as 'approve',
    head: a.subject?.head ?? subject.head,
    forge: { ...accountOf(host, login), repository: 'lantern/estate', request, review, author: 'ada', pushes: [] },
  }
}

const forgeHost = 'forge.test'
const accountOf = (host: string, name: string) => {
  const [login = '', id] = name.split('#')
  return { host, login, ...(id !== undefined && { id }) }
}
const accountsOf = (names: readonly string[]) => names.map((name) => accountOf(forgeHost, name))
const email = (name: string) => (name.includes('@') ? name : `${name}@example.org`)

function commitOf(c: CommitCase, index: number): JudgedCommit {
  return {
    id: `c${index}`,
    parents: c.merge === undefined ? ['p'] : ['p', 'q'],
    authorEmail: email(c.author),
    committerEmail: email(c.committer ?? c.author),
    coAuthors: (c.coAuthors ?? []).map(email),
    ...(c.signer !== 'none' && { signerKey: keyNamed(c.signer) }),
    ...(c.byEngine === true && { byEngine: true }),
    cleanMerge: c.merge === 'clean',
    ...(c.pushers !== undefined && { pushers: accountsOf(c.pushers) }),
    ...(c.hands !== undefined && { hands: accountsOf(c.hands) }),
  }
}

const requirementOf = (r: { count: number; teams: readonly string[] }): ApprovalRequirement => ({
  count: r.count,
  teams: r.teams.map((t): Address => (t.includes('/') ? (t as Address) : `Team/${t}`)),
  because: 'the case asks for it',
})

function questionOf(c: Omit<Case, 'case' | 'expect'>): ApprovalQuestion {
  const replanned: Replanned = {
    content: c.replanned?.content ?? subject.content,
    policies: c.replanned?.policies ?? subject.policies,
    plan: (tree) => `sha256:plan-on-${tree}`,
  }
  return {
    subject,
    approvals: c.approvals.map(approvalOf),
    commits: (c.commits ?? [{ author: 'ada', signer: 'ada' }]).map(commitOf),
    baseGraph: base,
    requirements: (c.requirements ?? []).map(requirementOf),
    rule: c.rule ?? 'one-independent',
    verifyEnvelope,
    now: new Date('2027-03-03T09:00:00Z'),
    ...(c.recorded !== undefined && { recorded: { ...subject, ...c.recorded } }),
    ...(c.expiryDays !== undefined && { expiryDays: c.expiryDays }),
    ...(c.replanned !== undefined && { replanned }),
  }
}

for (const file of ['counts', 'fooled', 'subject', 'rejected', 'forge', 'accounts', 'engine']) {
  describe(file, () => {
    it.each((load(text(file)) as Case[]).map((c) => [c.case, c] as const))('%s', (_, c) => {
      const verdict = judgeApprovals(questionOf(c))
      expect({
        holds: verdict.holds,
        counted: verdict.counted.map((x) => x.approver.slice('Person/'.length)),
        refused: verdict.refused.map((x) => x.code),
        missing: verdict.missing.map((m) => `${m.have} of ${m.need}`),
        blocked: verdict.blocked.map((d) => d.code),
        ranOut: verdict.ranOut,
      }).toEqual({ counted: [], refused: [], missing: [], blocked: [], ranOut: false, ...c.expect })
      for (const refusal of verdict.refused) expect(refusal.because).not.toBe('')
      expect(explainApprovals(verdict).some((d) => d.severity === 'error')).toBe(!c.expect.holds)
    })
  })
}

describe('laws', () => {
  const approval: fc.Arbitrary<ApprovalCase> = fc.record(
    {
      by: fc.constantFrom('ada', 'ben', 'chen', 'dora', 'emil', 'robot', 'newcomer'),
      at: fc.constantFrom(
        '2027-02-20T00:00:00Z',
        '2027-03-02T10:00:00Z',
        '2027-03-02T12:00:00+02:00',
        '2027-03-03T08:00:00Z',
      ),
      decision: fc.constantFrom('approve', 'approve', 'approve', 'reject'),
      key: fc.constantFrom('ada', 'ben', 'ben-second', 'ben-lost', 'chen', 'dora', 'shared'),
      login: fc.constantFrom('ada', 'Ada-Home', 'ben', 'BEN-home', 'chen', 'both', 'robot-too'),
      subject: fc.constantFrom(
        {},
        {},
        { head: '1111' },
        { base: 'b0', tree: 't0', plan: 'sha256:plan-on-t0' as const },
      ),
    },
    { requiredKeys: ['by'] },
  )
  const commit: fc.Arbitrary<CommitCase> = fc.record({
    author: fc.constantFrom('ada', 'ben'),
    signer: fc.constantFrom('ada', 'ben', 'none'),
    pushers: fc.subarray(['ada-home', 'ben-home', 'stranger']),
  })
  const question = fc.record({
    approvals: fc.array(approval, { maxLength: 8 }),
    commits: fc.array(commit, { minLength: 1, maxLength: 3 }),
    requirements: fc.array(
      fc.record({ count: fc.integer({ min: 0, max: 3 }), teams: fc.subarray(['platform', 'security']) }),
      { maxLength: 3 },
    ),
  })

  it('gives the same verdict in any order', () => {
    const shuffled = question.chain((q) =>
      fc.record({ q: fc.constant(q), approvals: fc.shuffledSubarray(q.approvals, { minLength: q.approvals.length }) }),
    )
    fc.assert(
      fc.property(shuffled, ({ q, approvals }) => {
        const { commits, requirements } = q
        expect(judgeApprovals(questionOf({ commits, requirements, approvals }))).toEqual(judgeApprovals(questionOf(q)))
      }),
    )
  })

  it('never stops counting somebody because another approval arrives', () => {
    fc.assert(
      fc.property(question, approval, (q, extra) => {
        const one = { ...extra, decision: 'approve' }
        const before = judgeApprovals(questionOf(q)).counted.map((c) => c.approver)
        const after = judgeApprovals(questionOf({ ...q, approvals: [...q.approvals, one] }))
        expect(after.counted.map((c) => c.approver)).toEqual(expect.arrayContaining(before))
      }),
    )
  })

  it('never holds with approvals of those who wrote it', () => {
    fc.assert(
      fc.property(question, (q) => {
        const authors = judgeApprovals(questionOf(q)).authors
        const own = q.approvals.filter((a) => authors.includes(`Person/${a.by}`))
        expect(judgeApprovals(questionOf({ ...q, approvals: own })).holds).toBe(false)
      }),
    )
  })
})
