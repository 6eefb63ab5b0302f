import { lengthOf } from '../calendar/duration.ts'
import { intersection, type Span } from '../calendar/span.ts'
import { holdAt, type Timetable, timesOf as timesOfDocument } from '../calendar/timetable.ts'
import { changeEntry } from '../ledger/entries.ts'
import { findChange } from '../ledger/find-records.ts'
import { schedule, unschedule } from '../ledger/fold-change.ts'
import { type Address, addressOf, nameOf } from '../model/address.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { ChangeRecord, Schedule } from '../model/record.ts'
import { codes } from './codes.ts'
import { explainHold, minute } from './due.ts'
import { loadCommit } from './estate.ts'
import type { EstateAt } from './estate-at.ts'
import { judgeUnmoved } from './judge-record.ts'
import { personHere } from './person-here.ts'
import type { Range } from './plan-change.ts'
import { rangeOfRecord } from './range-of-record.ts'
import { append, by, findRecord, moved, openRecords, refusal, trusted } from './records.ts'
import { conflictsOf, timed } from './schedule-conflicts.ts'
import { clockworkFor, horizon, timesOf } from './times.ts'
import type { World } from './world.ts'

const report = reporter(codes)

/** When a change is to be carried out: at a moment, in the next opening of a window, or as soon as it may. */
export type When = { readonly at: string } | { readonly window: string } | 'next'

export interface ScheduleOptions {
  readonly change: string
  readonly when: When
  /** How long it may take, ISO 8601; the rest of its window where not given, two hours where it needs none. */
  readonly duration?: string
}

export interface Scheduled {
  readonly record: ChangeRecord
  /** Changes that it gets in the way of. */
  readonly findings: readonly Diagnostic[]
}

type Refused = { readonly refused: readonly Diagnostic[] }

/** How long a change may take where nobody says so, in milliseconds. */
const usual = 2 * 3_600_000

/** Gives a change its time, signed by the person who chose it. It is carried out then, and at no other time. */
export async function scheduleChange(world: World, options: ScheduleOptions): Promise<Scheduled | Refused> {
  const found = await schedulable(world, options.change)
  if ('refused' in found) return found
  const { record } = found
  const length = options.duration === undefined ? undefined : lengthOf(options.duration)
  if (options.duration !== undefined && length === undefined)
    return refuse(
      'schedule-invalid',
      `${options.duration} is no duration of at most 31 days`,
      'give a length of time such as 90m, 1h30m or PT90M',
    )
  const range = await rangeOfRecord(world, record)
  const { table, tip } = await timesOf(world, record, range)
  const chosen = await choose(world, { record, table, tip, when: options.when, length })
  if ('refused' in chosen) return chosen
  const lapsed = await lapsedBy(world, record, range, chosen.from)
  if (lapsed !== undefined) return { refused: [lapsed] }
  const now = await write(world, record, chosen)
  if ('refused' in now) return now
  const others = timed(await openRecords(world), world.clock.now().getTime())
  return { record: now, findings: conflictsOf({ ...now, span: chosen }, others, tip.graph) }
}

/** Takes its time away: it is carried out as soon as it may be. */
export async function clearSchedule(world: World, change: string): Promise<Scheduled | Refused> {
  const found = await schedulable(world, change)
  if ('refused' in found) return found
  if (found.record.schedule === undefined)
    return refuse('not-schedulable', `${found.record.id} has no time that could be taken away`)
  const now = await write(world, found.record, undefined)
  return 'refused' in now ? now : { record: now, findings: [] }
}

function refuse(code: keyof typeof codes, summary: string, hint?: string): Refused {
  return { refused: [report(code, { summary, ...(hint !== undefined && { hint }) })] }
}

async function schedulable(world: World, id: string): Promise<{ readonly record: ChangeRecord } | Refused> {
  const record = await findRecord(world, id)
  if (record === undefined) return refuse('change-unknown', `there is no ${id}`)
  if (['approved', 'scheduled', 'implementing', 'paused', 'failed'].includes(record.state)) return { record }
  return refuse('not-schedulable', `${record.id} is ${record.state}: a time is given to what is approved and not done`)
}

interface Choice {
  readonly record: ChangeRecord
  readonly table: Timetable
  readonly tip: EstateAt
  readonly when: When
  readonly length: number | undefined
}

type Chosen = Span & { readonly window?: Address }

