import type { BranchSettings } from '../../ports/forge.ts'
import { type Fields, fieldsOf, flagOf, listOf, malformed, textOf } from './answers.ts'
import type { Call } from './api.ts'
import { GithubError, isHidden, isMissing } from './github-error.ts'

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
  pullRequest: false,
  signedCommits: false,
  mergeQueue: false,
}

/** Rules for a branch that is there or not yet. Throws where even the rulesets are hidden. */
export async function readBranchRules(call: Call, branch: string): Promise<BranchRules> {
  const [protection, rules] = await Promise.all([protectionOf(call, branch), rulesOf(call, branch)])
  const classic = protection === 'hidden' ? undefined : protection
  const shown = protection === 'hidden' ? await markOf(call, branch) : undefined
  const both = [
    ...(classic === undefined ? [] : [askedBy(classic)]),
    ...(shown === undefined ? [] : [{ ...nothingAsked, requiredChecks: shown }]),
    ...rules.map(askedByRule),
  ]
  return {
    ...both.reduce(stricter, nothingAsked),
    any: classic !== undefined || rules.length > 0,
    seen: shown === undefined,
    // Who is held to a part of it only is not held to it.
    administrators: classic === undefined ? rules.length > 0 : isOn(classic['enforce_admins']),
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

/**
 * What everybody may see of the protection of a branch: names of the checks that it requires. Undefined where the branch is not
 * protected, or is not there.
 */
async function markOf(call: Call, branch: string): Promise<readonly string[] | undefined> {
  let answer: unknown
  try {
    answer = await call.ask(`reading the branch ${branch}`, (rest, at) => rest.repos.getBranch({ ...at, branch }))
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
  const { protected: isProtected, protection } = fieldsOf(answer, 'a branch')
  if (!flagOf(isProtected, 'protected')) return undefined
  const checks = partOf(fieldsOf(protection ?? {}, 'protection'), 'required_status_checks')
  return checks === undefined ? [] : contextsOf(checks['checks'] ?? [], checks['contexts'] ?? [])
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
  const pushers = restrictions === undefined ? undefined : namesIn(restrictions)
  return {
    reviews: reviews === undefined ? 0 : countOf(reviews['required_approving_review_count'] ?? 0),
    staleReviewsDismissed: reviews !== undefined && isSet(reviews, 'dismiss_stale_reviews'),
    codeOwnerReview: reviews !== undefined && isSet(reviews, 'require_code_owner_reviews'),
    lastPushApproval: reviews !== undefined && isSet(reviews, 'require_last_push_approval'),
    requiredChecks: checks === undefined ? [] : contextsOf(checks['checks'] ?? [], checks['contexts'] ?? []),
    upToDate: checks !== undefined && isSet(checks, 'strict'),
    forcePushes: isOn(protection['allow_force_pushes']),
    deletions: isOn(protection['allow_deletions']),
    directPushes: reviews === undefined && pushers?.length !== 0,
    pullRequest: reviews !== undefined,
    ...(pushers !== undefined && { pushers }),
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
      return { ...nothingAsked, directPushes: false, pushers: [] }
    case 'required_signatures':
      return { ...nothingAsked, signedCommits: true }
    case 'merge_queue':
      return { ...nothingAsked, mergeQueue: true, directPushes: false, pullRequest: true }
    case 'pull_request':
      return {
        ...nothingAsked,
        directPushes: false,
        pullRequest: true,
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
  const [first, second = first] = [a.pushers, b.pushers].filter((pushers) => pushers !== undefined)
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
    pullRequest: a.pullRequest || b.pullRequest,
    ...(first !== undefined && { pushers: first.filter((name) => second?.includes(name)) }),
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
  return allowed === undefined ? [] : namesIn(allowed).map((name) => `${name} (pull requests)`)
}

/** People, teams and apps of a setting that names some. */
function namesIn(setting: Fields): readonly string[] {
  const names = (sort: string, field: string) =>
    listOf(setting[sort] ?? [], sort).map((who) => textOf(fieldsOf(who, sort)[field], field))
  return [
    ...names('users', 'login'),
    ...names('teams', 'slug').map((slug) => `team ${slug}`),
    ...names('apps', 'slug').map((slug) => `app ${slug}`),
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
