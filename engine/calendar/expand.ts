import rrule from 'rrule'
import { Temporal } from 'temporal-polyfill'
import { lengthOf } from './duration.ts'
import { readRule } from './rule.ts'
import type { Span } from './span.ts'
import { isTimeZone } from './time-zone.ts'

/** Something that happens once or again and again, as documents say it. */
export interface Recurring {
  /** Local date and time of the first, without offset. */
  readonly start: string
  /** IANA name. */
  readonly timeZone: string
  /** ISO 8601. Hours are real hours; days and weeks end at the same time of day, whatever the clocks do (RFC 5545, 3.3.6). */
  readonly duration: string
  /** RRULE; once where there is none. */
  readonly rule?: string
}

export type Expanded = { readonly spans: readonly Span[] } | { readonly fault: string }

/** So many questions of the library about its options are one command's share of time for one rule: well below a second. */
const budget = 600_000
const most = 20_000

/** The times that lie in `within`, wholly or in part, sorted. What can't be understood, or costs too much, is a fault. */
export function expand(recurring: Recurring, within: Span): Expanded {
  const { start, timeZone, duration, rule } = recurring
  const length = lengthOf(duration)
  if (length === undefined) return { fault: `the duration ${duration} is not understood` }
  if (!isTimeZone(timeZone)) return { fault: `there is no time zone ${timeZone}` }
  const first = localOf(start)
  if (first === undefined) return { fault: `${start} is no local date and time` }
  const starts = rule === undefined ? [first] : startsOf(rule, first, timeZone, within, length)
  if (!Array.isArray(starts)) return starts as { readonly fault: string }
  const ends = Temporal.Duration.from(duration)
  const spans = starts.map((local) => spanOf(local, timeZone, ends))
  return { spans: spans.filter((s) => s.from < within.until && within.from < s.until) }
}

/** The moment at which clocks of a zone show a local time; of a time that they skip, the one reckoned with the offset before. */
export function momentOf(local: string, timeZone: string): number | undefined {
  const parsed = localOf(local)
  return parsed === undefined || !isTimeZone(timeZone) ? undefined : zoned(parsed, timeZone).epochMilliseconds
}

function localOf(text: string): Temporal.PlainDateTime | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(text)) return undefined
  try {
    return Temporal.PlainDateTime.from(text, { overflow: 'reject' })
  } catch {
    return undefined
  }
}

/** RFC 5545, 3.3.5: of a time that comes twice the first is meant; one that is skipped is reckoned with the offset before the gap. */
const zoned = (local: Temporal.PlainDateTime, timeZone: string): Temporal.ZonedDateTime =>
  local.toZonedDateTime(timeZone, { disambiguation: 'compatible' })

function spanOf(local: Temporal.PlainDateTime, timeZone: string, duration: Temporal.Duration): Span {
  const from = zoned(local, timeZone)
  return { from: from.epochMilliseconds, until: from.add(duration).epochMilliseconds }
}

/** Local starts. The library reckons in clocks that never change; the zone comes in afterwards. */
function startsOf(
  text: string,
  first: Temporal.PlainDateTime,
  timeZone: string,
  within: Span,
  length: number,
): Temporal.PlainDateTime[] | { readonly fault: string } {
  const read = readRule(text)
  if ('invalid' in read) return { fault: `the rule ${text} is not understood: ${read.invalid}` }
  if ('refused' in read) return { fault: `the rule ${text} is refused: ${read.refused}` }
  const options = rrule.RRule.parseString(text.replace(/;?UNTIL=[^;]*/, ''))
  const until = read.rule.until === undefined ? undefined : floatingAt(instantOf(read.rule.until), timeZone)
  const rule = new rrule.RRule({ ...options, dtstart: floatingOf(first), ...(until !== undefined && { until }) })
  if (!limitCost(rule)) return { fault: 'the rule can not be limited' }
  // A day on either side: what is local now may be the day before or after elsewhere.
  const from = new Date(within.from - length - 2 * 86_400_000)
  const to = new Date(Math.min(within.until + 2 * 86_400_000, until?.getTime() ?? Number.POSITIVE_INFINITY))
  try {
    const found: Date[] = []
    rule.between(from, to, true, (date) => found.push(date) <= most)
    if (found.length > most) return { fault: `the rule ${text} recurs more than ${most} times` }
    return found.map((date) => Temporal.PlainDateTime.from(date.toISOString().slice(0, 19)))
  } catch (error) {
    if (error instanceof TooCostly) return { fault: `the rule ${text} takes too long to work out` }
    throw error
  }
}

class TooCostly extends Error {}

/**
 * The library looks for the next time until the year 9999 and asks nobody, so a rule that never comes true keeps it busy. It
 * looks at its options for every day it tries: those looks are counted, and end it.
 */
function limitCost(rule: InstanceType<typeof rrule.RRule>): boolean {
  let looks = 0
  const counted = new Proxy(rule.options, {
    get(target, name) {
      looks += 1
      if (looks > budget) throw new TooCostly()
      return Reflect.get(target, name)
    },
  })
  return Reflect.set(rule, 'options', counted)
}

const floatingOf = (local: Temporal.PlainDateTime): Date => new Date(`${local.toString({ smallestUnit: 'second' })}Z`)

const floatingAt = (instant: number, timeZone: string): Date =>
  floatingOf(Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone).toPlainDateTime())

const instantOf = (until: string): number =>
  Date.parse(until.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))

/**
 * The moment that a person names: with an offset (2026-12-01T20:00+01:00, …Z), or by the clocks of a zone
 * (2026-12-01T20:00[Europe/Amsterdam], RFC 9557). Undefined where it says neither.
 */
export function momentIn(text: string): number | undefined {
  const [, local, zone] = /^([0-9T:-]+)\[([^\]]+)\]$/.exec(text) ?? []
  if (local !== undefined && zone !== undefined) return momentOf(local, zone)
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined
  const time = Date.parse(text)
  return Number.isNaN(time) ? undefined : time
}
