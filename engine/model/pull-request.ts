import type { Digest } from './canonical.ts'
import type { ForgePush } from './record.ts'

/** An account on a forge, as the forge writes it. */
export interface ForgeAccount {
  readonly login: string
  /** The forge's own number for it, in decimal: a login can be given up and taken by somebody else, this can't. Absent where the forge has none. */
  readonly id?: string
  /** The forge says that it belongs to a program. */
  readonly bot: boolean
}

/** What an account may do in a repository, from nothing to everything. */
export type ForgePermission = 'none' | 'read' | 'triage' | 'write' | 'maintain' | 'admin'

/** Whether whoever has it may push. */
export const mayWrite = (permission: ForgePermission): boolean =>
  permission === 'write' || permission === 'maintain' || permission === 'admin'

/** What somebody said about a pull request, in the newest state that the forge knows of it. */
export interface Review {
  readonly id: string
  readonly account: ForgeAccount
  /** What the account may do there now; absent where the forge does not tell. */
  readonly permission?: ForgePermission
  readonly state: 'approved' | 'changes-requested' | 'dismissed' | 'commented'
  /** The commit that was looked at. */
  readonly commit: string
  /** ISO 8601, UTC: when it was submitted. */
  readonly at: string
}

/** What one of our own checks said of a commit, as the forge keeps it. */
export interface PlanCheck {
  readonly name: CheckName
  /** Commit that it is about. */
  readonly commit: string
  /** Digest of the plan that was shown. */
  readonly plan: Digest
  readonly conclusion: CheckConclusion
}

/** Our checks: whether a plan is sound, and whether its approvals hold. */
export const checkNames = ['plumbline/plan', 'plumbline/approval'] as const
export type CheckName = (typeof checkNames)[number]

/**
 * - `success`: it may be merged as far as this check goes
 * - `failure`: something forbids it
 * - `action-required`: somebody has to do something first, such as approve
 * - `neutral`: nothing to say, or out of date
 */
export type CheckConclusion = 'success' | 'failure' | 'action-required' | 'neutral'

/** A pull request (merge request, in other places), as a forge tells of it: what judging it takes. Commits are full object ids. */
export interface PullRequest {
  /** Host name of the forge, with its port where that is not the usual one. */
  readonly host: string
  /** `owner/name` there. */
  readonly repository: string
  readonly number: number
  /** The branch it is to be merged into, by its short name. */
  readonly target: string
  /** ISO 8601, UTC: when it was last made to go into another branch than before, where it was and the forge tells. */
  readonly retargetedAt?: string
  /** Newest commit of its branch. */
  readonly head: string
  readonly author: ForgeAccount
  readonly reviews: readonly Review[]
  /** Oldest first; none where the forge does not know who pushed. */
  readonly pushes: readonly ForgePush[]
  /** The commit on the target branch that brought it there. */
  readonly merged?: string
  /** Who merged it, where it is and the forge tells. */
  readonly mergedBy?: ForgeAccount
  /** ISO 8601, UTC: when, likewise. */
  readonly mergedAt?: string
  /** Checks of ours about plans of its head, oldest first, of each name and plan the newest; absent where the forge does not tell. */
  readonly plans?: readonly PlanCheck[]
}

/** A pull request with what people see of it. */
export interface RequestPage extends PullRequest {
  readonly state: 'open' | 'closed' | 'merged'
  readonly title: string
  readonly body: string
  /** Short name of the branch it comes from, and whether that is another repository's. */
  readonly branch: string
  readonly fork: boolean
  readonly draft: boolean
  readonly labels: readonly string[]
  /** Where people look at it. */
  readonly url: string
  /** ISO 8601, UTC. */
  readonly openedAt: string
  /** What the forge says of merging it, our own checks apart. */
  readonly mergeable: 'yes' | 'conflicts' | 'blocked' | 'unknown'
}
