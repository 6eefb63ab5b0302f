import type { OpenApiCheck } from './openapi-check.ts'
import { type Access, type Answer, type Call, Refusal, type Route } from './route.ts'
import { appRoutes } from './routes/apps.ts'
import { checkRoutes } from './routes/checks.ts'
import { issueRoutes } from './routes/issues.ts'
import { pullRoutes } from './routes/pulls.ts'
import { repositoryRoutes } from './routes/repository.ts'
import { searchRoutes } from './routes/search.ts'
import { settingsRoutes } from './routes/settings.ts'
import { statusRoutes } from './routes/statuses.ts'
import { type Actor, atLeast, permissionOf, type RepositoryState, type State } from './state.ts'

export interface ApiRequest {
  readonly method: string
  /** Below the API's base, with the query. */
  readonly path: string
  readonly body: string
  readonly actor: Actor | undefined
}

export interface ApiAnswer {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

/** What a path says itself: `/commits/{commit_sha}/pulls` before `/commits/{ref}`. */
const literal = (route: Route) => route.operation.replace(/\{\w+\}/g, '').length

const routes = [
  ...repositoryRoutes,
  ...pullRoutes,
  ...issueRoutes,
  ...checkRoutes,
  ...statusRoutes,
  ...searchRoutes,
  ...settingsRoutes,
  ...appRoutes,
]
  .toSorted((a, b) => literal(b) - literal(a))
  .map((route) => {
    const [method = '', path = ''] = route.operation.split(' ')
    // Names of refs may hold slashes, written as they are or as %2F.
    const source = path
      .replace(/[.]/g, '\\.')
      .replace(/\{(\w+)\}/g, (_, name: string) =>
        /^(ref|branch|basehead)$/.test(name) ? `(?<${name}>.+?)` : `(?<${name}>[^/]+)`,
      )
    return { route, method, pattern: new RegExp(`^${source}$`) }
  })

/** Answers one request of the REST interface. What does not fit GitHub's description is told to `violation`. */
export async function dispatch(
  state: State,
  request: ApiRequest,
  check: OpenApiCheck | undefined,
  violation: (text: string) => void,
): Promise<ApiAnswer> {
  const [path = '', search = ''] = request.path.split('?')
  const query = new URLSearchParams(search)
  const match = find(request.method, path)
  if (match === undefined) {
    violation(`${request.method} ${path}: there is no such operation here`)
    return refusal(new Refusal(404, 'Not Found'))
  }
  const { route, params } = match
  const tell = (side: string) => (problem: string) => violation(`${request.method} ${path} (${side}): ${problem}`)
  let answer: ApiAnswer
  try {
    const call = { state, params, query, body: {}, actor: request.actor }
    const permitted = permit(call, route)
    const problems = check?.request(route.operation, query, request.body) ?? []
    problems.forEach(tell('request'))
    if (problems.length > 0) throw new Refusal(422, `Invalid request.\n\n${problems.join('\n')}`)
    const body = request.body === '' ? {} : (JSON.parse(request.body) as Call['body'])
    answer = await render(await route.run({ ...permitted, body: body ?? {} }), request.path, state.api)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    answer = refusal(error)
  }
  check?.response(route.operation, answer.status, answer.body).forEach(tell(`answer ${answer.status}`))
  return answer
}

function find(method: string, path: string): { route: Route; params: Record<string, string> } | undefined {
  for (const { route, method: own, pattern } of routes) {
    const groups = own === method ? pattern.exec(path)?.groups : undefined
    if (groups !== undefined || (own === method && pattern.test(path))) {
      const params = Object.entries(groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)])
      return { route, params: Object.fromEntries(params) as Record<string, string> }
    }
  }
  return undefined
}

