import type { BranchSettings } from '../../ports/forge.ts'
import { type Fields, fieldsOf, flagOf, listOf, malformed, textOf } from './answers.ts'
import type { Call } from './api.ts'
import { GithubError, isHidden } from './github-error.ts'

/** What protection and rulesets ask of one branch, the stricter of each. */
export interface BranchRules extends Omit<BranchSettings, 'name' | 'exists' | 'protected' | 'bypasses' | 'unseen'> {
  /** There is a rule of either kind. */
  readonly any: boolean
  /** We may see the protection in full; rulesets everybody may see. */
  readonly seen: boolean
  readonly rulesets: readonly number[]
  /** Who may go past what the protection asks, in words. */
  readonly bypasses: readonly string[]
}

type Asked = Omit<BranchRules, 'any' | 'seen' | 'rulesets' | 'bypasses' | 'administrators'>

const nothingAsked: Asked = {
  reviews: 0,
  staleReviewsDismissed: false,
  codeOwnerReview: false,
  lastPushApproval: false,
  requiredChecks: [],
  upToDate: false,
  forcePushes: true,
  deletions: true,
  directPushes: true,
  signedCommits: false,
  mergeQueue: false,
}

/** Rules for a branch that is there or not yet. Throws where even the rulesets are hidden. */
export async function readBranchRules(call: Call, branch: string): Promise<BranchRules> {
  const [protection, rules] = await Promise.all([protectionOf(call, branch), rulesOf(call, branch)])
  const classic = protection === 'hidden' ? undefined : protection
  const both = [...(classic === undefined ? [] : [askedBy(classic)]), ...rules.map(askedByRule)]
  return {
    ...both.reduce(stricter, nothingAsked),
    any: both.length > 0,
    seen: protection !== 'hidden',
    administrators: rules.length > 0 || (classic !== undefined && isOn(classic['enforce_admins'])),
    rulesets: [...new Set(rules.map((rule) => rule['ruleset_id']).filter((id) => typeof id === 'number'))],
    bypasses: classic === undefined ? [] : bypassesOf(classic),
  }
}

/** The page of a branch's protection; undefined where it has none. */
async function protectionOf(call: Call, branch: string): Promise<Fields | 'hidden' | undefined> {
  try {
    const answer = await call.ask(`reading the protection of ${branch}`, (rest, at) =>
      rest.repos.getBranchProtection({ ...at, branch }),
    )
    return fieldsOf(answer, 'protection of a branch')
  } catch (error) {
    if (error instanceof GithubError && /Branch not (?:protected|found)/i.test(error.message)) return undefined
    if (isHidden(error)) return 'hidden'
    throw error
  }
}

async function rulesOf(call: Call, branch: string): Promise<readonly Fields[]> {
  const rules = await call.list(`reading the rules for ${branch}`, (rest, at) =>
    rest.repos.getBranchRules.endpoint({ ...at, branch, per_page: 100 }),
  )
  return rules.map((rule) => fieldsOf(rule, 'a rule'))
}

function askedBy(protection: Fields): Asked {
  const reviews = partOf(protection, 'required_pull_request_reviews')
  const checks = partOf(protection, 'required_status_checks')
  const restrictions = partOf(protection, 'restrictions')
  const nobody = ['users', 'teams', 'apps'].every((sort) => listOf(restrictions?.[sort] ?? [], sort).length === 0)
  return {
    reviews: reviews === undefined ? 0 : countOf(reviews['required_approving_review_count'] ?? 0),
    staleReviewsDismissed: reviews !== undefined && isSet(reviews, 'dismiss_stale_reviews'),
    codeOwnerReview: reviews !== undefined && isSet(reviews, 'require_code_owner_reviews'),
    lastPushApproval: reviews !== undefined && isSet(reviews, 'require_last_push_approval'),
    requiredChecks: checks === undefined ? [] : contextsOf(checks['checks'] ?? [], checks['contexts'] ?? []),
    upToDate: checks !== undefined && isSet(checks, 'strict'),
    forcePushes: isOn(protection['allow_force_pushes']),
    deletions: isOn(protection['allow_deletions']),
    directPushes: reviews === undefined && !(restrictions !== undefined && nobody),
    signedCommits: isOn(protection['required_signatures']),
    mergeQueue: false,
  }
}

