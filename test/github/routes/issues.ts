import {
  type Access,
  type Answer,
  answer,
  invalid,
  listOf,
  Refusal,
  type RepositoryCall,
  type Route,
  reads,
  repositoryRoute,
  text,
  texts,
  writes,
} from '../route.ts'
import { commentShape, issueShape, labelShape, reactionShape, retargetShape } from '../shapes/thread.ts'
import { atLeast, type Comment, permissionOf, type Reaction, stamp, type Thread } from '../state.ts'
import { labelNamed, setLabels, threadClosed } from '../threads.ts'
import { emit } from '../webhooks.ts'
import { commentOf, threadOf } from './lookup.ts'

/** A pull request's comments and labels may be written with either permission. */
const remarks: Access = { person: 'read', app: ['issues|pull_requests', 'write'] }

/** Characters that a body may have. */
const longest = 65_536

export const issueRoutes: readonly Route[] = [
  repositoryRoute('GET /issues', reads('issues'), (call) =>
    listOf(wantedThreads(call), (t) => issueShape(call.state, t)),
  ),
  repositoryRoute('POST /issues', writes('issues', 'read'), createIssue),
  repositoryRoute('GET /issues/{issue_number}', reads('issues|pull_requests'), (call) =>
    answer(issueShape(call.state, threadOf(call))),
  ),
  repositoryRoute('PATCH /issues/{issue_number}', remarks, updateIssue),
  repositoryRoute('GET /issues/{issue_number}/comments', reads('issues|pull_requests'), (call) => {
    const since = call.query.get('since')
    const found = threadOf(call).comments.filter((c) => since === null || c.updatedAt >= since)
    return listOf(found, (c) => commentShape(call.state, c))
  }),
  repositoryRoute('GET /issues/{issue_number}/events', reads('issues|pull_requests'), (call) => {
    const thread = threadOf(call)
    return listOf(thread.pull?.retargets ?? [], (retarget) => retargetShape(call.state, thread, retarget))
  }),
  repositoryRoute('POST /issues/{issue_number}/comments', remarks, createComment),
  repositoryRoute('GET /issues/comments/{comment_id}', reads('issues|pull_requests'), (call) =>
    answer(commentShape(call.state, commentOf(call))),
  ),
  repositoryRoute('PATCH /issues/comments/{comment_id}', remarks, (call) => {
    const comment = commentOf(call)
    requireOwn(call, comment)
    const from = comment.body
    comment.body = bodyOf(call)
    comment.updatedAt = stamp(call.state)
    emitComment(call, comment, 'edited', { changes: { body: { from } } })
    return answer(commentShape(call.state, comment))
  }),
  repositoryRoute('DELETE /issues/comments/{comment_id}', remarks, (call) => {
    const comment = commentOf(call)
    requireOwn(call, comment)
    comment.thread.comments.splice(comment.thread.comments.indexOf(comment), 1)
    emitComment(call, comment, 'deleted', {})
    return { status: 204 }
  }),
  repositoryRoute('GET /issues/comments/{comment_id}/reactions', reads('issues|pull_requests'), (call) =>
    listOf(commentOf(call).reactions, (r) => reactionShape(call.state, r)),
  ),
  repositoryRoute('POST /issues/comments/{comment_id}/reactions', remarks, (call) =>
    react(call, commentOf(call).reactions),
  ),
  repositoryRoute('POST /issues/{issue_number}/reactions', remarks, (call) => react(call, threadOf(call).reactions)),
  repositoryRoute('GET /issues/{issue_number}/labels', reads('issues|pull_requests'), (call) =>
    labelsAnswer(call, threadOf(call)),
  ),
  repositoryRoute('POST /issues/{issue_number}/labels', { ...remarks, person: 'triage' }, async (call) => {
    const thread = threadOf(call)
    const names = [...thread.labels.map((l) => l.name), ...texts(call.body['labels'])]
    await setLabels(call.state, thread, names, call.actor.account)
    return labelsAnswer(call, thread)
  }),
  repositoryRoute('PUT /issues/{issue_number}/labels', { ...remarks, person: 'triage' }, async (call) => {
    const thread = threadOf(call)
    await setLabels(call.state, thread, texts(call.body['labels']), call.actor.account)
    return labelsAnswer(call, thread)
  }),
  repositoryRoute('DELETE /issues/{issue_number}/labels/{name}', { ...remarks, person: 'triage' }, async (call) => {
    const thread = threadOf(call)
    const gone = call.params['name']?.toLowerCase()
    const left = thread.labels.map((l) => l.name).filter((name) => name.toLowerCase() !== gone)
    if (left.length === thread.labels.length) throw new Refusal(404, 'Label does not exist')
    await setLabels(call.state, thread, left, call.actor.account)
    return answer(thread.labels.map((l) => labelShape(call.state, call.repository, l)))
  }),
  repositoryRoute('GET /labels', reads('issues|pull_requests'), (call) =>
    listOf(call.repository.labels, (l) => labelShape(call.state, call.repository, l)),
  ),
  repositoryRoute('POST /labels', writes('issues|pull_requests'), (call) => {
    const name = text(call.body, 'name') ?? ''
    if (call.repository.labels.some((l) => l.name.toLowerCase() === name.toLowerCase()))
      throw invalid('Label', 'name', 'already_exists')
    const { id } = labelNamed(call.state, call.repository, name)
    const color = text(call.body, 'color') ?? 'ededed'
    const label = { id, name, color, description: text(call.body, 'description') ?? '' }
    call.repository.labels.splice(-1, 1, label)
    return answer(labelShape(call.state, call.repository, label), 201)
  }),
  repositoryRoute('GET /labels/{name}', reads('issues|pull_requests'), (call) => {
    const name = call.params['name']?.toLowerCase()
    const label = call.repository.labels.find((l) => l.name.toLowerCase() === name)
    if (label === undefined) throw new Refusal(404, 'Not Found')
    return answer(labelShape(call.state, call.repository, label))
  }),
]

