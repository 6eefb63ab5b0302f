import type { Address } from '../model/address.ts'
import type { ChangeState, ChangeType } from '../model/record.ts'

/** What notes, numbers and readiness have to know of one change of a release. */
export interface ReleaseChange {
  readonly id: string
  readonly title: string
  readonly type: ChangeType
  readonly state: ChangeState
  /** Number of the incident, of an emergency. */
  readonly incident?: string
  /** Documents that it changed, sorted by address; labels as they were and as they are. */
  readonly documents: readonly ChangedForRelease[]
  /** Services that it reached, sorted. */
  readonly services: readonly Address[]
  /** How many hosts it did something on. */
  readonly hosts: number
  /** Trailers of its commits, such as `Breaking: the old port is closed`. */
  readonly trailers: readonly { readonly name: string; readonly value: string }[]
  /** Who wrote it, by name, sorted. */
  readonly authors: readonly string[]
  /** The change that it takes back, and the one that took it back. */
  readonly rollbackOf?: string
  readonly rolledBackBy?: string
  /** The releases that it promoted, where it does nothing else. */
  readonly promotes?: readonly string[]
  /** ISO 8601: when it was carried out. */
  readonly finishedAt?: string
}

export interface ChangedForRelease {
  readonly address: Address
  readonly kind: string
  readonly labels: readonly Readonly<Record<string, string>>[]
  readonly owner?: string
}

/** Changes that came and were taken back within the same release: together they are nothing. */
export function cancelled(changes: readonly ReleaseChange[]): ReadonlySet<string> {
  const ids = new Set(changes.map((c) => c.id))
  const undone = changes.filter((c) => c.rolledBackBy !== undefined && ids.has(c.rolledBackBy))
  return new Set(undone.flatMap((c) => [c.id, c.rolledBackBy ?? '']))
}
