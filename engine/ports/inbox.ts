import type { JsonObject } from '../model/document.ts'

/** Something that others told us of, to be looked after. */
export interface Parcel {
  /** By which its sender knows it: sent again, it is the same. */
  readonly id: string
  /** Parcels of one lane are looked after one after the other, in the order in which they came. */
  readonly lane: string
  /** What is to be done: one that waits with the same key is done along with it. */
  readonly same: string
  readonly work: JsonObject
}

export interface Taken {
  readonly parcel: Parcel
  /** Those that are done along with it. */
  readonly along: readonly string[]
  /** How often it was tried before. */
  readonly attempts: number
}

/** `known` was accepted before, and is waiting or done; `full`: too much is waiting. */
export type Accepted = 'accepted' | 'known' | 'full'

/**
 * What was accepted and is still to be done, kept so that neither a crash nor a restart loses it: what is accepted is done, or
 * done again. Times are milliseconds since 1970.
 */
export interface Inbox {
  /** Durable once it returns. What failed for good may be sent again. It waits until `due`, where that is said. */
  put(parcel: Parcel, now: number, due?: number): Accepted
  /** The oldest of a lane that is not busy and is due; undefined where there is none. */
  take(busy: ReadonlySet<string>, now: number): Taken | undefined
  done(taken: Taken, now: number): void
  /** Tries it again at a moment; what else waits in its lane waits with it. */
  later(taken: Taken, at: number): void
  /** It can't be done, and is not tried any more. */
  fail(taken: Taken, now: number): void
  /** The next moment at which something is due that is not yet; undefined where nothing waits for its time. */
  nextDue(now: number): number | undefined
  counts(): { readonly waiting: number; readonly failed: number }
  /** Forgets what was done or failed before a moment. */
  forget(before: number): void
  close(): void
}
