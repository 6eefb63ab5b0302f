import { InvalidArgumentError } from 'commander'

/** Reads a length of time such as `2h`, `90m` or `1h30m`; in minutes. */
export function minutesOf(text: string): number {
  const [, hours = '0', minutes = '0'] = /^(?:(\d{1,4})h)?(?:(\d{1,4})m)?$/.exec(text) ?? []
  const total = Number(hours) * 60 + Number(minutes)
  if (total < 1) throw new InvalidArgumentError('It takes a length of time, such as 2h or 90m.')
  return total
}
