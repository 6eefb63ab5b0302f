import { GithubError } from './github-error.ts'

/** The part of the environment that says which GitHub, and which repository there. */
export interface PlaceEnvironment {
  readonly GITHUB_REPOSITORY?: string | undefined
  readonly GITHUB_API_URL?: string | undefined
  readonly GITHUB_SERVER_URL?: string | undefined
}

/** One repository on one GitHub. */
export interface GithubPlace {
  /** Host of the pages, with its port where that is not the usual one. */
  readonly host: string
  readonly owner: string
  readonly name: string
  /** `owner/name`. */
  readonly repository: string
  /** Where people look at it. */
  readonly url: string
  /** Base of the REST API, without a slash at its end: credentials go nowhere else. */
  readonly api: string
  readonly graphql: string
  /** It is this machine, where tests are. */
  readonly local: boolean
}

/**
 * Which repository of which GitHub: the environment says the GitHub, github.com where it is silent; the repository is the one of
 * the environment, else that of the remote where it is on that GitHub. Undefined where neither is. Throws `github-address`.
 */
export function githubPlace(env: PlaceEnvironment, remote: string | undefined): GithubPlace | undefined {
  const server = addressOf('GITHUB_SERVER_URL', env.GITHUB_SERVER_URL || 'https://github.com')
  const api = addressOf('GITHUB_API_URL', env.GITHUB_API_URL || apiOf(server))
  const repository = env.GITHUB_REPOSITORY || (remote === undefined ? undefined : repositoryOf(remote, server.host))
  if (repository === undefined) return undefined
  const [owner = '', name = '', ...more] = repository.split('/')
  if (more.length > 0 || !/^[A-Za-z0-9][\w.-]{0,99}$/.test(owner) || !/^(?!\.{1,2}$)[\w.-]{1,100}$/.test(name))
    throw new GithubError('github-address', 'the name of the repository on GitHub is not of the form owner/name')
  const base = api.href.replace(/\/+$/, '')
  return {
    host: server.host,
    owner,
    name,
    repository: `${owner}/${name}`,
    url: `${server.href.replace(/\/+$/, '')}/${owner}/${name}`,
    api: base,
    // GitHub Enterprise Server has both interfaces side by side.
    graphql: base.endsWith('/api/v3') ? base.replace(/v3$/, 'graphql') : `${base}/graphql`,
    local: isLocal(api.hostname),
  }
}

const apiOf = (server: URL): string =>
  server.host === 'github.com' ? 'https://api.github.com' : `${server.origin}/api/v3`

/** An address that credentials may be sent to: https, or this machine. */
function addressOf(variable: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal(url.hostname))
  if (url === undefined || !safe || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new GithubError('github-address', `${variable} is no https address`)
  return url
}

const isLocal = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host)

/** `owner/name` of a remote's address in one of the forms that git takes, where its host is this one. */
function repositoryOf(remote: string, host: string): string | undefined {
  const scp = /^(?:[^@/:]+@)?([^/:]+):(?!\/)(.+)$/.exec(remote)
  const [, remoteHost, path] = scp ?? /^(?:ssh|https?):\/\/(?:[^@/]*@)?([^/]+)\/(.+)$/i.exec(remote) ?? []
  if (remoteHost === undefined || path === undefined) return undefined
  const at = remoteHost.toLowerCase()
  // A port of SSH says nothing of where the pages are; ssh.github.com is github.com for those behind firewalls.
  const there = /^(?:git\+)?ssh:/i.test(remote)
    ? at.replace(/:\d+$/, '').replace(/^ssh\.github\.com$/, 'github.com')
    : at
  if (there !== host && there !== host.replace(/:\d+$/, '')) return undefined
  return path.replace(/\/+$/, '').replace(/\.git$/, '')
}
