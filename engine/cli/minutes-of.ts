import { InvalidArgumentError } from 'commander'

/** Reads a length of time such as `2h`, `90m` or `1h30m`, or as ISO 8601 has it, such as `PT90M` or `P1DT2H`; in minutes. */
export function minutesOf(text: string): number {
  const [, days = '0', hours = '0', minutes = '0'] =
    /^P?(?:(\d{1,3})d)?T?(?:(\d{1,4})h)?(?:(\d{1,5})m)?$/i.exec(text) ?? []
  const total = Number(days) * 1440 + Number(hours) * 60 + Number(minutes)
  if (total < 1) throw new InvalidArgumentError('It takes a length of time, such as 2h, 90m or PT90M.')
  return total
}
