/** Longest window or freeze that recurs, in days: what is longer than a month is said with two dates. */
const longestDays = 31

/** Length of a duration in milliseconds, days taken as 24 hours; undefined where it is none, is nothing or is too long. */
export function lengthOf(duration: string): number | undefined {
  const [whole, w, d, h, m] =
    /^P(?:(\d{1,3})W)?(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,4})M)?)?$/.exec(duration) ?? []
  if (whole === undefined || whole.endsWith('T')) return undefined
  const minutes = ((Number(w ?? 0) * 7 + Number(d ?? 0)) * 24 + Number(h ?? 0)) * 60 + Number(m ?? 0)
  return minutes > 0 && minutes <= longestDays * 1440 ? minutes * 60_000 : undefined
}
