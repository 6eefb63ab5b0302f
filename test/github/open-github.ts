import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BareRepository } from './bare-repository.ts'
import { type ApiRequest, dispatch } from './dispatch.ts'
import type { App, FakeGitHub, FakeGitHubOptions, Permission, SeenRequest } from './fake-github.ts'
import { faultPlan } from './faults.ts'
import { openApiCheck } from './openapi-check.ts'
import { githubDescription } from './openapi-description.ts'
import { type People, people } from './people.ts'
import { apiBase, listen } from './server.ts'
import { type Account, type Actor, type AppState, accountOf, type RepositoryState, type State, stamp } from './state.ts'
import { post } from './webhooks.ts'

/** Starts one on a port of this machine. */
export async function openGitHub(options: FakeGitHubOptions = {}): Promise<FakeGitHub> {
  const description = await githubDescription()
  const check = 'document' in description ? openApiCheck(description.document) : undefined
  const faults = faultPlan()
  const requests: SeenRequest[] = []
  const violations: string[] = []
  const violation = (text: string) => violations.push(text)
  const made: { state?: State } = {}
  const { port, server } = await listen((at) => {
    made.state = emptyState(at, options)
    return { state: made.state, faults, check, requests, violation }
  })
  const { state } = made
  if (state === undefined) throw new Error('the server does not listen')
  const root = mkdtempSync(join(tmpdir(), 'fake-github-'))
  const repository = await firstRepository(state, root, options)
  const perform = async (actor: Actor, request: Omit<ApiRequest, 'actor'>): Promise<unknown> => {
    const answer = await dispatch(state, { ...request, actor }, check, violation)
    const body: unknown = answer.body === '' ? undefined : JSON.parse(answer.body)
    if (answer.status < 400) return body
    const { message, errors } = body as { message?: string; errors?: unknown }
    throw new Error(`${answer.status} ${message ?? ''}${errors === undefined ? '' : ` ${JSON.stringify(errors)}`}`)
  }
  let delivered = 0
  const acts: People = people(state, repository, perform)
  const close = async () => {
    faults.end()
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
    rmSync(root, { recursive: true, force: true })
    if (violations.length > 0) throw new Error(`it does not fit GitHub's description:\n${violations.join('\n')}`)
  }
  return {
    ...acts,
    url: state.api,
    serverUrl: state.web,
    host: `127.0.0.1:${port}`,
    repository: repository.fullName,
    folder: repository.git.dir,
    token: (login, scopes = ['repo']) => tokenOf(state, login, scopes),
    jobToken: (permissions) => jobToken(state, repository, permissions),
    gitUrl: (login, name = repository.fullName) => {
      const credentials = login === undefined ? '' : `x-access-token:${tokenOf(state, login, ['repo'])}@`
      return `http://${credentials}127.0.0.1:${port}/${name}.git`
    },
    idOf: (login) => known(state, login).id,
    person: (login, permission, more = {}) => person(state, repository, login, permission, more),
    retakeLogin: (login) => {
      const old = known(state, login)
      old.login = `${login}-${old.id}`
      addAccount(state, login, 'User')
    },
    installApp: (slug, permissions) => installApp(state, repository, slug, permissions),
    fork: (login) => fork(state, root, repository, known(state, login)),
    protect: (branch, protection) => {
      if (protection === undefined) repository.protections.delete(branch)
      else repository.protections.set(branch, protection)
    },
    ruleset: (ruleset) => {
      repository.rulesets.push({ ...ruleset, id: state.nextId(), at: stamp(state) })
    },
    environment: (name, environment) => {
      repository.environments.set(name, { ...environment, id: state.nextId(), at: stamp(state) })
    },
    actions: (settings) => {
      repository.actions = { ...repository.actions, ...settings }
    },
    team: (slug, permission) => {
      const id = state.nextId()
      repository.teams.push({ id, slug, permission })
      return id
    },
    mergeMethods: (methods) => {
      repository.mergeMethods = methods
    },
    codeScanning: (on) => {
      repository.codeScanning = on
    },
    fail: (fault, { times = 1, when = {} } = {}) => faults.add(fault, times, when),
    hold: (when = {}) => faults.hold(when),
    requests,
    sarifs: repository.sarifs,
    violations,
    takeViolations: () => violations.splice(0),
    unchecked: 'unavailable' in description ? description.unavailable : undefined,
    webhooks: state.webhooks,
    deliver: async ({ url, secret, order = 'as-sent', copies = 1 }) => {
      const due = state.webhooks.slice(delivered)
      delivered = state.webhooks.length
      for (const { event, payload } of due) check?.webhook(event, payload).forEach(violation)
      const statuses: number[] = []
      for (const webhook of order === 'reversed' ? due.toReversed() : due)
        for (let n = 0; n < copies; n += 1) statuses.push(await post(webhook, url, secret))
      return statuses
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function emptyState(port: number, { now = () => new Date(), ...habits }: FakeGitHubOptions): State {
  const web = `http://127.0.0.1:${port}`
  let last = 90_000
  const nextId = () => {
    last += 1
    return last
  }
  const none = { accounts: [], repositories: new Map(), apps: [], tokens: new Map(), webhooks: [] }
  return { api: `${web}${apiBase}`, web, now, nextId, habits, ...none }
}

/** Numbers of GitHub's own accounts. */
const jobs = { login: 'github-actions[bot]', id: 41_898_282, app: 15_368 }

async function firstRepository(state: State, root: string, options: FakeGitHubOptions): Promise<RepositoryState> {
  const [ownerLogin = '', name = ''] = (options.repository ?? 'lantern/estate').split('/')
  const owner = addAccount(state, ownerLogin, options.ownerType ?? 'Organization', 900)
  const repository = await addRepository(state, root, owner, name, options)
  const people = Object.entries(options.people ?? {})
  people.forEach(([login, permission], place) => {
    person(state, repository, login, permission, { id: options.ids?.[login] ?? 1001 + place })
  })
  const bot = addAccount(state, jobs.login, 'Bot', jobs.id)
  const app = { id: jobs.app, slug: 'github-actions', account: bot, permissions: {}, publicKey: '', installation: 1 }
  state.apps.push({ ...app, repository, createdAt: stamp(state) })
  return repository
}

async function addRepository(
  state: State,
  root: string,
  owner: Account,
  name: string,
  options: Pick<FakeGitHubOptions, 'defaultBranch' | 'visibility'>,
  parent?: RepositoryState,
): Promise<RepositoryState> {
  const defaultBranch = options.defaultBranch ?? 'main'
  let lastNumber = 0
  const repository: RepositoryState = {
    id: state.nextId(),
    owner,
    name,
    fullName: `${owner.login}/${name}`,
    visibility: options.visibility ?? 'private',
    defaultBranch,
    git: await BareRepository.create(join(root, `${owner.login}-${name}.git`), defaultBranch),
    ...(parent === undefined ? {} : { parent }),
    permissions: new Map(),
    threads: new Map(),
    nextNumber: () => {
      lastNumber += 1
      return lastNumber
    },
    labels: [],
    activity: [],
    checks: [],
    statuses: [],
    teams: [],
    protections: new Map(),
    rulesets: [],
    environments: new Map(),
    sarifs: [],
    actions: {},
    mergeMethods: ['merge', 'squash', 'rebase'],
    codeScanning: false,
    createdAt: stamp(state),
    pushedAt: stamp(state),
  }
  state.repositories.set(repository.fullName.toLowerCase(), repository)
  return repository
}

function addAccount(state: State, login: string, type: Account['type'], id = state.nextId()): Account {
  const account: Account = { id, login, type, createdAt: stamp(state) }
  state.accounts.push(account)
  return account
}

function known(state: State, login: string): Account {
  const account = accountOf(state, login)
  if (account === undefined) throw new Error(`there is nobody called ${login}`)
  return account
}

function person(
  state: State,
  repository: RepositoryState,
  login: string,
  permission: Permission,
  more: { readonly id?: number; readonly bot?: boolean },
): void {
  const account = accountOf(state, login) ?? addAccount(state, login, more.bot === true ? 'Bot' : 'User', more.id)
  repository.permissions.set(account.id, permission)
}

/** One for each person and set of scopes. */
function tokenOf(state: State, login: string, scopes: readonly string[]): string {
  const account = known(state, login)
  for (const [token, actor] of state.tokens)
    if (actor.kind === 'person' && actor.account === account && actor.scopes.join() === scopes.join()) return token
  const token = `ghp_${randomBytes(18).toString('hex')}`
  state.tokens.set(token, { kind: 'person', account, scopes })
  return token
}

function jobToken(state: State, repository: RepositoryState, permissions: AppState['permissions']): string {
  const app = state.apps.find((a) => a.slug === 'github-actions' && a.repository === repository)
  if (app === undefined) throw new Error('there are no workflows here')
  const token = `ghs_${randomBytes(18).toString('hex')}`
  state.tokens.set(token, { kind: 'installation', account: app.account, app, permissions })
  return token
}

function installApp(
  state: State,
  repository: RepositoryState,
  slug: string,
  permissions: AppState['permissions'],
): App {
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const account = addAccount(state, `${slug}[bot]`, 'Bot')
  const publicKey = key.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const ids = { id: state.nextId(), installation: state.nextId() }
  state.apps.push({ ...ids, slug, account, permissions, publicKey, repository, createdAt: stamp(state) })
  // PKCS#1, as GitHub gives it.
  const pem = key.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
  return { ...ids, login: account.login, key: pem }
}

async function fork(state: State, root: string, parent: RepositoryState, owner: Account): Promise<string> {
  const made = await addRepository(state, root, owner, parent.name, parent, parent)
  await made.git.git(['fetch', '--quiet', parent.git.dir, '+refs/heads/*:refs/heads/*'])
  return made.fullName
}
