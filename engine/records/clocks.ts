import { lengthOf } from '../calendar/duration.ts'
import { intersection, type Span } from '../calendar/span.ts'
import { type SupportHoursSpec, supportTimes } from '../calendar/support-hours.ts'
import { type Address, addressOf } from '../model/address.ts'
import type { DeclaredRecord, RecordClock, RecordType } from '../model/declared-record.ts'
import type { Json } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import { specOf } from '../model/practice.ts'
import { priorityOf } from './priority.ts'

/** How a record stands against one of its clocks. */
export interface ClockReading {
  readonly name: string
  /** What has to be done in time. */
  readonly title: string
  /** `met` and `missed` are said once it is done; `breached` is not done, and late. */
  readonly state: 'running' | 'paused' | 'breached' | 'met' | 'missed'
  /** Milliseconds that it ran. */
  readonly elapsed: number
  /** Milliseconds that it may run, and what is left of them; below zero where it is late. */
  readonly target: number
  readonly left: number
  /** ISO 8601, UTC: when it runs out as things stand; of a clock that runs only. */
  readonly due?: string
}

/** How far ahead a time to run out is looked for. */
const horizon = 400 * 86_400_000

/** Clocks of a record as they stand at a moment. One that has no target for a record of this priority does not run for it. */
export function clocksOf(type: RecordType, record: DeclaredRecord, graph: Graph, now: Date): readonly ClockReading[] {
  return Object.entries(type.spec.clocks ?? {}).flatMap(([name, clock]) => {
    const end = endOf(record, clock)
    if (end !== undefined) return [readingUntil(name, clock, end, record, now)]
    const target = targetOf(type, record, clock, graph)
    return target === undefined ? [] : [reading(name, clock, target, record, hoursOf(type, record, clock, graph), now)]
  })
}

/** The moment that a field of the record says; a day lasts to its end, UTC. */
function endOf({ fields }: DeclaredRecord, { until }: RecordClock): number | undefined {
  const said = until === undefined ? undefined : fields[until]
  if (typeof said !== 'string') return undefined
  const at = Date.parse(said)
  return Number.isNaN(at) ? undefined : /^\d{4}-\d\d-\d\d$/.test(said) ? at + 86_400_000 : at
}

/** Of a clock that runs out at a moment nothing stops the time but that it is done. */
function readingUntil(
  name: string,
  { title, stops }: RecordClock,
  end: number,
  record: DeclaredRecord,
  now: Date,
): ClockReading {
  const begun = Date.parse(record.openedAt)
  const done = stops.includes(record.state) ? firstLine(record, stops) : undefined
  const [target, elapsed] = [end - begun, (done ?? now.getTime()) - begun]
  const common = { name, title, elapsed, target, left: target - elapsed }
  if (done !== undefined) return { ...common, state: done > end ? 'missed' : 'met' }
  if (common.left < 0) return { ...common, state: 'breached' }
  return { ...common, state: 'running', due: new Date(end).toISOString() }
}

/** When it came to be in one of these states, in which it has been since. */
function firstLine({ log, openedAt }: DeclaredRecord, states: readonly string[]): number {
  const before = log.findLastIndex((line) => !states.includes(line.state))
  return Date.parse(log[before + 1]?.at ?? openedAt)
}

function reading(
  name: string,
  clock: RecordClock,
  target: number,
  record: DeclaredRecord,
  hours: SupportHoursSpec | undefined,
  now: Date,
): ClockReading {
  const ran = runningSpans(record, clock, now.getTime())
  const worked = hours === undefined ? ran : ran.flatMap((span) => intersection([span], supportTimes(hours, span)))
  const elapsed = worked.reduce((sum, { from, until }) => sum + until - from, 0)
  const left = target - elapsed
  const common = { name, title: clock.title, elapsed, target, left }
  if (clock.stops.includes(record.state)) return { ...common, state: left < 0 ? 'missed' : 'met' }
  if (left < 0) return { ...common, state: 'breached' }
  if (!clock.runs.includes(record.state)) return { ...common, state: 'paused' }
  const due = momentAfter(now.getTime(), left, hours)
  return { ...common, state: 'running', ...(due !== undefined && { due: new Date(due).toISOString() }) }
}

/** The times in which the record was in a state in which the clock runs. */
function runningSpans({ log }: DeclaredRecord, { runs }: RecordClock, now: number): readonly Span[] {
  return log.flatMap((line, i) => {
    const from = Date.parse(line.at)
    const next = log[i + 1]
    const until = next === undefined ? Math.max(now, from) : Date.parse(next.at)
    return runs.includes(line.state) && from < until ? [{ from, until }] : []
  })
}

/** When so many milliseconds of support hours will have gone by. */
function momentAfter(from: number, length: number, hours: SupportHoursSpec | undefined): number | undefined {
  if (hours === undefined) return from + length
  let left = length
  // A week or two is enough nearly always; the year after that is looked at only where it is not.
  for (const [start, end] of [
    [from, from + 14 * 86_400_000],
    [from + 14 * 86_400_000, from + horizon],
  ] as const)
    for (const span of supportTimes(hours, { from: start, until: end })) {
      if (left <= span.until - span.from) return span.from + left
      left -= span.until - span.from
    }
  return undefined
}

function targetOf(type: RecordType, record: DeclaredRecord, clock: RecordClock, graph: Graph): number | undefined {
  const named = clock.targetFrom === undefined ? undefined : documentNamed(type, record, clock.targetFrom, graph)
  const said = named === undefined ? undefined : specOf<{ readonly target?: Json }>(named).target
  const written = typeof said === 'string' ? said : said === undefined ? clock.target : (said as RecordClock['target'])
  const text = typeof written === 'object' ? written[priorityOf(type, record) ?? ''] : written
  return text === undefined ? undefined : lengthOf(text)
}

/** The document that a field of a record names. */
function documentNamed({ spec }: RecordType, { fields }: DeclaredRecord, field: string, graph: Graph) {
  const name = fields[field]
  const schema = spec.fields.properties[field] as { readonly ref?: string | readonly string[] } | undefined
  if (typeof name !== 'string' || schema?.ref === undefined) return undefined
  const kinds = typeof schema.ref === 'string' ? [schema.ref] : schema.ref
  return kinds
    .map((kind) => graph.documents.get(name.includes('/') ? (name as Address) : addressOf(kind, name)))
    .find((d) => d !== undefined)
}

/** The hours of the clock, else those of the team whose work it is. */
function hoursOf(
  type: RecordType,
  record: DeclaredRecord,
  { hours }: RecordClock,
  graph: Graph,
): SupportHoursSpec | undefined {
  const field = type.spec.roles?.team
  const team = hours !== undefined || field === undefined ? undefined : documentNamed(type, record, field, graph)
  const name = hours ?? (team === undefined ? undefined : specOf<{ readonly supportHours?: string }>(team).supportHours)
  const document = name === undefined ? undefined : graph.documents.get(addressOf('SupportHours', name))
  return document === undefined ? undefined : specOf<SupportHoursSpec>(document)
}
