/** A moment of the estate's past: the commit, ledger and snapshots that belong to it. */
export interface Moment {
  /** ISO 8601, UTC. */
  readonly at: string
  /** Commit of the target branch. */
  readonly commit: string
  /** How it is known that this was the commit: the ledger recognised it by then, its committer wrote so, or it was named. */
  readonly because: 'recognised' | 'committed' | 'named'
  /** Commit of the ledger; undefined where it had not begun. */
  readonly ledger: string | undefined
}
