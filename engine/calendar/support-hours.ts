import { Temporal } from 'temporal-polyfill'
import { type Span, union } from './span.ts'
import { isTimeZone } from './time-zone.ts'

/** What a `SupportHours` document says. */
export interface SupportHoursSpec {
  readonly timeZone: string
  readonly hours: readonly {
    readonly days: readonly string[]
    /** Local time; `24:00` is the end of the day. */
    readonly from: string
    readonly until: string
  }[]
  /** Dates on which nobody is there. */
  readonly closed?: readonly string[]
}

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

/**
 * The times within a span at which somebody is there, sorted. They go by clocks on the wall: a day on which the clocks change
 * is an hour longer or shorter where they change within the hours. A zone that is not known opens nothing.
 */
export function supportTimes(hours: SupportHoursSpec, within: Span): readonly Span[] {
  if (within.from >= within.until) return []
  const [first, last] = [Math.floor(within.from / week), Math.floor((within.until - 1) / week)]
  const spans: Span[] = []
  for (let number = first; number <= last; number += 1)
    for (const { from, until } of weekOf(hours, number)) {
      const cut = { from: Math.max(from, within.from), until: Math.min(until, within.until) }
      if (cut.from < cut.until) spans.push(cut)
    }
  return union(spans)
}

/** Milliseconds of a week; weeks are counted from 1970. */
const week = 7 * 86_400_000
const known = new WeakMap<SupportHoursSpec, Map<number, readonly Span[]>>()

/** The times of one week, worked out once: a queue asks for those of a thousand records, and zones of time are slow. */
function weekOf(hours: SupportHoursSpec, number: number): readonly Span[] {
  const weeks = known.get(hours) ?? new Map<number, readonly Span[]>()
  known.set(hours, weeks)
  const there = weeks.get(number)
  if (there !== undefined) return there
  const made = timesWithin(hours, { from: number * week, until: (number + 1) * week })
  weeks.set(number, made)
  return made
}

function timesWithin({ timeZone, hours, closed = [] }: SupportHoursSpec, within: Span): readonly Span[] {
  if (!isTimeZone(timeZone)) return []
  const shut = new Set(closed)
  const spans: Span[] = []
  const dayOf = (at: number) => Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate()
  const last = dayOf(within.until)
  for (let day = dayOf(within.from); Temporal.PlainDate.compare(day, last) <= 0; day = day.add({ days: 1 })) {
    if (shut.has(day.toString())) continue
    const name = days[day.dayOfWeek - 1] ?? ''
    for (const entry of hours) {
      if (!entry.days.includes(name)) continue
      const span = { from: momentOn(day, entry.from, timeZone), until: momentOn(day, entry.until, timeZone) }
      const cut = { from: Math.max(span.from, within.from), until: Math.min(span.until, within.until) }
      if (cut.from < cut.until) spans.push(cut)
    }
  }
  return union(spans)
}

function momentOn(day: Temporal.PlainDate, time: string, timeZone: string): number {
  const date = time === '24:00' ? day.add({ days: 1 }) : day
  const at = time === '24:00' ? '00:00' : time
  return date.toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from(at) }).epochMilliseconds
}
