import type { Fault, Gate, Match } from './faults.ts'
import type { SentWebhook, WebhookOrder } from './webhooks.ts'

export type Permission = 'none' | 'read' | 'triage' | 'write' | 'maintain' | 'admin'
export type MergeMethod = 'merge' | 'squash' | 'rebase'

/** What GitHub does at times, beside what it says of itself. */
export interface Habits {
  /** The list of a commit's pull requests leaves out those that were squashed or rebased, where it is asked by their old head. */
  readonly forgetsOldHeads?: boolean
  /** Whether something can be merged is not known (`null`) to the first who asks after a push. */
  readonly mergeabilityLate?: boolean
}

export interface FakeGitHubOptions extends Habits {
  /** `owner/name` of the repository; `lantern/estate` where nothing is said. It is empty: push to it. */
  readonly repository?: string
  readonly defaultBranch?: string
  readonly visibility?: 'public' | 'private'
  /** The owner is an organization (as usual) or a person. */
  readonly ownerType?: 'Organization' | 'User'
  /** Login to permission in the repository. Numbers of accounts are given by `ids`, or from 1001 on in this order. */
  readonly people?: Readonly<Record<string, Permission>>
  readonly ids?: Readonly<Record<string, number>>
  /** What time it is there; the machine's clock where nothing is said. */
  readonly now?: () => Date
}

/** How a branch is protected, as the page of the repository's settings has it. */
export interface Protection {
  /** Pull requests are required; how many have to approve. */
  readonly reviews?: number
  readonly dismissStale?: boolean
  readonly codeOwners?: boolean
  readonly lastPushApproval?: boolean
  readonly checks?: readonly string[]
  readonly upToDate?: boolean
  readonly administrators?: boolean
  readonly forcePushes?: boolean
  readonly deletions?: boolean
  readonly signatures?: boolean
  readonly linearHistory?: boolean
  /** Who alone may push: logins. */
  readonly restrictedTo?: readonly string[]
  /** Who may merge past the reviews: logins. */
  readonly bypass?: readonly string[]
}

/** A ruleset for branches. `rules` are as the API writes them. */
export interface Ruleset {
  readonly name: string
  /** `~DEFAULT_BRANCH`, `~ALL` or `refs/heads/…` with `*`. */
  readonly branches: readonly string[]
  readonly rules: readonly { readonly type: string; readonly parameters?: Readonly<Record<string, unknown>> }[]
  readonly enforcement?: 'active' | 'evaluate' | 'disabled'
  readonly bypass?: readonly {
    readonly actor: 'OrganizationAdmin' | 'RepositoryRole' | 'Team' | 'Integration' | 'DeployKey'
    readonly id?: number
    readonly mode: 'always' | 'pull_request'
  }[]
}

export interface Environment {
  readonly reviewers?: readonly string[]
  /** Whoever started a job may not let it through. */
  readonly preventSelfReview?: boolean
  readonly adminBypass?: boolean
  /** Patterns of branches; `protected` for protected branches alone; all where nothing is said. */
  readonly branches?: readonly string[] | 'protected'
}

export interface ActionsSettings {
  readonly enabled?: boolean
  readonly allowed?: 'all' | 'local_only' | 'selected'
  readonly pinned?: boolean
  readonly workflowToken?: 'read' | 'write'
  readonly mayApprove?: boolean
}

export interface OpenRequest {
  readonly as: string
  /** Short name of a branch that was pushed; `login:branch` where it is in a fork. */
  readonly branch: string
  readonly title: string
  readonly body?: string
  /** The default branch where nothing is said. */
  readonly target?: string
  readonly draft?: boolean
}

export interface MergeRequest {
  readonly as: string
  readonly method: MergeMethod
  /** An administrator goes past what is required. */
  readonly bypass?: boolean
}

/** A request that came in, and what was answered. */
export interface SeenRequest {
  readonly method: string
  /** Below the API's base, with the query: `/repos/lantern/estate/pulls?state=open`. For git: the path on the server. */
  readonly path: string
  /** Login it came from; undefined where it had no token that is known. */
  readonly actor: string | undefined
  readonly body: unknown
  /** 0 where the connection was cut. */
  readonly status: number
}

export interface App {
  /** What GitHub calls app id. */
  readonly id: number
  /** Login of its account: `plumbline[bot]`. */
  readonly login: string
  /** PEM of its private key (RSA, 2048 bit). */
  readonly key: string
  readonly installation: number
}

/** A GitHub of its own for one test: its REST interface, git over HTTP on the same port, and people who act on its pages. */
export interface FakeGitHub extends AsyncDisposable {
  /** Base of the REST interface, as GITHUB_API_URL has it. No slash at its end. */
  readonly url: string
  /** Where people look at it, as GITHUB_SERVER_URL has it. */
  readonly serverUrl: string
  /** Host and port. */
  readonly host: string
  /** `owner/name`. */
  readonly repository: string
  /** Folder of the bare repository: look, but push over HTTP. */
  readonly folder: string

