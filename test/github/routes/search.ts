import { isPull } from '../pull-requests.ts'
import { answer, invalid, Refusal, type Route, reads, repositoryRoute } from '../route.ts'
import { minimalRepository, repositoryUrl } from '../shapes/repository.ts'
import { issueShape } from '../shapes/thread.ts'
import { permissionOf } from '../state.ts'
import { commitOf } from './lookup.ts'

export const searchRoutes: readonly Route[] = [
  { operation: 'GET /search/issues', run: searchIssues },
  // Nobody here sets statuses, which are an older thing than checks.
  repositoryRoute('GET /commits/{ref}/status', reads('statuses'), async (call) => {
    const sha = await commitOf(call, call.params['ref'] ?? '')
    const url = `${repositoryUrl(call.state, call.repository)}/commits/${sha}`
    const repository = minimalRepository(call.state, call.repository)
    const statuses = { state: 'pending', statuses: [], sha, total_count: 0 }
    return answer({ ...statuses, repository, commit_url: url, url: `${url}/status` })
  }),
]

/**
 * Pull requests that hold a commit, as far as the search of issues is used here: `<sha> repo:owner/name is:pr is:merged`.
 * https://docs.github.com/en/search-github/searching-on-github/searching-issues-and-pull-requests#search-by-commit-sha
 */
function searchIssues({ state, query, actor }: Parameters<Route['run']>[0]) {
  const words = (query.get('q') ?? '').split(' ')
  const name = words.find((word) => word.startsWith('repo:'))?.slice('repo:'.length)
  const sha = words.find((word) => /^[0-9a-f]{7,40}$/.test(word))
  if (!words.includes('is:pr') || name === undefined || sha === undefined) throw invalid('Search', 'q', 'missing')
  const repository = state.repositories.get(name.toLowerCase())
  if (repository === undefined || actor === undefined) throw new Refusal(422, 'Validation Failed')
  if (actor.kind === 'person' && permissionOf(repository, actor.account) === 'none')
    throw new Refusal(422, 'Validation Failed')
  const found = [...repository.threads.values()].filter(isPull).filter(({ pull }) => {
    const known = [pull.head, ...(pull.merged === undefined ? [] : [pull.merged.sha]), ...pull.landed]
    return known.some((id) => id.startsWith(sha)) && (!words.includes('is:merged') || pull.merged !== undefined)
  })
  const items = found.map((thread) => ({ ...issueShape(state, thread), score: 1 }))
  // One page is enough for one commit.
  return answer({ total_count: items.length, incomplete_results: false, items })
}
