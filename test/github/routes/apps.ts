import { randomBytes } from 'node:crypto'
import { answer, type Call, listOf, Refusal, type Route, repositoryRoute } from '../route.ts'
import { installation, integration, publicUser } from '../shapes/account.ts'
import { minimalRepository } from '../shapes/repository.ts'
import { type Account, type AppPermissions, type AppState, accountOf } from '../state.ts'

export const appRoutes: readonly Route[] = [
  {
    operation: 'GET /user',
    run: ({ state, actor }) => {
      if (actor?.kind !== 'person') throw new Refusal(403, 'Resource not accessible by integration')
      return answer(publicUser(state, actor.account))
    },
  },
  {
    operation: 'GET /users/{username}',
    run: ({ state, params }) => answer(publicUser(state, found(accountOf(state, params['username'] ?? '')))),
  },
  {
    operation: 'GET /user/{account_id}',
    run: ({ state, params }) =>
      answer(publicUser(state, found(state.accounts.find((a) => a.id === Number(params['account_id']))))),
  },
  { operation: 'GET /app', run: (call) => answer(integration(call.state, appOf(call))) },
  {
    operation: 'GET /app/installations',
    run: (call) => listOf([appOf(call)], (app) => installation(call.state, app)),
  },
  repositoryRoute('GET /installation', { person: 'nobody', app: 'any' }, (call) => {
    const app = appOf(call)
    if (app.repository !== call.repository) throw new Refusal(404, 'Not Found')
    return answer(installation(call.state, app))
  }),
  { operation: 'POST /app/installations/{installation_id}/access_tokens', run: createToken },
  {
    operation: 'GET /installation/repositories',
    run: ({ state, actor }) => {
      if (actor?.kind !== 'installation') throw new Refusal(403, 'You must authenticate with an installation token.')
      return listOf([actor.app.repository], (r) => minimalRepository(state, r), 'repositories')
    },
  },
  {
    operation: 'GET /rate_limit',
    run: () => {
      const rate = { limit: 5000, remaining: 4999, reset: Math.floor(Date.now() / 1000) + 3600, used: 1 }
      return answer({ resources: { core: rate, search: rate }, rate })
    },
  },
]

function found(account: Account | undefined): Account {
  if (account === undefined) throw new Refusal(404, 'Not Found')
  return account
}

function appOf({ actor }: Call): AppState {
  if (actor?.kind !== 'app') throw new Refusal(401, 'A JSON web token could not be decoded')
  return actor.app
}

/** https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app */
function createToken(call: Call) {
  const app = appOf(call)
  if (Number(call.params['installation_id']) !== app.installation) throw new Refusal(404, 'Not Found')
  const asked = call.body['permissions'] as AppPermissions | undefined
  for (const [name, level] of Object.entries(asked ?? {}))
    if (app.permissions[name] === undefined || (level === 'write' && app.permissions[name] === 'read'))
      throw new Refusal(422, 'The permissions requested are not granted to this installation.')
  const permissions = asked ?? app.permissions
  const token = `ghs_${randomBytes(18).toString('hex')}`
  // Clients judge by their own clock how long a token holds, so that the machine's clock counts here.
  const expires = Date.now() + 3_600_000
  call.state.tokens.set(token, { kind: 'installation', account: app.account, app, permissions, expires })
  const expiresAt = new Date(expires).toISOString().replace(/\.\d+Z$/, 'Z')
  return answer({ token, expires_at: expiresAt, permissions, repository_selection: 'selected' }, 201)
}
