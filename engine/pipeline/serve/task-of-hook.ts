import type { Json } from '../../model/document.ts'
import type { Hook } from '../../ports/web-server.ts'
import { commentOf } from '../comment-commands/comment-of-event.ts'
import { at, isNumber } from './payload.ts'
import type { Task } from './task.ts'

export interface Served {
  /** `owner/name` */
  readonly repository: string
  /** Short name of the branch that is the desired state. */
  readonly target: string
}

/**
 * What a hook asks to look after; undefined where it is none of our business, or of another repository. Only numbers and object ids
 * are taken out of it: what anybody wrote, and what is the case, is asked of the forge.
 */
export function taskOfHook({ event, payload }: Pick<Hook, 'event' | 'payload'>, served: Served): Task | undefined {
  const repository = at(payload, 'repository', 'full_name')
  if (typeof repository !== 'string' || repository.toLowerCase() !== served.repository.toLowerCase()) return undefined
  const action = at(payload, 'action')
  switch (event) {
    case 'issue_comment':
      return commentTask(payload) ?? issueTask(payload, action)
    case 'issues':
      return issueTask(payload, action)
    case 'pull_request':
      return requestTask(payload, action, served)
    case 'pull_request_review':
      return action === 'submitted' || action === 'dismissed' ? { kind: 'record' } : undefined
    case 'push':
      return at(payload, 'ref') === `refs/heads/${served.target}` ? { kind: 'record' } : undefined
    case 'merge_group':
      return action === 'checks_requested' ? queuedTask(at(payload, 'merge_group')) : undefined
    case 'check_run':
      return action === 'rerequested' ? commitTask(at(payload, 'check_run', 'head_sha')) : undefined
    case 'check_suite':
      return action === 'rerequested' ? commitTask(at(payload, 'check_suite', 'head_sha')) : undefined
    default:
      return undefined
  }
}

function commentTask(payload: Json): Task | undefined {
  const meant = commentOf(payload)
  return meant === undefined ? undefined : { kind: 'comment', ...meant }
}

/** What somebody asks for, or says more about. What programs write is nothing of it. */
function issueTask(payload: Json, action: Json | undefined): Task | undefined {
  if (action !== 'opened' && action !== 'edited' && action !== 'created') return undefined
  if (at(payload, 'issue', 'pull_request') !== undefined || at(payload, 'sender', 'type') === 'Bot') return undefined
  const number = at(payload, 'issue', 'number')
  return isNumber(number) ? { kind: 'issue', request: number } : undefined
}

/** What makes its plan another one, or says that it was merged. */
function requestTask(payload: Json, action: Json | undefined, { target }: Served): Task | undefined {
  const number = at(payload, 'pull_request', 'number')
  switch (action) {
    case 'opened':
    case 'synchronize':
    case 'reopened':
    case 'ready_for_review':
      return planTask(number)
    case 'edited':
      return at(payload, 'changes', 'base') === undefined ? undefined : planTask(number)
    case 'closed':
      return at(payload, 'pull_request', 'merged') === true && at(payload, 'pull_request', 'base', 'ref') === target
        ? { kind: 'record' }
        : undefined
    default:
      return undefined
  }
}

const planTask = (number: Json | undefined): Task | undefined =>
  isNumber(number) ? { kind: 'plan', request: number } : undefined

const commitTask = (commit: Json | undefined): Task | undefined =>
  isObjectId(commit) ? { kind: 'plan-commit', commit } : undefined

/** The queue's branches are called `gh-readonly-queue/main/pr-104-929f8209…`, by the pull request and the base. */
function queuedTask(group: Json | undefined): Task | undefined {
  const [commit, base, ref] = [at(group, 'head_sha'), at(group, 'base_sha'), at(group, 'head_ref')]
  const request = Number(/\/pr-(\d{1,15})-[0-9a-f]+$/.exec(typeof ref === 'string' ? ref : '')?.[1])
  return isObjectId(commit) && isObjectId(base) && isNumber(request)
    ? { kind: 'queued', request, commit, base }
    : undefined
}

const isObjectId = (value: Json | undefined): value is string =>
  typeof value === 'string' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value)
