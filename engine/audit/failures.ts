import { firstEvent, type PastChange } from './past-change.ts'

/** A change that failed or was taken back, and how that ended. */
export interface FailureLine {
  readonly change: string
  readonly title: string
  readonly failedAt?: string
  readonly reasons: readonly string[]
  /** `open`: nothing has put it right so far. */
  readonly outcome: 'rolled-back' | 'rolled-back-in-part' | 'implemented-later' | 'superseded' | 'open'
  readonly by?: string
  readonly automatic: boolean
  readonly settledAt?: string
}

export function failureOf(change: PastChange, all: readonly PastChange[]): FailureLine | undefined {
  const { record, events } = change
  const failed = events.findLast((e) => e.transition === 'fail')
  const part = all.find((c) => takesBackPart(c, record.id))
  if (failed === undefined && record.rolledBackBy === undefined && part === undefined) return undefined
  const base = {
    change: record.id,
    title: record.title,
    ...(failed !== undefined && { failedAt: failed.at }),
    reasons: failed?.reasons ?? [],
    automatic: false,
  }
  if (record.rolledBackBy !== undefined) {
    const rollback = all.find((c) => c.record.id === record.rolledBackBy)
    const at =
      (rollback === undefined ? undefined : firstEvent(rollback, ['finish'])) ?? firstEvent(change, ['roll-back'])
    const automatic = rollback?.record.automatic === true
    const settled = at === undefined ? {} : { settledAt: at.at }
    return { ...base, ...settled, outcome: 'rolled-back', by: record.rolledBackBy, automatic }
  }
  const later = failed === undefined ? undefined : firstEvent(change, ['finish'], Date.parse(failed.at))
  if (later !== undefined) return { ...base, outcome: 'implemented-later', by: record.id, settledAt: later.at }
  if (part !== undefined) {
    const at = firstEvent(part, ['finish'])
    const settled = at === undefined ? {} : { settledAt: at.at }
    return { ...base, ...settled, outcome: 'rolled-back-in-part', by: part.record.id }
  }
  const superseded = events.findLast((e) => e.transition === 'supersede')
  if (superseded !== undefined) return { ...base, outcome: 'superseded', settledAt: superseded.at }
  return { ...base, outcome: 'open' }
}

/** Something of it was taken back and the rest left, so that its own record does not say so. */
const takesBackPart = (change: PastChange, id: string): boolean =>
  change.record.partial === true &&
  change.record.rollbackOf?.includes(id) === true &&
  firstEvent(change, ['finish']) !== undefined
