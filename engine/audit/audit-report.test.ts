import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { sampleAction, sampleApproval, sampleSubject } from '../ledger/test-records.ts'
import { canonicalJson } from '../model/canonical.ts'
import { makeStatement } from '../model/dsse.ts'
import type { ChangeRecord, RecordedApproval, UnauthorisedRecord } from '../model/record.ts'
import type { ReleaseRecord } from '../model/release.ts'
import { base64OfBytes } from '../model/ssh-key.ts'
import type { AccessRow, Given } from './access.ts'
import { auditReport } from './audit-report.ts'
import { type FrameworkId, frameworks } from './frameworks.ts'
import type { ChangeEvent, PastChange } from './past-change.ts'
import type { ReportQuestion } from './report-shape.ts'
import { drawSample } from './sample.ts'
import { dutiesOf } from './separation.ts'

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')

function approval(decision: 'approve' | 'reject', name: string, at: string): RecordedApproval {
  const approver = `Person/${name}` as const
  const statement = makeStatement('approval', { subject: sampleSubject, approver, decision, at })
  return sampleApproval(approver, at, base64OfBytes(new TextEncoder().encode(canonicalJson(statement))))
}

function review(decision: 'approve' | 'reject' | 'dismiss', name: string, at: string): RecordedApproval {
  const forge = {
    host: 'git.example.org',
    repository: 'a/b',
    request: 1,
    review: '7',
    login: name,
    author: 'x',
    pushes: [],
  }
  return { assertion: 'forge-asserted', approver: `Person/${name}`, at, decision, head: sampleSubject.head, forge }
}

const event = (transition: string, at: string): ChangeEvent => ({
  at,
  transition,
  actor: 'engine',
  commit: 'e'.repeat(40),
})

interface Told extends Partial<Omit<ChangeRecord, 'id'>> {
  readonly n?: number
  readonly events?: readonly ChangeEvent[]
}

function past({ n = 1, events = [], ...more }: Told = {}): PastChange {
  const record: ChangeRecord = {
    apiVersion: 'plumbline/v1',
    kind: 'Change',
    id: `CHG-2026-${String(n).padStart(5, '0')}`,
    state: 'implemented',
    title: `change ${n}`,
    type: 'normal',
    openedAt: '2026-10-05T08:00:00Z',
    openedBy: 'Person/ben',
    subject: sampleSubject,
    actions: [sampleAction(1)],
    approvals: [approval('approve', 'ben', '2026-10-05T08:00:00Z')],
    merge: { commit: 'd'.repeat(40), base: sampleSubject.base, recognisedAt: '2026-10-05T09:00:00Z' },
    transition: { uuid: 'u', name: 'finish', at: '2026-10-05T10:00:00Z', actor: 'engine' },
    ...more,
  }
  return { record, events }
}

const emergency = (at = '2026-10-05T08:00:00Z'): ChangeRecord['emergency'] => ({
  ...{ person: 'Person/cleo', role: 'Team/operations', reason: 'The shop is down', incident: 'INC-1', at },
  until: '2026-10-05T12:00:00Z',
  envelope: { payloadType: 'application/vnd.in-toto+json', payload: '', signatures: [] },
})

const reviewed = (name: string, at: string): NonNullable<ChangeRecord['review']> => ({
  ...{ reviewer: `Person/${name}` as const, at, outcome: 'successful' as const },
  envelope: { payloadType: 'application/vnd.in-toto+json', payload: '', signatures: [] },
})

describe('separation of duties', () => {
  interface Case {
    readonly name: string
    readonly authors: readonly string[]
    readonly said: readonly string[]
    readonly rule?: 'solo' | 'one-independent'
    readonly type?: ChangeRecord['type']
    readonly state?: ChangeRecord['state']
    readonly automatic?: true
    readonly reviewer?: string
    readonly expect: string
  }
  const cases = parse(readFileSync(new URL('cases/duties.yaml', import.meta.url), 'utf8')) as readonly Case[]
  it.each(cases)('$name', ({
    authors,
    said,
    rule = 'one-independent',
    type,
    state,
    automatic,
    reviewer,
    expect: want,
  }) => {
    const approvals = said.map((words, i) => {
      const at = `2026-10-05T08:0${i}:00Z`
      const [first = '', second = '', third = ''] = words.split(' ')
      return first === 'forge' ? review(second as 'approve', third, at) : approval(first as 'approve', second, at)
    })
    const change = past({
      approvals,
      ...(state !== undefined && { state }),
      ...(type !== undefined && { type }),
      ...(type === 'emergency' && { emergency: emergency() as NonNullable<ChangeRecord['emergency']> }),
      ...(automatic === true && { automatic }),
      ...(reviewer !== undefined && { review: reviewed(reviewer, '2026-10-05T20:00:00Z') }),
    })
    expect(dutiesOf(change, { authors: authors.map((a) => `Person/${a}` as const) }, rule).verdict).toBe(want)
  })
})

