import { InvalidArgumentError } from 'commander'

/** A date, from its first moment on (UTC), or a moment; a time without a zone is UTC. As ISO 8601 in UTC. */
export function since(text: string): string {
  const [, day, time, zone] =
    /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? []
  const at = day === undefined ? Number.NaN : Date.parse(`${day}T${time ?? '00:00'}${zone ?? 'Z'}`)
  if (Number.isNaN(at)) throw new InvalidArgumentError('It takes a date such as 2026-11-22, or a moment in ISO 8601.')
  return new Date(at).toISOString()
}
