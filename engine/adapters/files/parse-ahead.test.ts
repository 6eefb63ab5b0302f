import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cleanDocuments } from '../../load/parse-file.ts'
import type { FileEntry } from '../../ports/files.ts'
import { openDocumentCache } from '../cache/document-cache.ts'
import { parseAhead } from './parse-ahead.ts'

const team = (n: number): string =>
  `apiVersion: plumbline/v1\nkind: Team\nmetadata: { name: team-${n} }\nspec: { members: [é-${n}] }\n`
const unclean: Readonly<Record<string, string>> = {
  'alias.yaml': 'a: &a [1]\nb: *a\nc: &c [*c]\n',
  'twice.yaml': 'a: 1\na: 2\n',
  'tag.yaml': 'a: !!js/function x\n',
  'open.yaml': 'a: [1\n',
  'deep.yaml': `a: ${'['.repeat(500)}${']'.repeat(500)}\n`,
  'mode.yaml': 'mode: 0644\n',
}

describe('parseAhead', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'plumbline-ahead-'))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  const written = (path: string, text: string): FileEntry => {
    mkdirSync(root, { recursive: true })
    writeFileSync(join(root, path), text)
    return { path, mode: '100644', size: 0, blob: createHash('sha1').update(text).digest('hex') }
  }
  const blobOf = (entry: FileEntry): string => entry.blob ?? ''
  const inSource = { program: new URL('../../parse-worker.ts', import.meta.url), execArgv: ['--import', 'tsx'] }
  const ahead = async (entries: readonly FileEntry[], how: Partial<Parameters<typeof parseAhead>[0]> = {}) => {
    const cache = openDocumentCache(join(root, 'cache'), '1.0.0')
    const parse = (bytes: Uint8Array) => cleanDocuments(bytes, {})
    await parseAhead({ root, entries, limits: {}, cache, parse, from: 1, ...inSource, ...how })
    return cache
  }

  it('gives what parsing here gives, with the work of both sides, and leaves out what has findings', async () => {
    const teams = Array.from({ length: 1_000 }, (_, n) => written(`team-${n}.yaml`, team(n)))
    const bad = Object.entries(unclean).map(([path, text]) => written(path, text))
    const gone: FileEntry = { path: 'gone.yaml', mode: '100644', size: 0, blob: 'f'.repeat(40) }
    const cache = await ahead([...teams, ...bad, gone])
    for (const [n, entry] of teams.entries())
      expect(cache.get(blobOf(entry))).toEqual(cleanDocuments(Buffer.from(team(n)), {}))
    for (const entry of [...bad, gone]) expect(cache.get(blobOf(entry)), entry.path).toBeUndefined()
    cache.save()
    const again = openDocumentCache(join(root, 'cache'), '1.0.0')
    for (const entry of teams) expect(again.get(blobOf(entry))).toEqual(cache.get(blobOf(entry)))
  })

  it('keeps a thread to the limits of the estate', async () => {
    const entries = Array.from({ length: 200 }, (_, n) => written(`${n}.yaml`, `a: ${n}\nb: [[[${n}]]]\n`))
    const limits = { depth: 3 }
    const cache = await ahead(entries, { limits, parse: (bytes) => cleanDocuments(bytes, limits) })
    for (const entry of entries) expect(cache.get(blobOf(entry))).toBeUndefined()
  })

  it('does not mind a thread that fails', async () => {
    const entries = Array.from({ length: 200 }, (_, n) => written(`${n}.yaml`, team(n)))
    const cache = await ahead(entries, { program: new URL('file:///nowhere/program.js') })
    for (const entry of entries) expect(cache.get(blobOf(entry)), entry.path).toBeDefined()
  })

  it('starts no thread for few files', async () => {
    const entry = written('one.yaml', team(1))
    const cache = await ahead([entry], { from: 2 })
    expect(cache.has(blobOf(entry))).toBe(false)
  })
})
