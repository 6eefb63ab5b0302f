import { isPull, type PullRequestThread } from '../pull-requests.ts'
import { Refusal, type RepositoryCall } from '../route.ts'
import type { Comment, Thread } from '../state.ts'

/** The issue or pull request that a path names. Throws 404. */
export function threadOf(call: RepositoryCall, name = 'issue_number'): Thread {
  const thread = call.repository.threads.get(Number(call.params[name]))
  if (thread === undefined) throw new Refusal(404, 'Not Found')
  return thread
}

export function pullOf(call: RepositoryCall): PullRequestThread {
  const thread = threadOf(call, 'pull_number')
  if (!isPull(thread)) throw new Refusal(404, 'Not Found')
  return thread
}

export function commentOf(call: RepositoryCall): Comment {
  for (const thread of call.repository.threads.values()) {
    const found = thread.comments.find((c) => c.id === Number(call.params['comment_id']))
    if (found !== undefined) return found
  }
  throw new Refusal(404, 'Not Found')
}

/** Full id of a commit that is named by id, branch, tag or ref. Throws 422, as the API does. */
export async function commitOf(call: RepositoryCall, name: string): Promise<string> {
  const { git } = call.repository
  const candidates = /^[0-9a-f]{40}$/.test(name) ? [name] : [`refs/${name}`, `refs/heads/${name}`, `refs/tags/${name}`]
  for (const candidate of candidates) {
    const sha = await git.resolve(candidate)
    if (sha !== undefined) return sha
  }
  throw new Refusal(422, `No commit found for SHA: ${name}`)
}
