export type DirectorySpec = {
  readonly path: string
  readonly mode?: string
  readonly owner?: string
  readonly group?: string
  readonly ensure?: 'present' | 'absent'
}

export type DirectoryState = {
  /** Four octal digits. */
  readonly mode: string
  readonly owner: string
  readonly group: string
}
