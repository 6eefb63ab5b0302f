/** A recurrence rule that was understood: part → its values as they were written, in upper case. */
export interface Rule {
  readonly freq: Frequency
  readonly interval: number
  readonly count?: number
  /** `YYYYMMDDTHHMMSSZ` */
  readonly until?: string
  readonly byday: readonly string[]
  readonly bymonthday: readonly number[]
  readonly bymonth: readonly number[]
  readonly byhour: readonly number[]
  readonly byminute: readonly number[]
  readonly bysetpos: readonly number[]
}

export type Frequency = 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY'

export type RuleFault =
  /** Not a rule of RFC 5545. */
  | { readonly invalid: string }
  /** A rule, but one that costs too much or never comes true. */
  | { readonly refused: string }

const days = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const
const frequencies: readonly string[] = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY']
const tooFine: readonly string[] = ['SECONDLY', 'MINUTELY', 'HOURLY']
const tooRare: readonly string[] = ['BYSECOND', 'BYYEARDAY', 'BYWEEKNO']

/** Most times a day, and most repetitions that are counted out. */
const timesADay = 24
const longestCount = 1000

/** What numbers a part takes; minus means from the end. */
const numbers: Readonly<Record<string, readonly [least: number, most: number]>> = {
  BYMONTHDAY: [-31, 31],
  BYMONTH: [1, 12],
  BYHOUR: [0, 23],
  BYMINUTE: [0, 59],
  BYSETPOS: [-366, 366],
}

/**
 * Reads the value of an RRULE (RFC 5545, 3.3.10), strictly: a part that is misspelt would mean another time. Windows need no
 * seconds, weeks of the year or days of the year, and nothing more often than daily (more than once a day is BYHOUR).
 */
export function readRule(text: string): { readonly rule: Rule } | RuleFault {
  const parts = new Map<string, string>()
  for (const part of text.split(';')) {
    const [, name, value] = /^([A-Z]+)=([A-Z0-9,+-]+)$/.exec(part) ?? []
    if (name === undefined || value === undefined) return { invalid: `"${part}" is no part of a rule` }
    if (parts.has(name)) return { invalid: `${name} stands there twice` }
    if (tooRare.includes(name)) return { refused: `${name} is not understood here` }
    parts.set(name, value)
  }
  const freq = parts.get('FREQ') ?? ''
  if (tooFine.includes(freq)) return { refused: `FREQ=${freq} recurs too often: DAILY is the finest, with BYHOUR` }
  if (!frequencies.includes(freq)) return { invalid: `FREQ is one of ${frequencies.join(', ')}` }
  const lists = new Map<string, readonly number[]>()
  for (const [name, value] of parts) {
    const fault = partFault(name, value, freq) ?? listFault(name, value, lists)
    if (fault !== undefined) return { invalid: fault }
  }
  if (parts.has('COUNT') && parts.has('UNTIL')) return { invalid: 'COUNT and UNTIL exclude each other' }
  const rule = ruleOf(freq as Frequency, parts, lists)
  const refused = costFault(rule) ?? neverFault(rule)
  return refused === undefined ? { rule } : { refused }
}

function ruleOf(
  freq: Frequency,
  parts: ReadonlyMap<string, string>,
  lists: ReadonlyMap<string, readonly number[]>,
): Rule {
  const [count, until] = [parts.get('COUNT'), parts.get('UNTIL')]
  const list = (name: string): readonly number[] => lists.get(name) ?? []
  return {
    freq,
    interval: Number(parts.get('INTERVAL') ?? 1),
    ...(count !== undefined && { count: Number(count) }),
    ...(until !== undefined && { until }),
    byday: parts.get('BYDAY')?.split(',') ?? [],
    bymonthday: list('BYMONTHDAY'),
    bymonth: list('BYMONTH'),
    byhour: list('BYHOUR'),
    byminute: list('BYMINUTE'),
    bysetpos: list('BYSETPOS'),
  }
}

const whole = (text: string): number => (/^[+-]?\d{1,4}$/.test(text) ? Number(text) : Number.NaN)

function partFault(name: string, value: string, freq: string): string | undefined {
  switch (name) {
    case 'FREQ':
      return undefined
    case 'INTERVAL':
    case 'COUNT': {
      const most = name === 'COUNT' ? longestCount : 366
      const number = whole(value)
      return number >= 1 && number <= most ? undefined : `${name} is a number from 1 to ${most}`
    }
    case 'WKST':
      return (days as readonly string[]).includes(value) ? undefined : `WKST is one of ${days.join(', ')}`
    case 'UNTIL':
      return isInstant(value) ? undefined : 'UNTIL is a moment in UTC, such as 20261231T230000Z'
    case 'BYDAY':
      return dayFault(value, freq)
    case 'BYMONTHDAY':
      return freq === 'WEEKLY' ? 'BYMONTHDAY does not go with FREQ=WEEKLY' : undefined
    default:
      return name in numbers ? undefined : `${name} is no part of a rule`
  }
}

