import type { Period } from '../audit/past-change.ts'
import { dayOrMoment } from '../model/day-or-moment.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import { codes } from './codes.ts'

const report = reporter(codes)

/**
 * Reads a period. A day that begins one is meant from its beginning, a day that ends one to its end, in UTC. Without a `to`
 * it ends now; without a `from` it is `days` long.
 */
export function readPeriod(
  options: { readonly from?: string; readonly to?: string; readonly days?: number },
  now: Date,
): Period | { readonly refused: readonly Diagnostic[] } {
  const to = options.to === undefined ? now.getTime() : (dayOrMoment(options.to, 'end') ?? Number.NaN)
  const days = (options.days ?? 90) * 86_400_000
  const from = options.from === undefined ? to - days + 1 : (dayOrMoment(options.from, 'begin') ?? Number.NaN)
  const wrong = [
    ...(Number.isNaN(from) ? [`${options.from} is no date`] : []),
    ...(Number.isNaN(to) ? [`${options.to} is no date`] : []),
    ...(from > to ? [`${options.from} comes after ${options.to ?? 'now'}`] : []),
  ]
  if (wrong.length > 0) return { refused: wrong.map((summary) => report('period-invalid', { summary })) }
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
}
