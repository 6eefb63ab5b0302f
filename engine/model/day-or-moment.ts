const form = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/

/**
 * A day (`2026-10-01`) or a moment of it (`2026-10-01T14:00`, with `Z` or an offset) as people write them on a command line, in
 * milliseconds since 1970. Without a zone UTC is meant. A day is meant from its first millisecond or to its last, as `ofDay` says.
 * Undefined for what is neither, also for a 30th of February, which Date.parse takes for a day of March.
 */
export function dayOrMoment(text: string, ofDay: 'begin' | 'end'): number | undefined {
  const [, day, time, zone = 'Z'] = form.exec(text) ?? []
  if (day === undefined) return undefined
  const midnight = Date.parse(`${day}T00:00:00.000Z`)
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day) return undefined
  const at = Date.parse(`${day}T${time ?? (ofDay === 'begin' ? '00:00' : '23:59:59.999')}${zone}`)
  return Number.isNaN(at) ? undefined : at
}