/** The call with its repository, where somebody may make it. Throws as GitHub refuses. */
function permit(call: Call, route: Route): Call & { readonly repository?: RepositoryState } {
  const { state, actor, params } = call
  if (actor === undefined && route.operation !== 'GET /rate_limit') throw new Refusal(401, 'Requires authentication')
  if (route.access === undefined || actor === undefined) return call
  const repository = state.repositories.get(`${params['owner']}/${params['repo']}`.toLowerCase())
  if (repository === undefined) throw new Refusal(404, 'Not Found')
  if (actor.kind === 'app') {
    if (route.access.app !== 'any') throw new Refusal(401, 'A JSON web token is not enough for this')
  } else if (actor.kind === 'installation') permitApp(actor, repository, route.access)
  else permitPerson(actor, repository, route.access)
  return { ...call, repository }
}

function permitApp(actor: Actor & { kind: 'installation' }, repository: RepositoryState, { app }: Access): void {
  if (actor.app.repository !== repository && repository.visibility === 'private') throw new Refusal(404, 'Not Found')
  if (app === 'any') return
  const refused = new Refusal(403, 'Resource not accessible by integration')
  if (app === 'nobody') throw refused
  const [names, level] = app
  // Everybody may read what is public, and metadata come with every installation.
  if (level === 'read' && (names === 'metadata' || repository.visibility === 'public')) {
    if (!['administration', 'security_events'].includes(names)) return
  }
  const held = names.split('|').map((name) => actor.permissions[name])
  if (!held.some((has) => has === 'write' || has === level)) throw refused
}

function permitPerson(actor: Actor & { kind: 'person' }, repository: RepositoryState, { person }: Access): void {
  const has = permissionOf(repository, actor.account)
  if (has === 'none') throw new Refusal(404, 'Not Found')
  if (person === 'nobody') throw new Refusal(403, 'You must authenticate via a GitHub App.')
  if (!atLeast(has, person)) {
    if (person === 'admin') throw new Refusal(404, 'Not Found')
    throw new Refusal(403, 'Must have push access to the repository')
  }
}

function refusal(error: Refusal): ApiAnswer {
  const documentation_url = 'https://docs.github.com/rest'
  const body = { message: error.message, ...error.more, documentation_url, status: String(error.status) }
  return { status: error.status, body: JSON.stringify(body), headers: json }
}

const json = { 'content-type': 'application/json; charset=utf-8' }

async function render(answer: Answer, path: string, api: string): Promise<ApiAnswer> {
  const { status, list, headers = {} } = answer
  if (list === undefined) {
    const body = answer.body === undefined ? '' : JSON.stringify(answer.body)
    return { status, body, headers: { ...(body === '' ? {} : json), ...headers } }
  }
  const page = cut(list, new URL(`${api}${path}`))
  const shape = (list.shape ?? ((item: unknown) => item)) as (item: unknown) => unknown
  const items = await Promise.all(page.items.map(shape))
  const body = list.field === undefined ? items : { total_count: list.items.length, [list.field]: items }
  const link = page.links.map(([rel, url]) => `<${url}>; rel="${rel}"`).join(', ')
  return { status, body: JSON.stringify(body), headers: { ...json, ...headers, ...(link === '' ? {} : { link }) } }
}

/** One page of a list, and where the others are. https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api */
function cut({ items, cursor }: NonNullable<Answer['list']>, url: URL) {
  const size = Math.min(100, Math.max(1, Number(url.searchParams.get('per_page') ?? 30) || 30))
  const other = (name: string, value: string | number) => {
    const target = new URL(url)
    target.searchParams.set(name, String(value))
    return target.toString()
  }
  if (cursor) {
    const from = Number(Buffer.from(url.searchParams.get('after') ?? '', 'base64url').toString() || 0)
    const after = Buffer.from(String(from + size)).toString('base64url')
    const links = from + size < items.length ? ([['next', other('after', after)]] as const) : []
    return { items: items.slice(from, from + size), links }
  }
  const page = Math.max(1, Number(url.searchParams.get('page') ?? 1) || 1)
  const last = Math.max(1, Math.ceil(items.length / size))
  const links = [
    ...(page > 1 ? [['prev', other('page', Math.min(page - 1, last))] as const] : []),
    ...(page < last ? [['next', other('page', page + 1)] as const, ['last', other('page', last)] as const] : []),
    ...(page > 1 ? [['first', other('page', 1)] as const] : []),
  ]
  return { items: items.slice((page - 1) * size, page * size), links }
}
