import type { BareRepository } from './bare-repository.ts'
import type {
  ActionsSettings,
  Environment,
  Habits,
  MergeMethod,
  Permission,
  Protection,
  Ruleset,
} from './fake-github.ts'
import type { SentWebhook } from './webhooks.ts'

export interface Account {
  readonly id: number
  login: string
  readonly type: 'User' | 'Bot' | 'Organization'
  readonly createdAt: string
}

export type AppPermissions = Readonly<Record<string, 'read' | 'write'>>

export interface AppState {
  readonly id: number
  readonly slug: string
  readonly account: Account
  readonly permissions: AppPermissions
  readonly publicKey: string
  readonly installation: number
  readonly repository: RepositoryState
  readonly createdAt: string
}

/** Who a token speaks for. */
export type Actor =
  | { readonly kind: 'person'; readonly account: Account; readonly scopes: readonly string[] }
  | {
      readonly kind: 'installation'
      readonly account: Account
      readonly app: AppState
      readonly permissions: AppPermissions
      /** Milliseconds since 1970; a job's token ends with its job. */
      readonly expires?: number
    }
  | { readonly kind: 'app'; readonly account: Account; readonly app: AppState }

export interface Label {
  readonly id: number
  readonly name: string
  readonly color: string
  readonly description: string
}

export interface Comment {
  readonly id: number
  readonly thread: Thread
  readonly account: Account
  readonly app?: AppState
  body: string
  readonly createdAt: string
  updatedAt: string
  readonly reactions: Reaction[]
}

export interface Reaction {
  readonly id: number
  readonly account: Account
  readonly content: string
  readonly createdAt: string
}

export interface ReviewState {
  readonly id: number
  readonly account: Account
  state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED'
  readonly body: string
  readonly commit: string
  readonly submittedAt: string
}

/** What makes a thread a pull request. */
export interface PullState {
  /** Repository that the branch is in: this one, or a fork. */
  readonly from: RepositoryState
  readonly branch: string
  base: string
  /** What the base branch was at when it was opened, moved or merged. */
  baseSha: string
  head: string
  draft: boolean
  readonly reviews: ReviewState[]
  /** When it was made to go into another branch, and by whom. */
  readonly retargets: { readonly id: number; readonly by: Account; readonly at: string }[]
  merged?: { readonly sha: string; readonly by: Account; readonly at: string }
  /** Commits that it became on its base, or that it was made of when it was merged. */
  landed: readonly string[]
  queue?: { readonly branch: string; readonly commit: string; readonly by: Account }
  /** Who pushed the newest commit. */
  pushedBy: Account
}

/** An issue or a pull request: they share numbers, comments and labels. */
export interface Thread {
  readonly id: number
  readonly number: number
  readonly account: Account
  readonly repository: RepositoryState
  title: string
  body: string | null
  state: 'open' | 'closed'
  closedBy?: Account
  closedAt?: string
  readonly createdAt: string
  updatedAt: string
  readonly labels: Label[]
  readonly comments: Comment[]
  readonly reactions: Reaction[]
  readonly pull?: PullState
}

export type ActivityType =
  | 'push'
  | 'force_push'
  | 'branch_creation'
  | 'branch_deletion'
  | 'pr_merge'
  | 'merge_queue_merge'

export interface Activity {
  readonly id: number
  readonly ref: string
  readonly before: string
  readonly after: string
  readonly type: ActivityType
  readonly account: Account
  readonly at: string
}

export interface CheckRun {
  readonly id: number
  readonly app: AppState
  name: string
  readonly sha: string
  externalId: string
  detailsUrl: string | null
  status: string
  conclusion: string | null
  startedAt: string | null
  completedAt: string | null
  title: string | null
  summary: string | null
  text: string | null
  readonly annotations: Readonly<Record<string, unknown>>[]
}

/** A status of a commit, as programs write them that are no App. */
export interface CommitStatus {
  readonly id: number
  readonly sha: string
  readonly context: string
  readonly state: string
  readonly description: string | null
  readonly targetUrl: string | null
  readonly account: Account
  readonly at: string
}

export interface TeamState {
  readonly id: number
  readonly slug: string
  readonly permission: Permission
}

export interface RepositoryState {
  readonly id: number
  readonly owner: Account
  readonly name: string
  /** `owner/name`. */
  readonly fullName: string
  readonly visibility: 'public' | 'private'
  readonly defaultBranch: string
  readonly git: BareRepository
  readonly parent?: RepositoryState
  /** By number of account. */
  readonly permissions: Map<number, Permission>
  /** By number, which goes on from 1. */
  readonly threads: Map<number, Thread>
  readonly nextNumber: () => number
  readonly labels: Label[]
  readonly activity: Activity[]
  readonly checks: CheckRun[]
  readonly statuses: CommitStatus[]
  readonly teams: TeamState[]
  readonly protections: Map<string, Protection>
  readonly rulesets: (Ruleset & { readonly id: number; readonly at: string })[]
  readonly environments: Map<string, Environment & { readonly id: number; readonly at: string }>
  readonly sarifs: { readonly id: string; readonly commit: string; readonly ref: string; readonly sarif: string }[]
  actions: ActionsSettings
  mergeMethods: readonly MergeMethod[]
  codeScanning: boolean
  readonly createdAt: string
  pushedAt: string
}

/** Everything that one server knows. */
export interface State {
  /** Without a slash at its end. */
  readonly api: string
  readonly web: string
  readonly now: () => Date
  readonly accounts: Account[]
  /** By `owner/name` in small letters. */
  readonly repositories: Map<string, RepositoryState>
  readonly apps: AppState[]
  readonly tokens: Map<string, Actor>
  readonly webhooks: SentWebhook[]
  readonly nextId: () => number
  /** What GitHub does at times, beside what it says of itself. */
  readonly habits: Habits
}

/** ISO 8601, UTC, seconds: as GitHub writes times. */
export function stamp(state: State): string {
  return state
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
}

/** The same, as git writes it. */
export function gitStamp(state: State): string {
  return `${Math.floor(state.now().getTime() / 1000)} +0000`
}

export function accountOf(state: State, login: string): Account | undefined {
  return state.accounts.find((a) => a.login.toLowerCase() === login.toLowerCase())
}

const ranks: readonly Permission[] = ['none', 'read', 'triage', 'write', 'maintain', 'admin']

export function atLeast(has: Permission, needed: Permission): boolean {
  return ranks.indexOf(has) >= ranks.indexOf(needed)
}

export function permissionOf(repository: RepositoryState, account: Account): Permission {
  if (repository.owner.id === account.id) return 'admin'
  return repository.permissions.get(account.id) ?? (repository.visibility === 'public' ? 'read' : 'none')
}
