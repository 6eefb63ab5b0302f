/** What a source says of one condition, or one thing that happened, whatever format it came in. Times are milliseconds since 1970. */
export interface IncomingEvent {
  /** Name of its EventSource; `ledger` for what the engine saw itself. */
  readonly source: string
  /** What tells this condition from others: the same one has the same, whenever it is told again. */
  readonly fingerprint: string
  /** Name of the alert, type of the CloudEvent. */
  readonly kind: string
  readonly title: string
  readonly labels: Readonly<Record<string, string>>
  /** Where more is to be read. */
  readonly url?: string
  /** When it began, as far as it says; it may say that something is over that nobody told of before. */
  readonly began?: number
  /** When it was over. */
  readonly ended?: number
}

/**
 * Everything that is known of one condition: when it began and was over, as often as that was told. Two of them are joined by
 * uniting what they know, so that it does not matter in which order events come, nor how often.
 */
export interface Signal extends Omit<IncomingEvent, 'began' | 'ended'> {
  /** Milliseconds since 1970, each once, newest first. */
  readonly began: readonly number[]
  readonly ended: readonly number[]
  /** When something was heard of it last. */
  readonly seen: number
}
