import type { Address } from '../../model/address.ts'
import type { DeclaredRecord } from '../../model/declared-record.ts'
import type { ReviewLine } from '../../practices/access/review-lines.ts'

export interface ReviewDecision {
  readonly decision: 'keep' | 'revoke'
  readonly by: Address
  readonly because?: string
}

/** A line of a review with its number, and what was decided about it. */
export interface DecidedLine extends ReviewLine {
  readonly line: string
  readonly decided?: ReviewDecision
}

/** Lines of a review, by their numbers. */
export function linesOf({ fields }: DeclaredRecord): readonly DecidedLine[] {
  const lines = (fields['lines'] ?? {}) as unknown as Readonly<Record<string, ReviewLine>>
  const decisions = decisionsOf(fields)
  return Object.entries(lines)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([line, content]) => {
      const decided = Object.hasOwn(decisions, line) ? decisions[line] : undefined
      return { ...content, line, ...(decided !== undefined && { decided }) }
    })
}

export const decisionsOf = (fields: DeclaredRecord['fields']): Readonly<Record<string, ReviewDecision>> =>
  (fields['decisions'] ?? {}) as unknown as Readonly<Record<string, ReviewDecision>>

/** Days until the day by which it is to be decided; less than none where that has gone by. */
export function daysLeft({ fields }: DeclaredRecord, now: Date): number {
  return Math.floor((Date.parse(String(fields['due'])) - now.getTime()) / 86_400_000)
}
