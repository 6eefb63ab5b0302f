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
  readonly bytes: Buffer
  readonly checksum: string
  /** Kept once decoded: the same content is the same object for as long as the process runs. */
  documents?: readonly RawDocument[]
}

/** Over this many bytes, and mostly unused, the file is written anew with what was used. */
const compactFrom = 64 * 1024 * 1024
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
  const fresh = new Map<string, Entry>()
  const used = new Set<string>()
  const entryOf = (blob: string): Entry | undefined => fresh.get(blob) ?? entries.get(blob)
  return {
    has: (blob) => entries.has(blob) || fresh.has(blob),
    get: (blob) => {
      const entry = entryOf(blob)
      const documents = entry === undefined ? undefined : decode(entry)
      if (documents !== undefined) used.add(blob)
      else entries.delete(blob)
      return documents
    },
    set: (blob, documents) => {
      const bytes = Buffer.from(JSON.stringify(documents))
      fresh.set(blob, { bytes, checksum: checksumOf(bytes), documents })
      used.add(blob)
    },
    save: () => {
      const usedBytes = [...used].reduce((sum, blob) => sum + (entryOf(blob)?.bytes.length ?? 0), 0)
      const compact = end > compactFrom && end > 4 * usedBytes
      if (fresh.size === 0 && !compact) return
      const isSound = end === size && end > 0
      try {
        mkdirSync(folder, { recursive: true })
        if (isSound && !compact) appendFileSync(path, encode(fresh))
        else rewrite(path, firstLine, compact ? [...used] : [...entries.keys(), ...fresh.keys()], entryOf)
        for (const [blob, entry] of fresh) entries.set(blob, entry)
        fresh.clear()
      } catch {
        // Half an entry at the end would be skipped by the next run; a whole file gone is simply built anew.
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
  if (entry.documents === undefined && checksumOf(entry.bytes) === entry.checksum) {
    entry.documents = JSON.parse(entry.bytes.toString('utf8')) as readonly RawDocument[]
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

function encode(entries: ReadonlyMap<string, Entry>): Buffer {
  const parts: Buffer[] = []
  for (const [blob, { bytes, checksum }] of entries) {
    parts.push(
      Buffer.from(`${blob} ${checksum} ${bytes.length.toString(16).padStart(8, '0')}\n`),
      bytes,
      Buffer.from('\n'),
    )
  }
  return Buffer.concat(parts)
}

function rewrite(
  path: string,
  firstLine: string,
  blobs: readonly string[],
  entryOf: (blob: string) => Entry | undefined,
): void {
  const kept = new Map<string, Entry>()
  for (const blob of blobs) {
    const entry = entryOf(blob)
    if (entry !== undefined) kept.set(blob, entry)
  }
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, Buffer.concat([Buffer.from(firstLine), encode(kept)]))
  renameSync(temporary, path)
}
