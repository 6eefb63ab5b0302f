/** Moments as people in a time zone write them. All input is ISO 8601 in UTC. */

/** `Sun 29 Nov 2026, 02:00 (Europe/Oslo)` */
export const momentText = (at: string, timeZone: string | undefined): string => spanText({ from: at }, timeZone)

/** `Sun 29 Nov 2026, 02:00–04:00 (Europe/Oslo)`; the day again where it is another one. */
export function spanText(
  { from, until }: { readonly from: string; readonly until?: string },
  timeZone: string | undefined,
): string {
  const zone = known(timeZone)
  const [begin, end] = [partsOf(from, zone), until === undefined ? undefined : partsOf(until, zone)]
  if (begin === undefined) return 'an unknown time'
  const to = end === undefined ? '' : end.day === begin.day ? `–${end.time}` : ` – ${end.day}, ${end.time}`
  return `${begin.day}, ${begin.time}${to} (${zone})`
}

/** `2026-11-29` */
export const dayText = (at: string): string => (/^\d{4}-\d\d-\d\d/.test(at) ? at.slice(0, 10) : 'an unknown day')

function partsOf(at: string, timeZone: string): { readonly day: string; readonly time: string } | undefined {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return undefined
  const parts = new Map(
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
      .formatToParts(date)
      .map(({ type, value }) => [type, value]),
  )
  const part = (name: Intl.DateTimeFormatPartTypes): string => parts.get(name) ?? ''
  return {
    day: `${part('weekday')} ${part('day')} ${part('month').slice(0, 3)} ${part('year')}`,
    time: `${part('hour')}:${part('minute')}`,
  }
}

/** A zone that nobody knows is no reason to tell no time. */
function known(timeZone: string | undefined): string {
  if (timeZone === undefined) return 'UTC'
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone })
    return timeZone
  } catch {
    return 'UTC'
  }
}
