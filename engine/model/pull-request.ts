import type { ForgePush } from './record.ts'

/** An account on a forge, as the forge writes it. */
export interface ForgeAccount {
  readonly login: string
  /** The forge says that it belongs to a program. */
  readonly bot: boolean
}

/** What somebody said about a pull request, in the newest state that the forge knows of it. */
export interface Review {
  readonly id: string
  readonly account: ForgeAccount
  readonly state: 'approved' | 'changes-requested' | 'dismissed' | 'commented'
  /** The commit that was looked at. */
  readonly commit: string
  /** ISO 8601, UTC: when it was submitted. */
  readonly at: string
}

/** A pull request (merge request, in other places), as a forge tells of it. Commits are full object ids. */
export interface PullRequest {
  /** Host name of the forge, with its port where that is not the usual one. */
  readonly host: string
  /** `owner/name` there. */
  readonly repository: string
  readonly number: number
  /** The branch it is to be merged into, by its short name. */
  readonly target: string
  /** Newest commit of its branch. */
  readonly head: string
  readonly author: ForgeAccount
  readonly reviews: readonly Review[]
  /** Oldest first; none where the forge does not know who pushed. */
  readonly pushes: readonly ForgePush[]
  /** The commit on the target branch that brought it there. */
  readonly merged?: string
}
