import type { Sha256 } from '../model/canonical.ts'

/** Where records lie on the ledger branch. Sharded, so that a folder stays small however many there are. */

export const genesisPath = 'genesis.yaml'
export const branchPath = 'branch.yaml'
export const baselinesFolder = 'baselines'

const changeId = /^CHG-(\d{4})-(\d{5,9})$/
/** Names in a folder: a commit holds each folder on the way to its record anew, and whoever fetches it has to read them. */
const perFolder = 100

export interface ChangeNumber {
  readonly year: number
  readonly number: number
}

export function parseChangeId(id: string): ChangeNumber | undefined {
  const match = changeId.exec(id)
  if (match?.[1] === undefined || match[2] === undefined) return undefined
  const found = { year: Number(match[1]), number: Number(match[2]) }
  // One spelling only: five digits, more where they are needed.
  return found.number > 0 && formatChangeId(found) === id ? found : undefined
}

export function formatChangeId({ year, number }: ChangeNumber): string {
  return `CHG-${String(year).padStart(4, '0')}-${String(number).padStart(5, '0')}`
}

/** `changes/<year>-<ten thousands>/<hundreds>/CHG-….yaml`; undefined where the id is none. */
export function changePath(id: string): string | undefined {
  const found = parseChangeId(id)
  return found === undefined ? undefined : `changes/${foldersOf(found)}/${id}.yaml`
}

/** Of 2026: `2026-00/00` for 42, `2026-01/23` for 12345, `2026-123/45` for 1234567. */
export function foldersOf({ year, number }: ChangeNumber): string {
  const hundreds = Math.floor(number / perFolder)
  const [years, tens] = [String(year).padStart(4, '0'), Math.floor(hundreds / perFolder)]
  const twoDigits = (value: number) => String(value).padStart(2, '0')
  return `${years}-${twoDigits(tens)}/${twoDigits(hundreds % perFolder)}`
}

/** `applied/<2 hex>/<host>.yaml`. */
export function appliedPath(sha256: Sha256, host: string): string {
  return `applied/${sha256(host).slice(0, 2)}/${host}.yaml`
}

export function lockPath(environment: string): string {
  return `locks/${environment}.yaml`
}

/** What a baseline may be called: no path, no date, no number of a change. */
export const baselineName = /^[a-z][a-z0-9.-]{0,62}$/

/** `baselines/<name>.yaml`; undefined where the name is none. */
export function baselinePath(name: string): string | undefined {
  return baselineName.test(name) ? `${baselinesFolder}/${name}.yaml` : undefined
}

/** `keys/<fingerprint>.yaml`, the fingerprint (`SHA256:…`) in the letters that a file name can have. */
export function engineKeyPath(fingerprint: string): string {
  return `keys/${fingerprint
    .replace(/^SHA256:/, '')
    .replaceAll('/', '_')
    .replaceAll('+', '-')}.yaml`
}
