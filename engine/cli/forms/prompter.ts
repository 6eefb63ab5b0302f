/** One of several answers. */
export interface Choice {
  readonly value: string
  readonly label?: string
  readonly hint?: string
}

/** Asks somebody at a terminal. Each answer is undefined where they broke off. */
export interface Prompter {
  /** @param validate what is wrong with an answer; undefined where nothing is */
  text(question: {
    readonly message: string
    readonly initial?: string
    readonly validate?: (answer: string) => string | undefined
  }): Promise<string | undefined>
  select(question: {
    readonly message: string
    readonly options: readonly Choice[]
    readonly initial?: string
  }): Promise<string | undefined>
  confirm(question: { readonly message: string; readonly initial?: boolean }): Promise<boolean | undefined>
  /** Like `select`, for long lists: what is typed narrows them down. */
  search(question: { readonly message: string; readonly options: readonly Choice[] }): Promise<string | undefined>
}
