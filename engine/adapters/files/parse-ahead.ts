import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { RawDocument } from '../../model/document-cache.ts'
import type { FileEntry } from '../../ports/files.ts'
import type { FileDocumentCache } from '../cache/document-cache.ts'
import { claimFiles } from './claim-files.ts'

/** What a thread is told when it starts. It reads and parses until nobody has anything left to take. */
export interface ParseTask {
  readonly root: string
  readonly paths: readonly string[]
  readonly blobs: readonly string[]
  readonly limits: Readonly<Record<string, number>>
  readonly next: SharedArrayBuffer
  /** Gets batches of a blob and its documents as JSON, by turns; at the end `null`. */
  readonly results: import('node:worker_threads').MessagePort
}

export interface ParseAhead {
  readonly root: string
  readonly entries: readonly FileEntry[]
  readonly limits: Readonly<Record<string, number>>
  readonly cache: FileDocumentCache
  /** Documents of a file without findings; undefined for any other. */
  readonly parse: (bytes: Uint8Array) => readonly RawDocument[] | undefined
  /** The program of a thread. */
  readonly program: URL
  readonly execArgv?: readonly string[]
  /** Below so many files that are not in the cache no thread is started. */
  readonly from: number
}

/** More than these, and handing over what they parse keeps this thread busy. */
const maxThreads = 3

/**
 * Parses files of the working folder into the cache with all cores. Files that have findings, that went away or whose thread
 * failed are left out: whoever loads them parses them again and says what is wrong.
 */
export async function parseAhead(options: ParseAhead): Promise<void> {
  const { root, entries, limits, cache, parse, program, execArgv, from } = options
  const wanted = new Map<string, string>()
  for (const { blob, path, mode } of entries)
    if (blob !== undefined && mode.startsWith('100') && !cache.has(blob)) wanted.set(blob, path)
  const threads = Math.min(availableParallelism() - 1, maxThreads)
  if (wanted.size < from || threads < 1) return
  const [blobs, paths] = [[...wanted.keys()], [...wanted.values()]]
  const next = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  const take = (batch: readonly string[]): void => {
    for (let i = 0; i + 1 < batch.length; i += 2) {
      const blob = batch[i] ?? ''
      cache.setText(blob, batch[i + 1] ?? '')
      // Decoded here, while others still parse.
      cache.get(blob)
    }
  }
  const helpers = Array.from({ length: threads }, () => {
    const { port1: mine, port2: results } = new MessageChannel()
    const task: ParseTask = { root, paths, blobs, limits, next, results }
    const worker = new Worker(program, {
      workerData: task,
      transferList: [results],
      ...(execArgv !== undefined && { execArgv: [...execArgv] }),
    })
    return { mine, worker, failed: new Promise<void>((resolve) => void worker.once('error', () => resolve())) }
  })
  for (const { from: first, to } of claimFiles(next, paths.length)) {
    for (let i = first; i < to; i++) {
      const documents = parseOf(join(root, paths[i] ?? ''), parse)
      if (documents === undefined) continue
      cache.set(blobs[i] ?? '', documents)
      cache.get(blobs[i] ?? '')
    }
    // As it comes, so that nothing piles up.
    for (const { mine } of helpers)
      for (let got = receiveMessageOnPort(mine); Array.isArray(got?.message); got = receiveMessageOnPort(mine))
        take(got.message as string[])
  }
  await Promise.all(
    helpers.map(async ({ mine, worker, failed }) => {
      const ended = new Promise<void>((resolve) => {
        mine.on('message', (batch: readonly string[] | null) => (batch === null ? resolve() : take(batch)))
        mine.once('close', resolve)
      })
      await Promise.race([ended, failed])
      mine.close()
      await worker.terminate()
    }),
  )
}

function parseOf(path: string, parse: ParseAhead['parse']): readonly RawDocument[] | undefined {
  try {
    return parse(readFileSync(path))
  } catch {
    return undefined
  }
}