describe('a sample', () => {
  const numbers = fc.uniqueArray(
    fc.integer({ min: 1, max: 99_999 }).map((n) => `CHG-2026-${String(n).padStart(5, '0')}`),
  )
  it('is the same whatever the order of the population, grows by adding, and holds nothing else', () => {
    fc.assert(
      fc.property(numbers, fc.nat(20), fc.string(), (ids, size, seed) => {
        const drawn = drawSample(ids, size, seed, sha256)
        expect(drawn).toEqual(drawSample([...ids].reverse(), size, seed, sha256))
        expect(drawn).toHaveLength(Math.min(size, ids.length))
        expect(ids).toEqual(expect.arrayContaining([...drawn]))
        expect(drawSample(ids, size + 1, seed, sha256)).toEqual(expect.arrayContaining([...drawn]))
      }),
    )
  })

  it('is what sha256sum draws', () => {
    // for n in 1 2 3 4 5; do printf '%s\n%s' audit CHG-2026-0000$n | sha256sum | cut -c1-64; done | sort
    expect(
      drawSample(
        [1, 2, 3, 4, 5].map((n) => `CHG-2026-0000${n}`),
        2,
        'audit',
        sha256,
      ),
    ).toEqual(['CHG-2026-00001', 'CHG-2026-00004'])
  })
})

const question = (more: Partial<ReportQuestion> = {}): ReportQuestion => ({
  framework: 'soc2',
  period: { from: '2026-10-01T00:00:00.000Z', to: '2026-10-31T23:59:59.999Z' },
  madeAt: new Date('2026-11-02T08:00:00Z'),
  engine: '1.0.0',
  estate: { repository: 'r', branch: 'main', tip: 'a'.repeat(40), adoption: 'b'.repeat(40), rule: 'one-independent' },
  verification: {
    ok: true,
    intact: true,
    trust: 'pinned',
    witnessed: true,
    entries: 9,
    tip: 'c'.repeat(40),
    findings: [],
  },
  changes: [],
  details: new Map(),
  unrecorded: [],
  unauthorised: [],
  releases: [],
  driftExceptions: [],
  access: { at: '2026-10-31T23:59:59.999Z', rows: [], leftOver: [] },
  sha256,
  ...more,
})

const resultsOf = (more: Partial<ReportQuestion>, framework: FrameworkId = 'soc2') =>
  Object.fromEntries(
    auditReport(question({ ...more, framework })).controls.flatMap((c) => c.checks.map((k) => [k.check, k.result])),
  )

