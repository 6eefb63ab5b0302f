/** A preference of apt for one package. */
export type Pin = {
  /** As apt_preferences(5) has it: `release a=stable-backports`, `version 1.2*`, `origin example.org`. */
  readonly pin: string
  readonly priority: number
}

export type PackageSpec = {
  readonly name: string
  /** Exactly this one; any where none is given. */
  readonly version?: string
  /** Whether upgrades leave it alone; as it is where nothing is said. */
  readonly hold?: boolean
  /** null, which only a rollback says: none. */
  readonly pin?: Pin | null
  readonly ensure?: 'present' | 'absent'
}

export type PackageState = {
  readonly version: string
  /** `installed`, or where an installation stopped: half-configured, unpacked… */
  readonly status: string
  readonly hold?: true
  /** What a file of ours prefers; left out where there is none. */
  readonly pin?: Pin
}

/** Whether it can be the name of a package, as the schema says it. */
export const isName = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9+._-]{0,99}$/.test(name)
