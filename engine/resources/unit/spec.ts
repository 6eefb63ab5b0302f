import { unitFolder } from '../unit-files.ts'

/** What a document says of a unit file, and (after the line) what the compiler and a rollback add. */
export type UnitSpec = {
  /** With its ending: `app.service`. */
  readonly name: string
  /** Name of a file in the unit's `.d` folder, without `.conf`. */
  readonly dropIn?: string
  readonly content?: string
  readonly template?: string
  readonly source?: string
  readonly variables?: { readonly [name: string]: string | number | boolean }
  readonly masked?: boolean
  readonly verify?: boolean
  readonly ensure?: 'present' | 'absent'
  // ---
  readonly base64?: string
  readonly sha256?: string
  /** Added by a rollback: a file whose bytes the host has kept. */
  readonly kept?: UnitFile
}

export type UnitFile = {
  readonly sha256: string
  readonly mode: string
  readonly owner: string
  readonly group: string
}

export type UnitState = UnitFile | { readonly masked: true }

/** `app.service`, or `app.service.d/limits.conf`. */
export const identify = ({ name, dropIn }: UnitSpec): string =>
  dropIn === undefined ? name : `${name}.d/${dropIn.replace(/\.conf$/, '')}.conf`

export const pathOf = (spec: UnitSpec): string => `${unitFolder}/${identify(spec)}`

/** The other way round. */
export function named(id: string): Pick<UnitSpec, 'name' | 'dropIn'> {
  const found = /^([^/]+)\.d\/([^/]+)\.conf$/.exec(id)
  return found?.[1] === undefined || found[2] === undefined ? { name: id } : { name: found[1], dropIn: found[2] }
}
