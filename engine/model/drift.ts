import type { Json } from './document.ts'
import type { FactEvidence } from './facts.ts'
import type { SetBy } from './plan.ts'
import type { ResourceId, Verb } from './resource.ts'

/**
 * How a resource came to be off what is wanted.
 * - `not-applied`: a change that is merged or under way has not been applied there yet
 * - `outside`: the host shows traces of a change that no record knows
 * - `unknown`: it moved, and nothing on the host tells when or by whom
 */
export type Attribution = 'not-applied' | 'outside' | 'unknown'

/** Somebody who was on the host, as its own logs say. Text of a host: shown escaped, never believed more than the host is. */
export interface SeenLogin {
  readonly user: string
  /** `login`: a session; `sudo`: a command as another account, named without its arguments. */
  readonly how: 'login' | 'sudo'
  readonly from?: string
  readonly command?: string
  readonly at: string
}

/** What a host knows of how a resource was changed. Times are ISO 8601 in UTC, by the host's clock. */
export interface DriftClues {
  readonly file?: {
    readonly path: string
    readonly what: 'changed' | 'attributes changed' | 'removed'
    readonly at: string
    readonly owner?: string
  }
  /** Lines of the package manager's own log, newest last. */
  readonly packages?: readonly { readonly at: string; readonly text: string }[]
  /** Who was there around that time, without the engine's own account. */
  readonly logins?: readonly SeenLogin[]
}

/** A field that is off: what was applied, and what is there. Values that are sensitive are left out. */
export interface DriftedField {
  readonly path: string
  readonly applied?: Json
  readonly found?: Json
  readonly sensitive?: true
}

/** One resource that is off, and what can be said of why. */
export interface DriftFinding {
  readonly host: string
  readonly resource: ResourceId
  /** What bringing it back would do. */
  readonly verb: Verb
  readonly attribution: Attribution
  readonly fields: readonly DriftedField[]
  /** The change that is yet to be applied, where it has a record. */
  readonly pending?: string
  readonly setBy?: SetBy
  readonly clues: DriftClues
  /** Digests of what was asked of the host for the clues, and of what it said. */
  readonly evidence?: FactEvidence
  /** The unauthorised change that stands for it in the ledger. */
  readonly record?: string
}