function wantedThreads({ repository, query }: RepositoryCall): readonly Thread[] {
  const state = query.get('state') ?? 'open'
  const labels = (query.get('labels') ?? '').split(',').filter((name) => name !== '')
  const creator = query.get('creator')?.toLowerCase()
  const found = [...repository.threads.values()].filter(
    (t) =>
      (state === 'all' || t.state === state) &&
      (creator === undefined || t.account.login.toLowerCase() === creator) &&
      labels.every((name) => t.labels.some((l) => l.name.toLowerCase() === name.toLowerCase())),
  )
  return query.get('direction') === 'asc' ? found : found.toReversed()
}

function labelsAnswer(call: RepositoryCall, thread: Thread): Answer {
  return listOf(thread.labels, (l) => labelShape(call.state, call.repository, l))
}

function bodyOf(call: RepositoryCall): string {
  const body = text(call.body, 'body') ?? ''
  if (body.trim() === '') throw invalid('IssueComment', 'body', 'missing_field')
  checkLength('IssueComment', body)
  return body
}

function checkLength(resource: string, body: string): void {
  if ([...body].length > longest)
    throw invalid(resource, 'body', 'unprocessable', `body is too long (maximum is ${longest} characters)`)
}

function requireOwn(call: RepositoryCall, comment: Comment): void {
  if (comment.account === call.actor.account) return
  if (call.actor.kind === 'person' && atLeast(permissionOf(call.repository, call.actor.account), 'write')) return
  throw new Refusal(403, 'Must have admin rights to Repository.')
}

function emitComment(call: RepositoryCall, comment: Comment, action: string, more: object): void {
  const issue = issueShape(call.state, comment.thread)
  const values = { action, issue, comment: commentShape(call.state, comment), ...more }
  emit(call.state, 'issue_comment', call.repository, call.actor.account, values)
}

function createComment(call: RepositoryCall): Answer {
  const { state, actor } = call
  const thread = threadOf(call)
  const at = stamp(state)
  const comment: Comment = {
    id: state.nextId(),
    thread,
    account: actor.account,
    ...(actor.kind === 'installation' ? { app: actor.app } : {}),
    body: bodyOf(call),
    createdAt: at,
    updatedAt: at,
    reactions: [],
  }
  thread.comments.push(comment)
  thread.updatedAt = at
  emitComment(call, comment, 'created', {})
  return answer(commentShape(state, comment), 201)
}

async function createIssue(call: RepositoryCall): Promise<Answer> {
  const { state, repository, actor } = call
  const at = stamp(state)
  const body = text(call.body, 'body') ?? null
  checkLength('Issue', body ?? '')
  const thread: Thread = {
    id: state.nextId(),
    number: repository.nextNumber(),
    account: actor.account,
    repository,
    title: String(call.body['title'] ?? ''),
    body,
    state: 'open',
    createdAt: at,
    updatedAt: at,
    labels: [],
    comments: [],
    reactions: [],
  }
  repository.threads.set(thread.number, thread)
  emit(state, 'issues', repository, actor.account, { action: 'opened', issue: issueShape(state, thread) })
  const triages = actor.kind === 'installation' || atLeast(permissionOf(repository, actor.account), 'triage')
  // Of those who may not label, GitHub drops the labels without a word.
  if (triages) await setLabels(state, thread, texts(call.body['labels']), actor.account)
  return answer(issueShape(state, thread), 201)
}

async function updateIssue(call: RepositoryCall): Promise<Answer> {
  const { state, repository, actor, body } = call
  const thread = threadOf(call)
  const mine = thread.account === actor.account
  if (actor.kind === 'person' && !mine && !atLeast(permissionOf(repository, actor.account), 'triage'))
    throw new Refusal(403, 'Must have admin rights to Repository.')
  const before = { title: thread.title, body: thread.body }
  if (body['title'] !== undefined) thread.title = String(body['title'])
  if ('body' in body) {
    checkLength('Issue', text(body, 'body') ?? '')
    thread.body = text(body, 'body') ?? null
  }
  if (thread.pull === undefined && (thread.title !== before.title || thread.body !== before.body)) {
    const changes = {
      ...(thread.title !== before.title && { title: { from: before.title } }),
      body: { from: before.body ?? '' },
    }
    emit(state, 'issues', repository, actor.account, { action: 'edited', issue: issueShape(state, thread), changes })
  }
  if (body['labels'] !== undefined) await setLabels(state, thread, texts(body['labels']), actor.account)
  const wanted = text(body, 'state')
  if (wanted === 'open' || wanted === 'closed') await threadClosed(state, thread, wanted, actor.account)
  thread.updatedAt = stamp(state)
  return answer(issueShape(state, thread))
}

function react(call: RepositoryCall, reactions: Reaction[]): Answer {
  const content = text(call.body, 'content') ?? ''
  const known = reactions.find((r) => r.account === call.actor.account && r.content === content)
  if (known !== undefined) return answer(reactionShape(call.state, known))
  const reaction = { id: call.state.nextId(), account: call.actor.account, content, createdAt: stamp(call.state) }
  reactions.push(reaction)
  return answer(reactionShape(call.state, reaction), 201)
}
