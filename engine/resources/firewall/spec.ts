/** What a document says of the firewall, and (after the line) what the compiler and a rollback add. */
export type FirewallSpec = {
  readonly content?: string
  readonly template?: string
  readonly source?: string
  readonly variables?: { readonly [name: string]: string | number | boolean }
  readonly enabled?: boolean
  readonly ensure?: 'present' | 'absent'
  // ---
  /** A source that is no text; nft will say what it thinks of it. */
  readonly base64?: string
  /** Digest of the wanted content. */
  readonly sha256?: string
  /** Digest of content that the host kept. */
  readonly preimage?: string
}

export type FirewallState = {
  /** Digest of the file. */
  readonly sha256: string
  /** Its mode, four octal digits: kept as it is. */
  readonly mode: string
  /**
   * How the tables of the file are in the kernel: `as-file`, `differs`, or `not-loadable` where the file itself is wrong.
   * null: nothing runs there, or there is no nft yet.
   */
  readonly live: string | null
  /** Whether it is loaded at the next start; null where the host has no unit for it. */
  readonly enabled: boolean | null
}

/** The only name there is. */
export const only = 'nftables'

/** What nftables.service loads on Debian and its kin. */
export const rulesetPath = '/etc/nftables.conf'

/** Digest the file shall have. */
export const contentDigest = (spec: FirewallSpec): string | undefined => spec.preimage ?? spec.sha256
