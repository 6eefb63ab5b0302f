import type { CheckConclusion, ForgeAccount, ForgePermission, PullRequest, RequestPage } from '../model/pull-request.ts'

/**
 * What was said in reviews. What it tells is only as good as the forge and the way its answer took: approvals that come from it are
 * recorded as forge-asserted. Everything here throws `RepositoryError` where what it says can't be relied on, or it can't be reached.
 */
export interface ReviewSource {
  /** Pull requests whose newest commit is this one, or which were merged as this one, by number. */
  requests(commit: string): Promise<readonly PullRequest[]>
}

/**
 * Where people propose, discuss and review changes. One repository of it. What is written there is marked, so that doing it again
 * changes what is there instead of adding to it.
 */
export interface Forge extends ReviewSource {
  /** Host name, `owner/name`, and where people look at it; `plain` where it is a git repository alone, without jobs and rules of its own. */
  readonly place: { readonly host: string; readonly repository: string; readonly url: string; readonly plain?: true }
  /** The account that this engine is there. */
  self(): Promise<ForgeAccount>
  /** With reviews and pushes; undefined where there is none of this number. */
  request(number: number): Promise<RequestPage | undefined>
  /** Open ones, by number; those of one label, or from one branch, where that is said. Without reviews and pushes. */
  openRequests(only?: { readonly label?: string; readonly branch?: string }): Promise<readonly RequestPage[]>
  /** Opens a pull request of a branch that was pushed; the open one of that branch, with title and body replaced, where there is one. */
  keepRequest(wanted: WantedRequest): Promise<RequestPage>
  closeRequest(number: number): Promise<void>
  /** Comments on a pull request or issue, oldest first. */
  comments(number: number): Promise<readonly ForgeComment[]>
  /** The comment of ours that holds the marker, replaced where it differs; a new one where there is none. Comments of others never count. */
  keepComment(number: number, marker: string, body: string): Promise<Kept>
  addComment(number: number, body: string): Promise<ForgeComment>
  react(comment: ForgeComment, how: Reaction): Promise<void>
  /** The check of this name and commit, replaced where there is one of the same key; a new one where there is none. */
  keepCheck(check: WantedCheck): Promise<Kept>
  /** Says of checks of this name on a commit, but of the one with the key, that they are out of date (`neutral`). Returns how many. */
  supersedeChecks(name: string, commit: string, except: string | undefined, because: string): Promise<number>
  /** The issue of ours that holds the marker, open or closed as wanted; a new one where there is none and it shall be open. */
  keepIssue(marker: string, wanted: WantedIssue): Promise<Kept | undefined>
  /** An issue that somebody wrote; undefined where there is none of this number, it is a pull request, or the forge has none. */
  issue(number: number): Promise<ForgeIssue | undefined>
  /** Opens or closes an issue of anybody. */
  setIssue(number: number, state: 'open' | 'closed'): Promise<void>
  permission(account: ForgeAccount): Promise<ForgePermission>
  /** Hands findings in SARIF 2.1.0 to whatever the forge shows them with; false where it has no such thing. */
  uploadFindings(upload: { readonly commit: string; readonly ref: string; readonly sarif: string }): Promise<boolean>
  /** How the repository is set up, as far as we may see. */
  settings(branches: readonly string[], environments: readonly string[]): Promise<ForgeSettings>
}

export interface WantedRequest {
  /** Short names. */
  readonly branch: string
  readonly target: string
  readonly title: string
  readonly body: string
  readonly labels: readonly string[]
}

export interface WantedIssue {
  readonly title: string
  readonly body: string
  readonly labels: readonly string[]
  readonly state: 'open' | 'closed'
}

export interface ForgeIssue {
  readonly number: number
  readonly account: ForgeAccount
  readonly title: string
  readonly body: string
  readonly state: 'open' | 'closed'
}

export interface ForgeComment {
  readonly id: string
  /** Number of the pull request or issue. */
  readonly on: number
  readonly account: ForgeAccount
  readonly body: string
  /** ISO 8601, UTC. */
  readonly at: string
  /** It was edited after it was written. */
  readonly edited: boolean
  readonly url: string
}

export type Reaction = 'eyes' | 'rocket' | 'confused' | '+1' | '-1'

export interface Kept {
  readonly url: string
  readonly done: 'made' | 'changed' | 'same'
}

export interface WantedCheck {
  readonly name: string
  /** Full object id. */
  readonly commit: string
  /** What tells one check of a commit from the next: the digest of the plan. */
  readonly key: string
  readonly conclusion: CheckConclusion
  readonly title: string
  /** Markdown. */
  readonly summary: string
  readonly annotations: readonly CheckAnnotation[]
  /** Where to read on. */
  readonly url?: string
}

/** A remark beside lines of a file. */
export interface CheckAnnotation {
  /** From the repository's root. */
  readonly path: string
  /** From 1. */
  readonly line: number
  readonly endLine?: number
  readonly level: 'notice' | 'warning' | 'failure'
  readonly title: string
  readonly message: string
}

/** How a repository is set up; `unknown` where we may not see it. */
export interface ForgeSettings {
  readonly defaultBranch: string
  readonly visibility: 'public' | 'private' | 'internal'
  readonly mergeMethods: readonly ('merge' | 'squash' | 'rebase')[]
  readonly branches: readonly BranchSettings[]
  readonly environments: readonly EnvironmentSettings[]
  /** What workflows may do with the token they get, where they do not say. */
  readonly workflowToken: 'read' | 'write' | 'unknown'
  /** Workflows may approve pull requests. */
  readonly workflowsMayApprove: boolean | 'unknown'
  /** Which actions may be used. */
  readonly actions: 'all' | 'local' | 'selected' | 'disabled' | 'unknown'
  /** Actions have to be named by full commit id. */
  readonly pinnedActions: boolean | 'unknown'
  /** What the token at hand may do; undefined where the forge does not tell. */
  readonly tokenScopes?: readonly string[]
}

/** Rules for one branch, of protection and rulesets together: the stricter counts. */
export interface BranchSettings {
  readonly name: string
  readonly exists: boolean
  readonly protected: boolean | 'unknown'
  /** Approving reviews asked for. */
  readonly reviews: number
  readonly staleReviewsDismissed: boolean
  readonly codeOwnerReview: boolean
  readonly lastPushApproval: boolean
  /** Names of checks that have to pass. */
  readonly requiredChecks: readonly string[]
  readonly upToDate: boolean
  readonly forcePushes: boolean
  readonly deletions: boolean
  /** Direct pushes are possible, without a pull request. */
  readonly directPushes: boolean
  /** Whatever comes there has to come by a pull request. */
  readonly pullRequest: boolean
  /** Who alone may push there, by name, those who may go past the rules apart; absent where whoever may write may. */
  readonly pushers?: readonly string[]
  /** Administrators are held to it, too. */
  readonly administrators: boolean
  /** Who may go past it, in words: `team operations (always)`. */
  readonly bypasses: readonly string[]
  readonly signedCommits: boolean
  readonly mergeQueue: boolean
  /** What of this we may not see, in words, so that it may be stricter than said: `the protection of the branch`. */
  readonly unseen: readonly string[]
}

export interface EnvironmentSettings {
  readonly name: string
  readonly exists: boolean | 'unknown'
  /** Names of people and teams of whom one has to let a job through. */
  readonly reviewers: readonly string[]
  /** Who started a job may let it through. */
  readonly selfReview: boolean
  /** Branches whose jobs may use it: patterns; `any` where nothing is said. */
  readonly branches: readonly string[] | 'any'
  /** Administrators may go past its rules. */
  readonly adminBypass: boolean
}
