import type { JsonObject } from '../../model/document.ts'
import type { Parcel } from '../../ports/inbox.ts'

/** Something to look after, with no more in it than where to look: what is the case there is asked of the forge. */
export type Task =
  /** Plan a pull request, and say so there. */
  | { readonly kind: 'plan'; readonly request: number }
  /** Plan the pull requests that a commit is the newest of. */
  | { readonly kind: 'plan-commit'; readonly commit: string }
  /** Check a commit that stands in the merge queue. */
  | { readonly kind: 'queued'; readonly commit: string }
  /** Somebody wrote a comment that may hold a command. */
  | { readonly kind: 'comment'; readonly request: number; readonly comment: string }
  /** Somebody reviewed, or a review was dismissed. */
  | { readonly kind: 'reviews'; readonly request: number }
  /** The target branch moved. */
  | { readonly kind: 'merge' }

/** What stands in the inbox for a task. What happens to one pull request happens in order; so do merges. */
export function parcelOf(id: string, task: Task): Parcel {
  const lane = 'request' in task ? `request ${task.request}` : task.kind === 'merge' ? 'merge' : `commit ${task.commit}`
  // Each comment is a command of its own; of the others, doing it once is as good as twice.
  const same = task.kind === 'comment' ? `comment ${task.comment}` : `${task.kind} ${lane}`
  return { id, lane, same, work: { ...task } as JsonObject }
}

/** Reads what `parcelOf` wrote; undefined for what another version may have written. */
export function taskOf({ work }: Pick<Parcel, 'work'>): Task | undefined {
  const { kind, request, commit, comment } = work
  const isRequest = typeof request === 'number'
  switch (kind) {
    case 'merge':
      return { kind }
    case 'plan':
    case 'reviews':
      return isRequest ? { kind, request } : undefined
    case 'comment':
      return isRequest && typeof comment === 'string' ? { kind, request, comment } : undefined
    case 'plan-commit':
    case 'queued':
      return typeof commit === 'string' ? { kind, commit } : undefined
    default:
      return undefined
  }
}
