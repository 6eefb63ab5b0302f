export type RepositorySpec = {
  readonly name: string
  readonly uris?: readonly string[]
  readonly suites?: readonly string[]
  readonly components?: readonly string[]
  readonly types?: readonly string[]
  readonly architectures?: readonly string[]
  readonly key?: string
  readonly keyring?: string
  readonly trusted?: boolean
  readonly enabled?: boolean
  readonly options?: { readonly [name: string]: string }
  readonly ensure?: 'present' | 'absent'
  // ---
  /** Added by a rollback: digest of content that the host kept. */
  readonly preimage?: string
}

export type RepositoryState = {
  readonly sha256: string
  readonly mode: string
  readonly owner: string
  readonly group: string
}

export const pathOf = (name: string): string => `/etc/apt/sources.list.d/${name}.sources`
