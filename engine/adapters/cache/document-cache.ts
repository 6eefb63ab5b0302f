import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { DocumentCache, RawDocument } from '../../model/document-cache.ts'

/** A cache that is kept when it is told to. */
export interface FileDocumentCache extends DocumentCache {
  /** Appends what is new. Failing to is no error: the cache saves time and nothing else. */
  save(): void
}

interface Entry {
  /** As the file holds it; not there for what this process has parsed. */
  readonly bytes?: Buffer
  readonly checksum: string
  /** Kept once decoded: the same content is the same object for as long as the process runs. */
  documents?: readonly RawDocument[]
}

/** Over this many bytes, and mostly unused, the file is written anew with what was used. */
const compactFrom = 64 * 1024 * 1024
/** What is new is written whenever there is so much of it: a large estate must not be held twice. */
const flushFrom = 4 * 1024 * 1024
const format = 1
const entryHeader = /^([0-9a-f]{40}|[0-9a-f]{64}) ([0-9a-f]{8}) ([0-9a-f]{8})$/

/**
 * Parsed documents in one file below `folder` (`<common git folder>/plumbline/cache`): entries of `<blob> <crc> <length>` and
 * JSON, only ever appended. What another version of the engine wrote, what is cut off or damaged is not used.
 */
export function openDocumentCache(folder: string, engineVersion: string): FileDocumentCache {
  const path = join(folder, 'documents')
  const firstLine = `plumbline documents ${format} ${engineVersion}\n`
  const { entries, end, size } = readEntries(path, firstLine)
  const used = new Set<string>()
  let isSound = end === size && end > 0
  let isBroken = false
  let fresh: Buffer[] = []
  let freshBytes = 0
  const flush = (): void => {
    if (fresh.length === 0 || isBroken) return
    try {
      mkdirSync(folder, { recursive: true })
      if (isSound) appendFileSync(path, Buffer.concat(fresh))
      else rewrite(path, firstLine, [...writtenOf(entries)])
      isSound = true
    } catch {
      // Half an entry at the end would be skipped by the next run; a whole file gone is simply built anew.
      discard(path)
      isBroken = true
    }
    fresh = []
    freshBytes = 0
  }
  return {
    has: (blob) => entries.has(blob),
    get: (blob) => {
      const entry = entries.get(blob)
      const documents = entry === undefined ? undefined : decode(entry)
      if (documents !== undefined) used.add(blob)
      else entries.delete(blob)
      return documents
    },
    set: (blob, documents) => {
      const text = JSON.stringify(documents)
      const bytes = Buffer.from(text)
      const checksum = checksumOf(bytes)
      // What was just parsed holds on to the text of its whole file; what comes of JSON does not.
      entries.set(blob, { checksum, documents: JSON.parse(text) as readonly RawDocument[] })
      used.add(blob)
      if (isBroken) return
      fresh.push(encode(blob, checksum, bytes))
      freshBytes += bytes.length
      if (freshBytes >= flushFrom) flush()
    },
    save: () => {
      flush()
      const kept = new Map([...used].flatMap((blob) => [[blob, entries.get(blob)] as const]))
      const usedBytes = [...kept.values()].reduce((sum, entry) => sum + (entry?.bytes?.length ?? 0), 0)
      if (end <= compactFrom || end <= 4 * usedBytes) return
      try {
        rewrite(path, firstLine, [...writtenOf(kept)])
      } catch {
        discard(path)
      }
    },
  }
}

/** Entries of the file up to the first that is not whole. */
function readEntries(path: string, firstLine: string): { entries: Map<string, Entry>; end: number; size: number } {
  const entries = new Map<string, Entry>()
  let file: Buffer
  try {
    file = readFileSync(path)
  } catch {
    return { entries, end: 0, size: 0 }
  }
  let end = firstLine.length
  if (file.toString('latin1', 0, end) !== firstLine) return { entries, end: 0, size: file.length }
  while (end < file.length) {
    const line = file.indexOf(10, end)
    const header = line === -1 ? null : entryHeader.exec(file.toString('latin1', end, line))
    const [, blob, checksum, length] = header ?? []
    if (blob === undefined || checksum === undefined) break
    const after = line + 1 + Number.parseInt(length ?? '', 16)
    if (after >= file.length || file[after] !== 10) break
    entries.set(blob, { bytes: file.subarray(line + 1, after), checksum })
    end = after + 1
  }
  return { entries, end, size: file.length }
}

function decode(entry: Entry): readonly RawDocument[] | undefined {
  const { bytes, checksum } = entry
  if (entry.documents === undefined && bytes !== undefined && checksumOf(bytes) === checksum) {
    entry.documents = JSON.parse(bytes.toString('utf8')) as readonly RawDocument[]
  }
  return entry.documents
}

const checksumOf = (bytes: Buffer): string => crc32(bytes).toString(16).padStart(8, '0')

function discard(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // There is nothing to discard, or nothing that we may.
  }
}

function encode(blob: string, checksum: string, bytes: Buffer): Buffer {
  const header = `${blob} ${checksum} ${bytes.length.toString(16).padStart(8, '0')}\n`
  return Buffer.concat([Buffer.from(header), bytes, Buffer.from('\n')])
}

/** Entries as the file holds them. */
function* writtenOf(entries: Iterable<readonly [string, Entry | undefined]>): Iterable<Buffer> {
  for (const [blob, entry] of entries) {
    if (entry === undefined) continue
    const bytes = entry.bytes ?? Buffer.from(JSON.stringify(entry.documents ?? []))
    yield encode(blob, entry.checksum, bytes)
  }
}

function rewrite(path: string, firstLine: string, written: readonly Buffer[]): void {
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, Buffer.concat([Buffer.from(firstLine), ...written]))
  renameSync(temporary, path)
}
