import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { workerData } from 'node:worker_threads'
import { claimFiles } from './adapters/files/claim-files.ts'
import type { ParseTask } from './adapters/files/parse-ahead.ts'
import { cleanDocuments } from './load/parse-file.ts'

/** A thread that parses files of the working folder beside the one that asked for it: see `adapters/files/parse-ahead.ts`. */
const { root, paths, blobs, limits, next, results } = workerData as ParseTask

for (const { from, to } of claimFiles(next, paths.length)) {
  const batch: string[] = []
  for (let i = from; i < to; i++) {
    const text = jsonOf(join(root, paths[i] ?? ''))
    if (text !== undefined) batch.push(blobs[i] ?? '', text)
  }
  results.postMessage(batch)
}
results.postMessage(null)
results.close()

function jsonOf(path: string): string | undefined {
  try {
    const documents = cleanDocuments(readFileSync(path), limits)
    return documents === undefined ? undefined : JSON.stringify(documents)
  } catch {
    // It went away since it was listed, or is more than this thread can hold: whoever loads it says so.
    return undefined
  }
}
