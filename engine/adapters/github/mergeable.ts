import type { RequestPage, Review } from '../../model/pull-request.ts'
import { fieldsOf, textIfAny } from './answers.ts'
import type { Call } from './api.ts'
import { readBranchRules } from './branch-rules.ts'
import { isHidden } from './github-error.ts'
import type { BarePage } from './read-request.ts'
import { appOf, type Self } from './who-we-are.ts'

type Mergeable = RequestPage['mergeable']

/**
 * What GitHub says of merging it, our own checks apart: GitHub does not say what blocks a merge, so where it does, the rules that
 * we may see are held against what is there.
 */
export async function mergeableOf(
  call: Call,
  pull: unknown,
  page: BarePage,
  reviews: readonly Review[],
  self: Self,
): Promise<Mergeable> {
  const { mergeable, mergeable_state: written } = fieldsOf(pull, 'a pull request')
  const state = textIfAny(written, 'mergeable_state')
  if (page.state !== 'open' || mergeable === null || mergeable === undefined) return 'unknown'
  if (mergeable === false || state === 'dirty') return 'conflicts'
  if (state === 'clean' || state === 'unstable' || state === 'has_hooks') return 'yes'
  if (state === 'behind' || state === 'draft') return 'blocked'
  if (state !== 'blocked') return 'unknown'
  try {
    return await judged(call, page, reviews, self)
  } catch (error) {
    if (isHidden(error)) return 'unknown'
    throw error
  }
}

const isOurName = (name: string): boolean => name.startsWith('plumbline/')

async function judged(call: Call, page: BarePage, reviews: readonly Review[], self: Self): Promise<Mergeable> {
  const rules = await readBranchRules(call, page.target)
  const ours = rules.requiredChecks.filter(isOurName)
  const others = rules.requiredChecks.filter((name) => !isOurName(name))
  if (ours.length === 0 || reviewsMissing(rules.reviews, reviews)) return 'blocked'
  const passed = await passedChecks(call, page.head, appOf(await self()))
  if (!others.every((name) => passed.others.has(name)) || ours.every((name) => passed.ours.has(name))) return 'blocked'
  // Of these nobody says whether they are met.
  const unsaid = rules.codeOwnerReview || rules.lastPushApproval || rules.signedCommits
  return unsaid || !rules.seen ? 'unknown' : 'yes'
}

function reviewsMissing(wanted: number, reviews: readonly Review[]): boolean {
  const last = new Map<string | undefined, Review['state']>()
  for (const { account, permission, state } of reviews)
    if (state !== 'commented' && permission !== 'read' && permission !== 'triage' && permission !== 'none')
      last.set(account.id, state)
  const states = [...last.values()]
  return (
    wanted > 0 &&
    (states.includes('changes-requested') || states.filter((state) => state === 'approved').length < wanted)
  )
}

/** Names of checks whose newest run passed; statuses of commits, which are another thing to GitHub, among those of others. */
async function passedChecks(call: Call, commit: string, app: string | undefined) {
  const what = `reading the checks of ${commit.slice(0, 12)}`
  const runs = await call.list(
    what,
    (rest, at) => rest.checks.listForRef.endpoint({ ...at, ref: commit, filter: 'latest', per_page: 100 }),
    'check_runs',
  )
  const statuses = await call.list(
    what,
    (rest, at) => rest.repos.getCombinedStatusForRef.endpoint({ ...at, ref: commit, per_page: 100 }),
    'statuses',
  )
  const passed = { ours: new Set<string>(), others: new Set<string>() }
  for (const value of runs) {
    const { name, conclusion, app: by } = fieldsOf(value, 'a check run')
    const isOurs = by !== null && app !== undefined && fieldsOf(by, 'app')['slug'] === app
    if (typeof name !== 'string') continue
    if (conclusion === 'success' || conclusion === 'neutral' || conclusion === 'skipped')
      (isOurs && isOurName(name) ? passed.ours : passed.others).add(name)
  }
  for (const value of statuses) {
    const { context, state } = fieldsOf(value, 'a status')
    if (typeof context === 'string' && state === 'success') passed.others.add(context)
  }
  return passed
}
