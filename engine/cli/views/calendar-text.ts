import { nameOf } from '../../model/address.ts'
import { escapeControls } from '../../model/escape.ts'
import type { CalendarEntry, EstateCalendar } from '../../pipeline/calendar.ts'
import type { Colors } from '../terminal.ts'

export interface CalendarView {
  readonly colors: Colors
  readonly width: number
  readonly timeZone: string
}

/** An agenda: a heading for each day on which something begins, its entries by their time, and what is amiss below. */
export function calendarText(calendar: EstateCalendar, view: CalendarView): string {
  const { colors: c, timeZone } = view
  const clock = clockIn(timeZone)
  const title = `${c.bold('calendar')} ${clock.date(calendar.from)} to ${clock.date(calendar.until)} ${c.dim(timeZone)}`
  const lines = [title]
  const begun = calendar.entries.filter((e) => e.from < calendar.from)
  if (begun.length > 0)
    lines.push('', c.bold('Begun before'), ...begun.map((e) => line(e, `until ${clock.whole(e.until)}`, view)))
  let day = ''
  for (const entry of calendar.entries.filter((e) => e.from >= calendar.from)) {
    const heading = clock.date(entry.from)
    if (heading !== day) lines.push('', c.bold(heading))
    day = heading
    const ends = clock.date(entry.until) === heading ? clock.time(entry.until) : clock.whole(entry.until)
    lines.push(line(entry, `${clock.time(entry.from)}–${ends}`, view))
  }
  if (calendar.entries.length === 0) lines.push('', 'nothing: no window opens, nothing is frozen, no change has a time')
  for (const { summary } of [...calendar.unreadable, ...calendar.conflicts, ...calendar.waiting])
    lines.push('', `${c.yellow('!')} ${escapeControls(summary)}`)
  return `${lines.join('\n')}\n`
}

function line(entry: CalendarEntry, when: string, { colors: c, width }: CalendarView): string {
  const paint = entry.what === 'freeze' ? c.cyan : entry.what === 'change' ? c.green : c.dim
  const name = entry.what === 'change' ? entry.id : nameOf(entry.id)
  const frozen = (entry.frozenBy ?? []).map((f) => nameOf(f))
  const more = [
    escapeControls(entry.about),
    ...(frozen.length === 0 ? [] : [`frozen by ${frozen.join(', ')}`]),
    escapeControls(entry.text),
  ].filter((text) => text !== '')
  const head = `  ${when.padEnd(13)}  ${entry.what.padEnd(6)}  `
  const rest = cut(`${name}  ${more.join(' · ')}`, Math.max(width - head.length, 20))
  return head.replace(entry.what, paint(entry.what)) + rest.replace(name, c.bold(name))
}

const cut = (text: string, width: number): string => (text.length <= width ? text : `${text.slice(0, width - 1)}…`)

/** Dates and times as clocks of a zone show them. */
function clockIn(timeZone: string) {
  const parts = (at: string): Record<string, string> => {
    const found = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      ...{ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' },
    }).formatToParts(new Date(at))
    return Object.fromEntries(found.map((p) => [p.type, p.value]))
  }
  const date = (at: string): string => {
    const { weekday, day, month, year } = parts(at)
    return `${weekday} ${day} ${month} ${year}`
  }
  const time = (at: string): string => {
    const { hour, minute } = parts(at)
    return `${hour}:${minute}`
  }
  return { date, time, whole: (at: string): string => `${date(at)} ${time(at)}` }
}
