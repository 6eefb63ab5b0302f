import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { load, loadAll } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { kinds } from '../generated/kinds.ts'
import { readMarkdown } from '../knowledge/read-markdown.ts'
import type { RawDocument } from '../model/document-cache.ts'
import { codes } from './codes.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { loadDocuments, type SourceFile } from './load-documents.ts'
import { parseFile } from './parse-file.ts'

interface CaseFile {
  readonly path: string
  readonly mode?: string
  readonly text?: string
  readonly base64?: string
  readonly parts?: readonly { readonly text: string; readonly times?: number }[]
}
interface Case {
  readonly name: string
  readonly files: readonly CaseFile[]
  readonly limits?: Partial<Limits>
  readonly findings?: readonly Record<string, unknown>[]
  readonly documents?: readonly string[]
  readonly never?: readonly string[]
}

const folder = new URL('cases/', import.meta.url)
const cases = readdirSync(folder).flatMap((name) => load(readFileSync(new URL(name, folder), 'utf8')) as Case[])
const bytesOf = (text: string) => new TextEncoder().encode(text)

function sourceOf(file: CaseFile): SourceFile {
  const text = file.text ?? (file.parts ?? []).map((part) => part.text.repeat(part.times ?? 1)).join('')
  const bytes = file.base64 === undefined ? bytesOf(text) : new Uint8Array(Buffer.from(file.base64, 'base64'))
  return { path: file.path, bytes, ...(file.mode === undefined ? {} : { mode: file.mode }) }
}

describe('loadDocuments', () => {
  it.each(cases)('$name', ({ files, limits, findings = [], documents = [], never = [] }) => {
    const loaded = loadDocuments(files.map(sourceOf), {
      kinds,
      markdown: readMarkdown,
      ...(limits === undefined ? {} : { limits }),
    })
    const sorted = [...findings].map((f) => f['code']).sort()
    expect(loaded.diagnostics.map((d) => d.code).sort()).toEqual(sorted)
    for (const finding of findings) expect(loaded.diagnostics).toContainEqual(expect.objectContaining(finding))
    expect(loaded.documents.map((d) => d.address)).toEqual(expect.arrayContaining([...documents]))
    for (const text of never) expect(JSON.stringify(loaded.diagnostics)).not.toContain(text)
    for (const diagnostic of loaded.diagnostics) expect(diagnostic.hint).toBeTruthy()
  })

  it('has a case for each of its codes', () => {
    const covered = new Set(cases.flatMap((c) => (c.findings ?? []).map((f) => f['code'])))
    expect(Object.keys(codes).filter((code) => !covered.has(code))).toEqual([])
  })

  it('reads what YAML 1.2 core reads', () => {
    const scalar = fc.oneof(
      fc.string({ maxLength: 12 }).map((s) => JSON.stringify(s)),
      fc.integer().map(String),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.constantFrom('yes', 'NO', 'null', '~', 'True', 'a b', '1.2.3.4', '1e3', '0x1F', '0o17', '.5', '-', 'x: y'),
    )
    fc.assert(
      fc.property(fc.array(scalar, { minLength: 1, maxLength: 6 }), (values) => {
        const text = values.map((v, i) => `k${i}: ${v === '-' || v === 'x: y' ? JSON.stringify(v) : v}`).join('\n')
        const parsed = parseFile(bytesOf(text), defaultLimits)
        if (parsed.findings.length > 0) return
        expect(parsed.documents.map((d) => d.value)).toEqual(loadAll(text))
      }),
    )
  })

  it('never throws, whatever the bytes are', () => {
    const piece = fc.constantFrom(
      'a',
      ': ',
      '\n',
      '- ',
      '[',
      ']',
      '{',
      '}',
      '&a ',
      '*a',
      '"',
      "'",
      '|\n',
      '  ',
      '!x ',
      '%',
      '---\n',
      '? ',
      '<<',
      '\t',
      '#',
      ',',
      '\u202e',
      '\0',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (parts) => {
        loadDocuments([{ path: 'a.yaml', bytes: bytesOf(parts.join('')) }], { kinds })
      }),
      { numRuns: 2000 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        loadDocuments([{ path: 'a.yaml', bytes }], { kinds })
      }),
      { numRuns: 500 },
    )
  })

  it('finds where keys and values stand', () => {
    const text =
      'apiVersion: plumbline/v1\nkind: Team\nmetadata: { name: a }\nspec:\n  members:\n    - n.ito\n    - "m.okafor"\n---\napiVersion: plumbline/v1\nkind: Team\nmetadata: { name: b }\nspec: { members: [], lead: x }\n'
    const { documents, locate } = loadDocuments([{ path: 't.yaml', bytes: bytesOf(text) }], { kinds })
    const [first, second] = documents
    if (first === undefined || second === undefined) throw new Error('two documents were expected')
    expect([first.line, second.line]).toEqual([1, 9])
    expect(locate(first, ['spec', 'members', 1])).toEqual({ file: 't.yaml', line: 7, column: 7 })
    expect(locate(first, ['spec', 'members'], 'key')).toEqual({ file: 't.yaml', line: 5, column: 3 })
    expect(locate(second, ['spec', 'lead'])).toEqual({ file: 't.yaml', line: 12, column: 28 })
    expect(locate(second, ['spec', 'lead'], 'key')).toEqual({ file: 't.yaml', line: 12, column: 22 })
    expect(locate(second, ['spec', 'missing', 'deeper'])).toEqual({ file: 't.yaml', line: 12, column: 7 })
  })

  it('does not parse again what the cache holds, and keeps clean files only', () => {
    const kept = new Map<string, readonly RawDocument[]>()
    const cache = {
      has: (blob: string) => kept.has(blob),
      get: (blob: string) => kept.get(blob),
      set: (blob: string, d: readonly RawDocument[]) => void kept.set(blob, d),
    }
    const good = bytesOf('apiVersion: plumbline/v1\nkind: Team\nmetadata: { name: a }\nspec: { members: [] }\n')
    const files = [
      { path: 'a.yaml', bytes: good, blob: '1' },
      { path: 'b.yaml', bytes: bytesOf('a: [\n'), blob: '2' },
    ]
    const cold = loadDocuments(files, { kinds, cache })
    expect([...kept.keys()]).toEqual(['1'])
    const unreadable = new Uint8Array([0xff])
    const warm = loadDocuments(
      files.map((f) => (f.blob === '1' ? { ...f, bytes: unreadable } : f)),
      { kinds, cache },
    )
    expect(warm.documents).toEqual(cold.documents)
    expect(warm.diagnostics).toEqual(cold.diagnostics)
  })
})
