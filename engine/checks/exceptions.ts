import type { Severity } from '../model/diagnostic.ts'
import type { CheckInput, ValueFinding } from './check-input.ts'
import { zoned } from './grants.ts'

const longest = 366 * 86_400_000

/** When drift exceptions end: within a year, so that somebody looks again. One that has ended is said softly: it does nothing. */
export function exceptionFindings({ graph, now }: CheckInput): (ValueFinding & { readonly severity: Severity })[] {
  return graph.ofKind('DriftException').flatMap((document) => {
    const { expires } = document.document.spec
    if (typeof expires !== 'string') return []
    const at = (summary: string, severity: Severity) => [
      { document, path: ['spec', 'expires'], what: 'value' as const, summary, severity },
    ]
    const time = zoned.test(expires) ? Date.parse(expires) : Number.NaN
    if (Number.isNaN(time)) return at('the end of the exception is not a date and time with a zone', 'error')
    if (time > now.getTime() + longest) return at('the exception ends more than a year from now', 'error')
    return time > now.getTime() ? [] : at('the exception has ended and counts no more', 'warning')
  })
}
