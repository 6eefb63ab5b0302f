import type { ApiRequest } from './dispatch.ts'
import type { FakeGitHub } from './fake-github.ts'
import { blockers } from './merge-rules.ts'
import { emitPull, enqueue, isPull, landQueued, type PullRequestThread } from './pull-requests.ts'
import { type Account, type Actor, accountOf, type RepositoryState, type State, stamp } from './state.ts'

/** What people do on GitHub's pages. */
export type People = Pick<
  FakeGitHub,
  | 'openRequest'
  | 'review'
  | 'dismiss'
  | 'merge'
  | 'enqueue'
  | 'mergeQueued'
  | 'comment'
  | 'editComment'
  | 'edit'
  | 'ready'
  | 'closeRequest'
  | 'reopen'
  | 'label'
  | 'check'
  | 'api'
>

type Perform = (actor: Actor, request: Omit<ApiRequest, 'actor'>) => Promise<unknown>

const verdicts = { approve: 'APPROVE', 'request-changes': 'REQUEST_CHANGES', comment: 'COMMENT' } as const

/** The pages do what the REST interface does, but go past planned faults and are not among the requests that were seen. */
export function people(state: State, repository: RepositoryState, perform: Perform): People {
  const here = `/repos/${repository.fullName}`
  const account = (login: string): Account => {
    const found = accountOf(state, login)
    if (found === undefined) throw new Error(`there is nobody called ${login}`)
    return found
  }
  const pull = (number: number): PullRequestThread => {
    const thread = repository.threads.get(number)
    if (!isPull(thread)) throw new Error(`there is no pull request #${number}`)
    return thread
  }
  const send = <T>(login: string, method: string, path: string, body?: object): Promise<T> => {
    const actor = { kind: 'person', account: account(login), scopes: ['repo'] } as const
    return perform(actor, { method, path, body: body === undefined ? '' : JSON.stringify(body) }) as Promise<T>
  }
  return {
    async openRequest({ as, branch, title, target = repository.defaultBranch, body, draft = false }) {
      const wanted = { head: branch, base: target, title, draft, ...(body === undefined ? {} : { body }) }
      return (await send<{ number: number }>(as, 'POST', `${here}/pulls`, wanted)).number
    },
    async review(number, login, verdict, { body, commit } = {}) {
      const said = body ?? (verdict === 'approve' ? '' : 'See what I wrote')
      const wanted = { event: verdicts[verdict], body: said, ...(commit === undefined ? {} : { commit_id: commit }) }
      return (await send<{ id: number }>(login, 'POST', `${here}/pulls/${number}/reviews`, wanted)).id
    },
    async dismiss(number, review, as, message = 'It is out of date') {
      await send(as, 'PUT', `${here}/pulls/${number}/reviews/${review}/dismissals`, { message })
    },
    async merge(number, { as, method, bypass = false }) {
      // The page asks administrators whether they want to go past the rules; the interface does not.
      const [first] = bypass ? [] : await blockers(pull(number))
      if (first !== undefined) throw new Error(`405 ${first}`)
      return (await send<{ sha: string }>(as, 'PUT', `${here}/pulls/${number}/merge`, { merge_method: method })).sha
    },
    enqueue: (number, as, method = 'merge') => enqueue(state, pull(number), { by: account(as), method }),
    mergeQueued(number) {
      const login = 'github-merge-queue[bot]'
      const bot = accountOf(state, login) ?? { id: 118_344_674, login, type: 'Bot', createdAt: stamp(state) }
      if (!state.accounts.includes(bot)) state.accounts.push(bot)
      return landQueued(state, pull(number), bot)
    },
    async comment(number, as, body) {
      return (await send<{ id: number }>(as, 'POST', `${here}/issues/${number}/comments`, { body })).id
    },
    async editComment(id, as, body) {
      await send(as, 'PATCH', `${here}/issues/comments/${id}`, { body })
    },
    async edit(number, as, { title, body, target }) {
      const wanted = { ...(title === undefined ? {} : { title }), ...(body === undefined ? {} : { body }) }
      await send(as, 'PATCH', `${here}/pulls/${number}`, {
        ...wanted,
        ...(target === undefined ? {} : { base: target }),
      })
    },
    async ready(number, as) {
      const thread = pull(number)
      thread.pull.draft = false
      thread.updatedAt = stamp(state)
      await emitPull(state, thread, 'ready_for_review', account(as))
    },
    async closeRequest(number, as) {
      await send(as, 'PATCH', `${here}/pulls/${number}`, { state: 'closed' })
    },
    async reopen(number, as) {
      await send(as, 'PATCH', `${here}/pulls/${number}`, { state: 'open' })
    },
    async label(number, as, ...labels) {
      await send(as, 'POST', `${here}/issues/${number}/labels`, { labels })
    },
    async check(commit, name, conclusion) {
      const app = state.apps.find((a) => a.slug === 'github-actions')
      if (app === undefined) throw new Error('there are no workflows here')
      const actor = { kind: 'installation', account: app.account, app, permissions: { checks: 'write' } } as const
      const body = JSON.stringify({ name, head_sha: commit, conclusion })
      return ((await perform(actor, { method: 'POST', path: `${here}/check-runs`, body })) as { id: number }).id
    },
    api: (login, method, path, body) => send(login, method, path, body as object | undefined),
  }
}
