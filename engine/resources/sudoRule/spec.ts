export type SudoSpec = {
  readonly name: string
  /** Accounts, or groups as `%group`. */
  readonly subjects: readonly string[]
  readonly commands: readonly string[]
  readonly runAs?: string
  readonly password?: boolean
  /** ISO 8601, UTC, whole seconds. */
  readonly expires?: string
  readonly ensure?: 'present' | 'absent'
  // ---
  /** Added by a rollback: digest of a file that was not in our form. */
  readonly preimage?: string
}

/** What a rule says. */
export type Rule = {
  readonly subjects: readonly string[]
  readonly commands: readonly string[]
  readonly runAs: string
  readonly password: boolean
  readonly expires: string | null
}

export type SudoState = {
  readonly sha256: string
  readonly mode: string
  readonly owner: string
  readonly group: string
  /** null: the file is not in the form that we write. */
  readonly rule: Rule | null
}

/**
 * The file of a rule. sudo skips names with a dot or a tilde without a word, so whatever is no letter, digit or hyphen
 * is written as an underscore and two hex digits, and no two names share a file.
 */
export function pathOf(name: string): string {
  const encoded = [...new TextEncoder().encode(name)].map((byte) => {
    const c = String.fromCharCode(byte)
    return /[A-Za-z0-9-]/.test(c) ? c : `_${byte.toString(16).padStart(2, '0')}`
  })
  return `/etc/sudoers.d/plumbline-${encoded.join('')}`
}
