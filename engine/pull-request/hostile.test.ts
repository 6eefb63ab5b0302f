import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Address } from '../model/address.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { ResourceId } from '../model/resource.ts'
import { applyComment, applyMarker } from './apply-comment.ts'
import { type CasePlan, toldOf } from './case-told.ts'
import { approvalCheck, planCheck } from './checks.ts'
import { dashboard, dashboardMarker } from './dashboard.ts'
import { hostile, misread } from './hostile-text.ts'
import { code, fenced, htmlWords, link, words } from './markdown.ts'
import { commentLimit, planComment, planMarker } from './plan-comment.ts'
import { stepSummary } from './step-summary.ts'
import type { AppliedTold, DashboardTold } from './told.ts'

const address = hostile.map((name) => `Thing/${name}` as Address)
const service = hostile.map((name) => `Service/${name}` as Address)
const resource = fc.tuple(fc.oneof(fc.constant('file'), hostile), hostile).map(([t, n]) => `${t}:${n}` as ResourceId)
const some = <Item>(item: fc.Arbitrary<Item>): fc.Arbitrary<Item[]> => fc.array(item, { maxLength: 3 })

const finding: fc.Arbitrary<Diagnostic> = fc.record(
  {
    code: fc.constantFrom('change-denied', 'change-rejected'),
    severity: fc.constantFrom('error' as const, 'warning' as const),
    summary: hostile,
    detail: hostile,
    hint: hostile,
    file: hostile,
    line: fc.nat(),
    host: hostile,
    subject: hostile,
  },
  { requiredKeys: ['code', 'severity', 'summary'] },
)

const action = fc.record({
  on: fc.array(hostile, { minLength: 1, maxLength: 3 }),
  verb: fc.constantFrom('create', 'update', 'delete', 'restart'),
  resource,
  fields: some(
    fc.record(
      { path: hostile, before: hostile, after: hostile, text: fc.record({ before: hostile, after: hostile }) },
      { requiredKeys: ['path'] },
    ),
  ),
  undo: fc.constantFrom('exact', 'inverse', 'best-effort', 'irreversible'),
  secrets: some(hostile),
  setBy: hostile,
})

const wicked = fc
  .record({
    actions: some(action),
    wave: hostile,
    environment: hostile,
    title: hostile,
    findings: some(finding),
    denials: some(finding),
    blocked: some(finding),
    because: hostile,
    team: address,
    person: address,
    name: hostile,
    account: hostile,
    services: some(fc.record({ address: service, title: hostile, owner: address, hosts: some(hostile) })),
    reach: some(fc.tuple(address, service)),
    unknowns: some(fc.record({ host: hostile, resource, unknown: fc.record({ reason: hostile, detail: hostile }) })),
    kind: fc.constantFrom('plain', 'desired-only', 'emergency', 'refused', 'superseded'),
    zone: hostile,
  })
  .map((w): CasePlan => {
    const hosts = w.actions.flatMap((a) => a.on)
    return {
      name: 'wicked',
      request: { title: w.title },
      actions: w.actions.map(
        ({ verb, resource: what, ...rest }) =>
          ({ ...rest, do: `${verb} ${what}` }) as NonNullable<CasePlan['actions']>[number],
      ),
      waves: [{ name: w.wave, environment: w.environment, hosts: [...new Set(hosts)] }],
      findings: w.findings,
      denials: w.denials,
      blocked: w.blocked,
      risk: { score: 60, level: 'high', factors: [{ points: 9, because: w.because, evidence: [w.name] }] },
      missing: [
        {
          requirement: { count: 1, teams: [w.team], because: w.because },
          people: [{ address: w.person, name: w.name, account: w.account }],
        },
      ],
      counted: [{ approver: w.person, at: w.name }],
      refusedApprovals: [{ approver: w.team, code: 'approver-wrote-it', because: w.because }],
      names: { [w.person]: w.name },
      services: w.services,
      reach: {
        changed: w.reach.map(([from]) => from),
        touched: w.reach.map(([, to]) => to),
        edges: w.reach.map(([from, to]) => ({ from, to })),
      },
      unknowns: w.unknowns,
      times: {
        open: false,
        next: { from: '2026-11-29T01:00:00Z' },
        timeZone: w.zone,
        limits: [{ because: w.because, windows: [w.team], open: false }],
        freezes: [{ address: w.person, reason: w.because, from: w.name, until: '2026-11-29T01:00:00Z' }],
      },
      ...(w.kind === 'desired-only' && { desiredOnly: w.because }),
      ...(w.kind === 'superseded' && { supersededBy: w.because }),
      ...(w.kind === 'refused' && { refused: w.denials }),
      ...(w.kind === 'emergency' && {
        record: {
          id: w.name,
          state: 'approved',
          type: 'emergency',
          emergency: { person: w.person, reason: w.because, incident: w.name, until: '2026-11-29T01:00:00Z' },
        },
      }),
    }
  })