  /** A token of a person: classic with scope `repo` where nothing is said. */
  token(login: string, scopes?: readonly string[]): string
  /** What a workflow's job gets as GITHUB_TOKEN, with the permissions that its file names (`{ contents: 'read' }`). */
  jobToken(permissions: Readonly<Record<string, 'read' | 'write'>>): string
  /** Where to push to and fetch from as somebody; without a token for anybody where no login is given. */
  gitUrl(login?: string, repository?: string): string
  /** Number of an account. */
  idOf(login: string): number

  /** Adds a person, or changes what somebody may do. */
  person(login: string, permission: Permission, more?: { readonly id?: number; readonly bot?: boolean }): void
  /** A login is given up and taken by somebody else, who has another number and no permission. */
  retakeLogin(login: string): void
  /** Makes an App and installs it on the repository with permissions. Its key is made anew. */
  installApp(slug: string, permissions: Readonly<Record<string, 'read' | 'write'>>): App
  /** Makes somebody's fork, with all branches: push to `gitUrl(login, 'login/name')`. */
  fork(login: string): Promise<string>

  /** Resolves to its number. */
  openRequest(request: OpenRequest): Promise<number>
  /** Resolves to the review's id. `commit`: the newest of the branch where nothing is said. */
  review(
    number: number,
    login: string,
    verdict: 'approve' | 'request-changes' | 'comment',
    more?: { readonly body?: string; readonly commit?: string },
  ): Promise<number>
  dismiss(number: number, review: number, as: string, message?: string): Promise<void>
  /** Resolves to the commit on the target branch; rejects as the API refuses where it can't be merged. */
  merge(number: number, how: MergeRequest): Promise<string>
  /** Puts it into the merge queue: a branch `gh-readonly-queue/…` with the commit that is to be checked, which it resolves to. */
  enqueue(
    number: number,
    as: string,
    method?: MergeMethod,
  ): Promise<{ readonly branch: string; readonly commit: string }>
  /** The queue's checks passed: the target branch moves. */
  mergeQueued(number: number): Promise<string>
  /** Resolves to its id. */
  comment(number: number, as: string, body: string): Promise<number>
  editComment(id: number, as: string, body: string): Promise<void>
  edit(
    number: number,
    as: string,
    change: { readonly title?: string; readonly body?: string; readonly target?: string },
  ): Promise<void>
  ready(number: number, as: string): Promise<void>
  closeRequest(number: number, as: string): Promise<void>
  reopen(number: number, as: string): Promise<void>
  label(number: number, as: string, ...labels: string[]): Promise<void>

  /** A check of another program passes or fails on a commit: a check run of `github-actions`. */
  check(commit: string, name: string, conclusion: 'success' | 'failure' | 'neutral'): Promise<number>

  protect(branch: string, protection: Protection | undefined): void
  ruleset(ruleset: Ruleset): void
  environment(name: string, environment: Environment): void
  actions(settings: ActionsSettings): void
  /** A team of the owner's that has access. Resolves to its number, for rulesets. */
  team(slug: string, permission: Permission): number
  mergeMethods(methods: readonly MergeMethod[]): void
  /** Code scanning is on, so that SARIF can be uploaded (it is off in the beginning). */
  codeScanning(on: boolean): void

  /** The next answers (or those to requests that match) go wrong in this way, so many times: once where nothing is said. */
  fail(fault: Fault, options?: { readonly times?: number; readonly when?: Match }): void
  /** Keeps the next request that matches waiting, before it is looked at, until the gate is opened. */
  hold(when?: Match): Gate
  readonly requests: readonly SeenRequest[]
  /** SARIF texts that were uploaded, unpacked. */
  readonly sarifs: readonly { readonly commit: string; readonly ref: string; readonly sarif: string }[]
  /** Requests that do not fit GitHub's description, and answers of ours that don't. Closing rejects where there are any. */
  readonly violations: readonly string[]
  /** Forgets violations that a test made on purpose, and returns them. */
  takeViolations(): readonly string[]
  /** Why nothing is held to GitHub's description: it can't be had. Undefined where all is. */
  readonly unchecked: string | undefined

  /** What GitHub would have posted so far, oldest first. */
  readonly webhooks: readonly SentWebhook[]
  /** Posts what was not delivered yet to an address, signed, after it was held to GitHub's description. Resolves to the statuses of the answers, in the order of sending. */
  deliver(to: {
    readonly url: string
    readonly secret: string
    readonly order?: WebhookOrder
    readonly copies?: number
  }): Promise<readonly number[]>

  /** One request to the API as somebody, for what a test looks at. Rejects where it is refused. */
  api(login: string, method: string, path: string, body?: unknown): Promise<unknown>

  /** Ends it; rejects where something did not fit GitHub's description. */
  close(): Promise<void>
}
