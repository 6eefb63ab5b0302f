import { trialMerge } from '../merge-rules.ts'
import type { PullRequestThread } from '../pull-requests.ts'
import type { RepositoryState, ReviewState, State } from '../state.ts'
import { association, nodeId, type Shape, simpleUser } from './account.ts'
import { fullerRepository, repositoryUrl } from './repository.ts'
import { labelShape, threadPage } from './thread.ts'

function side(state: State, repository: RepositoryState, ref: string, sha: string): Shape {
  return {
    label: `${repository.owner.login}:${ref}`,
    ref,
    sha,
    user: simpleUser(state, repository.owner),
    repo: fullerRepository(state, repository),
  }
}

/** `pull-request-simple`, as lists have it. An open one's `merge_commit_sha` is a trial merge, as on GitHub. */
export async function pullSimple(state: State, thread: PullRequestThread): Promise<Shape> {
  const { pull, repository } = thread
  const base = repositoryUrl(state, repository)
  const url = `${base}/pulls/${thread.number}`
  const issue = `${base}/issues/${thread.number}`
  const page = threadPage(state, thread)
  const statuses = `${base}/statuses/${pull.head}`
  const trial = await trialMerge(thread)
  return {
    url,
    id: thread.id,
    node_id: nodeId('PullRequest', thread.id),
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: issue,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${base}/pulls/comments{/number}`,
    comments_url: `${issue}/comments`,
    statuses_url: statuses,
    number: thread.number,
    state: thread.state,
    locked: false,
    title: thread.title,
    user: simpleUser(state, thread.account),
    body: thread.body,
    labels: thread.labels.map((label) => labelShape(state, repository, label)),
    milestone: null,
    active_lock_reason: null,
    created_at: thread.createdAt,
    updated_at: thread.updatedAt,
    closed_at: thread.closedAt ?? null,
    merged_at: pull.merged?.at ?? null,
    merge_commit_sha: pull.merged?.sha ?? trial ?? null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    head: side(state, pull.from, pull.branch, pull.head),
    base: side(state, repository, pull.base, pull.baseSha),
    _links: {
      self: { href: url },
      html: { href: page },
      issue: { href: issue },
      comments: { href: `${issue}/comments` },
      review_comments: { href: `${url}/comments` },
      review_comment: { href: `${base}/pulls/comments{/number}` },
      commits: { href: `${url}/commits` },
      statuses: { href: statuses },
    },
    author_association: association(repository, thread.account),
    auto_merge: null,
    draft: pull.draft,
  }
}

/** `pull-request`. In webhooks and where it was just written, nothing is known yet of whether it can be merged. */
export async function pullFull(
  state: State,
  thread: PullRequestThread,
  told: { readonly mergeable: boolean | null; readonly state: string } = { mergeable: null, state: 'unknown' },
): Promise<Shape> {
  const { pull, repository } = thread
  const { mergeable, state: mergeableState } = told
  const merged = pull.merged
  const commits = (await repository.git.commits(pull.baseSha, pull.head)).length
  const files = await repository.git.changes(pull.baseSha, pull.head).catch(() => [])
  return {
    ...(await pullSimple(state, thread)),
    merged: merged !== undefined,
    mergeable: merged ? null : mergeable,
    rebaseable: merged ? null : mergeable,
    mergeable_state: merged ? 'unknown' : mergeableState,
    merged_by: merged === undefined ? null : simpleUser(state, merged.by),
    comments: thread.comments.length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits,
    additions: files.reduce((sum, f) => sum + f.additions, 0),
    deletions: files.reduce((sum, f) => sum + f.deletions, 0),
    changed_files: files.length,
  }
}

/** `pull-request-review`. */
export function reviewShape(state: State, thread: PullRequestThread, review: ReviewState): Shape {
  const html = `${threadPage(state, thread)}#pullrequestreview-${review.id}`
  const pull = `${repositoryUrl(state, thread.repository)}/pulls/${thread.number}`
  return {
    id: review.id,
    node_id: nodeId('PullRequestReview', review.id),
    user: simpleUser(state, review.account),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: pull,
    author_association: association(thread.repository, review.account),
    _links: { html: { href: html }, pull_request: { href: pull } },
    submitted_at: review.submittedAt,
    commit_id: review.commit,
  }
}
