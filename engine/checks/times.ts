import { lengthOf } from '../calendar/duration.ts'
import { readRule, shortestPeriod } from '../calendar/rule.ts'
import { isTimeZone } from '../calendar/time-zone.ts'
import type { Json, JsonObject, LoadedDocument } from '../model/document.ts'
import { isObject } from '../schema/is-object.ts'
import type { CheckInput, ValueFinding } from './check-input.ts'
import { onCallFindings } from './on-call.ts'

type TimeCode =
  | 'time-zone-unknown'
  | 'time-invalid'
  | 'recurrence-invalid'
  | 'recurrence-refused'
  | 'recurrence-overlaps'
  | 'freeze-ended'

type TimeFinding = ValueFinding & { readonly code: TimeCode }

/** How long a freeze that has ended stays without a word. */
const month = 31 * 86_400_000

/** When windows and freezes are, and when people work: zones, rules and durations that schemas can't judge. */
export function timeFindings({ graph, now }: CheckInput): readonly TimeFinding[] {
  return [
    ...graph.ofKind('Environment').flatMap((document) => zoneFindings(document, ['spec', 'timeZone'])),
    ...graph.ofKind('Estate').flatMap((document) => zoneFindings(document, ['spec', 'changes', 'timeZone'])),
    ...graph.ofKind('ChangeWindow').flatMap((document) => findings(document, ['start'], now)),
    ...graph.ofKind('Freeze').flatMap((document) => findings(document, ['from', 'until'], now)),
    ...graph.ofKind('Silence').flatMap((document) => findings(document, ['from', 'until'], now)),
    ...onCallFindings(graph),
  ]
}

function zoneFindings(document: LoadedDocument, path: readonly string[]): readonly TimeFinding[] {
  const zone = path
    .slice(1)
    .reduce<Json | undefined>((v, key) => (isObject(v) ? v[key] : undefined), document.document.spec)
  if (typeof zone !== 'string' || isTimeZone(zone)) return []
  return [{ document, path, what: 'value', code: 'time-zone-unknown', summary: 'there is no such time zone' }]
}

function findings(document: LoadedDocument, times: readonly string[], now: Date): readonly TimeFinding[] {
  const { spec } = document.document
  const found: TimeFinding[] = []
  const tell = (code: TimeCode, field: string, summary: string): void =>
    void found.push({ document, path: ['spec', field], what: 'value', code, summary })
  const thing = document.document.kind.toLowerCase()
  const { timeZone, duration } = spec
  if (typeof timeZone === 'string' && !isTimeZone(timeZone))
    tell('time-zone-unknown', 'timeZone', 'there is no such time zone')
  for (const field of times) {
    const value = spec[field]
    if (typeof value === 'string' && momentOf(value) === undefined)
      tell('time-invalid', field, `${field} is no local date and time, such as 2026-12-18T17:00`)
  }
  if (typeof duration === 'string' && lengthOf(duration) === undefined)
    tell('time-invalid', 'duration', 'the duration is none, such as PT3H, or longer than 31 days')
  recurrence(spec, tell)
  const [from, until] = [momentOf(spec['from']), momentOf(spec['until'])]
  if (from !== undefined && until !== undefined && from >= until)
    tell('time-invalid', 'until', `the ${thing} ends before it begins`)
  else if (until !== undefined && until < now.getTime() - month)
    tell('freeze-ended', 'until', `the ${thing} ended more than a month ago`)
  return found
}

function recurrence(spec: JsonObject, tell: (code: TimeCode, field: string, summary: string) => void): void {
  if (typeof spec['rule'] !== 'string') return
  const read = readRule(spec['rule'])
  if ('invalid' in read) tell('recurrence-invalid', 'rule', `the rule is not understood: ${read.invalid}`)
  if ('refused' in read) tell('recurrence-refused', 'rule', `the rule is refused: ${read.refused}`)
  if (!('rule' in read)) return
  const length = typeof spec['duration'] === 'string' ? lengthOf(spec['duration']) : undefined
  const period = shortestPeriod(read.rule)
  if (length !== undefined && period !== undefined && length > period)
    tell('recurrence-overlaps', 'duration', 'it lasts longer than the time until it comes again')
}

/** A local time as if clocks were those of Greenwich: near enough to compare. Undefined where it is in no calendar. */
function momentOf(text: unknown): number | undefined {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(text)) return undefined
  const whole = text.length === 16 ? `${text}:00.000Z` : `${text}.000Z`
  const time = Date.parse(whole)
  return !Number.isNaN(time) && new Date(time).toISOString() === whole ? time : undefined
}
