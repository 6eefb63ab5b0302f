import type { RuleFunction } from '../policy/environment.ts'
import { cidrContains } from './cidr.ts'
import { compareDebianVersions } from './debian-version.ts'

const day = 86_400_000

/** What queries may call beside CEL's own functions. */
export function queryFunctions(now: Date): readonly RuleFunction[] {
  const days = (text: string): number => {
    const at = Date.parse(text)
    if (Number.isNaN(at)) throw new Error(`${JSON.stringify(text.slice(0, 40))} is no time`)
    return (at - now.getTime()) / day
  }
  return [
    {
      signature: 'versionBelow(string, string): bool',
      call: (a: string, b: string) => compareDebianVersions(a, b) < 0,
    },
    {
      signature: 'versionCompare(string, string): int',
      call: (a: string, b: string) => BigInt(Math.sign(compareDebianVersions(a, b))),
    },
    { signature: 'cidrContains(string, string): bool', call: cidrContains },
    { signature: 'daysSince(string): double', call: (text: string) => -days(text) },
    { signature: 'daysUntil(string): double', call: days },
  ]
}
