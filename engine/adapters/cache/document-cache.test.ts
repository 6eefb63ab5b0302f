import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDocumentCache } from './document-cache.ts'

const blob = (n: number) => n.toString(16).padStart(40, '0')
const documents = (n: number) => [{ value: { kind: 'Team', text: `é ${n}\n` }, index: 0, line: n }]

describe('openDocumentCache', () => {
  let folder: string
  let path: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'plumbline-cache-'))
    path = join(folder, 'documents')
    const cache = openDocumentCache(folder, '1.0.0')
    for (let n = 1; n <= 3; n++) {
      cache.set(blob(n), documents(n))
      cache.save()
    }
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('keeps documents over runs, and appends what is new', () => {
    const cache = openDocumentCache(folder, '1.0.0')
    expect(cache.get(blob(2))).toEqual(documents(2))
    expect(cache.has(blob(9))).toBe(false)
    const before = readFileSync(path)
    cache.set(blob(9), documents(9))
    expect(cache.get(blob(9))).toEqual(documents(9))
    cache.save()
    expect(readFileSync(path).subarray(0, before.length)).toEqual(before)
    expect(openDocumentCache(folder, '1.0.0').get(blob(9))).toEqual(documents(9))
  })

  it('writes nothing where nothing is new', () => {
    const before = statSync(path).mtimeMs
    const cache = openDocumentCache(folder, '1.0.0')
    cache.get(blob(1))
    cache.save()
    expect(statSync(path).mtimeMs).toBe(before)
  })

  it('does not use what another version wrote', () => {
    const cache = openDocumentCache(folder, '1.0.1')
    expect(cache.has(blob(1))).toBe(false)
    cache.set(blob(7), documents(7))
    cache.save()
    expect(openDocumentCache(folder, '1.0.1').get(blob(7))).toEqual(documents(7))
    expect(openDocumentCache(folder, '1.0.0').has(blob(1))).toBe(false)
  })

  it.each([
    ['cut off', () => truncateSync(path, statSync(path).size - 5)],
    ['followed by rubbish', () => appendFileSync(path, 'rubbish')],
    ['emptied', () => truncateSync(path, 0)],
    ['something else', () => writeFileSync(path, Buffer.alloc(1000, 7))],
  ])('is built anew where the file is %s', (_what, damage) => {
    damage()
    const cache = openDocumentCache(folder, '1.0.0')
    for (let n = 1; n <= 3; n++) {
      expect([undefined, JSON.stringify(documents(n))]).toContain(JSON.stringify(cache.get(blob(n))))
      cache.set(blob(n), documents(n))
    }
    cache.save()
    const again = openDocumentCache(folder, '1.0.0')
    for (let n = 1; n <= 3; n++) expect(again.get(blob(n))).toEqual(documents(n))
  })

  it('never hands out a damaged entry', () => {
    const bytes = readFileSync(path)
    bytes[bytes.indexOf('Team') + 1] = 0x45
    writeFileSync(path, bytes)
    const cache = openDocumentCache(folder, '1.0.0')
    expect(cache.get(blob(1))).toBeUndefined()
    expect(cache.get(blob(2))).toEqual(documents(2))
  })

  it('does not mind a folder that can’t be written', () => {
    writeFileSync(join(folder, 'file'), '')
    const cache = openDocumentCache(join(folder, 'file', 'below'), '1.0.0')
    cache.set(blob(1), documents(1))
    expect(() => cache.save()).not.toThrow()
  })
})
