export type SymlinkSpec = {
  readonly path: string
  readonly target?: string
  readonly owner?: string
  readonly ensure?: 'present' | 'absent'
}

export type SymlinkState = {
  readonly target: string
  /** Its own, not that of what it leads to. */
  readonly owner: string
}
