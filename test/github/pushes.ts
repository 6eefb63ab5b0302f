import { type RefUpdate, recordActivity } from './activity.ts'
import { zeroId } from './bare-repository.ts'
import { closeAsMerged, emitPull, headMoved, isPull, type PullRequestThread } from './pull-requests.ts'
import { type Account, type ActivityType, type RepositoryState, type State, stamp } from './state.ts'

const turns = new WeakMap<State, Promise<void>>()

/** What follows from a push that the repository took; one after the other. */
export function afterPush(
  state: State,
  repository: RepositoryState,
  account: Account,
  updates: readonly RefUpdate[],
): Promise<void> {
  const before = turns.get(state) ?? Promise.resolve()
  const turn = before.then(() => follow(state, repository, account, updates))
  turns.set(
    state,
    turn.catch(() => undefined),
  )
  return turn
}

async function follow(
  state: State,
  repository: RepositoryState,
  account: Account,
  updates: readonly RefUpdate[],
): Promise<void> {
  for (const update of updates) {
    const branch = /^refs\/heads\/(.+)$/.exec(update.ref)?.[1]
    if (branch === undefined) continue
    await recordActivity(state, repository, account, update, await typeOf(repository, update))
    // Another push may have been faster since: what the branch is at now counts.
    const tip = await repository.git.branch(branch)
    const family = [...state.repositories.values()].filter((r) => r === repository || r === repository.parent)
    const open = family.flatMap((r) => [...r.threads.values()]).filter((t) => isPull(t) && t.state === 'open')
    for (const thread of open as readonly PullRequestThread[]) {
      if (thread.pull.from === repository && thread.pull.branch === branch)
        await branchMoved(state, thread, tip, account)
      if (thread.repository === repository && thread.pull.base === branch && tip !== undefined)
        await noticeLanded(state, thread, update.before, tip, account)
    }
  }
}

async function typeOf(repository: RepositoryState, { before, after }: RefUpdate): Promise<ActivityType> {
  if (before === zeroId) return 'branch_creation'
  if (after === zeroId) return 'branch_deletion'
  return (await repository.git.isAncestor(before, after)) ? 'push' : 'force_push'
}

async function branchMoved(
  state: State,
  thread: PullRequestThread,
  tip: string | undefined,
  by: Account,
): Promise<void> {
  if (tip !== undefined) {
    if (tip !== thread.pull.head) await headMoved(state, thread, tip, by)
    return
  }
  // Without a branch there is nothing to merge: GitHub closes it.
  thread.state = 'closed'
  thread.closedAt = stamp(state)
  thread.closedBy = by
  await emitPull(state, thread, 'closed', by)
}

/** A push to the base that brings a pull request's newest commit merges it. */
async function noticeLanded(
  state: State,
  thread: PullRequestThread,
  before: string,
  tip: string,
  by: Account,
): Promise<void> {
  const { pull, repository } = thread
  if (thread.state === 'closed' || !(await repository.git.isAncestor(pull.head, tip))) return
  const range = before === zeroId ? [tip] : [`${before}..${tip}`]
  const brought = await repository.git.git(['rev-list', '--reverse', '--first-parent', ...range])
  let sha = tip
  for (const candidate of brought.split('\n').filter((line) => line !== ''))
    if (await repository.git.isAncestor(pull.head, candidate)) {
      sha = candidate
      break
    }
  await closeAsMerged(state, thread, sha, by, [...(await repository.git.commits(pull.baseSha, pull.head)), sha])
}
