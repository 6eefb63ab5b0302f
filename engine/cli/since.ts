import { InvalidArgumentError } from 'commander'
import { dayOrMoment } from '../model/day-or-moment.ts'

/** A date, from its first moment on (UTC), or a moment; a time without a zone is UTC. As ISO 8601 in UTC. */
export const since = (text: string): string => iso(dayOrMoment(text, 'begin'))

/** A date, to its last moment (UTC), or a moment. As ISO 8601 in UTC. */
export const until = (text: string): string => iso(dayOrMoment(text, 'end'))

function iso(at: number | undefined): string {
  if (at === undefined) throw new InvalidArgumentError('It takes a date such as 2026-11-22, or a moment in ISO 8601.')
  return new Date(at).toISOString()
}
