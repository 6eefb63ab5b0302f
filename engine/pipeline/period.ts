import type { Period } from '../audit/past-change.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import { codes } from './codes.ts'

const report = reporter(codes)

/** A day, or a moment of it; without a zone UTC is meant. */
const form = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)?)?$/

/**
 * Reads a period. A day that begins one is meant from its beginning, a day that ends one to its end, in UTC. Without a `to`
 * it ends now; without a `from` it is `days` long.
 */
export function readPeriod(
  options: { readonly from?: string; readonly to?: string; readonly days?: number },
  now: Date,
): Period | { readonly refused: readonly Diagnostic[] } {
  const to = options.to === undefined ? now.getTime() : moment(options.to, 'T23:59:59.999Z')
  const days = (options.days ?? 90) * 86_400_000
  const from = options.from === undefined ? to - days + 1 : moment(options.from, 'T00:00:00.000Z')
  const wrong = [
    ...(Number.isNaN(from) ? [`${options.from} is no date`] : []),
    ...(Number.isNaN(to) ? [`${options.to} is no date`] : []),
    ...(from > to ? [`${options.from} comes after ${options.to ?? 'now'}`] : []),
  ]
  if (wrong.length > 0) return { refused: wrong.map((summary) => report('period-invalid', { summary })) }
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
}

function moment(text: string, ofDay: string): number {
  if (!form.test(text)) return Number.NaN
  if (!text.includes('T')) return Date.parse(`${text}${ofDay}`)
  return Date.parse(/Z|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`)
}
