export type GroupSpec = {
  readonly name: string
  readonly gid?: number
  readonly system?: boolean
  readonly ensure?: 'present' | 'absent'
}

export type GroupState = { readonly gid: number }
