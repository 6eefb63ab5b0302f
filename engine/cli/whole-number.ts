import { InvalidArgumentError } from 'commander'

/** Reads the value of an option that counts something: a whole number of at least one. */
export function wholeNumber(text: string): number {
  const value = Number(text)
  if (!/^\d{1,9}$/.test(text) || value < 1) throw new InvalidArgumentError('It takes a whole number, 1 or more.')
  return value
}
