import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import type { Document, JsonObject } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import type { Action } from '../model/plan.ts'
import { graphOf } from './case-world.ts'
import { judgePolicies, type PolicyQuestion } from './judge-policies.ts'
import { policyDigest } from './policy-digest.ts'
import { levelOf } from './risk.ts'

interface Short {
  readonly spec: JsonObject
  readonly labels?: Record<string, string>
  readonly owner?: string
}
type Shorts = Readonly<Record<string, Short | null>>

interface Case {
  readonly case: string
  readonly rule?: 'solo'
  readonly policies?: Readonly<Record<string, JsonObject>>
  readonly base?: Shorts
  readonly change?: Shorts
  readonly actions?: readonly (readonly [string, Action['resource'], Action['verb'], Action['reversibility']])[]
  readonly authors?: readonly string[]
  readonly unproven?: boolean
  readonly risk?: number
  readonly expect: Readonly<
    Partial<Record<'denials' | 'warnings' | 'requirements' | 'because' | 'windows' | 'changeType', readonly string[]>>
  >
}

const { estate, cases } = load(readFileSync(new URL('cases/policies.yaml', import.meta.url), 'utf8')) as {
  readonly estate: Shorts
  readonly cases: readonly Case[]
}

function documents(shorts: Shorts): Graph {
  return graphOf(
    Object.entries(shorts).flatMap(([address, short]): Document[] => {
      if (short === null) return []
      const [kind = '', name = ''] = address.split('/')
      const { spec, labels, owner } = short
      const metadata = { name, ...(labels && { labels }), ...(owner !== undefined && { owner }) }
      return [{ apiVersion: 'plumbline/v1', kind, metadata, spec }]
    }),
  )
}

const riskOf = (score: number) => ({
  score,
  level: levelOf(score),
  factors: score === 0 ? [] : [{ points: score, because: 'it is daring' }],
})

function questionOf(c: Case): PolicyQuestion {
  const policies = Object.entries(c.policies ?? {}).map(([name, spec]) => [`ChangePolicy/${name}`, { spec }] as const)
  const base: Shorts = { ...estate, ...c.base, ...Object.fromEntries(policies) }
  return {
    base: documents(base),
    merged: documents({ ...base, ...c.change }),
    actions: (c.actions ?? []).map(([host, resource, verb, reversibility]) => ({
      host,
      resource,
      verb,
      reversibility,
    })),
    authorship: {
      authors: (c.authors ?? ['ada']).map((a) => `Person/${a}` as const),
      unproven: c.unproven === true ? [{ code: 'author-unproven', severity: 'error', summary: 'a commit' }] : [],
    },
    rule: c.rule ?? 'one-independent',
    risk: riskOf(c.risk ?? 0),
  }
}

describe('change policies', () => {
  it.each(cases.map((c) => [c.case, c] as const))('%s', (_, c) => {
    const verdict = judgePolicies(questionOf(c))
    const short = (text: string) => text.replace(/ can not judge.*/, ' can not judge')
    expect({
      denials: verdict.denials.map((d) => short(d.summary)),
      warnings: verdict.warnings.map((d) => short(d.summary)),
      requirements: verdict.requirements.map((r) => `${r.count} of ${r.teams.join(', ') || 'anybody'}`),
      because: c.expect.because === undefined ? [] : verdict.requirements.map((r) => r.because),
      windows: (verdict.windows ?? []).map((w) => `${w.windows.join(', ') || 'any'}: ${w.because}`),
      changeType: verdict.changeType === undefined ? [] : [verdict.changeType],
    }).toEqual({ denials: [], warnings: [], requirements: [], because: [], windows: [], changeType: [], ...c.expect })
  })
})

describe('what judging costs', () => {
  it('is limited over all documents of a change, not for each alone', () => {
    const ten = '[1,2,3,4,5,6,7,8,9,10]'
    const when = `${ten}.all(a, ${ten}.all(b, ${ten}.all(c, ${ten}.all(d, a + b + c + d > 0))))`
    const spec = { when, outcome: { deny: true }, message: 'It adds up' }
    const hosts = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`Host/h-${i}`, { spec: {} }]))
    const judged = (n: number) =>
      judgePolicies(questionOf({ case: '', policies: { slow: spec }, change: hosts(n), expect: {} }))
    expect(judged(3).denials.map((d) => d.code)).toEqual(['change-denied', 'change-denied', 'change-denied'])
    expect(judged(600).denials.map((d) => d.code)).toEqual(['policy-broken'])
  }, 60_000)
})

describe('policy digest', () => {
  const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')
  const digest = (more: Shorts) => policyDigest(documents({ ...estate, ...more }), sha256)

  it('moves with what judges', () => {
    const judges: Shorts[] = [
      { 'Team/platform': { spec: { members: ['ada'] } } },
      { 'Person/ada': { spec: { fullName: 'Ada', email: 'ada@example.org', active: false } } },
      { 'Person/ada': { spec: { fullName: 'Ada', email: 'ada@example.org', sshKeys: [{ key: 'k' }] } } },
      { 'ChangePolicy/x': { spec: { when: 'true' } } },
      { 'Policy/x': { spec: { rule: 'true' } } },
      { 'Estate/x': { spec: { id: 'y', rule: 'solo' } } },
      { 'Estate/x': { spec: { id: 'y', changes: { risk: { high: { approvals: 1 } } } } } },
    ]
    expect(new Set([{}, ...judges].map(digest)).size).toBe(judges.length + 1)
  })

  it('stays where nothing that judges moved', () => {
    const policy = { when: 'true', outcome: { deny: true }, message: 'Never' }
    expect(digest({ 'ChangePolicy/x': { spec: { ...policy, tests: [{ name: 'one', expect: 'deny' }] } } })).toBe(
      digest({ 'ChangePolicy/x': { spec: policy } }),
    )
    expect(digest({ 'Site/new': { spec: { timeZone: 'UTC' } } })).toBe(digest({}))
    expect(digest({ 'Person/ada': { spec: { fullName: 'Ada B.', email: 'ada@example.org', active: true } } })).toBe(
      digest({}),
    )
  })
})
