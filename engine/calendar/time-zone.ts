const known = new Map<string, boolean>()
/** Names come from documents as well: what is kept of them has an end. */
const maxKnown = 1_000

/** Whether it is the name of a time zone (IANA), such as `Europe/Amsterdam` or `UTC`. Offsets are none: they know no summer time. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/.test(name)) return false
  // Asking costs a millisecond, and an estate has few of them.
  const before = known.get(name)
  if (before !== undefined) return before
  const answer = isKnownHere(name)
  if (known.size < maxKnown) known.set(name, answer)
  return answer
}

let usual: ReadonlySet<string> | undefined

/** The usual names are listed, which takes a third of the time that it takes to ask for the first; others go by another name. */
function isKnownHere(name: string): boolean {
  usual ??= new Set(Intl.supportedValuesOf('timeZone'))
  if (usual.has(name)) return true
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
