import type { DeclaredRecord } from '../model/declared-record.ts'

/** A record of a declared type as lists and queues need it. Addresses stand in full: `Team/platform`. */
export interface IndexedRecord {
  readonly record: DeclaredRecord
  /** Not in a final state. */
  readonly open: boolean
  readonly team?: string
  readonly assignee?: string
  readonly requester?: string
  readonly service?: string
  /** `P1` to `P9`. */
  readonly priority?: string
}

export interface RecordQuery {
  readonly types?: readonly string[]
  readonly states?: readonly string[]
  readonly open?: boolean
  /** Null: that of none. */
  readonly team?: string | null
  readonly assignee?: string | null
  readonly requester?: string
  readonly service?: string
  readonly priority?: string
  /** It is linked to this: the number of a change or record, the address of a document; by any relation where none is given. */
  readonly linkedTo?: { readonly to: string; readonly relation?: string }
  /** Words, best match first. */
  readonly text?: string
  /** `queue`: by priority, then oldest first; `newest`: newest first. */
  readonly order: 'queue' | 'newest'
  readonly limit: number
}

/**
 * Records of the ledger, found without reading it: queues, searches, what is linked to what. It holds nothing that the ledger
 * does not: thrown away, it is made again. Beside them it keeps how far whoever follows the ledger has come.
 */
export interface RecordIndex {
  /** The commit of the ledger up to which it was filled; undefined where it is empty. */
  tip(): Promise<string | undefined>
  /**
   * Takes up records as they are at a commit, all or none.
   *
   * @param builder whoever makes the index anew: false, and nothing taken up, where another has begun with it since
   */
  put(records: readonly IndexedRecord[], tip: string, builder?: string): Promise<boolean>
  /** Forgets every record, to be made anew by one; false where another is at it. Cursors and keys stay. */
  rebuild(builder: string): Promise<boolean>
  /** The one who made it anew is done. */
  built(builder: string): Promise<void>
  find(query: RecordQuery): Promise<readonly IndexedRecord[]>
  count(query: Omit<RecordQuery, 'order' | 'limit'>): Promise<number>
  /** How far somebody who follows the ledger has come: a commit of it. */
  cursor(name: string): Promise<string | undefined>
  setCursor(name: string, commit: string): Promise<void>
  /** True the first time that a key is asked about: what has been done once is not done again. */
  first(key: string): Promise<boolean>
  close(): Promise<void>
}
