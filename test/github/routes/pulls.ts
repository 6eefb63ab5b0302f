import { branchRules } from '../branch-rules.ts'
import type { MergeMethod } from '../fake-github.ts'
import { blockers, toldMergeability } from '../merge-rules.ts'
import { bringHead, emitPull, isPull, mergeNow, type PullRequestThread } from '../pull-requests.ts'
import {
  answer,
  invalid,
  listOf,
  Refusal,
  type RepositoryCall,
  type Route,
  reads,
  repositoryRoute,
  text,
  writes,
} from '../route.ts'
import { commitShape, fileShape } from '../shapes/commit.ts'
import { pullFull, pullSimple, reviewShape } from '../shapes/pull.ts'
import { atLeast, type PullState, permissionOf, type ReviewState, stamp } from '../state.ts'
import { threadClosed } from '../threads.ts'
import { emit } from '../webhooks.ts'
import { commitOf, pullOf } from './lookup.ts'

export const pullRoutes: readonly Route[] = [
  repositoryRoute('GET /pulls', reads('pull_requests'), (call) => {
    const { state, query } = call
    const wanted = query.get('state') ?? 'open'
    const head = query.get('head')?.toLowerCase()
    const base = query.get('base')
    const found = pullsOf(call).filter(
      (t) =>
        (wanted === 'all' || t.state === wanted) &&
        (head === undefined || `${t.pull.from.owner.login}:${t.pull.branch}`.toLowerCase() === head) &&
        (base === null || t.pull.base === base),
    )
    const key = (t: PullRequestThread) => (query.get('sort') === 'updated' ? t.updatedAt : t.createdAt)
    found.sort((a, b) => key(a).localeCompare(key(b)) || a.number - b.number)
    const ascending =
      query.get('direction') === 'asc' ||
      (query.get('direction') === null && query.has('sort') && query.get('sort') !== 'created')
    return listOf(ascending ? found : found.toReversed(), (t) => pullSimple(state, t))
  }),
  repositoryRoute('POST /pulls', writes('pull_requests', 'read'), createPull),
  repositoryRoute('GET /pulls/{pull_number}', reads('pull_requests'), async (call) => {
    const thread = pullOf(call)
    return answer(await pullFull(call.state, thread, await toldMergeability(call.state, thread)))
  }),
  repositoryRoute('PATCH /pulls/{pull_number}', writes('pull_requests', 'read'), updatePull),
  repositoryRoute('GET /pulls/{pull_number}/merge', reads('pull_requests'), (call) => ({
    status: pullOf(call).pull.merged === undefined ? 404 : 204,
  })),
  repositoryRoute('PUT /pulls/{pull_number}/merge', writes('contents'), mergePull),
  repositoryRoute('GET /pulls/{pull_number}/commits', reads('pull_requests'), async (call) => {
    const { pull, repository } = pullOf(call)
    const commits = await repository.git.commits(pull.baseSha, pull.head)
    return listOf(commits, (sha) => commitShape(call.state, repository, sha))
  }),
  repositoryRoute('GET /pulls/{pull_number}/files', reads('pull_requests'), async (call) => {
    const { pull, repository } = pullOf(call)
    const files = await repository.git.changes(pull.baseSha, pull.head)
    return listOf(files, (file) => fileShape(call.state, repository, pull.head, file))
  }),
  repositoryRoute('GET /pulls/{pull_number}/reviews', reads('pull_requests'), (call) => {
    const thread = pullOf(call)
    return listOf(thread.pull.reviews, (review) => reviewShape(call.state, thread, review))
  }),
  repositoryRoute('POST /pulls/{pull_number}/reviews', writes('pull_requests', 'read'), createReview),
  repositoryRoute('GET /pulls/{pull_number}/reviews/{review_id}', reads('pull_requests'), (call) => {
    const thread = pullOf(call)
    return answer(reviewShape(call.state, thread, reviewOf(call, thread)))
  }),
  repositoryRoute('PUT /pulls/{pull_number}/reviews/{review_id}/dismissals', writes('pull_requests'), async (call) => {
    const thread = pullOf(call)
    const review = reviewOf(call, thread)
    if (review.state === 'COMMENTED' || review.state === 'DISMISSED')
      throw new Refusal(422, 'Unprocessable Entity', { errors: ['Can not dismiss a commented pull request review'] })
    review.state = 'DISMISSED'
    await emitReview(call, thread, review, 'dismissed')
    return answer(reviewShape(call.state, thread, review))
  }),
  repositoryRoute('GET /commits/{commit_sha}/pulls', reads('pull_requests'), pullsOfCommit),
]

