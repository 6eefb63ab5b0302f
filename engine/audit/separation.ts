import type { ChangeDetails, PastChange, Word } from './past-change.ts'
import { lastWords } from './past-change.ts'

/**
 * Who kept whom in check.
 * - `independent`: somebody who wrote nothing of it approved it
 * - `beforehand`: it follows something that was approved before: a template, or the rollout's rule to take back
 * - `afterwards`: an emergency that somebody else has looked at since
 * - `not-asked`: the estate asks for nobody (`solo`)
 * - `none`: nobody but its authors agreed
 */
export type Separation = 'independent' | 'beforehand' | 'afterwards' | 'not-asked' | 'none'

export interface Duties {
  readonly verdict: Separation
  readonly because: string
  readonly words: readonly Word[]
}

/** Judges the separation of duties of one change from its record and its commits. */
export function dutiesOf(
  change: PastChange,
  details: Pick<ChangeDetails, 'authors'>,
  rule: 'one-independent' | 'solo',
): Duties {
  const { record } = change
  const words = lastWords(record.approvals)
  const agreed = words.filter((w) => w.decision === 'approve')
  const hands = new Set([...details.authors, ...(record.emergency === undefined ? [] : [record.emergency.person])])
  const others = agreed.filter((w) => !hands.has(w.approver))
  const told = (verdict: Separation, because: string): Duties => ({ verdict, because, words })
  if (others.length > 0 && record.state !== 'unapproved')
    return told('independent', `approved by ${others.map((w) => w.approver).join(', ')}, who wrote nothing of it`)
  if (record.type === 'emergency') {
    const reviewer = record.review?.reviewer
    return reviewer !== undefined && !hands.has(reviewer)
      ? told('afterwards', `reviewed by ${reviewer}, who had no hand in it`)
      : told('none', 'an emergency that nobody independent has reviewed')
  }
  if (record.state === 'unapproved') return told('none', record.reasons?.[0] ?? 'it was merged without approval')
  if (record.type === 'standard') return told('beforehand', `follows ${record.template}`)
  if (record.automatic === true) return told('beforehand', 'taken back by the engine, as the rollout says')
  if (rule === 'solo') return told('not-asked', 'the estate asks for nobody')
  return told(
    'none',
    agreed.length === 0
      ? 'nobody approved it'
      : `only ${agreed.map((w) => w.approver).join(', ')}, who wrote it, approved it`,
  )
}
