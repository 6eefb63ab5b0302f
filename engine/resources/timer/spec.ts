import { unitFolder } from '../unit-files.ts'

export type TimerSpec = {
  /** Without an ending. */
  readonly name: string
  readonly onCalendar?: readonly string[]
  readonly onBootSec?: string
  readonly onUnitActiveSec?: string
  readonly persistent?: boolean
  readonly randomizedDelay?: string
  readonly command?: string
  readonly user?: string
  /** A unit that is there anyway, in place of a command. */
  readonly unit?: string
  readonly enabled?: boolean
  readonly running?: boolean
  readonly ensure?: 'present' | 'absent'
  // ---
  /** Added by a rollback. */
  readonly kept?: { readonly timer: UnitFile | null; readonly service: UnitFile | null }
}

/** A file whose bytes the host has kept. */
export type UnitFile = {
  readonly sha256: string
  readonly mode: string
  readonly owner: string
  readonly group: string
}

/** What the two files say, as we write them. */
export type TimerSays = {
  readonly onCalendar: readonly string[]
  readonly onBootSec: string | null
  readonly onUnitActiveSec: string | null
  readonly persistent: boolean
  readonly randomizedDelay: string | null
  /** The unit it starts. */
  readonly unit: string
}
export type ServiceSays = { readonly command: string; readonly user: string }

export type TimerState = {
  /** `says` is null where the file is not in our form. */
  readonly timer: (UnitFile & { readonly says: TimerSays | null }) | null
  readonly service: (UnitFile & { readonly says: ServiceSays | null }) | null
  /** What systemd calls its state: enabled, disabled… */
  readonly unitFile: string
  /** null: the target is not running at all. */
  readonly running: boolean | null
}

export const timerPath = (name: string): string => `${unitFolder}/${name}.timer`
export const servicePath = (name: string): string => `${unitFolder}/${name}.service`

export const timerSays = (spec: TimerSpec): TimerSays => ({
  onCalendar: spec.onCalendar ?? [],
  onBootSec: spec.onBootSec ?? null,
  onUnitActiveSec: spec.onUnitActiveSec ?? null,
  persistent: spec.persistent ?? false,
  randomizedDelay: spec.randomizedDelay ?? null,
  unit: spec.unit ?? `${spec.name}.service`,
})

/** null: it starts a unit of somebody else. */
export const serviceSays = ({ command, user = 'root' }: TimerSpec): ServiceSays | null =>
  command === undefined ? null : { command, user }