async function choose(world: World, choice: Choice): Promise<Chosen | Refused> {
  const { record, table, when, length } = choice
  const now = world.clock.now().getTime()
  if (when === 'next') {
    const left = intersection(table.admitted, [{ from: now, until: now + horizon }])
    const next = left.find((s) => s.until - s.from >= (length ?? 1))
    if (next === undefined) return refuse('schedule-outside', `no time is in sight at which ${record.id} may run`)
    return { from: next.from, until: next.from + (length ?? restOf(table, next)) }
  }
  if ('window' in when) return inWindow(world, choice, when.window)
  const { momentIn } = await import('../calendar/expand.ts')
  const from = momentIn(when.at)
  if (from === undefined)
    return refuse(
      'schedule-invalid',
      `${when.at} is no time with an offset or a zone, such as 2026-12-01T20:00[Europe/Oslo]`,
    )
  if (from < now) return refuse('schedule-invalid', `${when.at} is over`)
  const stretch = table.admitted.find((s) => s.from <= from && from < s.until)
  if (stretch !== undefined) {
    const rest = { from, until: stretch.until }
    return fitted(choice, rest, { from, until: from + (length ?? restOf(table, rest)) })
  }
  const hold = holdAt(table, from)
  const why = hold === undefined ? undefined : explainHold(record, table, hold, from)
  return why === undefined
    ? refuse('schedule-outside', `${when.at} is further ahead than anybody looks`)
    : { refused: [report('schedule-outside', { summary: `not at ${minute(from)}: ${why.summary}` })] }
}

/** Where windows bound it, until they close; else as long as changes usually take. */
const restOf = ({ limits }: Timetable, { from, until }: Span): number =>
  limits.length > 0 ? until - from : Math.min(usual, until - from)

function fitted({ record }: Choice, stretch: Span, wanted: Span): Chosen | Refused {
  if (wanted.until <= stretch.until) return wanted
  const summary = `${record.id} may run from ${minute(stretch.from)} until ${minute(stretch.until)}, which is shorter than asked for`
  return refuse('schedule-outside', summary)
}

/** The next opening of a window in which the change may run, or what is left of it. */
async function inWindow(world: World, choice: Choice, name: string): Promise<Chosen | Refused> {
  const { record, table, tip, length } = choice
  const address = addressOf('ChangeWindow', nameOf(name))
  const window = tip.graph.documents.get(address)
  if (window === undefined)
    return refuse('schedule-invalid', `there is no ${address}`, 'plumbline get changewindow lists them')
  const now = world.clock.now().getTime()
  const found = timesOfDocument(window, { from: now, until: now + horizon }, await clockworkFor([tip.graph]))
  if ('fault' in found) return refuse('schedule-invalid', `${address}: ${found.fault}`)
  const open = intersection(table.admitted, found.spans).filter((s) => s.until > now)
  const stretch = open.find((s) => s.until - Math.max(s.from, now) >= (length ?? 1))
  if (stretch === undefined)
    return refuse('schedule-outside', `${record.id} may not run at any time that ${address} is open`)
  const from = Math.max(stretch.from, now)
  return { from, until: length === undefined ? stretch.until : from + length, window: address }
}

/** Whether its approvals will have run out when its time comes. */
async function lapsedBy(
  world: World,
  record: ChangeRecord,
  range: Range,
  from: number,
): Promise<Diagnostic | undefined> {
  const tell = (why: string): Diagnostic =>
    report('schedule-lapses', { summary: `${record.id} can't run at ${minute(from)}: ${why}`, subject: record.id })
  if (range.base === record.subject.base) {
    const then = { ...world, clock: { now: () => new Date(from) } }
    const [now, later] = [await judgeUnmoved(world, record, range), await judgeUnmoved(then, record, range)]
    return now.holds && !later.holds ? tell('its approvals do not hold that long') : undefined
  }
  const days = (await loadCommit(world, range.base)).config.changes?.expireAfterDays ?? 7
  const first = Math.min(...record.approvals.map((a) => Date.parse(a.at) + days * 86_400_000))
  return first < from ? tell(`an approval of it holds until ${minute(first)}`) : undefined
}

async function write(world: World, record: ChangeRecord, chosen: Chosen | undefined): Promise<ChangeRecord | Refused> {
  const here = await personHere(world)
  if ('refused' in here) return here
  const { person, signer } = here
  return append(world, async (view) => {
    const current = trusted(await findChange(view, record.id))
    if (current === undefined || current.transition.uuid !== record.transition.uuid)
      throw refusal(report('change-not-applicable', { summary: `${record.id} moved meanwhile`, hint: 'try again' }))
    const who = by(world, person)
    const now = moved(chosen === undefined ? unschedule(current, who) : schedule(current, scheduleOf(chosen), who))
    return { entries: [changeEntry(now, signer)], result: now }
  })
}

function scheduleOf({ from, until, window }: Chosen): Schedule {
  const times = { from: new Date(from).toISOString(), until: new Date(until).toISOString() }
  return window === undefined ? times : { ...times, window }
}