describe('the population', () => {
  it('is what was merged in the period or carried out in it, to the millisecond; the rest is named', () => {
    const merge = (recognisedAt: string, base = sampleSubject.base) => ({ commit: 'd'.repeat(40), base, recognisedAt })
    const changes = [
      past({ n: 1, merge: merge('2026-09-30T23:59:59.999Z') }),
      past({ n: 2, merge: merge('2026-10-01T00:00:00.000Z') }),
      past({ n: 3, merge: merge('2026-10-31T23:59:59.999Z') }),
      past({ n: 4, merge: merge('2026-11-01T00:00:00.000Z') }),
      past({ n: 5, merge: merge('2026-09-01T00:00:00Z'), events: [event('start', '2026-10-02T00:00:00Z')] }),
      // Carried out at a commit that was there already: nothing was merged.
      past({
        n: 6,
        merge: merge('2026-10-09T00:00:00Z', 'd'.repeat(40)),
        events: [event('finish', '2026-10-09T00:00:00Z')],
      }),
      past({
        n: 7,
        merge: merge('2026-09-01T00:00:00Z'),
        events: [event('approve', '2026-10-02T00:00:00Z')],
        openedAt: '2026-09-01T00:00:00Z',
      }),
    ]
    const report = auditReport(question({ changes }))
    expect(report.population.map((l) => [Number(l.id.slice(-5)), l.because])).toEqual([
      [2, ['merged']],
      [3, ['merged']],
      [5, ['carried-out']],
      [6, ['carried-out']],
    ])
    expect(report.counts).toMatchObject({ total: 4, merged: 2, carriedOut: 2, byType: { normal: 4 } })
    expect(report.outside.map((o) => Number(o.id.slice(-5)))).toEqual([1, 4])
  })

  it('is counted by environment and service with each that a change reaches', () => {
    const details = (environments: readonly string[], services: readonly `Service/${string}`[]) => ({
      ...{ authors: [], strangers: [], environments, services, owners: [] },
    })
    const changes = [1, 2, 3].map((n) => past({ n }))
    const report = auditReport(
      question({
        changes,
        details: new Map([
          ['CHG-2026-00001', details(['prod', 'test'], ['Service/shop'])],
          ['CHG-2026-00002', details(['prod'], ['Service/mail', 'Service/shop'])],
        ]),
      }),
    )
    expect(report.counts.byEnvironment).toEqual({ none: 1, prod: 2, test: 1 })
    expect(report.counts.byService).toEqual({ 'Service/mail': 1, 'Service/shop': 2, none: 1 })
  })
})

describe('emergencies', () => {
  const began = event('start', '2026-10-05T08:30:00Z')
  const verdict = (more: Told, now = '2026-11-02T08:00:00Z') => {
    const glass = emergency() as NonNullable<ChangeRecord['emergency']>
    const changes = [past({ type: 'emergency', emergency: glass, approvals: [], ...more })]
    return auditReport(question({ changes, madeAt: new Date(now) })).emergencies.map((e) => e.verdict)
  }
  it.each([
    ['in time to the second', '2026-10-06T08:30:00Z', 'ben', 'independent'],
    ['a second late', '2026-10-06T08:30:01Z', 'ben', 'late'],
    ['by who broke the glass', '2026-10-05T10:00:00Z', 'cleo', 'not-independent'],
  ])('reviewed %s', (_, at, who, expected) => {
    expect(verdict({ review: reviewed(who, at), events: [began, event('review', at)] })).toEqual([expected])
  })

  it('not reviewed is waiting, then overdue; what was not begun owes nothing', () => {
    expect(verdict({ events: [began] }, '2026-10-06T08:30:00Z')).toEqual(['waiting'])
    expect(verdict({ events: [began] }, '2026-10-06T08:30:01Z')).toEqual(['overdue'])
    expect(verdict({ events: [] })).toEqual(['not-begun'])
  })

  it('a second attempt or a second review moves nothing, and a review dated back came no sooner', () => {
    const late = event('review', '2026-10-07T08:00:00Z')
    const again = [began, late, event('start', '2026-10-07T00:00:00Z'), event('review', '2026-10-07T09:00:00Z')]
    expect(verdict({ review: reviewed('ben', '2026-10-05T10:00:00Z'), events: again })).toEqual(['late'])
    const dated = { ...event('review', '2026-10-05T10:00:00Z'), notBefore: '2026-10-08T00:00:00Z' }
    expect(verdict({ review: reviewed('ben', '2026-10-05T10:00:00Z'), events: [began, dated] })).toEqual(['late'])
  })
})

