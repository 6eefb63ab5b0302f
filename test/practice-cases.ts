import { expect, it } from 'vitest'
import { kinds } from '../engine/generated/kinds.ts'
import { buildGraph } from '../engine/graph/build-graph.ts'
import { loadDocuments } from '../engine/load/load-documents.ts'
import type { CodeBook } from '../engine/model/diagnostic.ts'
import type { Practice, PracticeInput } from '../engine/model/practice.ts'

/** Documents, and what a practice finds in them. */
export interface PracticeCase {
  readonly name: string
  /** One document a line, without `apiVersion`. */
  readonly documents: string
  /** Those of the target branch. */
  readonly base?: string
  readonly findings?: readonly Record<string, unknown>[]
}

/** Documents of cases, without what schemas say of them, on 2026-10-01. */
export function practiceEstate(lines: string): PracticeInput {
  const text = lines
    .trim()
    .split('\n')
    .map((line) => line.trim().replace('{', '{ apiVersion: plumbline/v1,'))
    .join('\n---\n')
  const loaded = loadDocuments([{ path: 'estate.yaml', bytes: new TextEncoder().encode(text) }], { kinds })
  expect(loaded.diagnostics).toEqual([])
  const { graph, diagnostics } = buildGraph(loaded.documents, kinds, loaded.locate)
  expect(diagnostics).toEqual([])
  return { graph, locate: loaded.locate, now: new Date('2026-10-01T00:00:00Z') }
}

/** Runs the cases of a practice, and asks for one for each of its codes. `ground` is what all of them stand on. */
export function practiceCases(
  cases: readonly PracticeCase[],
  codes: CodeBook,
  check: NonNullable<Practice['check']>,
  ground = '',
): void {
  it.each(cases)('$name', ({ documents, base, findings = [] }) => {
    const before = base === undefined ? {} : { base: practiceEstate(`${ground}${base}`).graph }
    const found = check({ ...practiceEstate(`${ground}${documents}`), ...before })
    expect(found.map((d) => `${d.code} ${d.subject}: ${d.summary}`)).toHaveLength(findings.length)
    for (const finding of findings) expect(found).toContainEqual(expect.objectContaining(finding))
    for (const { file } of found) expect(file).toBe('estate.yaml')
  })

  it('has a case for each of its codes', () => {
    const covered = new Set(cases.flatMap((c) => (c.findings ?? []).map((f) => f['code'])))
    expect(Object.keys(codes).filter((code) => !covered.has(code))).toEqual([])
  })
}
