import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import type { Document, Json, JsonObject } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import type { Action } from '../model/plan.ts'
import { graphOf } from './case-world.ts'
import { matchStandard, mayBeStandard, type StandardQuestion } from './standard.ts'

interface Short {
  readonly spec: JsonObject
  readonly labels?: Record<string, string>
}
type Shorts = Readonly<Record<string, Short>>
/** Dotted path to what is set there; `new` is a whole document, null takes one away. */
type Edits = Readonly<Record<string, Json>>

interface Case {
  readonly case: string
  readonly change?: Readonly<Record<string, Edits | { readonly new: Short } | null>>
  /** Edits of the template in the base. */
  readonly template?: Edits
  readonly files?: readonly string[]
  readonly actions?: readonly (readonly [string, Action['resource'], Action['verb'], Action['reversibility']])[]
  readonly risk?: number | null
  readonly authors?: readonly string[]
  readonly unproven?: boolean
  readonly denied?: string
  readonly normal?: boolean
  readonly because?: string | null
  readonly nearly?: boolean
}

const { estate, cases } = load(readFileSync(new URL('cases/standard.yaml', import.meta.url), 'utf8')) as {
  readonly estate: Shorts
  readonly cases: readonly Case[]
}
const template = 'StandardChange/web-versions'

function documentOf(address: string, { spec, labels }: Short): Document {
  const [kind = '', name = ''] = address.split('/')
  return { apiVersion: 'plumbline/v1', kind, metadata: { name, ...(labels && { labels }) }, spec }
}

function edited(document: Document, edits: Edits): Document {
  const copy = structuredClone(document) as unknown as JsonObject
  for (const [path, value] of Object.entries(edits)) {
    const steps = path.split('.')
    const last = steps.pop() ?? ''
    const inner = steps.reduce((node, step) => node[step] as JsonObject, copy) as Record<string, Json>
    inner[last] = value
  }
  return copy as unknown as Document
}

const base = (c: Case): ReadonlyMap<string, Document> =>
  new Map(
    Object.entries(estate).map(([address, short]) => {
      const document = documentOf(address, short)
      return [address, address === template ? edited(document, c.template ?? {}) : document]
    }),
  )

function merged(c: Case): Graph {
  const documents = new Map(base(c))
  for (const [address, change] of Object.entries(c.change ?? asAgreed)) {
    const before = documents.get(address)
    if (change === null) documents.delete(address)
    else if ('new' in change) documents.set(address, documentOf(address, change['new'] as Short))
    else if (before !== undefined) documents.set(address, edited(before, change))
  }
  return graphOf([...documents.values()])
}

const asAgreed = { 'Profile/web': { 'spec.resources.0.package.version': '1.26' } }

const questionOf = (c: Case): StandardQuestion => ({
  base: graphOf([...base(c).values()]),
  merged: merged(c),
  files: c.files ?? [],
  isRule: (path) => path.endsWith('CODEOWNERS'),
  actions: (c.actions ?? [['web-01', 'package:nginx', 'update', 'best-effort']]).map(
    ([host, resource, verb, reversibility]) => ({ host, resource, verb, reversibility }),
  ),
  risk: c.risk === undefined ? 10 : (c.risk ?? undefined),
  authorship: {
    authors: (c.authors ?? ['ada']).map((a) => `Person/${a}` as const),
    unproven: c.unproven === true ? [{ code: 'author-unproven', severity: 'error', summary: 'a commit' }] : [],
  },
  verdict: {
    denials: c.denied === undefined ? [] : [{ code: 'change-denied', severity: 'error', summary: c.denied }],
    ...(c.normal === true && { changeType: 'normal' as const }),
  },
  at: new Date('2026-11-01T12:00:00Z'),
})

describe('a standard change', () => {
  it.each(cases.map((c) => [c.case, c] as const))('%s', (_, c) => {
    const match = matchStandard(questionOf(c))
    const covered = c.because === undefined && c.nearly !== false
    if (covered) expect(match).toEqual({ template })
    // A template that is about none of it is not worth a word.
    else expect(match).toEqual(c.nearly === false ? {} : { nearly: { template, because: c.because } })
  })

  it('is worth planning where each document is such as a template is about', () => {
    const asks = (c: Partial<Case>) => mayBeStandard(questionOf({ case: '', ...c }).base, merged({ case: '', ...c }))
    expect(asks({})).toBe(true)
    expect(asks({ change: {} })).toBe(true)
    expect(mayBeStandard(graphOf([]), graphOf([]))).toBe(false)
    expect(asks({ change: { ...asAgreed, 'Profile/db': { 'spec.resources.0.package.version': '16' } } })).toBe(false)
  })

  it('is the one that is named, where it is checked again', () => {
    const question = questionOf({ case: '' })
    expect(matchStandard(question, template)).toEqual({ template })
    expect(matchStandard(question, 'StandardChange/other')).toEqual({})
  })
})
