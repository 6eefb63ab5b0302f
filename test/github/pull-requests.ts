import { recordActivity } from './activity.ts'
import { zeroId } from './bare-repository.ts'
import { branchRules } from './branch-rules.ts'
import type { MergeMethod } from './fake-github.ts'
import { passed } from './merge-rules.ts'
import { Refusal } from './route.ts'
import type { Shape } from './shapes/account.ts'
import { pullFull } from './shapes/pull.ts'
import { type Account, type ActivityType, gitStamp, type PullState, type State, stamp, type Thread } from './state.ts'
import { emit } from './webhooks.ts'

export type PullRequestThread = Thread & { readonly pull: PullState }

export function isPull(thread: Thread | undefined): thread is PullRequestThread {
  return thread?.pull !== undefined
}

export async function emitPull(
  state: State,
  thread: PullRequestThread,
  action: string,
  sender: Account,
  more: Shape = {},
): Promise<void> {
  const values = { action, number: thread.number, pull_request: await pullFull(state, thread), ...more }
  emit(state, 'pull_request', thread.repository, sender, values)
}

/** The branch of a pull request got another newest commit. */
export async function headMoved(state: State, thread: PullRequestThread, head: string, by: Account): Promise<void> {
  const { pull, repository } = thread
  const before = pull.head
  await bringHead(thread, head)
  pull.head = head
  pull.pushedBy = by
  pull.baseSha = (await repository.git.branch(pull.base)) ?? pull.baseSha
  thread.updatedAt = stamp(state)
  if (branchRules(repository, pull.base).dismissStale)
    for (const review of pull.reviews) if (review.state === 'APPROVED') review.state = 'DISMISSED'
  if (pull.queue !== undefined) {
    // What the queue holds is another commit now.
    await repository.git.move(`refs/heads/${pull.queue.branch}`, undefined)
    delete pull.queue
    await emitPull(state, thread, 'dequeued', by, { reason: 'UNKNOWN_REMOVAL_REASON' })
  }
  await emitPull(state, thread, 'synchronize', by, { before, after: head })
}

/** Brings the commits of a fork's branch, and names them `refs/pull/N/head`. */
export async function bringHead(thread: PullRequestThread, head: string): Promise<void> {
  const { pull, repository, number } = thread
  const ref = `refs/pull/${number}/head`
  if (pull.from === repository) await repository.git.move(ref, head)
  else await repository.git.git(['fetch', '--quiet', '--force', pull.from.git.dir, `${head}:${ref}`])
}

export interface MergeOrder {
  readonly by: Account
  readonly method: MergeMethod
  readonly title?: string | undefined
  readonly message?: string | undefined
}

