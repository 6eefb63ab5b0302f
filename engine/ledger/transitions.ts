import type { ChangeState } from '../model/record.ts'

/** Whose key signs a transition. */
export type Role = 'person' | 'engine'

interface Move {
  /** `none`: there is no record yet. */
  readonly from: readonly (ChangeState | 'none')[]
  readonly to: readonly ChangeState[]
  readonly signers: readonly Role[]
}

const unmerged = ['proposed', 'approved', 'scheduled', 'rejected', 'superseded', 'expired'] as const

/** Every move a change can make, and who may make it. */
export const changeMoves = {
  /**
   * A record is born: proposed; approved at once where the estate asks for nobody, or a standard change was agreed
   * beforehand; unapproved where it is merged already.
   */
  propose: { from: ['none'], to: ['proposed', 'approved', 'unapproved'], signers: ['person', 'engine'] },
  /** An emergency is born, on the word of one person. */
  'break-glass': { from: ['none'], to: ['approved'], signers: ['person'] },
  /**
   * One person agrees. Whether that is enough is judged outside; a later approval lifts the same person's rejection. An engine
   * writes down what a forge says.
   */
  approve: {
    from: ['proposed', 'approved', 'scheduled', 'rejected'],
    to: ['proposed', 'approved', 'scheduled', 'rejected'],
    signers: ['person', 'engine'],
  },
  reject: { from: ['proposed', 'approved', 'scheduled', 'rejected'], to: ['rejected'], signers: ['person', 'engine'] },
  /** A forge says that a review it had told of was dismissed. A change that is merged can't wait for another. */
  dismiss: {
    from: ['proposed', 'approved', 'scheduled', 'rejected'],
    to: ['proposed', 'approved', 'scheduled', 'rejected'],
    signers: ['engine'],
  },
  /** A newer plan took its place; one that was begun and is not gone on with, too. */
  supersede: {
    from: ['proposed', 'approved', 'scheduled', 'rejected', 'implementing', 'paused', 'failed'],
    to: ['superseded'],
    signers: ['person', 'engine'],
  },
  expire: { from: ['proposed', 'approved', 'scheduled'], to: ['expired'], signers: ['engine'] },
  /** Given a time, or another one; what was begun and ran out of its time keeps its state. */
  schedule: {
    from: ['approved', 'scheduled', 'implementing', 'paused', 'failed'],
    to: ['scheduled', 'implementing', 'paused', 'failed'],
    signers: ['person', 'engine'],
  },
  unschedule: {
    from: ['scheduled', 'implementing', 'paused', 'failed'],
    to: ['approved', 'implementing', 'paused', 'failed'],
    signers: ['person', 'engine'],
  },
  /** Seen on the target branch, and judged once more. */
  merge: { from: unmerged, to: ['approved', 'scheduled', 'unapproved'], signers: ['engine'] },
  start: { from: ['approved', 'scheduled', 'failed'], to: ['implementing'], signers: ['engine'] },
  /** Goes on after a crash or a pause, under a lock of its own. */
  resume: { from: ['implementing', 'paused'], to: ['implementing'], signers: ['engine'] },
  progress: { from: ['implementing'], to: ['implementing'], signers: ['engine'] },
  /** Somebody asks that it stops after the wave it is in. */
  pause: { from: ['implementing'], to: ['implementing'], signers: ['person', 'engine'] },
  /** It has stopped for them, and gave its locks back. */
  hold: { from: ['implementing'], to: ['paused'], signers: ['engine'] },
  finish: { from: ['implementing'], to: ['implemented'], signers: ['engine'] },
  fail: { from: ['implementing'], to: ['failed'], signers: ['engine'] },
  'roll-back': {
    from: ['implemented', 'failed', 'reviewed', 'closed'],
    to: ['rolled-back'],
    signers: ['engine'],
  },
  /** Somebody who had no hand in it looks back at it: at what was begun and then set aside as well. */
  review: {
    from: ['implemented', 'failed', 'superseded', 'rolled-back', 'reviewed'],
    to: ['reviewed'],
    signers: ['person'],
  },
  close: { from: ['implemented', 'rolled-back', 'reviewed'], to: ['closed'], signers: ['person', 'engine'] },
} as const satisfies Readonly<Record<string, Move>>

export type ChangeTransition = keyof typeof changeMoves

export function moveOf(transition: string): Move | undefined {
  return Object.hasOwn(changeMoves, transition) ? changeMoves[transition as ChangeTransition] : undefined
}