function pullsOf(call: RepositoryCall): PullRequestThread[] {
  return [...call.repository.threads.values()].filter(isPull)
}

async function createPull(call: RepositoryCall) {
  const { state, repository, actor, body } = call
  const [first = '', second] = (text(body, 'head') ?? '').split(':')
  const fork = second === undefined ? undefined : state.repositories.get(`${first}/${repository.name}`.toLowerCase())
  const from = second === undefined || first === repository.owner.login ? repository : fork
  const branch = second ?? first
  const base = text(body, 'base') ?? ''
  const head = await from?.git.branch(branch)
  if (from === undefined || head === undefined) throw invalid('PullRequest', 'head')
  const baseSha = await repository.git.branch(base)
  if (baseSha === undefined) throw invalid('PullRequest', 'base')
  const same = ({ pull: p }: PullRequestThread) => p.from === from && p.branch === branch && p.base === base
  const refuseSecond = () => {
    if (!pullsOf(call).some((t) => t.state === 'open' && same(t))) return
    const message = `A pull request already exists for ${from.owner.login}:${branch}.`
    throw new Refusal(422, 'Validation Failed', { errors: [{ resource: 'PullRequest', code: 'custom', message }] })
  }
  refuseSecond()
  const at = stamp(state)
  const account = actor.account
  const pull: PullState = {
    from,
    branch,
    base,
    baseSha,
    head,
    draft: body['draft'] === true,
    reviews: [],
    retargets: [],
    landed: [],
    pushedBy: account,
  }
  const number = repository.nextNumber()
  const thread: PullRequestThread = {
    id: state.nextId(),
    number,
    account,
    repository,
    title: text(body, 'title') ?? '',
    body: text(body, 'body') ?? null,
    state: 'open',
    createdAt: at,
    updatedAt: at,
    labels: [],
    comments: [],
    reactions: [],
    pull,
  }
  await bringHead(thread, head)
  if ((await repository.git.commits(baseSha, head)).length === 0) {
    const message = `No commits between ${base} and ${branch}`
    throw new Refusal(422, 'Validation Failed', { errors: [{ resource: 'PullRequest', code: 'custom', message }] })
  }
  pull.pushedBy = from.activity.findLast((a) => a.ref === `refs/heads/${branch}`)?.account ?? account
  // Another one may have been opened while we were reading.
  refuseSecond()
  repository.threads.set(number, thread)
  await emitPull(state, thread, 'opened', account)
  return answer(await pullFull(state, thread), 201)
}

async function updatePull(call: RepositoryCall) {
  const { state, repository, actor, body } = call
  const thread = pullOf(call)
  const mine = thread.account === actor.account
  if (actor.kind === 'person' && !mine && !atLeast(permissionOf(repository, actor.account), 'write'))
    throw new Refusal(403, 'Must have admin rights to Repository.')
  const changes: Record<string, unknown> = {}
  const title = text(body, 'title')
  if (title !== undefined && title !== thread.title) {
    changes['title'] = { from: thread.title }
    thread.title = title
  }
  if ('body' in body && (text(body, 'body') ?? null) !== thread.body) {
    changes['body'] = { from: thread.body ?? '' }
    thread.body = text(body, 'body') ?? null
  }
  const base = text(body, 'base')
  if (base !== undefined && base !== thread.pull.base) {
    const sha = await repository.git.branch(base)
    if (sha === undefined) throw invalid('PullRequest', 'base')
    changes['base'] = { ref: { from: thread.pull.base }, sha: { from: thread.pull.baseSha } }
    thread.pull.base = base
    thread.pull.retargets.push({ id: state.nextId(), by: actor.account, at: stamp(state) })
    thread.pull.baseSha = sha
  }
  if (Object.keys(changes).length > 0) {
    thread.updatedAt = stamp(state)
    await emitPull(state, thread, 'edited', actor.account, { changes })
  }
  const wanted = text(body, 'state')
  if (wanted === 'open' && thread.pull.merged !== undefined) throw invalid('PullRequest', 'state')
  if (wanted === 'open' && (await thread.pull.from.git.branch(thread.pull.branch)) === undefined)
    throw invalid('PullRequest', 'state')
  if (wanted === 'open' || wanted === 'closed') await threadClosed(state, thread, wanted, actor.account)
  return answer(await pullFull(state, thread))
}

