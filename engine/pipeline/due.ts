import { type Hold, holdAt, nextAdmitted, type Timetable } from '../calendar/timetable.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { ChangeRecord } from '../model/record.ts'
import { codes } from './codes.ts'
import { rangeOfRecord } from './range-of-record.ts'
import { timesOf } from './times.ts'
import type { World } from './world.ts'

const report = reporter(codes)

/** Whether a change may be carried out now; if so, what has to be asked again before each wave. */
export type Due = { readonly mayStart: () => string | undefined } | { readonly held: Diagnostic }

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
    const summary = `${record.id} waits for ${ahead.id}, which comes before it on ${host} and is not due yet`
    return { held: report('waiting-behind', { summary, subject: record.id }) }
  }
  const scheduled = spanOf(record)
  const { table } = await timesOf(world, record, await rangeOfRecord(world, record), scheduled)
  const now = world.clock.now().getTime()
  const hold = holdAt(table, now)
  if (hold !== undefined) return { held: explainHold(record, table, hold, now) }
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
  const subject = id
  const next = nextAdmitted(table, now)
  const then = next === undefined ? 'no time is in sight at which it may run' : `it may run from ${minute(next.from)}`
  if (hold.what === 'freeze') {
    const { address, reason } = hold.freeze
    const summary = `${id} is frozen by ${address} until ${minute(hold.until)}: ${reason}; ${then}`
    return report('frozen', { summary, subject })
  }
  if (hold.what === 'window') {
    const { windows, because } = hold.limit
    const names =
      windows.length === 0
        ? 'and no ChangeWindow is for them'
        : `and ${listed(windows)} ${windows.length === 1 ? 'is' : 'are'} closed`
    return report('waiting-for-window', { summary: `${id} needs a window (${because}), ${names}; ${then}`, subject })
  }
  if (schedule !== undefined && Date.parse(schedule.until) <= now) {
    const summary = `${id} was scheduled until ${minute(Date.parse(schedule.until))}, and that time went by`
    const hint = `give it another time with plumbline schedule ${id} --next, or none with plumbline schedule ${id} --clear`
    return report('schedule-passed', { summary, hint, subject })
  }
  return report('waiting-for-schedule', { summary: `${id} is scheduled; ${then}`, subject })
}

const listed = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')

/** `2026-12-18 16:00 UTC` */
export const minute = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
