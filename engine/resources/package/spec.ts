export type PackageSpec = {
  readonly name: string
  /** Exactly this one; any where none is given. */
  readonly version?: string
  readonly ensure?: 'present' | 'absent'
}

export type PackageState = {
  readonly version: string
  /** `installed`, or where an installation stopped: half-configured, unpacked… */
  readonly status: string
}