describe('checks', () => {
  const done = [event('start', '2026-10-05T09:30:00Z'), event('finish', '2026-10-05T10:00:00Z')]

  it('say that nothing occurred where nothing did, and no control is met by that', () => {
    for (const framework of Object.keys(frameworks) as FrameworkId[])
      for (const control of auditReport(question({ framework })).controls)
        expect([control.id, control.result]).toEqual([
          control.id,
          control.checks.some((c) => c.result === 'met') ? 'met' : 'not-enough',
        ])
  })

  it('are met by a change that went as it should', () => {
    expect(resultsOf({ changes: [past({ events: done })] })).toMatchObject({
      ...{ approved: 'met', separated: 'met', traceable: 'met', 'way-back': 'met' },
      ...{ 'emergencies-reviewed': 'none', 'failures-settled': 'none', 'promotions-ready': 'none' },
    })
  })

  it('find what is not as it should be', () => {
    const own = new Map([
      [
        'CHG-2026-00001',
        { authors: ['Person/ben' as const], strangers: [], environments: [], services: [], owners: [] },
      ],
    ])
    expect(resultsOf({ changes: [past()], details: own })['separated']).toBe('exception')
    expect(resultsOf({ changes: [past({ state: 'unapproved' })] })).toMatchObject({
      approved: 'exception',
      separated: 'exception',
    })
    const commit = { commit: 'f'.repeat(40), at: '2026-10-05T00:00:00Z', by: 'x' }
    expect(resultsOf({ unrecorded: [commit] })['approved']).toBe('exception')
    const failed = [event('start', '2026-10-05T09:30:00Z'), event('fail', '2026-10-05T10:00:00Z')]
    expect(resultsOf({ changes: [past({ state: 'failed', events: failed })] })['failures-settled']).toBe('exception')
    const mended = [...failed, event('start', '2026-10-06T09:30:00Z'), event('finish', '2026-10-06T10:00:00Z')]
    expect(resultsOf({ changes: [past({ events: mended })] })['failures-settled']).toBe('met')
    const hanging = past({ state: 'implementing', events: done.slice(0, 1) })
    expect(resultsOf({ changes: [hanging] })['traceable']).toBe('exception')
  })

  it('rest the ledger on keys and a witness from outside', () => {
    const { verification } = question()
    const intact = (more: object) => resultsOf({ verification: { ...verification, ...more } }, 'nist')['ledger-intact']
    expect(intact({})).toBe('met')
    expect(intact({ trust: 'self-asserted' })).toBe('not-enough')
    expect(intact({ witnessed: false })).toBe('not-enough')
    expect(intact({ ok: false, intact: false })).toBe('exception')
    // Something else than an entry is wrong.
    expect(intact({ ok: false })).toBe('met')
  })

  it('take a review on a forge for less than a signature', () => {
    const told = past({ approvals: [review('approve', 'ben', '2026-10-05T08:00:00Z')] })
    expect(resultsOf({ changes: [told] }, 'nist')['statements-signed']).toBe('not-enough')
    expect(resultsOf({ changes: [past()] }, 'nist')['statements-signed']).toBe('met')
  })

  it('count what hosts showed while it was open in the period', () => {
    const found = (id: string, foundAt: string, settledAt?: string): UnauthorisedRecord =>
      ({
        ...{ id, host: 'web-01', resource: 'file:/etc/motd', fields: ['mode'], foundAt },
        state: settledAt === undefined ? 'open' : 'reverted',
        ...(settledAt !== undefined && { settled: { at: settledAt, because: 'it is as it was' } }),
      }) as unknown as UnauthorisedRecord
    const before = found('UCH-2026-00001', '2026-09-01T00:00:00Z', '2026-09-30T00:00:00Z')
    const into = found('UCH-2026-00002', '2026-09-01T00:00:00Z', '2026-10-02T00:00:00Z')
    const open = found('UCH-2026-00003', '2026-10-30T00:00:00Z')
    const after = found('UCH-2026-00004', '2026-11-01T00:00:00Z')
    const unauthorised = [before, into, open, after]
    const report = auditReport(question({ unauthorised }))
    expect(report.exceptions.unauthorised.map((u) => u.id)).toEqual(['UCH-2026-00002', 'UCH-2026-00003'])
    expect(resultsOf({ unauthorised })['deviations-settled']).toBe('exception')
    expect(resultsOf({ unauthorised: [before, into] })['deviations-settled']).toBe('met')
  })

  it('name promotions by force, with what was not met', () => {
    const promotion = (at: string, forced?: string) => ({
      ...{ stage: 'prod', environments: ['prod'], branch: 'b', commit: 'c', at, by: 'Person/ana' },
      readiness: [
        { criterion: 'a day in test', outcome: 'unmet', evidence: '3 hours' },
        { criterion: 'no failure', outcome: 'met', evidence: '0' },
      ],
      ...(forced !== undefined && { forced }),
    })
    const release = (...promotions: readonly object[]) => ({ id: 'shop/1.2.0', promotions }) as unknown as ReleaseRecord
    const forced = promotion('2026-10-09T00:00:00Z', 'the sale begins tonight')
    const report = auditReport(question({ releases: [release(promotion('2026-10-08T00:00:00Z'), forced)] }))
    expect(report.exceptions.forced).toEqual([
      {
        ...{
          release: 'shop/1.2.0',
          stage: 'prod',
          environments: ['prod'],
          by: 'Person/ana',
          at: '2026-10-09T00:00:00Z',
        },
        ...{ because: 'the sale begins tonight', unmet: ['a day in test: 3 hours'] },
      },
    ])
    expect(resultsOf({ releases: [release(forced)] })['promotions-ready']).toBe('exception')
    expect(resultsOf({ releases: [release(promotion('2026-10-08T00:00:00Z'))] })['promotions-ready']).toBe('met')
    expect(resultsOf({ releases: [release(promotion('2026-11-08T00:00:00Z', 'x'))] })['promotions-ready']).toBe('none')
  })

  it('ask of each access which approved change gave it', () => {
    const row = (...given: readonly Given[]): AccessRow & { readonly given: readonly Given[] } => ({
      ...{ host: 'web-01', login: 'ana', root: true, roles: [], groups: [], sudo: [], keys: [] },
      ...{ via: given.map((g) => g.document), onHost: 'applied', appliedBy: [], given },
    })
    const base = { commit: 'c', approvers: [], at: '2026-10-05T00:00:00Z' } as const
    const by = (document: Given['document'], more: Partial<Given> = { change: 'CHG-2026-00001' }) => ({
      ...base,
      document,
      ...more,
    })
    const of = (...rows: readonly ReturnType<typeof row>[]) =>
      resultsOf({ access: { at: '', rows, leftOver: [] } })['access-given-by-change']
    const old = { without: 'before-adoption' } as const
    expect(of()).toBe('none')
    expect(of(row(by('AccessGrant/a'), by('Person/ana', old)))).toBe('met')
    expect(of(row(by('AccessGrant/a', old)))).toBe('not-enough')
    expect(of(row(by('AccessGrant/a')), row(by('Role/r', { without: 'unrecorded' }), by('AccessGrant/b')))).toBe(
      'exception',
    )
    expect(of(row(by('AccessGrant/a', { change: 'CHG-2026-00002', unapproved: true })))).toBe('exception')
    // Asked for by a release, and by no document of the branch.
    expect(of({ ...row(by('AccessGrant/a')), via: ['AccessGrant/a', 'Profile/gone'] })).toBe('not-enough')
    // The engine's own account stands in the document of the host.
    expect(of(row(by('Host/web-01', old)))).toBe('none')
  })
})