const applied = fc
  .record({
    id: hostile,
    title: hostile,
    wave: hostile,
    host: hostile,
    resource,
    detail: hostile,
    gate: hostile,
    stopped: hostile,
  })
  .chain((w) =>
    fc.constantFrom('failed', 'paused', 'unapproved', 'implemented', 'approved').map(
      (state): AppliedTold => ({
        change: { id: w.id, title: w.title, state: state as AppliedTold['change']['state'], type: 'normal' },
        waves: [
          {
            name: w.wave,
            environment: w.wave,
            hosts: [
              {
                host: w.host,
                actions: [{ resource: w.resource, verb: 'update', outcome: 'failed', detail: w.detail }],
              },
            ],
            gates: [{ gate: w.gate, ok: state === 'implemented', detail: w.detail }],
          },
        ],
        counts: { applied: 0, failed: 1, unknown: 1, 'not-started': 0 },
        stopped: w.stopped,
        findings: [],
        links: { run: 'https://github.com/lantern/estate/actions/runs/7' },
        engine: '0.1.0',
      }),
    ),
  )

const stands = fc.record({ text: hostile, host: hostile, resource }).map(
  ({ text, host, resource: what }): DashboardTold => ({
    at: '2026-11-22T05:00:00Z',
    commit: '5d1e0a7c44',
    hosts: { looked: 1, total: 2 },
    drift: [{ host, resource: what, verb: 'update', attribution: 'outside', fields: [], clues: {}, pending: text }],
    unknowns: [{ host, unknown: { reason: text, detail: text } }],
    ignored: [
      {
        host,
        resource: what,
        fields: [text],
        exception: `DriftException/${text}`,
        owner: text,
        reason: text,
        until: text,
      },
    ],
    requests: [],
    limit: { most: 1, heldBack: [text] },
    unauthorised: [],
    failed: [{ id: text, title: text, state: 'failed', because: text }],
    waiting: [{ what: text, title: text, for: text, since: text, url: text }],
    links: {},
    engine: '0.1.0',
  }),
)

