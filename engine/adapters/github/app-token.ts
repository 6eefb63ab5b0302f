import type { createAppAuth } from '@octokit/auth-app'
import type { Octokit } from '@octokit/rest'
import type { Credentials } from './credentials.ts'
import { GithubError, isMissing } from './github-error.ts'
import type { GithubPlace } from './place.ts'

/** What an app may ask as itself, and the tokens of its installation. */
export interface AppTokens {
  /** The app's name in addresses: its account is `<slug>[bot]`. */
  slug(): Promise<unknown>
  /** A token for this one repository, made anew before it ends. */
  token(): Promise<{ readonly token: string; readonly permissions: Readonly<Record<string, string>> }>
}

type Asked = <Answer>(what: string, ask: () => Promise<Answer>) => Promise<Answer>

/**
 * @param plain asks without credentials of its own
 * @param asked says in our words what goes wrong
 */
export function appTokens(
  credentials: Extract<Credentials, { kind: 'app' }>,
  place: GithubPlace,
  plain: Octokit,
  createAuth: typeof createAppAuth,
  asked: Asked,
): AppTokens {
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const auth = createAuth({
    appId: credentials.id,
    privateKey: credentials.key,
    request: plain.request as never,
    log: silent,
  })
  const asApp = async () => ({ headers: { authorization: `bearer ${(await auth({ type: 'app' })).token}` } })
  const { owner, name } = place
  let installation: number | undefined
  return {
    slug: () =>
      asked('asking who the app is', async () => (await plain.rest.apps.getAuthenticated(await asApp())).data?.slug),
    async token() {
      installation ??= await asked('looking for the installation of the app', async () => {
        const { data } = await plain.rest.apps.getRepoInstallation({ owner, repo: name, ...(await asApp()) })
        return data.id
      }).catch((error: unknown) => {
        if (!isMissing(error)) throw error
        const summary = `the app ${credentials.id} is not installed on ${place.repository}`
        throw new GithubError('github-credentials', summary, { status: 404 })
      })
      if (!Number.isSafeInteger(installation))
        throw new GithubError('github-answer', 'looking for the installation of the app: its id is no number')
      const installationId = installation
      const { token, permissions } = await asked('asking for a token', () =>
        auth({ type: 'installation', installationId, repositoryNames: [name] }),
      )
      return { token, permissions }
    },
  }
}
