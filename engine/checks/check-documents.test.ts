import { readdirSync, readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { kinds } from '../generated/kinds.ts'
import { validators } from '../generated/validators.js'
import { buildGraph } from '../graph/build-graph.ts'
import { loadDocuments } from '../load/load-documents.ts'
import { reporter } from '../model/diagnostic.ts'
import type { ResourceType } from '../model/resource.ts'
import { codes as policyCodes } from '../policy/codes.ts'
import { checkDocuments } from './check-documents.ts'
import { codes } from './codes.ts'

interface Case {
  readonly name: string
  readonly documents: string
  readonly base?: string
  /** `LONG` in the documents becomes so many letters. */
  readonly long?: number
  readonly findings?: readonly Record<string, unknown>[]
  readonly never?: readonly string[]
}

const folder = new URL('cases/', import.meta.url)
const cases = readdirSync(folder).flatMap((name) => load(readFileSync(new URL(name, folder), 'utf8')) as Case[])
const now = new Date('2026-06-01T12:00:00Z')

/** One document a line, without `apiVersion`. */
function estate(lines: string) {
  const text = lines
    .trim()
    .split('\n')
    .map((line) => line.trim().replace('{', '{ apiVersion: plumbline/v1,'))
    .join('\n---\n')
  const file = { path: 'estate.yaml', bytes: new TextEncoder().encode(text) }
  const { documents, locate, diagnostics } = loadDocuments([file], { kinds })
  expect(diagnostics).toEqual([])
  return { ...buildGraph(documents, kinds, locate), locate }
}

function check(lines: string, base?: string, types?: ReadonlyMap<string, ResourceType>) {
  const { graph, locate } = estate(lines)
  return checkDocuments({
    graph,
    locate,
    kinds,
    validators,
    now,
    ...(base === undefined ? {} : { base: estate(base).graph }),
    ...(types === undefined ? {} : { types }),
  })
}

describe('checkDocuments', () => {
  it.each(cases)('$name', ({ documents, base, long, findings = [], never = [] }) => {
    const diagnostics = check(documents.replaceAll('LONG', 'a'.repeat(long ?? 0)), base)
    const told = diagnostics.map((d) => `${d.code} ${d.subject}: ${d.summary}`)
    expect(told, told.join('\n')).toHaveLength(findings.length)
    for (const finding of findings) expect(diagnostics).toContainEqual(expect.objectContaining(finding))
    for (const text of never) expect(JSON.stringify(diagnostics)).not.toContain(text)
    for (const diagnostic of diagnostics) expect(diagnostic.line).toBeGreaterThan(0)
  })

  it('has a case for each of its codes', () => {
    const covered = new Set(cases.flatMap((c) => (c.findings ?? []).map((f) => f['code'])))
    expect(Object.keys({ ...codes, ...policyCodes }).filter((code) => !covered.has(code))).toEqual([])
  })

  it('asks resource types about well-formed profiles', () => {
    const report = reporter({ 'file-odd': { severity: 'error', meaning: 'odd', fix: 'mend' } })
    const check_ = (_spec: unknown, { place, subject }: Parameters<NonNullable<ResourceType['check']>>[1]) => [
      report('file-odd', { summary: 'odd', ...place, subject }),
    ]
    const types = new Map([['package', { check: check_ } as unknown as ResourceType]])
    const profile = (spec: string) =>
      `{ kind: Profile, metadata: { name: p }, spec: { selector: { all: true }, ${spec} } }`
    expect(check(profile('resources: [{ package: { name: nginx } }]'), undefined, types)).toMatchObject([
      { code: 'file-odd', subject: 'Profile/p', file: 'estate.yaml', line: 1, column: 114 },
    ])
    expect(check(profile('resources: [{ package: { name: nginx } }, 3]'), undefined, types).map((d) => d.code)).toEqual(
      ['schema'],
    )
  })
})
