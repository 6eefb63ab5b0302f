import type { Sealed } from '../model/secret-ref.ts'

/** A secret that is about to be used. */
export interface SecretQuestion {
  /** `age/db-password`, `env/TOKEN`, `file/db`. */
  readonly reference: string
  /** What the estate holds of it, for `age/`. */
  readonly sealed?: Sealed
}

/** The value, or why it can't be had on this machine: in words that hold nothing of it. */
export type SecretAnswer = { readonly value: string } | { readonly problem: string }

/** A key pair of age. The private half stays where it was made. */
export interface NewIdentity {
  /** `age1…`: goes into plumbline.yaml. */
  readonly recipient: string
  /** File it was written to. */
  readonly path: string
}

/** Values of secrets, on the machine that applies. Never throws for what a person can mend. */
export interface Secrets {
  resolve(questions: readonly SecretQuestion[]): Promise<ReadonlyMap<string, SecretAnswer>>
  /** Encrypts for recipients; the answer is an armoured age file. */
  seal(
    value: string,
    recipients: readonly string[],
  ): Promise<{ readonly armoured: string } | { readonly problem: string }>
  /** Makes an identity and keeps it in its place on this machine. */
  makeIdentity(): Promise<NewIdentity | { readonly problem: string }>
  /** The public halves of the identities of this machine. */
  recipients(): Promise<readonly string[]>
}
