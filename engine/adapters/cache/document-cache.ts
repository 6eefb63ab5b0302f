import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { DocumentCache, RawDocument } from '../../model/document-cache.ts'

/** A cache that is kept when it is told to. */
export interface FileDocumentCache extends DocumentCache {
  /** Appends what is new. Failing to is no error: the cache saves time and nothing else. */
  save(): void
  /** `set` for what is JSON already. */
  setText(blob: string, documents: string): void
}

interface Entry {
  /** As JSON: a part of the file, or what this run made. Given back once decoded. */
  text: FilePart | string | undefined
  /** Kept once decoded: the same content is the same object for as long as the process runs. */
  documents: readonly RawDocument[] | undefined
}

/** From `start` up to `end` of what the file held when it was opened. */
interface FilePart {
  readonly start: number
  readonly end: number
}

interface ReadFile {
  readonly bytes: Buffer
  readonly entries: Map<string, Entry>
  /** Where the last sound batch ends. */
  readonly end: number
}

/** Over this many bytes, and mostly unused, the file is written anew with what was used. */
const compactFrom = 64 * 1024 * 1024
/** What is new is written whenever there is so much of it: a large estate must not be held twice. */
const flushFrom = 4 * 1024 * 1024
const format = 2
const batchHeader = /^([0-9a-f]{8}) ([0-9a-f]{8})$/
const headerLength = 18
const newline = 10
const space = 32

/**
 * Parsed documents in one file below `folder` (`<common git folder>/plumbline/cache`), only ever appended: batches of
 * `<crc> <length>` and lines of `<blob> <JSON>`. What another version of the engine wrote, what is cut off or damaged is not
 * used. One checksum and one write for thousands of files: each on its own costs as much as parsing a small one.
 */
export function openDocumentCache(folder: string, engineVersion: string): FileDocumentCache {
  const path = join(folder, 'documents')
  const firstLine = `plumbline documents ${format} ${engineVersion}\n`
  const file = readEntries(path, firstLine)
  const { entries, bytes } = file
  const used = new Set<string>()
  let isSound = file.end === bytes.length && file.end > 0
  let isBroken = false
  let fresh: string[] = []
  let freshLength = 0
  const flush = (): void => {
    if (fresh.length === 0 || isBroken) return
    try {
      mkdirSync(folder, { recursive: true })
      if (isSound) appendFileSync(path, batchOf(fresh))
      else rewrite(path, firstLine, batchesOf(linesOf(entries, bytes)))
      isSound = true
    } catch {
      // Half a batch at the end would be skipped by the next run; a whole file gone is simply built anew.
      discard(path)
      isBroken = true
    }
    fresh = []
    freshLength = 0
  }
  const setText = (blob: string, text: string): void => {
    // What was just parsed holds on to the text of its whole file; what comes of JSON does not.
    entries.set(blob, { text, documents: undefined })
    used.add(blob)
    if (isBroken) return
    fresh.push(lineOf(blob, text))
    freshLength += text.length
    if (freshLength >= flushFrom) flush()
  }
  return {
    has: (blob) => entries.has(blob),
    get: (blob) => {
      const entry = entries.get(blob)
      if (entry === undefined) return undefined
      used.add(blob)
      return decode(entry, bytes)
    },
    set: (blob, documents) => setText(blob, JSON.stringify(documents)),
    setText,
    save: () => {
      flush()
      if (file.end <= compactFrom) return
      const kept = [...used].flatMap((blob): [string, Entry][] => {
        const entry = entries.get(blob)
        return entry === undefined ? [] : [[blob, entry]]
      })
      const batches = [...batchesOf(linesOf(kept, bytes))]
      if (file.end <= 4 * batches.reduce((sum, batch) => sum + batch.length, 0)) return
      try {
        rewrite(path, firstLine, batches)
      } catch {
        discard(path)
      }
    },
  }
}

/** Entries of the file up to the first batch that is not whole; those of a damaged one are left out. */
function readEntries(path: string, firstLine: string): ReadFile {
  const entries = new Map<string, Entry>()
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch {
    return { entries, bytes: Buffer.alloc(0), end: 0 }
  }
  let end = firstLine.length
  if (bytes.toString('latin1', 0, end) !== firstLine) return { entries, bytes, end: 0 }
  while (end < bytes.length) {
    const start = end + headerLength
    const [, checksum, length] = batchHeader.exec(bytes.toString('latin1', end, start - 1)) ?? []
    if (checksum === undefined || length === undefined) break
    const after = start + Number.parseInt(length, 16)
    if (after > bytes.length) break
    if (checksumOf(bytes.subarray(start, after)) === checksum) readBatch(bytes, start, after, entries)
    end = after
  }
  return { entries, bytes, end }
}

function readBatch(bytes: Buffer, from: number, to: number, entries: Map<string, Entry>): void {
  for (let start = from; start < to; ) {
    const name = bytes.indexOf(space, start)
    const end = bytes.indexOf(newline, name)
    if (name === -1 || end === -1) return
    entries.set(bytes.toString('latin1', start, name), { text: { start: name + 1, end }, documents: undefined })
    start = end + 1
  }
}

function decode(entry: Entry, bytes: Buffer): readonly RawDocument[] | undefined {
  if (entry.documents === undefined && entry.text !== undefined) {
    entry.documents = JSON.parse(textOf(entry.text, bytes)) as readonly RawDocument[]
    if (typeof entry.text === 'string') entry.text = undefined
  }
  return entry.documents
}

const textOf = (text: FilePart | string, bytes: Buffer): string =>
  typeof text === 'string' ? text : bytes.toString('utf8', text.start, text.end)

const checksumOf = (bytes: Buffer): string => hexOf(crc32(bytes))
const hexOf = (number: number): string => number.toString(16).padStart(8, '0')

function discard(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // There is nothing to discard, or nothing that we may.
  }
}

/** JSON holds no line breaks of its own. */
const lineOf = (blob: string, text: string): string => `${blob} ${text}\n`

function batchOf(lines: readonly string[]): Buffer {
  const body = Buffer.from(lines.join(''))
  return Buffer.concat([Buffer.from(`${checksumOf(body)} ${hexOf(body.length)}\n`), body])
}

function* batchesOf(lines: Iterable<string>): Iterable<Buffer> {
  let batch: string[] = []
  let length = 0
  for (const line of lines) {
    batch.push(line)
    length += line.length
    if (length < flushFrom) continue
    yield batchOf(batch)
    batch = []
    length = 0
  }
  if (batch.length > 0) yield batchOf(batch)
}

/** Entries as the file holds them. */
function* linesOf(entries: Iterable<readonly [string, Entry]>, bytes: Buffer): Iterable<string> {
  for (const [blob, { text, documents }] of entries)
    yield lineOf(blob, text === undefined ? JSON.stringify(documents ?? []) : textOf(text, bytes))
}

function rewrite(path: string, firstLine: string, batches: Iterable<Buffer>): void {
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, Buffer.concat([Buffer.from(firstLine), ...batches]))
  renameSync(temporary, path)
}
