import { answer, type Route, reads, repositoryRoute, text, writes } from '../route.ts'
import { nodeId, type Shape, simpleUser } from '../shapes/account.ts'
import { minimalRepository, repositoryUrl } from '../shapes/repository.ts'
import { type CommitStatus, type State, stamp } from '../state.ts'
import { commitOf } from './lookup.ts'

export const statusRoutes: readonly Route[] = [
  repositoryRoute('POST /statuses/{sha}', writes('statuses'), async (call) => {
    const { state, repository, actor, body } = call
    const status: CommitStatus = {
      id: state.nextId(),
      sha: await commitOf(call, call.params['sha'] ?? ''),
      context: text(body, 'context') ?? 'default',
      state: text(body, 'state') ?? '',
      description: text(body, 'description') ?? null,
      targetUrl: text(body, 'target_url') ?? null,
      account: actor.account,
      at: stamp(state),
    }
    repository.statuses.push(status)
    const creator = simpleUser(state, actor.account)
    return answer({ ...statusShape(state, repositoryUrl(state, repository), status), creator }, 201)
  }),
  repositoryRoute('GET /commits/{ref}/status', reads('statuses'), async (call) => {
    const { state, repository } = call
    const sha = await commitOf(call, call.params['ref'] ?? '')
    const newest = new Map(repository.statuses.filter((s) => s.sha === sha).map((s) => [s.context, s]))
    const states = [...newest.values()].map((s) => s.state)
    const bad = states.some((s) => s === 'failure' || s === 'error')
    const url = repositoryUrl(state, repository)
    return answer({
      state: bad ? 'failure' : states.length === 0 || states.includes('pending') ? 'pending' : 'success',
      statuses: [...newest.values()].map((s) => statusShape(state, url, s)),
      sha,
      total_count: newest.size,
      repository: minimalRepository(state, repository),
      commit_url: `${url}/commits/${sha}`,
      url: `${url}/commits/${sha}/status`,
    })
  }),
]

/** `simple-commit-status`. */
function statusShape(state: State, url: string, status: CommitStatus): Shape {
  return {
    url: `${url}/statuses/${status.sha}`,
    avatar_url: simpleUser(state, status.account)['avatar_url'],
    id: status.id,
    node_id: nodeId('Status', status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: status.at,
    updated_at: status.at,
  }
}
