import type { Address } from '../model/address.ts'
import { reviewHours } from '../model/emergency.ts'
import { firstEvent, type PastChange, soonest } from './past-change.ts'

/** An emergency, and whether somebody else looked at it in time. */
export interface EmergencyLine {
  readonly change: string
  readonly title: string
  readonly state: string
  readonly person: Address
  readonly role: Address
  readonly reason: string
  readonly incident: string
  readonly at: string
  /** Until when somebody has to have looked at it; undefined where nothing was begun. */
  readonly reviewDue?: string
  readonly review?: {
    readonly reviewer: Address
    readonly at: string
    readonly outcome: string
    readonly comment?: string
  }
  /** `independent`: by somebody who had no hand in it, in time; `not-begun`: nothing was done, so nothing is owed. */
  readonly verdict: 'independent' | 'late' | 'not-independent' | 'waiting' | 'overdue' | 'not-begun'
}

export function emergencyOf(change: PastChange, authors: readonly Address[], now: Date): EmergencyLine | undefined {
  const { record } = change
  const { emergency, review } = record
  if (emergency === undefined) return undefined
  // A second attempt or a second look moves neither the beginning nor the end of the time there is.
  const [begun, reviewed] = [firstEvent(change, ['start']), firstEvent(change, ['review'])]
  const due = begun === undefined ? undefined : new Date(Date.parse(begun.at) + reviewHours * 3_600_000).toISOString()
  const verdict = (): EmergencyLine['verdict'] => {
    if (due === undefined) return 'not-begun'
    if (review === undefined || reviewed === undefined) return now.getTime() > Date.parse(due) ? 'overdue' : 'waiting'
    if (review.reviewer === emergency.person || authors.includes(review.reviewer)) return 'not-independent'
    return Date.parse(soonest(reviewed)) > Date.parse(due) ? 'late' : 'independent'
  }
  return {
    change: record.id,
    title: record.title,
    state: record.state,
    person: emergency.person,
    role: emergency.role,
    reason: emergency.reason,
    incident: emergency.incident,
    at: emergency.at,
    ...(due !== undefined && { reviewDue: due }),
    ...(review !== undefined && {
      review: {
        reviewer: review.reviewer,
        at: reviewed === undefined ? review.at : soonest(reviewed),
        outcome: review.outcome,
        ...(review.comment !== undefined && { comment: review.comment }),
      },
    }),
    verdict: verdict(),
  }
}
