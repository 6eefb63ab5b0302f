/** A mail as it came in, RFC 5322, whole. */
export interface IncomingMail {
  /** By which the mailbox knows it. */
  readonly name: string
  /** Octets. */
  readonly size: number
  /** Its bytes; asked for only where it is not too large. */
  read(): Promise<Uint8Array>
  /** It was looked after, and does not come again. */
  done(): Promise<void>
}

/** Where mail for the desk is put by whatever receives it. */
export interface Mailbox {
  /** What is new, oldest first. */
  waiting(): Promise<readonly IncomingMail[]>
}