async function mergePull(call: RepositoryCall) {
  const { state, repository, actor, body } = call
  const thread = pullOf(call)
  const { pull } = thread
  const method = (text(body, 'merge_method') ?? 'merge') as MergeMethod
  if (thread.state === 'closed') throw new Refusal(405, 'Pull Request is not mergeable')
  if (pull.draft) throw new Refusal(405, 'Pull Request is still a draft')
  const expected = text(body, 'sha')
  if (expected !== undefined && expected !== pull.head)
    throw new Refusal(409, 'Head branch was modified. Review and try the merge again.')
  if (!repository.mergeMethods.includes(method)) {
    const names = { merge: 'Merge commits', squash: 'Squash merges', rebase: 'Rebase merges' }
    throw new Refusal(405, `${names[method]} are not allowed on this repository.`)
  }
  const who = { account: actor.account, ...(actor.kind === 'person' ? {} : { app: actor.app }) }
  const rules = branchRules(repository, pull.base, who)
  if (rules.linear && method === 'merge')
    throw new Refusal(405, 'Merge method merge commits are not allowed on this repository')
  if (rules.queue) throw new Refusal(405, 'Changes must be made through the merge queue')
  const [first] = await blockers(thread, who)
  if (first !== undefined) throw new Refusal(405, first)
  const sha = await mergeNow(state, thread, {
    by: actor.account,
    method,
    title: text(body, 'commit_title'),
    message: text(body, 'commit_message'),
  })
  return answer({ sha, merged: true, message: 'Pull Request successfully merged' })
}

const events = { APPROVE: 'APPROVED', REQUEST_CHANGES: 'CHANGES_REQUESTED', COMMENT: 'COMMENTED' } as const

async function createReview(call: RepositoryCall) {
  const { state, repository, actor, body } = call
  const thread = pullOf(call)
  const verdict = events[(text(body, 'event') ?? 'COMMENT') as keyof typeof events]
  const account = actor.account
  const refuse = (message: string) => new Refusal(422, 'Unprocessable Entity', { errors: [message] })
  if (account === thread.account && verdict === 'APPROVED') throw refuse('Can not approve your own pull request')
  if (account === thread.account && verdict === 'CHANGES_REQUESTED')
    throw refuse('Can not request changes on your own pull request')
  if (verdict !== 'APPROVED' && !text(body, 'body')) throw refuse('Body can not be blank')
  const isJob = actor.kind === 'installation' && actor.app.slug === 'github-actions'
  if (isJob && verdict === 'APPROVED' && repository.actions.mayApprove !== true)
    throw refuse('GitHub Actions is not permitted to approve pull requests.')
  const commit = await commitOf(call, text(body, 'commit_id') ?? thread.pull.head)
  const review: ReviewState = {
    id: state.nextId(),
    account,
    state: verdict,
    body: text(body, 'body') ?? '',
    commit,
    submittedAt: stamp(state),
  }
  thread.pull.reviews.push(review)
  await emitReview(call, thread, review, 'submitted')
  return answer(reviewShape(state, thread, review))
}

function reviewOf(call: RepositoryCall, thread: PullRequestThread): ReviewState {
  const review = thread.pull.reviews.find((r) => r.id === Number(call.params['review_id']))
  if (review === undefined) throw new Refusal(404, 'Not Found')
  return review
}

async function emitReview(call: RepositoryCall, thread: PullRequestThread, review: ReviewState, action: string) {
  const shape = reviewShape(call.state, thread, review)
  // Hooks write the state in small letters, the interface in capital ones.
  const told = { ...shape, state: review.state.toLowerCase() }
  const values = { action, review: told, pull_request: await pullSimple(call.state, thread) }
  emit(call.state, 'pull_request_review', thread.repository, call.actor.account, values)
}

/**
 * The merged pull request that brought a commit to the default branch; for a commit that is not there, the merged and open ones that
 * hold it. https://docs.github.com/en/rest/commits/commits#list-pull-requests-associated-with-a-commit
 */
async function pullsOfCommit(call: RepositoryCall) {
  const { state, repository } = call
  const sha = await commitOf(call, call.params['commit_sha'] ?? '')
  const tip = await repository.git.branch(repository.defaultBranch)
  const landed = tip !== undefined && (await repository.git.isAncestor(sha, tip))
  const found: PullRequestThread[] = []
  for (const thread of pullsOf(call)) {
    const { pull } = thread
    if (pull.merged !== undefined) {
      const rewritten = pull.merged.sha !== sha && !landed && state.habits.forgetsOldHeads === true
      if (pull.landed.includes(sha) && !rewritten) found.push(thread)
    } else if (!landed && thread.state === 'open') {
      if ((await repository.git.commits(pull.baseSha, pull.head)).includes(sha)) found.push(thread)
    }
  }
  return listOf(found, (t) => pullSimple(state, t))
}
