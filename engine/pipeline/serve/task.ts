import type { JsonObject } from '../../model/document.ts'
import type { Parcel } from '../../ports/inbox.ts'

/** Something to look after, with no more in it than where to look: what is the case there is asked of the forge. */
export type Task =
  /** Plan a pull request, and say so there. */
  | { readonly kind: 'plan'; readonly request: number }
  /** Plan the pull requests that a commit is the newest of. */
  | { readonly kind: 'plan-commit'; readonly commit: string }
  /** Check a commit that stands in the merge queue. */
  | { readonly kind: 'queued'; readonly request: number; readonly commit: string; readonly base: string }
  /** Somebody wrote a comment that may hold a command. */
  | { readonly kind: 'comment'; readonly request: number; readonly comment: string }
  /** Somebody opened or wrote on an issue that may ask for something. */
  | { readonly kind: 'issue'; readonly request: number }
  /** The target branch moved, or somebody reviewed, or a review was dismissed: the ledger is to hold it. */
  | { readonly kind: 'record' }
  /** Plan every open pull request that was not planned as things are now. */
  | { readonly kind: 'plan-open' }
  /** Something came in, or time went by: one turn of work. */
  | { readonly kind: 'work' }

/** What stands in the inbox for a task. What happens to one pull request happens in order; so does what is recorded. */
export function parcelOf(id: string, task: Task): Parcel {
  const lane =
    'request' in task
      ? `request ${task.request}`
      : 'commit' in task
        ? `commit ${task.commit}`
        : task.kind === 'work'
          ? 'work'
          : 'record'
  // Each comment is a command of its own; of the others, doing it once is as good as twice.
  const same = Object.entries(task).flat().join(' ')
  return { id, lane, same, work: { ...task } as JsonObject }
}

/** Reads what `parcelOf` wrote; undefined for what another version may have written. */
export function taskOf({ work }: Pick<Parcel, 'work'>): Task | undefined {
  const { kind, request, commit, base, comment } = work
  const isRequest = typeof request === 'number'
  switch (kind) {
    case 'record':
    case 'plan-open':
    case 'work':
      return { kind }
    case 'plan':
    case 'issue':
      return isRequest ? { kind, request } : undefined
    case 'comment':
      return isRequest && typeof comment === 'string' ? { kind, request, comment } : undefined
    case 'queued':
      return isRequest && typeof commit === 'string' && typeof base === 'string'
        ? { kind, request, commit, base }
        : undefined
    case 'plan-commit':
      return typeof commit === 'string' ? { kind, commit } : undefined
    default:
      return undefined
  }
}
