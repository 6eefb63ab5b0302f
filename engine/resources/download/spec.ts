export type DownloadSpec = {
  readonly path: string
  readonly url?: string
  /** `sha256:` and hex digits. */
  readonly checksum?: string
  readonly header?: string
  readonly timeout?: number
  readonly maxSize?: number
  readonly mode?: string
  readonly owner?: string
  readonly group?: string
  readonly ensure?: 'present' | 'absent'
  // ---
  /** Added by a rollback: digest of content that the host kept. */
  readonly preimage?: string
}

export type DownloadState = {
  readonly sha256: string
  readonly mode: string
  readonly owner: string
  readonly group: string
}