function askedByRule(rule: Fields): Asked {
  const type = textOf(rule['type'], 'type of a rule')
  const parameters = fieldsOf(rule['parameters'] ?? {}, 'parameters of a rule')
  switch (type) {
    case 'deletion':
      return { ...nothingAsked, deletions: false }
    case 'non_fast_forward':
      return { ...nothingAsked, forcePushes: false }
    case 'update':
      return { ...nothingAsked, directPushes: false }
    case 'required_signatures':
      return { ...nothingAsked, signedCommits: true }
    case 'merge_queue':
      return { ...nothingAsked, mergeQueue: true, directPushes: false }
    case 'pull_request':
      return {
        ...nothingAsked,
        directPushes: false,
        reviews: countOf(parameters['required_approving_review_count'] ?? 0),
        staleReviewsDismissed: isSet(parameters, 'dismiss_stale_reviews_on_push'),
        codeOwnerReview: isSet(parameters, 'require_code_owner_review'),
        lastPushApproval: isSet(parameters, 'require_last_push_approval'),
      }
    case 'required_status_checks':
      return {
        ...nothingAsked,
        requiredChecks: contextsOf(parameters['required_status_checks'] ?? [], []),
        upToDate: isSet(parameters, 'strict_required_status_checks_policy'),
      }
    default:
      return nothingAsked
  }
}

function stricter(a: Asked, b: Asked): Asked {
  return {
    reviews: Math.max(a.reviews, b.reviews),
    staleReviewsDismissed: a.staleReviewsDismissed || b.staleReviewsDismissed,
    codeOwnerReview: a.codeOwnerReview || b.codeOwnerReview,
    lastPushApproval: a.lastPushApproval || b.lastPushApproval,
    requiredChecks: [...new Set([...a.requiredChecks, ...b.requiredChecks])].sort(),
    upToDate: a.upToDate || b.upToDate,
    forcePushes: a.forcePushes && b.forcePushes,
    deletions: a.deletions && b.deletions,
    directPushes: a.directPushes && b.directPushes,
    signedCommits: a.signedCommits || b.signedCommits,
    mergeQueue: a.mergeQueue || b.mergeQueue,
  }
}

function contextsOf(checks: unknown, contexts: unknown): readonly string[] {
  const named = listOf(checks, 'required checks').map((check) => fieldsOf(check, 'a required check')['context'])
  return [...named, ...listOf(contexts, 'required checks')].map((name) => textOf(name, 'name of a required check'))
}

function bypassesOf(protection: Fields): readonly string[] {
  const allowed = partOf(partOf(protection, 'required_pull_request_reviews') ?? {}, 'bypass_pull_request_allowances')
  const names = (sort: string, field: string) =>
    listOf(allowed?.[sort] ?? [], sort).map((who) => textOf(fieldsOf(who, sort)[field], field))
  return [
    ...names('users', 'login').map((login) => `${login} (pull requests)`),
    ...names('teams', 'slug').map((slug) => `team ${slug} (pull requests)`),
    ...names('apps', 'slug').map((slug) => `app ${slug} (pull requests)`),
  ]
}

function partOf(fields: Fields, name: string): Fields | undefined {
  const part = fields[name]
  return part === undefined || part === null ? undefined : fieldsOf(part, name)
}

const isSet = (fields: Fields, name: string): boolean => flagOf(fields[name] ?? false, name)

/** A setting of the form `{ enabled: true }`; off where it is absent. */
const isOn = (value: unknown): boolean =>
  value !== undefined && value !== null && isSet(fieldsOf(value, 'a setting'), 'enabled')

function countOf(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw malformed('number of reviews')
  return value
}
