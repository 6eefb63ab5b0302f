import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { RefUpdate } from './activity.ts'
import { gitEnvironment } from './bare-repository.ts'
import { pushRules, type Who } from './branch-rules.ts'
import { afterPush } from './pushes.ts'
import { type Actor, atLeast, permissionOf, type RepositoryState, type State } from './state.ts'

/** `/owner/name.git/…`, as git asks for it. */
const gitPath = /^\/([^/]+\/[^/]+?)(?:\.git)?(\/info\/refs|\/git-upload-pack|\/git-receive-pack|\/HEAD|\/objects\/.+)$/

export function isGitPath(path: string): boolean {
  return gitPath.test(path)
}

/** Basic credentials, of which the password is the token. */
export function basicToken(header: string | undefined): string | undefined {
  const encoded = /^Basic (.+)$/i.exec(header ?? '')?.[1]
  return encoded === undefined
    ? undefined
    : Buffer.from(encoded, 'base64')
        .toString()
        .replace(/^[^:]*:/, '')
}

function mayRead(repository: RepositoryState, actor: Actor | undefined): boolean {
  if (repository.visibility === 'public') return true
  if (actor?.kind === 'person') return atLeast(permissionOf(repository, actor.account), 'read')
  return actor?.kind === 'installation' && actor.permissions['contents'] !== undefined
}

function mayWrite(repository: RepositoryState, actor: Actor | undefined): boolean {
  if (actor?.kind === 'person') return atLeast(permissionOf(repository, actor.account), 'write')
  return actor?.kind === 'installation' && actor.permissions['contents'] === 'write'
}

/** Answers one request of git's, by git's own server. Returns the status. */
export async function serveGit(
  state: State,
  request: IncomingMessage,
  response: ServerResponse,
  actor: Actor | undefined,
): Promise<number> {
  const url = new URL(request.url ?? '/', 'http://server')
  const [, name = '', service = ''] = gitPath.exec(decodeURIComponent(url.pathname)) ?? []
  const repository = state.repositories.get(name.toLowerCase())
  const writes = service === '/git-receive-pack' || url.searchParams.get('service') === 'git-receive-pack'
  const refuse = (status: number, message: string, headers: Record<string, string> = {}) => {
    response.writeHead(status, { 'content-type': 'text/plain', ...headers }).end(message)
    return status
  }
  if (actor === undefined && (writes || repository === undefined || repository.visibility === 'private'))
    return refuse(401, 'Authentication is required.', { 'www-authenticate': 'Basic realm="GitHub"' })
  if (repository === undefined || !mayRead(repository, actor)) return refuse(404, 'Repository not found.')
  if (writes && (actor === undefined || !mayWrite(repository, actor)))
    return refuse(403, `Permission to ${name}.git denied to ${actor?.account.login}.`)
  const receipt = service === '/git-receive-pack' ? join(tmpdir(), `receipt-${randomUUID()}`) : undefined
  const rules = actor === undefined || receipt === undefined ? '' : await rulesText(repository, actor)
  const env = {
    ...gitEnvironment,
    GIT_PROJECT_ROOT: dirname(repository.git.dir),
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: `/${repository.git.dir.split('/').at(-1)}${service}`,
    QUERY_STRING: url.search.slice(1),
    REQUEST_METHOD: request.method ?? 'GET',
    CONTENT_TYPE: request.headers['content-type'] ?? '',
    HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
    ...(request.headers['git-protocol'] === undefined ? {} : { GIT_PROTOCOL: String(request.headers['git-protocol']) }),
    ...(request.headers['content-length'] === undefined ? {} : { CONTENT_LENGTH: request.headers['content-length'] }),
    REMOTE_USER: actor?.account.login ?? '',
    REMOTE_ADDR: '127.0.0.1',
    ...(receipt === undefined ? {} : { FAKE_RECEIPT: receipt, FAKE_RULES: rules }),
  }
  const answer = await runBackend(env, request)
  if (receipt !== undefined && actor !== undefined)
    await afterPush(state, repository, actor.account, takeReceipt(receipt))
  const { status, headers, body } = parseCgi(answer)
  response.writeHead(status, headers).end(body)
  return status
}

async function rulesText(repository: RepositoryState, actor: Actor): Promise<string> {
  const branches = new Set([
    ...(await repository.git.refs('refs/heads/')).map(({ ref }) => ref.slice('refs/heads/'.length)),
    ...repository.protections.keys(),
  ])
  const who: Who = { account: actor.account, ...(actor.kind === 'person' ? {} : { app: actor.app }) }
  const word = (yes: boolean) => (yes ? 'yes' : 'no')
  return pushRules(repository, [...branches], who)
    .map((rule) => `${rule.ref}\t${word(rule.force)}\t${word(rule.delete)}\t${rule.refused ?? ''}\n`)
    .join('')
}

/** What the hook noted: refs that the repository did move. */
function takeReceipt(file: string): readonly RefUpdate[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n')
    return lines.flatMap((line) => {
      const [before, after, ref] = line.split(' ')
      return before && after && ref ? [{ before, after, ref }] : []
    })
  } catch {
    return []
  } finally {
    rmSync(file, { force: true })
  }
}

function runBackend(env: NodeJS.ProcessEnv, request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['http-backend'], { env, stdio: ['pipe', 'pipe', 'pipe'] })
    const out: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.resume()
    child.stdin.on('error', () => undefined) // it may have read enough
    child.on('error', reject)
    child.on('close', () => resolve(Buffer.concat(out)))
    request.on('error', () => child.kill())
    request.pipe(child.stdin)
  })
}

function parseCgi(answer: Buffer): { status: number; headers: Record<string, string>; body: Buffer } {
  const end = answer.indexOf('\r\n\r\n')
  if (end < 0) return { status: 500, headers: {}, body: answer }
  const lines = answer.subarray(0, end).toString().split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  const { status = '200', ...rest } = headers
  return { status: Number.parseInt(status, 10), headers: rest, body: answer.subarray(end + 4) }
}
