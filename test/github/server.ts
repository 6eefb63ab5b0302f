import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { actorOf, bearerToken } from './authenticate.ts'
import { type ApiAnswer, dispatch } from './dispatch.ts'
import type { SeenRequest } from './fake-github.ts'
import type { Fault, FaultPlan } from './faults.ts'
import { basicToken, isGitPath, serveGit } from './git-http.ts'
import type { OpenApiCheck } from './openapi-check.ts'
import { Refusal } from './route.ts'
import type { Actor, State } from './state.ts'

/** Where the REST interface begins on a server that is not github.com. */
export const apiBase = '/api/v3'

/** Beside the REST interface, as on GitHub Enterprise Server. */
const graphqlPath = '/api/graphql'

export interface Serving {
  readonly state: State
  readonly faults: FaultPlan
  readonly check: OpenApiCheck | undefined
  readonly requests: SeenRequest[]
  readonly violation: (text: string) => void
}

/** Listens on a port of the loopback address. `serving` is made once the port is known. */
export async function listen(serving: (port: number) => Serving): Promise<{ port: number; server: Server }> {
  const made: { it?: Serving } = {}
  const server = createServer((request, response) => {
    if (made.it === undefined) return void response.destroy()
    serve(made.it, request, response).catch((error: unknown) => {
      // Who asked did not wait for the answer.
      if ((error as NodeJS.ErrnoException).code === 'ECONNRESET') return void response.destroy()
      made.it?.violation(`${request.method} ${request.url}: ${error instanceof Error ? error.stack : error}`)
      response.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  made.it = serving(port)
  return { port, server }
}

async function serve(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { state, faults, requests } = serving
  const url = request.url ?? '/'
  const isApi = url.startsWith(`${apiBase}/`)
  const path = isApi ? url.slice(apiBase.length) : url
  const method = request.method ?? 'GET'
  const note = (actor: Actor | undefined, body: unknown, status: number) =>
    requests.push({ method, path, actor: actor?.account.login, body, status })
  const fault = await faults.meet(method, path)
  if (fault !== undefined && cameToNothing(fault)) {
    const actor = actorOrNone(state, request)
    note(actor, undefined, fault.kind === 'cut' ? 0 : failed(fault).status)
    // What was sent is read first, so that the answer and not a broken pipe is what the other side sees.
    if (fault.kind !== 'cut') await read(request)
    return fault.kind === 'cut' ? void response.destroy() : send(response, failed(fault))
  }
  if (url === graphqlPath && method === 'POST') {
    const text = (await read(request)).toString()
    const answer = answerGraphql(actorOrNone(state, request), text, serving.violation)
    note(actorOrNone(state, request), parsed(text), answer.status)
    return send(response, answer)
  }
  if (isApi) {
    const text = (await read(request)).toString()
    const { actor, answer } = await answerApi(serving, request, path, text)
    note(actor, parsed(text), fault === undefined ? answer.status : 0)
    if (fault?.kind === 'lost-answer') return void response.destroy()
    if (fault?.kind === 'half-answer') return half(response, answer)
    return send(response, answer)
  }
  if (isGitPath(url.split('?')[0] ?? '')) {
    const actor = actorOrNone(state, request)
    if (fault !== undefined) return serveGitUnheard(serving, request, response, actor, note)
    const status = await serveGit(state, request, response, actor)
    note(actor, undefined, status)
    return
  }
  serving.violation(`${method} ${url}: there is nothing here`)
  send(response, { status: 404, body: 'Not Found', headers: { 'content-type': 'text/plain' } })
}

/** Of GraphQL there is one question: who asks. Also jobs may put it, which may not ask `GET /user`. */
function answerGraphql(actor: Actor | undefined, text: string, violation: (text: string) => void): ApiAnswer {
  const headers = { 'content-type': 'application/json; charset=utf-8' }
  if (actor === undefined) return { status: 401, headers, body: JSON.stringify({ message: 'Bad credentials' }) }
  const query = (parsed(text) as { readonly query?: unknown } | undefined)?.query
  if (typeof query !== 'string' || !/^(query)?\s*\{\s*viewer\s*\{[\s\w]*\}\s*\}$/.test(query.trim()))
    violation(`POST ${graphqlPath}: only the viewer can be asked for here, not ${text}`)
  const viewer = { login: actor.account.login, databaseId: actor.account.id }
  return { status: 200, headers, body: JSON.stringify({ data: { viewer } }) }
}

async function answerApi(serving: Serving, request: IncomingMessage, path: string, body: string) {
  const { state, check, violation } = serving
  // https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api#user-agent-required
  if (request.headers['user-agent'] === undefined) violation(`${request.method} ${path}: it has no user-agent`)
  let actor: Actor | undefined
  try {
    const header = request.headers.authorization
    actor = actorOf(state, bearerToken(header) ?? basicToken(header))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const text = JSON.stringify({
      message: error.message,
      documentation_url: 'https://docs.github.com/rest',
      status: '401',
    })
    return {
      actor,
      answer: { status: error.status, body: text, headers: { 'content-type': 'application/json; charset=utf-8' } },
    }
  }
  const answer = await dispatch(state, { method: request.method ?? 'GET', path, body, actor }, check, violation)
  const scopes = actor?.kind === 'person' ? { 'x-oauth-scopes': actor.scopes.join(', ') } : {}
  const headers = {
    ...answer.headers,
    ...limits(4999, 3600),
    ...scopes,
    'x-github-media-type': 'github.v3; format=json',
  }
  return { actor, answer: { ...answer, headers } }
}

function actorOrNone(state: State, request: IncomingMessage): Actor | undefined {
  const header = request.headers.authorization
  try {
    return actorOf(state, basicToken(header) ?? bearerToken(header))
  } catch {
    return undefined
  }
}

/** A push is done, and nobody is told. */
async function serveGitUnheard(
  { state }: Serving,
  request: IncomingMessage,
  response: ServerResponse,
  actor: Actor | undefined,
  note: (actor: Actor | undefined, body: unknown, status: number) => void,
): Promise<void> {
  const unheard = Object.create(response, {
    writeHead: { value: () => unheard },
    end: { value: () => unheard },
  }) as ServerResponse
  await serveGit(state, request, unheard, actor)
  note(actor, undefined, 0)
  response.destroy()
}

type Undone = Exclude<Fault, { kind: 'lost-answer' | 'half-answer' }>

function cameToNothing(fault: Fault): fault is Undone {
  return fault.kind !== 'lost-answer' && fault.kind !== 'half-answer'
}

/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
function failed(fault: Exclude<Undone, { kind: 'cut' }>): ApiAnswer {
  const json = { 'content-type': 'application/json; charset=utf-8' }
  const message = (text: string) => JSON.stringify({ message: text, documentation_url: 'https://docs.github.com/rest' })
  switch (fault.kind) {
    case 'status':
      return { status: fault.status, headers: json, body: message('Server Error') }
    case 'secondary-limit': {
      const body = message('You have exceeded a secondary rate limit. Please wait a few minutes before you try again.')
      const headers = { ...json, ...limits(4000, 3600), 'retry-after': String(fault.retryAfter) }
      return { status: fault.status ?? 403, headers, body }
    }
    case 'rate-limit':
      return {
        status: fault.status ?? 403,
        headers: { ...json, ...limits(0, fault.resetIn) },
        body: message('API rate limit exceeded for user ID 1.'),
      }
    case 'no-json':
      return {
        status: fault.status ?? 200,
        headers: { 'content-type': 'text/html' },
        body: '<html><body>The proxy has something to say</body></html>',
      }
  }
}

function limits(remaining: number, resetIn: number) {
  return {
    'x-ratelimit-limit': '5000',
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-used': String(5000 - remaining),
    'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + resetIn),
    'x-ratelimit-resource': 'core',
  }
}

function send(response: ServerResponse, { status, headers, body }: ApiAnswer): void {
  response.writeHead(status, { ...headers, 'x-github-request-id': 'FA4E:0001' }).end(body)
}

function half(response: ServerResponse, { status, headers, body }: ApiAnswer): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
  response.write(body.slice(0, Math.floor(body.length / 2)), () => response.destroy())
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return text
  }
}
