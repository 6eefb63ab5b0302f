import type { Ledger, LedgerEntry, LedgerView } from '../../engine/ports/ledger.ts'

/** A ledger that forgets nothing but who signed: the files of its newest entry, and how many entries there were. */
export interface MemoryLedger extends Ledger {
  readonly files: ReadonlyMap<string, string>
  readonly entries: readonly Pick<LedgerEntry, 'record' | 'transition'>[]
}

export function memoryLedger(start: ReadonlyMap<string, string>): MemoryLedger {
  const files = new Map(start)
  const entries: Pick<LedgerEntry, 'record' | 'transition'>[] = []
  let queue: Promise<unknown> = Promise.resolve()
  const view = async (): Promise<LedgerView> => ({
    tip: String(entries.length),
    file: async (path) => files.get(path),
    list: async (folder) => {
      const below = [...files.keys()].filter((path) => path.startsWith(`${folder}/`))
      return [...new Set(below.map((path) => path.slice(folder.length + 1).split('/')[0] ?? ''))].sort()
    },
  })
  return {
    files,
    entries,
    view,
    latest: view,
    history: async () => [],
    steps: async function* () {},
    append(prepare) {
      // One after the other: what a job is shown is what its entries come on top of.
      const job = queue.then(async () => {
        const prepared = await prepare(await view())
        for (const entry of prepared.entries) {
          entries.push({ record: entry.record, transition: entry.transition })
          for (const [path, text] of entry.files) {
            if (text === null) files.delete(path)
            else files.set(path, text)
          }
        }
        return prepared.result
      })
      queue = job.catch(() => {})
      return job
    },
  }
}
