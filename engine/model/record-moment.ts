import { nameOf } from './address.ts'
import type { DeclaredRecord } from './declared-record.ts'

/** When a record came to be in the state in which it is: ISO 8601. */
export function inStateSince({ log, state, openedAt }: DeclaredRecord): string {
  const before = log.findLastIndex((line) => line.state !== state)
  return log[before + 1]?.at ?? openedAt
}

/** The record that came last to one of these states, of those about something: their `field` names it. */
export function newestAbout(
  records: readonly DeclaredRecord[],
  field: string,
  name: string,
  states: readonly string[],
): DeclaredRecord | undefined {
  const about = records.filter((r) => states.includes(r.state) && bareOf(r.fields[field]) === name)
  return about.reduce<DeclaredRecord | undefined>(
    (last, r) => (last === undefined || inStateSince(r) > inStateSince(last) ? r : last),
    undefined,
  )
}

/** `Service/checkout` and `checkout` mean the same where a field names documents of one kind. */
const bareOf = (value: unknown): string | undefined => (typeof value === 'string' ? nameOf(value) : undefined)
