import type { Diagnostic } from '../model/diagnostic.ts'

/** What `validate` finds. */
export interface Validation {
  readonly diagnostics: readonly Diagnostic[]
  readonly documents: number
  readonly kinds: number
}
