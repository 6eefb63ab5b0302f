import type { Comment, Label, PullState, Reaction, RepositoryState, State, Thread } from '../state.ts'
import { association, integration, nodeId, type Shape, simpleUser } from './account.ts'
import { repositoryUrl } from './repository.ts'

/** `label`. */
export function labelShape(state: State, repository: RepositoryState, label: Label): Shape {
  return {
    id: label.id,
    node_id: nodeId('Label', label.id),
    url: `${repositoryUrl(state, repository)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: false,
    description: label.description,
  }
}

/** `reaction-rollup`. */
function rollup(url: string, reactions: readonly Reaction[]): Shape {
  const kinds = ['+1', '-1', 'laugh', 'hooray', 'confused', 'heart', 'rocket', 'eyes']
  const count = (kind: string) => reactions.filter((r) => r.content === kind).length
  return {
    url: `${url}/reactions`,
    total_count: reactions.length,
    ...Object.fromEntries(kinds.map((kind) => [kind, count(kind)])),
  }
}

/** `reaction`. */
export function reactionShape(state: State, reaction: Reaction): Shape {
  return {
    id: reaction.id,
    node_id: nodeId('Reaction', reaction.id),
    user: simpleUser(state, reaction.account),
    content: reaction.content,
    created_at: reaction.createdAt,
  }
}

/** `issue-event-for-issue`, of a pull request that was made to go into another branch. */
export function retargetShape(
  state: State,
  { repository }: Thread,
  { id, by, at }: PullState['retargets'][number],
): Shape {
  return {
    id,
    node_id: nodeId('BaseRefChangedEvent', id),
    url: `${repositoryUrl(state, repository)}/issues/events/${id}`,
    actor: simpleUser(state, by),
    event: 'base_ref_changed',
    commit_id: null,
    commit_url: null,
    created_at: at,
    performed_via_github_app: null,
  }
}

export function threadPage(state: State, thread: Thread): string {
  return `${state.web}/${thread.repository.fullName}/${thread.pull ? 'pull' : 'issues'}/${thread.number}`
}

/** `issue`; pull requests are issues, too. */
export function issueShape(state: State, thread: Thread): Shape {
  const base = repositoryUrl(state, thread.repository)
  const url = `${base}/issues/${thread.number}`
  const page = threadPage(state, thread)
  return {
    url,
    repository_url: base,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: page,
    id: thread.id,
    node_id: nodeId('Issue', thread.id),
    number: thread.number,
    title: thread.title,
    user: simpleUser(state, thread.account),
    labels: thread.labels.map((label) => labelShape(state, thread.repository, label)),
    state: thread.state,
    state_reason: thread.state === 'closed' && !thread.pull ? 'completed' : null,
    locked: false,
    assignee: null,
    assignees: [],
    milestone: null,
    comments: thread.comments.length,
    created_at: thread.createdAt,
    updated_at: thread.updatedAt,
    closed_at: thread.closedAt ?? null,
    author_association: association(thread.repository, thread.account),
    active_lock_reason: null,
    body: thread.body,
    closed_by: thread.closedBy === undefined ? null : simpleUser(state, thread.closedBy),
    reactions: rollup(url, thread.reactions),
    timeline_url: `${url}/timeline`,
    performed_via_github_app: null,
    ...(thread.pull === undefined
      ? {}
      : {
          draft: thread.pull.draft,
          pull_request: {
            url: `${base}/pulls/${thread.number}`,
            html_url: page,
            diff_url: `${page}.diff`,
            patch_url: `${page}.patch`,
            merged_at: thread.pull.merged?.at ?? null,
          },
        }),
  }
}

/** `issue-comment`. */
export function commentShape(state: State, comment: Comment): Shape {
  const base = repositoryUrl(state, comment.thread.repository)
  const url = `${base}/issues/comments/${comment.id}`
  return {
    url,
    html_url: `${threadPage(state, comment.thread)}#issuecomment-${comment.id}`,
    issue_url: `${base}/issues/${comment.thread.number}`,
    id: comment.id,
    node_id: nodeId('IssueComment', comment.id),
    user: simpleUser(state, comment.account),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: association(comment.thread.repository, comment.account),
    body: comment.body,
    reactions: rollup(url, comment.reactions),
    performed_via_github_app: comment.app === undefined ? null : integration(state, comment.app),
  }
}