describe('whatever strangers write, a forge shows it as text', () => {
  test('in the comment, the summaries and the checks of a plan', () => {
    fc.assert(
      fc.property(wicked, (given) => {
        const told = toldOf(given)
        expect(misread(planComment(told).body, planMarker)).toEqual([])
        expect(misread(stepSummary(told))).toEqual([])
        expect(misread(planCheck(told).summary)).toEqual([])
        expect(misread(`${approvalCheck(told).summary}\n\n<sub>end</sub>`)).toEqual([])
      }),
      { numRuns: 150 },
    )
  })

  test('in the comment on an apply', () => {
    fc.assert(
      fc.property(applied, (told) => {
        expect(misread(applyComment(told).body, applyMarker(told.change.id))).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  test('in the issue that says how the estate stands', () => {
    fc.assert(
      fc.property(stands, (told) => {
        const links = misread(dashboard(told).body, dashboardMarker).filter((p) => !p.startsWith('a link'))
        expect(links).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  test('one piece of text at a time, never longer than asked for', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 20, max: 60 }), (text, most) => {
        const pieces = [words(text, most), code(text, most), link(words(text, most), 'javascript:alert(1)')]
        for (const piece of pieces) {
          expect(misread(`${piece}\n\n| a | b |\n| --- | --- |\n| ${piece} | x |\n\n<sub>end</sub>`)).toEqual([])
          expect(piece.length).toBeLessThanOrEqual(most + '<code></code>'.length)
        }
        expect(htmlWords(text, most)).not.toMatch(/[<>]|@\w|\n/)
        expect(misread(`${fenced(text.split('\n'), 'diff')}\n\n<sub>end</sub>`)).toEqual([])
      }),
      { numRuns: 1000 },
    )
  })

  test.each([['@'], ['\u202e'], ['|'], ['a\n']])('with %j as long as it likes, it stays short enough', (letter) => {
    const long = letter.repeat(300)
    const many = <Item>(several: number, make: (i: number) => Item): Item[] =>
      Array.from({ length: several }, (_, i) => make(i))
    const found = (severity: 'error' | 'warning'): Diagnostic[] =>
      many(300, (i) => ({
        code: long,
        severity,
        summary: `${i}${long}`,
        detail: long,
        hint: long,
        file: `${long}${i}`,
        line: 1,
      }))
    const hosts = many(2000, (i) => `${i}${long}`)
    const { body, shortened } = planComment(
      toldOf({
        name: 'long',
        request: { title: long, mergeable: 'conflicts', draft: true },
        actions: hosts.map((host) => ({
          on: [host],
          do: `delete ${long}:${host}`,
          undo: 'irreversible',
          fields: [{ path: long, after: long }],
        })),
        waves: hosts.map((host) => ({ name: long, environment: host, hosts: [host] })),
        unknowns: hosts.map((host) => ({
          host: `${host}!`,
          resource: `${long}:x`,
          unknown: { reason: long, detail: long },
        })),
        findings: found('warning'),
        blocked: found('warning'),
        risk: {
          score: 100,
          level: 'high',
          factors: many(100, () => ({ points: 1, because: long, evidence: many(9, () => long) })),
        },
        missing: many(100, () => ({
          requirement: { count: 1, teams: many(50, (i) => `Team/${i}${long}` as Address), because: long },
          people: many(50, () => ({ address: `Person/${long}`, name: long, account: long })),
        })),
        counted: many(100, (i) => ({ approver: `Person/${i}${long}` as Address, at: long })),
        refusedApprovals: many(100, () => ({
          approver: `Person/${long}` as Address,
          code: 'approver-wrote-it' as const,
          because: long,
        })),
        authors: many(100, () => `Person/${long}` as Address),
        services: many(300, (i) => ({
          address: `Service/${i}${long}` as Address,
          title: long,
          owner: `Team/${long}` as Address,
          hosts,
        })),
        reach: {
          changed: many(100, (i) => `Profile/${i}${long}` as Address),
          touched: many(300, (i) => `Service/${i}${long}` as Address),
          edges: many(3000, (i) => ({
            from: `Profile/${i % 100}${long}` as Address,
            to: `Service/${i % 300}${long}` as Address,
          })),
        },
        times: {
          open: false,
          next: { from: '2026-11-29T01:00:00Z' },
          limits: many(50, () => ({
            because: long,
            windows: many(20, () => `ChangeWindow/${long}` as Address),
            open: false,
          })),
          freezes: many(50, () => ({ address: `Freeze/${long}` as Address, reason: long, from: long, until: long })),
        },
        plan: {
          rollbackOf: many(50, () => long),
          promises: hosts.map((host) => ({ host, resource: `${long}:x` as const, how: 'refused' as const })),
        },
      }),
    )
    expect(body.length).toBeLessThanOrEqual(commentLimit)
    expect(shortened).toBe(true)
    expect(misread(body, planMarker)).toEqual([])
  })

  test('whatever became of very much, the comment and the issue stay short enough', () => {
    const long = '@'.repeat(500)
    const many = <Item>(several: number, make: (i: number) => Item): Item[] =>
      Array.from({ length: several }, (_, i) => make(i))
    const told: AppliedTold = {
      change: { id: 'CHG-2026-00042', title: long, state: 'failed', type: 'emergency' },
      waves: many(300, () => ({
        name: long,
        environment: long,
        hosts: many(30, () => ({
          host: long,
          actions: many(5, () => ({ resource: `${long}:${long}`, verb: 'delete', outcome: 'failed', detail: long })),
        })),
        gates: many(5, () => ({ gate: long, ok: false, detail: long })),
      })),
      counts: { applied: 9, failed: 9, unknown: 9, 'not-started': 9 },
      stopped: long,
      reviewDue: '2026-11-29T01:00:00Z',
      findings: [],
      links: {},
      engine: long,
    }
    const comment = applyComment(told)
    expect(comment.body.length).toBeLessThanOrEqual(commentLimit)
    expect(comment.shortened).toBe(true)
    const where = { host: long, resource: `${long}:${long}` as const }
    const issue = dashboard({
      at: '2026-11-22T05:00:00Z',
      commit: '5d1e0a7c44',
      hosts: { looked: 1, total: 2 },
      drift: many(900, (i) => ({
        ...where,
        host: `${i % 90}${long}`,
        verb: 'update',
        attribution: 'outside',
        fields: [],
        clues: {},
        pending: long,
      })),
      unknowns: many(500, () => ({ ...where, unknown: { reason: long, detail: long } })),
      ignored: many(500, () => ({
        ...where,
        fields: many(9, () => long),
        exception: `DriftException/${long}`,
        owner: long,
        reason: long,
        until: long,
      })),
      requests: [],
      limit: { most: 1, heldBack: many(500, () => long) },
      unauthorised: [],
      failed: many(500, () => ({ id: long, title: long, state: 'failed', because: long })),
      waiting: many(500, () => ({ what: long, title: long, for: long, url: `https://github.com/${'x'.repeat(1900)}` })),
      links: {},
      engine: long,
    })
    expect(issue.body.length).toBeLessThanOrEqual(commentLimit)
  })
})