function isInstant(value: string): boolean {
  const [, y, m, d, hh, mm, ss] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(value) ?? []
  const iso = `${y}-${m}-${d}T${hh}:${mm}:${ss}.000Z`
  const time = Date.parse(iso)
  return !Number.isNaN(time) && new Date(time).toISOString() === iso
}

function dayFault(value: string, freq: string): string | undefined {
  for (const day of value.split(',')) {
    const [, ordinal, name] = /^([+-]?\d{1,2})?([A-Z]{2})$/.exec(day) ?? []
    if (name === undefined || !(days as readonly string[]).includes(name))
      return `"${day}" is no day: ${days.join(', ')}`
    if (ordinal === undefined) continue
    const most = freq === 'MONTHLY' ? 5 : 53
    if (freq !== 'MONTHLY' && freq !== 'YEARLY') return `${day} counts days of a month or year, and FREQ is ${freq}`
    if (Number(ordinal) === 0 || Math.abs(Number(ordinal)) > most) return `${day}: there are at most ${most} of them`
  }
  return undefined
}

function listFault(name: string, value: string, lists: Map<string, readonly number[]>): string | undefined {
  const range = numbers[name]
  if (range === undefined) return undefined
  const [least, most] = range
  const list = value.split(',').map(whole)
  const wrong = list.some((n) => Number.isNaN(n) || n < least || n > most || (n === 0 && least < 0))
  if (wrong)
    return `${name} holds numbers from ${least < 0 ? 1 : least} to ${most}${least < 0 ? ', or from the end with a minus' : ''}`
  lists.set(name, [...new Set(list)])
  return undefined
}

function costFault({ byhour, byminute, bysetpos, byday, bymonthday, bymonth }: Rule): string | undefined {
  if (Math.max(byhour.length, 1) * Math.max(byminute.length, 1) > timesADay)
    return `it recurs more than ${timesADay} times a day`
  if (bysetpos.length > 0 && [byday, bymonthday, bymonth, byhour, byminute].every((by) => by.length === 0))
    return 'BYSETPOS picks among days that another part names, and there is none'
  return bysetpos.length > 31 || byday.length > 31 ? 'it lists more days than a month has' : undefined
}

const longestMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function neverFault({ freq, interval, bymonth, bymonthday, count, byday, bysetpos }: Rule): string | undefined {
  if (freq === 'DAILY' && interval % 7 === 0 && byday.length > 0)
    return 'it comes on one day of the week only, or never: FREQ=WEEKLY says which'
  if (bymonthday.length === 0 || bymonth.length === 0) return undefined
  const comes = bymonth.some((m) => bymonthday.some((d) => Math.abs(d) <= (longestMonth[m - 1] ?? 0)))
  if (!comes) return 'it never comes: there is no such day in these months'
  const rare = bymonth.every((m) => bymonthday.every((d) => m === 2 && Math.abs(d) === 29))
  return rare && (byday.length > 0 || bysetpos.length > 0 || count !== undefined)
    ? '29 February on certain weekdays comes too rarely'
    : undefined
}

const day = 86_400_000

/** The shortest time between two starts, in milliseconds, where that can be said without unrolling the rule. */
export function shortestPeriod(rule: Rule): number | undefined {
  if (rule.bysetpos.length > 0) return undefined
  const times = timesOfDay(rule)
  if (times.length > 1) return smallestGap(times, day)
  if (rule.freq === 'WEEKLY' && rule.byday.length > 1) return smallestGap(weekdays(rule), rule.interval * 7 * day)
  const dayList = rule.byday.length + rule.bymonthday.length + rule.bymonth.length > 1
  if (dayList || (rule.freq !== 'WEEKLY' && rule.freq !== 'DAILY' && rule.byday.length > 0)) return undefined
  const length = {
    DAILY: rule.bymonthday.length > 0 ? 28 : rule.byday.length > 0 ? 7 : 1,
    WEEKLY: 7,
    MONTHLY: 28,
    YEARLY: 365,
  }
  return rule.interval * length[rule.freq] * day
}

/** Starts within a day, in milliseconds; one where the rule leaves the time to its start. */
function timesOfDay({ byhour, byminute }: Rule): readonly number[] {
  const hours = byhour.length === 0 ? [0] : byhour
  const minutes = byminute.length === 0 ? [0] : byminute
  return hours.flatMap((h) => minutes.map((m) => h * 3_600_000 + m * 60_000)).sort((a, b) => a - b)
}

const weekdays = ({ byday }: Rule): readonly number[] =>
  byday.map((name) => days.indexOf(name.slice(-2) as (typeof days)[number]) * day).sort((a, b) => a - b)

function smallestGap(sorted: readonly number[], around: number): number {
  const gaps = sorted.map((at, i) => (sorted[i + 1] ?? (sorted[0] ?? 0) + around) - at)
  return Math.min(...gaps)
}
