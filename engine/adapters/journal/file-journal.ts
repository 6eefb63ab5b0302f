import { mkdir, open, readFile, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Journal, JournalEntry } from '../../ports/journal.ts'
import { syncFolder } from '../git/sync-folder.ts'

/** A journal in JSON lines, one file for each change, below a folder (`plumbline/journal` in git's common directory). */
export function openFileJournal(folder: string): Journal {
  const pathOf = (change: string): string => {
    if (!/^[A-Za-z0-9][A-Za-z0-9-]*$/.test(change)) throw new Error(`no id of a change: ${JSON.stringify(change)}`)
    return join(folder, `${change}.jsonl`)
  }
  return {
    append: async (change, entry) => append(pathOf(change), entry),
    read: async (change) => parse(await readFile(pathOf(change), 'utf8').catch(missing)),
    remove: async (change) => {
      await unlink(pathOf(change)).catch(missing)
      await syncFolder(folder).catch(missing)
    },
  }
}

async function append(path: string, entry: JournalEntry): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const file = await open(path, 'a+', 0o600)
  try {
    const { size } = await file.stat()
    // A line that a killed process left torn gets an end, so that this one is whole.
    const torn = size > 0 && (await file.read(Buffer.alloc(1), 0, 1, size - 1)).buffer[0] !== 10
    await file.write(`${torn ? '\n' : ''}${JSON.stringify(entry)}\n`)
    await file.datasync()
    if (size === 0) await syncFolder(dirname(path))
  } finally {
    await file.close()
  }
}

/** What was written whole. A torn line belongs to a write that never returned: nothing relied on it. */
function parse(text: string): readonly JournalEntry[] {
  return text.split('\n').flatMap((line): JournalEntry[] => {
    try {
      const entry: unknown = JSON.parse(line)
      return isEntry(entry) ? [entry] : []
    } catch {
      return []
    }
  })
}

function isEntry(value: unknown): value is JournalEntry {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false
  if (value.type === 'started') return 'action' in value && typeof value.action === 'string'
  return value.type === 'finished' && 'result' in value && typeof value.result === 'object' && value.result !== null
}

/** For files that are not there: an empty journal. */
function missing(error: NodeJS.ErrnoException): string {
  if (error.code !== 'ENOENT') throw error
  return ''
}
