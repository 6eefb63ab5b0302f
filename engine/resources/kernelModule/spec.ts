export type ModuleSpec = {
  readonly name: string
  readonly parameters?: Readonly<Record<string, string | number>>
  readonly boot?: boolean
  readonly blacklist?: boolean
  readonly loaded?: boolean
  readonly ensure?: 'present' | 'absent'
  // ---
  /** Added by a rollback: files that are not ours say all of it. */
  readonly own?: false
}

export type ModuleState = {
  /** Whether a file has it loaded when the host starts. */
  readonly boot: boolean
  readonly blacklist: boolean
  /** What files say, not what the loaded module runs with. */
  readonly parameters: Readonly<Record<string, string>>
  /** null: the target does not run. */
  readonly loaded: boolean | null
  /** Whether there is a file of ours. */
  readonly own: boolean
}

/** For the kernel a hyphen is an underscore. */
export const plainName = (name: string): string => name.replaceAll('-', '_')

export const loadFile = (name: string): string => `/etc/modules-load.d/zz-plumbline-${name}.conf`
export const probeFile = (name: string): string => `/etc/modprobe.d/zz-plumbline-${name}.conf`
