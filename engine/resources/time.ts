/** A moment in UTC without fractions, `2027-01-31T18:00:00Z`; what can't be read stays as it is. */
export function wholeSeconds(time: string): string {
  const ms = Date.parse(time)
  return Number.isNaN(ms) ? time : `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`
}
