import ical, { ICalEventTransparency } from 'ical-generator'
import { nameOf } from '../model/address.ts'
import type { CalendarEntry, EstateCalendar } from './calendar.ts'

const words = { window: 'Window', freeze: 'Freeze', change: 'Change' } as const

/**
 * The calendar as iCalendar (RFC 5545). Times are in UTC, so that no program has to know our zones. A scheduled change keeps its UID
 * when it gets another time; windows and freezes that come again are one event each.
 *
 * @param at when it was made, the DTSTAMP of every event
 */
export function calendarFeed(calendar: EstateCalendar, name: string, at: Date): string {
  const feed = ical({ name, prodId: { company: 'plumbline', product: 'calendar', language: 'EN' } })
  for (const entry of calendar.entries) {
    const { what, id, from, until, about, text, frozenBy } = entry
    const short = nameOf(id)
    feed.createEvent({
      id: `${uidOf(entry)}@${calendar.estate}`,
      stamp: at,
      start: new Date(from),
      end: new Date(until),
      summary: `${words[what]} ${short}${what === 'change' ? `: ${text}` : about === '' ? '' : ` (${about})`}`,
      description: [what === 'change' ? about : text, ...(frozenBy ?? []).map((f) => `frozen by ${f}`)]
        .filter((line) => line !== '')
        .join('\n'),
      transparency: what === 'window' ? ICalEventTransparency.TRANSPARENT : ICalEventTransparency.OPAQUE,
      categories: [{ name: words[what] }],
    })
  }
  return feed.toString()
}

function uidOf({ what, id, from }: CalendarEntry): string {
  const safe = id.replaceAll('/', '-').toLowerCase()
  return what === 'change' ? safe : `${safe}-${from.replace(/[^0-9TZ]/g, '').toLowerCase()}`
}
