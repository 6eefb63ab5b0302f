export type ServiceSpec = {
  readonly name: string
  readonly enabled?: boolean
  readonly running?: boolean
  // ---
  /** Added by a removal: stopped and not enabled is all that can be taken back of a unit that a package brings. */
  readonly ensure?: 'absent'
}

export type ServiceState = {
  /** What systemd calls the unit file's state: enabled, disabled, static, masked… */
  readonly unitFile: string
  /** null: the target is not running at all. */
  readonly running: boolean | null
}

/** Unit name with its suffix. */
export const unitOf = (name: string): string => (/\.[a-z]+$/.test(name) ? name : `${name}.service`)

const starts = new Set(['enabled', 'enabled-runtime', 'alias', 'static', 'indirect', 'generated'])
const startsNot = new Set(['disabled', 'masked', 'masked-runtime', 'static', 'indirect', 'generated', 'linked', ''])

/** Whether the unit file's state is what `enabled` asks for. Static and generated units are neither: something else starts them. */
export const isEnabledAs = (unitFile: string, enabled: boolean): boolean => (enabled ? starts : startsNot).has(unitFile)
