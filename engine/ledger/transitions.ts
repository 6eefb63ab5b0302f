import type { ChangeState } from '../model/record.ts'

/** Whose key signs a transition. */
export type Role = 'person' | 'engine'

interface Move {
  /** `none`: there is no record yet. */
  readonly from: readonly (ChangeState | 'none')[]
  readonly to: readonly ChangeState[]
  readonly signers: readonly Role[]
}

const unmerged = ['proposed', 'approved', 'rejected', 'superseded', 'expired'] as const

/** Every move a change can make, and who may make it. */
export const changeMoves = {
  /** A record is born: proposed; approved at once where the estate asks for no approval; unapproved where it is merged already. */
  propose: { from: ['none'], to: ['proposed', 'approved', 'unapproved'], signers: ['person', 'engine'] },
  /** One person agrees. Whether that is enough is judged outside; a later approval lifts the same person's rejection. */
  approve: {
    from: ['proposed', 'approved', 'rejected'],
    to: ['proposed', 'approved', 'rejected'],
    signers: ['person'],
  },
  reject: { from: ['proposed', 'approved', 'rejected'], to: ['rejected'], signers: ['person'] },
  /** A newer plan took its place; one that was begun and is not gone on with, too. */
  supersede: {
    from: ['proposed', 'approved', 'rejected', 'implementing', 'failed'],
    to: ['superseded'],
    signers: ['person', 'engine'],
  },
  expire: { from: ['proposed', 'approved'], to: ['expired'], signers: ['engine'] },
  /** Seen on the target branch, and judged once more. */
  merge: { from: unmerged, to: ['approved', 'unapproved'], signers: ['engine'] },
  start: { from: ['approved', 'failed'], to: ['implementing'], signers: ['engine'] },
  /** Goes on after a crash, under a lock of its own. */
  resume: { from: ['implementing'], to: ['implementing'], signers: ['engine'] },
  progress: { from: ['implementing'], to: ['implementing'], signers: ['engine'] },
  finish: { from: ['implementing'], to: ['implemented'], signers: ['engine'] },
  fail: { from: ['implementing'], to: ['failed'], signers: ['engine'] },
  'roll-back': { from: ['implemented', 'failed'], to: ['rolled-back'], signers: ['engine'] },
} as const satisfies Readonly<Record<string, Move>>

export type ChangeTransition = keyof typeof changeMoves

export function moveOf(transition: string): Move | undefined {
  return Object.hasOwn(changeMoves, transition) ? changeMoves[transition as ChangeTransition] : undefined
}
