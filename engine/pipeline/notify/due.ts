import { Temporal } from 'temporal-polyfill'
import { type SupportHoursSpec, supportTimes } from '../../calendar/support-hours.ts'
import { isTimeZone } from '../../calendar/time-zone.ts'
import { addressOf, nameOf } from '../../model/address.ts'
import type { Graph } from '../../model/graph.ts'
import { specOf } from '../../model/practice.ts'
import type { NotificationRuleSpec } from './rules.ts'

const day = 86_400_000
/** Hours that do not come within so many days are none: it is told at once, and not never. */
const horizon = 35 * day
/** When what was collected over a day is told, on the clocks of the wall. */
const morning = '08:00'

/**
 * When somebody is told of what happened at a moment, in milliseconds: at once, with what is collected, or when the hours begin.
 *
 * @param timeZone by whose clocks it is morning, where the rule names no hours
 */
export function dueAt(
  { digest, hours, urgent = ['P1'] }: NotificationRuleSpec,
  { at, priority }: { readonly at: number; readonly priority: string | undefined },
  graph: Graph,
  timeZone = 'UTC',
): number {
  if (priority !== undefined && urgent.includes(priority)) return at
  const found = hours === undefined ? undefined : graph.documents.get(addressOf('SupportHours', nameOf(hours)))
  const spec = found && specOf<SupportHoursSpec>(found)
  const zone = [spec?.timeZone, timeZone].find((name) => name !== undefined && isTimeZone(name)) ?? 'UTC'
  const wanted = digest === undefined ? at : digest === 'hourly' ? nextHour(at) : nextMorning(at, zone)
  if (spec === undefined) return wanted
  const [next] = supportTimes(spec, { from: wanted, until: wanted + horizon })
  return next === undefined ? wanted : Math.max(wanted, next.from)
}

const nextHour = (at: number): number => (Math.floor(at / 3_600_000) + 1) * 3_600_000

function nextMorning(at: number, timeZone: string): number {
  const today = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate()
  const on = (date: Temporal.PlainDate): number =>
    date.toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from(morning) }).epochMilliseconds
  return on(today) > at ? on(today) : on(today.add({ days: 1 }))
}
