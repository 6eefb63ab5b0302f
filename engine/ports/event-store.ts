import type { Signal } from '../model/signal.ts'

/**
 * What was heard of conditions, on this machine: so many, each with the newest of its times. It can be thrown away: what fails is told
 * again by those who watch it, and incidents are in the ledger. Times are milliseconds since 1970.
 */
export interface EventStore {
  /** When it began to hear anything. */
  readonly listening: number
  /**
   * Joins signals with what is known of each, all or none; durable once it returns. `full`: too much fails at once, so it has to be
   * sent again.
   */
  join(signals: readonly Signal[], join: (known: Signal, told: Signal) => Signal): 'accepted' | 'full'
  /** When something with this key was heard first; `now`, where it is the first time. */
  firstHeard(key: string, now: number): number
  /** Sorted by fingerprint. */
  all(): readonly Signal[]
  /** Forgets what is over and was not heard of since, and what was heard first before that. */
  forget(before: number): void
  close(): void
}