describe('failures', () => {
  const fail = event('fail', '2026-10-05T10:00:00Z')
  const outcomes = (...changes: readonly PastChange[]) =>
    auditReport(question({ changes })).failures.map((f) => [Number(f.change.slice(-5)), f.outcome, f.settledAt])
  const done = (at: string) => event('finish', at)

  it('end by a rollback, by being carried out after all, by being superseded, or not at all', () => {
    const back = past({ n: 2, rollbackOf: ['CHG-2026-00001'], automatic: true, events: [done('2026-10-05T12:00:00Z')] })
    expect(outcomes(past({ events: [fail], state: 'rolled-back', rolledBackBy: 'CHG-2026-00002' }), back)).toEqual([
      [1, 'rolled-back', '2026-10-05T12:00:00Z'],
    ])
    expect(outcomes(past({ events: [fail, done('2026-10-06T10:00:00Z')] }))).toEqual([
      [1, 'implemented-later', '2026-10-06T10:00:00Z'],
    ])
    const superseded = event('supersede', '2026-10-07T10:00:00Z')
    expect(outcomes(past({ state: 'superseded', events: [fail, superseded] }))).toEqual([
      [1, 'superseded', superseded.at],
    ])
    expect(outcomes(past({ state: 'failed', events: [fail] }))).toEqual([[1, 'open', undefined]])
  })

  it('are named where only a part was taken back', () => {
    const part = past({ n: 2, rollbackOf: ['CHG-2026-00001'], partial: true, events: [done('2026-10-05T12:00:00Z')] })
    expect(outcomes(past({ events: [done('2026-10-05T10:00:00Z')] }), part)).toEqual([
      [1, 'rolled-back-in-part', '2026-10-05T12:00:00Z'],
    ])
    const planned = past({ n: 2, rollbackOf: ['CHG-2026-00001'], partial: true, state: 'approved' })
    expect(outcomes(past({ events: [done('2026-10-05T10:00:00Z')] }), planned)).toEqual([])
  })
})
