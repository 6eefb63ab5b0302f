/** A message to people about one record, or several collected. Texts are plain: what channels mark up with is theirs to escape. */
export interface Notice {
  /** Tells this message from every other; the same when it is sent again, so that who has it can throw it away. Letters, digits, `.`, `_` and `-`. */
  readonly id: string
  /** What it belongs to, the number of a record: everything about it is one conversation. Absent where it is about several. */
  readonly thread?: string
  /** Messages of others that the conversation began with: Message-IDs, without brackets. */
  readonly after?: readonly string[]
  readonly subject: string
  readonly text: string
  /** ISO 8601, UTC: when what it tells of happened. */
  readonly at: string
  /** It answers what somebody sent, and was not sent out of itself (RFC 3834). */
  readonly reply?: boolean
}

/** `again`: it may come out another time; what is refused for good is not tried again. */
export type Delivered =
  | { readonly ok: true }
  | { readonly ok: false; readonly because: string; readonly again: boolean }

/** One way to tell somebody something. */
export interface Notifier {
  /**
   * Sends a message, or says why it did not go. Sent twice with the same id it is known as the same by whoever gets it, as far as
   * the channel can tell.
   *
   * @param to address of a mailbox, or number of a pull request; nothing where there is but one place
   */
  deliver(to: string, notice: Notice): Promise<Delivered>
  close(): Promise<void>
}

export type Channel = 'mail' | 'webhook' | 'forge'