/** Writes what merging makes, on a base commit; nothing moves. Throws 405 where they conflict. */
async function mergeOnto(state: State, thread: PullRequestThread, base: string, order: MergeOrder): Promise<string> {
  const { pull, repository, number } = thread
  const { git } = repository
  const date = gitStamp(state)
  const conflict = () => new Refusal(405, 'Pull Request is not mergeable')
  const { by } = order
  const person = { name: by.login, email: `${by.id}+${by.login}@users.noreply.github.com`, date }
  if (order.method === 'rebase') {
    let tip = base
    for (const sha of await git.commits(base, pull.head)) {
      if ((await git.commit(sha)).parents.length > 1) continue
      const picked = await git.pick(sha, tip, person)
      if (picked === undefined) throw new Refusal(405, 'This branch can’t be rebased due to conflicts')
      tip = picked
    }
    return tip
  }
  const tree = await git.mergeTree(base, pull.head)
  if (tree === undefined) throw conflict()
  const committer = { name: 'GitHub', email: 'noreply@github.com', date }
  if (order.method === 'merge') {
    const title = order.title ?? `Merge pull request #${number} from ${pull.from.owner.login}/${pull.branch}`
    const message = `${title}\n\n${order.message ?? thread.title}`
    return git.write({ tree, parents: [base, pull.head], message, author: person, committer })
  }
  const facts = await Promise.all((await git.commits(base, pull.head)).map((sha) => git.commit(sha)))
  const [first] = facts
  const bodies = facts.map((f) => f.message)
  const list =
    bodies.length > 1 ? bodies.map((b) => `* ${b}`).join('\n\n') : bodies.join('').split('\n').slice(2).join('\n')
  const message = `${order.title ?? `${thread.title} (#${number})`}\n\n${order.message ?? list}`.trimEnd()
  const author = { name: first?.author.name ?? by.login, email: first?.author.email ?? person.email, date }
  return git.write({ tree, parents: [base], message, author, committer })
}

/** Merges it, whatever the rules say. Throws 405 where it conflicts, 409 where the base moved meanwhile. */
export async function mergeNow(state: State, thread: PullRequestThread, order: MergeOrder): Promise<string> {
  const { pull, repository } = thread
  const base = await repository.git.branch(pull.base)
  if (base === undefined) throw new Refusal(405, 'Base branch does not exist')
  const sha = await mergeOnto(state, thread, base, order)
  await landOn(state, thread, base, sha, order.by, 'pr_merge')
  return sha
}

async function landOn(
  state: State,
  thread: PullRequestThread,
  base: string,
  sha: string,
  by: Account,
  type: ActivityType,
): Promise<void> {
  const { pull, repository } = thread
  const made = await repository.git.commits(base, pull.head)
  const ref = `refs/heads/${pull.base}`
  try {
    await repository.git.move(ref, sha, base)
  } catch {
    throw new Refusal(409, 'Base branch was modified. Review and try the merge again.')
  }
  pull.baseSha = base
  await closeAsMerged(state, thread, sha, by, [...made, ...(await repository.git.commits(base, sha))])
  await recordActivity(state, repository, by, { ref, before: base, after: sha }, type)
}

/** Marks it merged: its commits are on the base. */
export async function closeAsMerged(
  state: State,
  thread: PullRequestThread,
  sha: string,
  by: Account,
  landed: readonly string[],
): Promise<void> {
  const at = stamp(state)
  thread.pull.merged = { sha, by, at }
  thread.pull.landed = [...new Set(landed)]
  delete thread.pull.queue
  thread.state = 'closed'
  thread.closedAt = at
  thread.closedBy = by
  thread.updatedAt = at
  await emitPull(state, thread, 'closed', by)
}

/** Puts it behind the others of its base in the queue. */
export async function enqueue(
  state: State,
  thread: PullRequestThread,
  order: MergeOrder,
): Promise<{ readonly branch: string; readonly commit: string }> {
  const { pull, repository, number } = thread
  const waiting = [...repository.threads.values()].filter(
    (t) => t.pull?.queue !== undefined && t.pull.base === pull.base,
  )
  const base = waiting.at(-1)?.pull?.queue?.commit ?? (await repository.git.branch(pull.base)) ?? zeroId
  const commit = await mergeOnto(state, thread, base, order)
  const branch = `gh-readonly-queue/${pull.base}/pr-${number}-${base}`
  await repository.git.move(`refs/heads/${branch}`, commit)
  pull.queue = { branch, commit, by: order.by }
  await emitPull(state, thread, 'enqueued', order.by)
  const facts = await repository.git.commit(commit)
  const person = (s: { name: string; email: string }) => ({ name: s.name, email: s.email })
  const seconds = Number(facts.committer.date.split(' ')[0])
  const headCommit = {
    id: commit,
    tree_id: facts.tree,
    message: facts.message,
    timestamp: new Date(seconds * 1000).toISOString(),
    author: person(facts.author),
    committer: person(facts.committer),
  }
  const group = {
    head_sha: commit,
    head_ref: `refs/heads/${branch}`,
    base_sha: base,
    base_ref: `refs/heads/${pull.base}`,
    head_commit: headCommit,
  }
  emit(state, 'merge_group', repository, order.by, { action: 'checks_requested', merge_group: group })
  return { branch, commit }
}

/** The first of the queue is brought to its base, as its checks passed on the queue's commit. */
export async function landQueued(state: State, thread: PullRequestThread, queueBot: Account): Promise<string> {
  const { pull, repository } = thread
  const queue = pull.queue
  if (queue === undefined) throw new Refusal(422, `Pull request #${thread.number} is not in the merge queue`)
  const base = await repository.git.branch(pull.base)
  for (const name of branchRules(repository, pull.base).checks)
    if (!passed(repository, queue.commit, name)) throw new Refusal(405, `Required status check "${name}" is expected.`)
  if (base === undefined || !queue.branch.endsWith(base))
    throw new Refusal(409, 'It is not the first of the merge queue, or the base moved meanwhile')
  await landOn(state, thread, base, queue.commit, queueBot, 'merge_queue_merge')
  await repository.git.move(`refs/heads/${queue.branch}`, undefined)
  return queue.commit
}
