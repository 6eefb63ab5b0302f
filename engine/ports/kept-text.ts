/** A text that is kept from one run to the next: it saves time and nothing else. */
export interface KeptText {
  /** Undefined where there is none that this version of the engine wrote whole. */
  read(): string | undefined
  /** Failing to is no error. */
  write(text: string): void
}
