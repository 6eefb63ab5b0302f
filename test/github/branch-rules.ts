import type { RefRule } from './bare-repository.ts'
import type { Protection, Ruleset } from './fake-github.ts'
import { type Account, type AppState, permissionOf, type RepositoryState } from './state.ts'

/** What holds for a branch, of protection and rulesets together: the stricter counts. */
export interface BranchRules {
  readonly pullRequest: boolean
  readonly reviews: number
  readonly dismissStale: boolean
  readonly codeOwners: boolean
  readonly lastPushApproval: boolean
  readonly checks: readonly string[]
  readonly upToDate: boolean
  readonly force: boolean
  readonly delete: boolean
  readonly linear: boolean
  readonly queue: boolean
  readonly restrictedTo?: readonly string[]
}

const free: BranchRules = {
  pullRequest: false,
  reviews: 0,
  dismissStale: false,
  codeOwners: false,
  lastPushApproval: false,
  checks: [],
  upToDate: false,
  force: true,
  delete: true,
  linear: false,
  queue: false,
}

/** Somebody who acts: an account, and the App it is of. */
export interface Who {
  readonly account: Account
  readonly app?: AppState
}

/** Rules of a branch as they hold for somebody; for those who may go past nothing where nobody is named. */
export function branchRules(
  repository: RepositoryState,
  branch: string,
  who?: Who,
  how: 'push' | 'merge' = 'merge',
): BranchRules {
  const protection = repository.protections.get(branch)
  const sources = [
    ...(protection === undefined || goesPastProtection(repository, protection, who) ? [] : [ofProtection(protection)]),
    ...rulesetsOf(repository, branch)
      .filter((ruleset) => !goesPastRuleset(repository, ruleset, who, how))
      .map(ofRuleset),
  ]
  return sources.reduce(stricter, free)
}

/** Active rulesets that mean a branch. */
export function rulesetsOf(repository: RepositoryState, branch: string): RepositoryState['rulesets'] {
  return repository.rulesets.filter(
    (ruleset) =>
      (ruleset.enforcement ?? 'active') === 'active' &&
      ruleset.branches.some((pattern) => means(pattern, branch, repository.defaultBranch)),
  )
}

export function isProtected(repository: RepositoryState, branch: string): boolean {
  return repository.protections.has(branch) || rulesetsOf(repository, branch).length > 0
}

/** What the hook of a push is told. */
export function pushRules(repository: RepositoryState, branches: readonly string[], who: Who): readonly RefRule[] {
  return branches.map((branch) => {
    const rules = branchRules(repository, branch, who, 'push')
    const alone = rules.restrictedTo
    const refused = rules.pullRequest
      ? 'Changes must be made through a pull request.'
      : rules.checks.length > 0
        ? `Required status check "${rules.checks[0]}" is expected.`
        : alone !== undefined && !alone.includes(who.account.login)
          ? 'You are not authorized to push to this branch.'
          : undefined
    const rule = { ref: `refs/heads/${branch}`, force: rules.force, delete: rules.delete }
    return refused === undefined ? rule : { ...rule, refused }
  })
}

function means(pattern: string, branch: string, defaultBranch: string): boolean {
  if (pattern === '~ALL') return true
  if (pattern === '~DEFAULT_BRANCH') return branch === defaultBranch
  const source = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*\*|\*/g, (s) => (s === '**' ? '.*' : '[^/]*'))
  return new RegExp(`^${source}$`).test(`refs/heads/${branch}`)
}

function goesPastProtection(repository: RepositoryState, protection: Protection, who: Who | undefined): boolean {
  if (who === undefined) return false
  return protection.administrators !== true && permissionOf(repository, who.account) === 'admin'
}

/** Numbers of the roles: https://docs.github.com/en/rest/repos/rules#create-a-repository-ruleset */
const roles: Readonly<Record<number, readonly string[]>> = {
  2: ['maintain', 'admin'],
  4: ['write', 'maintain', 'admin'],
  5: ['admin'],
}

function goesPastRuleset(repository: RepositoryState, ruleset: Ruleset, who: Who | undefined, how: string): boolean {
  if (who === undefined) return false
  const has = permissionOf(repository, who.account)
  return (ruleset.bypass ?? []).some((bypass) => {
    if (how === 'push' && bypass.mode === 'pull_request') return false
    if (bypass.actor === 'OrganizationAdmin') return has === 'admin'
    if (bypass.actor === 'RepositoryRole') return roles[bypass.id ?? 0]?.includes(has) === true
    // Nobody is a member of a team here.
    return bypass.actor === 'Integration' && who.app?.id === bypass.id
  })
}

function ofProtection(protection: Protection): BranchRules {
  return {
    pullRequest: protection.reviews !== undefined,
    reviews: protection.reviews ?? 0,
    dismissStale: protection.dismissStale === true,
    codeOwners: protection.codeOwners === true,
    lastPushApproval: protection.lastPushApproval === true,
    checks: protection.checks ?? [],
    upToDate: protection.upToDate === true,
    force: protection.forcePushes === true,
    delete: protection.deletions === true,
    linear: protection.linearHistory === true,
    queue: false,
    ...(protection.restrictedTo === undefined ? {} : { restrictedTo: protection.restrictedTo }),
  }
}

function ofRuleset(ruleset: Ruleset): BranchRules {
  const rule = (type: string) => ruleset.rules.find((r) => r.type === type)
  const review = rule('pull_request')?.parameters
  const checks = rule('required_status_checks')?.parameters
  const named = checks?.['required_status_checks']
  return {
    pullRequest: rule('pull_request') !== undefined,
    reviews: Number(review?.['required_approving_review_count'] ?? 0),
    dismissStale: review?.['dismiss_stale_reviews_on_push'] === true,
    codeOwners: review?.['require_code_owner_review'] === true,
    lastPushApproval: review?.['require_last_push_approval'] === true,
    checks: Array.isArray(named) ? named.map((c: { context: string }) => c.context) : [],
    upToDate: checks?.['strict_required_status_checks_policy'] === true,
    force: rule('non_fast_forward') === undefined,
    delete: rule('deletion') === undefined,
    linear: rule('required_linear_history') !== undefined,
    queue: rule('merge_queue') !== undefined,
    ...(rule('update') === undefined ? {} : { restrictedTo: [] }),
  }
}

function stricter(a: BranchRules, b: BranchRules): BranchRules {
  const restricted = [a.restrictedTo, b.restrictedTo].filter((x) => x !== undefined)
  return {
    pullRequest: a.pullRequest || b.pullRequest,
    reviews: Math.max(a.reviews, b.reviews),
    dismissStale: a.dismissStale || b.dismissStale,
    codeOwners: a.codeOwners || b.codeOwners,
    lastPushApproval: a.lastPushApproval || b.lastPushApproval,
    checks: [...new Set([...a.checks, ...b.checks])],
    upToDate: a.upToDate || b.upToDate,
    force: a.force && b.force,
    delete: a.delete && b.delete,
    linear: a.linear || b.linear,
    queue: a.queue || b.queue,
    ...(restricted.length === 0
      ? {}
      : { restrictedTo: restricted.reduce((x, y) => x.filter((login) => y.includes(login))) }),
  }
}
