import { type Hold, holdAt, nextAdmitted, type Timetable } from '../calendar/timetable.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { ChangeRecord } from '../model/record.ts'
import { codes } from './codes.ts'
import { rangeOfRecord } from './range-of-record.ts'
import { timesOf } from './times.ts'
import type { World } from './world.ts'

const report = reporter(codes)

/** Whether a change may be carried out now; if so, what has to be asked again before each wave. */
export type Due =
  | { readonly mayStart: () => string | undefined }
  /** `because` is what holds it, as words that go after its number; `from` (milliseconds) when it may run, where such a time is in sight. */
  | { readonly held: Diagnostic; readonly because: string; readonly from?: number }

/**
 * Whether a change may be carried out now: by windows, freezes and its own time. `waiting` are the changes before it that have to
 * wait: what touches the same hosts waits behind them, for otherwise they would come in another order than they were merged. An
 * emergency does not: what waits is part of its plan, which somebody signed; nor does what the engine takes back by itself.
 */
export async function dueNow(world: World, record: ChangeRecord, waiting: readonly ChangeRecord[]): Promise<Due> {
  const pressing = record.type === 'emergency' || record.automatic === true
  const ahead = pressing ? undefined : waiting.find((other) => sharedHost(record, other) !== undefined)
  if (ahead !== undefined) {
    const host = sharedHost(record, ahead)
    const because = `waits for ${ahead.id}, which comes before it on ${host} and is not due yet`
    return { held: report('waiting-behind', { summary: `${record.id} ${because}`, subject: record.id }), because }
  }
  const scheduled = spanOf(record)
  const { table } = await timesOf(world, record, await rangeOfRecord(world, record), scheduled)
  const now = world.clock.now().getTime()
  const hold = holdAt(table, now)
  if (hold !== undefined) {
    const next = nextAdmitted(table, now)
    return {
      held: explainHold(record, table, hold, now),
      because: whatHolds(record, hold, now),
      ...(next !== undefined && { from: next.from }),
    }
  }
  return {
    mayStart: () => {
      const at = world.clock.now().getTime()
      const over = holdAt(table, at)
      return over === undefined ? undefined : explainHold(record, table, over, at).summary
    },
  }
}

/** The time that a record was given, in milliseconds. */
export function spanOf({ schedule }: ChangeRecord): { readonly from: number; readonly until: number } | undefined {
  return schedule === undefined ? undefined : { from: Date.parse(schedule.from), until: Date.parse(schedule.until) }
}

function sharedHost(a: ChangeRecord, b: ChangeRecord): string | undefined {
  const hosts = new Set(a.actions.map((action) => action.host))
  return b.actions.find((action) => hosts.has(action.host))?.host
}

/** Why a change has to wait, and until when. */
export function explainHold(
  record: Pick<ChangeRecord, 'id' | 'schedule'>,
  table: Timetable,
  hold: Hold,
  now: number,
): Diagnostic {
  const { id, schedule } = record
  const next = nextAdmitted(table, now)
  const then = next === undefined ? 'no time is in sight at which it may run' : `it may run from ${minute(next.from)}`
  const because = `${id} ${whatHolds(record, hold, now)}`
  const about = { summary: `${because}; ${then}`, subject: id }
  if (hold.what === 'freeze') return report('frozen', about)
  if (hold.what === 'window') return report('waiting-for-window', about)
  if (!isOver(schedule, now)) return report('waiting-for-schedule', about)
  const hint = `give it another time with plumbline schedule ${id} --next, or none with plumbline schedule ${id} --clear`
  return report('schedule-passed', { summary: because, hint, subject: id })
}

const isOver = (schedule: ChangeRecord['schedule'], now: number): schedule is NonNullable<ChangeRecord['schedule']> =>
  schedule !== undefined && Date.parse(schedule.until) <= now

/** What holds a change, as words that go after its number. */
function whatHolds({ schedule }: Pick<ChangeRecord, 'schedule'>, hold: Hold, now: number): string {
  if (hold.what === 'freeze')
    return `is frozen by ${hold.freeze.address} until ${minute(hold.until)}: ${hold.freeze.reason}`
  if (hold.what === 'window') {
    const { windows, because } = hold.limit
    const names =
      windows.length === 0
        ? 'and no ChangeWindow is for them'
        : `and ${listed(windows)} ${windows.length === 1 ? 'is' : 'are'} closed`
    return `needs a window (${because}), ${names}`
  }
  return isOver(schedule, now)
    ? `was scheduled until ${minute(Date.parse(schedule.until))}, and that time went by`
    : 'is scheduled'
}

const listed = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')

/** `2026-12-18 16:00 UTC` */
export const minute = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
