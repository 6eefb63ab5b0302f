import ignore from 'ignore'
import { type BranchRules, branchRules, type Who } from './branch-rules.ts'
import type { PullRequestThread } from './pull-requests.ts'
import { atLeast, type CheckRun, permissionOf, type RepositoryState, type ReviewState, type State } from './state.ts'

const trials = new WeakMap<object, { readonly key: string; readonly trial?: string }>()

/** Whether it was asked before, about this head and this base. */
const asked = new WeakMap<object, string>()

/** What the interface tells who asks: to the first one nothing, where GitHub takes its time. */
export async function toldMergeability(
  state: State,
  thread: PullRequestThread,
): Promise<{ readonly mergeable: boolean | null; readonly state: string }> {
  const key = `${await thread.repository.git.branch(thread.pull.base)} ${thread.pull.head}`
  const first = asked.get(thread.pull) !== key
  asked.set(thread.pull, key)
  if (first && state.habits.mergeabilityLate === true) return { mergeable: null, state: 'unknown' }
  return mergeability(thread)
}

/** Merges base and branch on trial, as GitHub does for each pull request: `refs/pull/N/merge`. Once for each pair. */
async function trialMergeOnto(thread: PullRequestThread, tip: string): Promise<string | undefined> {
  const { pull, repository, number } = thread
  const key = `${tip} ${pull.head}`
  const known = trials.get(pull)
  if (known?.key === key) return known.trial
  const tree = await repository.git.mergeTree(tip, pull.head)
  if (tree === undefined) {
    trials.set(pull, { key })
    return undefined
  }
  const bot = { name: 'GitHub', email: 'noreply@github.com', date: '1700000000 +0000' }
  const message = `Merge ${pull.head} into ${tip}`
  const trial = await repository.git.write({ tree, parents: [tip, pull.head], message, author: bot, committer: bot })
  await repository.git.move(`refs/pull/${number}/merge`, trial)
  trials.set(pull, { key, trial })
  return trial
}

/** Commit of the trial merge of an open one; none where they conflict. */
export async function trialMerge(thread: PullRequestThread): Promise<string | undefined> {
  if (thread.state === 'closed') return undefined
  const tip = await thread.repository.git.branch(thread.pull.base)
  return tip === undefined ? undefined : trialMergeOnto(thread, tip)
}

/** `state` as GitHub's `mergeable_state`: `clean`, `dirty`, `draft`, `blocked`, `behind`, `unstable`. */
async function mergeability(thread: PullRequestThread): Promise<{ mergeable: boolean; state: string }> {
  const { pull, repository } = thread
  if ((await trialMerge(thread)) === undefined) return { mergeable: false, state: 'dirty' }
  const rules = branchRules(repository, pull.base)
  const all = await missing(thread, rules)
  const behind = all.includes(behindBase)
  const state = pull.draft
    ? 'draft'
    : all.some((m) => m !== behindBase) || rules.queue
      ? 'blocked'
      : behind
        ? 'behind'
        : failing(repository, pull.head)
          ? 'unstable'
          : 'clean'
  return { mergeable: true, state }
}

const behindBase = 'Head branch is out of date. Review and try the merge again.'

/** What stands in the way of a merge by somebody (by those who may go past nothing, where nobody is named), as GitHub words it. */
export async function blockers(thread: PullRequestThread, who?: Who): Promise<readonly string[]> {
  return missing(thread, branchRules(thread.repository, thread.pull.base, who))
}

async function missing(thread: PullRequestThread, rules: BranchRules): Promise<readonly string[]> {
  const { pull, repository } = thread
  const found: string[] = []
  const reviews = standing(thread)
  if (rules.pullRequest && reviews.some((r) => r.state === 'CHANGES_REQUESTED'))
    found.push('Changes have been requested by reviewers with write access.')
  const approvals = reviews.filter((r) => r.state === 'APPROVED')
  if (approvals.length < rules.reviews)
    found.push(
      `At least ${rules.reviews} approving review${rules.reviews === 1 ? ' is' : 's are'} required by reviewers with write access.`,
    )
  const independent = approvals.some((r) => r.commit === pull.head && r.account.id !== pull.pushedBy.id)
  if (rules.lastPushApproval && !independent)
    found.push('New changes require approval from someone other than the last pusher.')
  if (rules.codeOwners && !(await ownersApproved(thread, approvals)))
    found.push('Waiting on code owner review from those who own the files.')
  for (const name of rules.checks)
    if (!passed(repository, pull.head, name)) found.push(`Required status check "${name}" is expected.`)
  const tip = await repository.git.branch(pull.base)
  if (rules.upToDate && tip !== undefined && !(await repository.git.isAncestor(tip, pull.head))) found.push(behindBase)
  return found
}

/** The newest word of each reviewer who may push, remarks apart; of the author none. */
function standing(thread: PullRequestThread): readonly ReviewState[] {
  const newest = new Map<number, ReviewState>()
  for (const review of thread.pull.reviews) {
    if (review.state === 'COMMENTED' || review.account.id === thread.account.id) continue
    if (atLeast(permissionOf(thread.repository, review.account), 'write')) newest.set(review.account.id, review)
  }
  return [...newest.values()].filter((r) => r.state !== 'DISMISSED')
}

/** The newest run of each name counts. */
export function latestChecks(repository: RepositoryState, sha: string): readonly CheckRun[] {
  const newest = new Map<string, CheckRun>()
  for (const run of repository.checks) if (run.sha === sha) newest.set(`${run.app.id} ${run.name}`, run)
  return [...newest.values()]
}

const fine = ['success', 'neutral', 'skipped']

export function passed(repository: RepositoryState, sha: string, name: string): boolean {
  const runs = latestChecks(repository, sha).filter((run) => run.name === name)
  const status = repository.statuses.findLast((s) => s.sha === sha && s.context === name)
  if (runs.length === 0) return status?.state === 'success'
  return (
    runs.every((run) => fine.includes(run.conclusion ?? '')) && (status === undefined || status.state === 'success')
  )
}

function failing(repository: RepositoryState, sha: string): boolean {
  return latestChecks(repository, sha).some((run) => !fine.includes(run.conclusion ?? ''))
}

const places = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS']

/** Files have owners by the last line of the base's CODEOWNERS that means them. Owners are logins here: there are no teams. */
async function ownersApproved(thread: PullRequestThread, approvals: readonly ReviewState[]): Promise<boolean> {
  const { pull, repository } = thread
  const base = (await repository.git.branch(pull.base)) ?? pull.baseSha
  let rules: string | undefined
  for (const place of places) rules ??= await repository.git.file(base, place)
  const lines = (rules ?? '').split('\n').flatMap((line) => {
    const [pattern, ...owners] = line.replace(/#.*/, '').trim().split(/\s+/)
    return pattern ? [{ matcher: ignore().add(pattern), owners }] : []
  })
  const logins = approvals.map((r) => `@${r.account.login.toLowerCase()}`)
  const files = await repository.git.changes(base, pull.head)
  return files.every(({ path }) => {
    const owners = lines.findLast((line) => line.matcher.ignores(path))?.owners ?? []
    return owners.length === 0 || owners.some((owner) => logins.includes(owner.toLowerCase()))
  })
}
