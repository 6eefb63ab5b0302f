import type { ClockReading } from '../../pipeline/desk/standing.ts'

/** A stretch of time in two units at most: `3 d 4 h`, `12 min`. */
export function spell(milliseconds: number): string {
  const minutes = Math.floor(Math.abs(milliseconds) / 60_000)
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60]
  if (days > 0) return hours === 0 ? `${days} d` : `${days} d ${hours} h`
  if (hours > 0) return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`
  return minutes === 0 ? 'less than a minute' : `${rest} min`
}

/** A clock in a few words: `acknowledged in 12 min`, `restored 3 h late`. Time left is time in which somebody is there. */
export function clockText({ title, state, left }: ClockReading): string {
  switch (state) {
    case 'running':
      return `${title} in ${spell(left)}`
    case 'paused':
      return `${title}: paused, ${spell(left)} left`
    case 'breached':
      return `${title} ${spell(left)} late`
    case 'met':
      return `${title} in time`
    case 'missed':
      return `${title}, ${spell(left)} late`
  }
}

/** A moment as clocks on the wall here show it, with the day where that is another. */
export function wallTime(at: string, now: Date, timeZone?: string): string {
  const zone = timeZone === undefined ? {} : { timeZone }
  const day = new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', ...zone })
  const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hour12: false, ...zone })
  const moment = new Date(at)
  const [date, today] = [day.format(moment), day.format(now)]
  return date === today ? time.format(moment) : `${date} ${time.format(moment)}`
}
