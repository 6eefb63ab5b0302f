import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compile } from '../engine/compile/compile.ts'
import { kinds } from '../engine/generated/kinds.ts'
import { resourceTypes } from '../engine/generated/registry.ts'
import { buildGraph } from '../engine/graph/build-graph.ts'
import { loadDocuments, type SourceFile } from '../engine/load/load-documents.ts'
import { canonicalJson } from '../engine/model/canonical.ts'

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')

/** Every document of the reference estate, as text. */
const documents = readdirSync('inventory', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.yaml'))
  .flatMap((path) => readFileSync(join('inventory', path), 'utf8').split(/^---$/m))
  .filter((text) => /^kind:/m.test(text))

/** What the hosts get, and what stands on what: everything but where a document stands. */
function outcome(files: readonly SourceFile[]): string {
  const loaded = loadDocuments(files, { kinds })
  const { graph, diagnostics } = buildGraph(loaded.documents, kinds, loaded.locate)
  const compiled = compile({
    graph,
    sources: (path) => readFileSync(path),
    types: resourceTypes,
    locate: loaded.locate,
    sha256,
    now: new Date('2026-11-22T12:00:00Z'),
  })
  const catalogues = [...compiled.catalogues].map(([host, { resources }]) => ({
    host,
    resources: resources.map(({ declaredBy, ...resource }) => ({ ...resource, by: declaredBy.map((d) => d.address) })),
  }))
  const found = [...loaded.diagnostics, ...diagnostics, ...compiled.diagnostics].map((d) => `${d.code} ${d.summary}`)
  return canonicalJson(JSON.parse(JSON.stringify({ catalogues, links: compiled.links, found: found.sort() })))
}

function filesOf(groups: readonly (readonly string[])[]): SourceFile[] {
  return groups.map((texts, i) => ({
    path: `inventory/${sha256(texts.join()).slice(0, 8)}-${i}.yaml`,
    mode: '100644',
    bytes: new TextEncoder().encode(texts.join('\n---\n')),
  }))
}

it('comes out the same however documents are ordered and spread over files', () => {
  const wanted = outcome(filesOf(documents.map((d) => [d])))
  expect(wanted).toContain('file:/etc/motd')
  const shuffled = fc
    .tuple(
      fc.shuffledSubarray(documents, { minLength: documents.length }),
      fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
    )
    .map(([list, sizes]) => {
      const groups: string[][] = []
      for (let at = 0; at < list.length; ) {
        const size = sizes.next().value ?? 1
        groups.push(list.slice(at, at + size))
        at += size
      }
      return groups
    })
  fc.assert(
    fc.property(shuffled, (groups) => {
      expect(outcome(filesOf(groups)) === wanted).toBe(true)
    }),
    { numRuns: 12 },
  )
})
