import type { ActionResult } from '../model/record.ts'

/** What an apply did, on this machine, line by line and durable before it goes on: survives kill -9. */
export interface Journal {
  append(change: string, entry: JournalEntry): Promise<void>
  read(change: string): Promise<readonly JournalEntry[]>
  remove(change: string): Promise<void>
}

export type JournalEntry =
  | { readonly type: 'started'; readonly action: string; readonly at: string }
  | { readonly type: 'finished'; readonly result: ActionResult }
