import type { ChangeRecord } from './record.ts'

/** Somebody else looks back at an emergency within so many hours after it was begun. */
export const reviewHours = 24

/** Longest time, in hours, for which the glass is broken. */
export const longestEmergency = 4

type Looked = Pick<ChangeRecord, 'type' | 'deployment'>

/** Until when an emergency is to be reviewed (ISO 8601, UTC); undefined for anything else, and where nothing was begun. */
export function reviewDueAt({ type, deployment }: Looked): string | undefined {
  if (type !== 'emergency' || deployment === undefined) return undefined
  return new Date(Date.parse(deployment.startedAt) + reviewHours * 3_600_000).toISOString()
}

/** True of an emergency that was begun and nobody looked back at. */
export function owesReview(record: Looked & Pick<ChangeRecord, 'review'>): boolean {
  return reviewDueAt(record) !== undefined && record.review === undefined
}
