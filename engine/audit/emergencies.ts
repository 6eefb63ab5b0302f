import type { Address } from '../model/address.ts'
import { reviewDueAt } from '../model/emergency.ts'
import type { PastChange } from './past-change.ts'

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

export function emergencyOf({ record }: PastChange, authors: readonly Address[], now: Date): EmergencyLine | undefined {
  const { emergency, review } = record
  if (emergency === undefined) return undefined
  const due = reviewDueAt(record)
  const verdict = (): EmergencyLine['verdict'] => {
    if (due === undefined) return 'not-begun'
    if (review === undefined) return now.getTime() > Date.parse(due) ? 'overdue' : 'waiting'
    if (review.reviewer === emergency.person || authors.includes(review.reviewer)) return 'not-independent'
    return Date.parse(review.at) > Date.parse(due) ? 'late' : 'independent'
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
        at: review.at,
        outcome: review.outcome,
        ...(review.comment !== undefined && { comment: review.comment }),
      },
    }),
    verdict: verdict(),
  }
}
