const dayLength = 86_400_000

/** `2027-01-31` as days since 1970, as shadow counts them; NaN where it is no date. */
export const dayNumber = (date: string): number => Math.floor(Date.parse(`${date}T00:00:00Z`) / dayLength)

/** Days since 1970 as `2027-01-31`; undefined where no calendar has it. */
export function dateOf(day: number): string | undefined {
  if (!Number.isInteger(day) || day < 0 || day > 2_932_896) return undefined
  return new Date(day * dayLength).toISOString().slice(0, 10)
}
