import { isPull } from '../pull-requests.ts'
import { answer, type Call, Refusal, type Route } from '../route.ts'
import { issueShape } from '../shapes/thread.ts'
import { type Actor, permissionOf, type RepositoryState, type Thread } from '../state.ts'

export const searchRoutes: readonly Route[] = [{ operation: 'GET /search/issues', run: searchIssues }]

/** Words of a query that narrow it down, as far as they are understood here: `repo:`, `is:`, `author:`, `label:`. */
const narrowing: Readonly<Record<string, (thread: Thread, value: string) => boolean>> = {
  repo: (thread, value) => thread.repository.fullName.toLowerCase() === value.toLowerCase(),
  is: (thread, value) => {
    const facts = [thread.pull ? 'pr' : 'issue', thread.state, ...(thread.pull?.merged ? ['merged'] : [])]
    return facts.includes(value)
  },
  author: (thread, value) => thread.account.login.toLowerCase() === value.toLowerCase(),
  label: (thread, value) => thread.labels.some((l) => l.name.toLowerCase() === value.toLowerCase()),
}

/** Other words are looked for in titles, bodies and comments; ids of commits in pull requests that they belong to. */
async function searchIssues({ state, query, actor }: Call) {
  const words = (query.get('q') ?? '').split(/\s+/).filter((word) => word !== '')
  const found: Thread[] = []
  for (const thread of [...state.repositories.values()].flatMap((r) => [...r.threads.values()])) {
    if (actor === undefined || !sees(thread.repository, actor)) continue
    const fits = await Promise.all(words.map((word) => isMeant(thread, word)))
    if (fits.every((fit) => fit)) found.push(thread)
  }
  const size = Number(query.get('per_page') ?? 30)
  const items = found
    .slice(0, size)
    .map((thread) => ({ ...issueShape(state, thread), body: thread.body ?? '', score: 1 }))
  return answer({ total_count: found.length, incomplete_results: false, search_type: 'lexical', items })
}

function sees(repository: RepositoryState, actor: Actor): boolean {
  if (actor.kind === 'person') return permissionOf(repository, actor.account) !== 'none'
  return actor.app.repository === repository || repository.visibility === 'public'
}

async function isMeant(thread: Thread, word: string): Promise<boolean> {
  const [name = '', value] = word.split(':')
  if (value !== undefined) {
    const test = narrowing[name]
    if (test === undefined) throw new Refusal(422, `The search does not know ${name}: here`)
    return test(thread, value)
  }
  if (/^[0-9a-f]{7,40}$/.test(word) && isPull(thread)) {
    const { pull, repository } = thread
    const commits = [...pull.landed, ...(await repository.git.commits(pull.baseSha, pull.head))]
    return commits.some((commit) => commit.startsWith(word))
  }
  const texts = [thread.title, thread.body ?? '', ...thread.comments.map((c) => c.body)]
  return texts.some((t) => t.toLowerCase().includes(word.toLowerCase()))
}
