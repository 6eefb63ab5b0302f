import { type Account, type AppState, atLeast, permissionOf, type RepositoryState, type State } from '../state.ts'

export type Shape = Readonly<Record<string, unknown>>

/** `node_id`: opaque to everybody. */
export function nodeId(kind: string, id: number): string {
  return Buffer.from(`0${kind.length}:${kind}${id}`).toString('base64')
}

/** `simple-user`. */
export function simpleUser(state: State, account: Account): Shape {
  const url = `${state.api}/users/${encodeURIComponent(account.login)}`
  const page = account.type === 'Bot' ? `apps/${account.login.replace(/\[bot\]$/, '')}` : account.login
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId('User', account.id),
    avatar_url: `${state.web}/avatars/u/${account.id}?v=4`,
    gravatar_id: '',
    url,
    html_url: `${state.web}/${page}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: account.type,
    user_view_type: 'public',
    site_admin: false,
  }
}

/** `public-user`. */
export function publicUser(state: State, account: Account): Shape {
  return {
    ...simpleUser(state, account),
    name: null,
    company: null,
    blog: '',
    location: null,
    email: null,
    hireable: null,
    bio: null,
    twitter_username: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: account.createdAt,
    updated_at: account.createdAt,
  }
}

/** `author_association`. */
export function association(repository: RepositoryState, account: Account): string {
  if (repository.owner.id === account.id) return 'OWNER'
  if (!atLeast(permissionOf(repository, account), 'triage')) return 'NONE'
  return repository.owner.type === 'Organization' ? 'MEMBER' : 'COLLABORATOR'
}

/** `integration`. */
export function integration(state: State, app: AppState): Shape {
  return {
    id: app.id,
    slug: app.slug,
    client_id: `Iv1.${app.id}`,
    node_id: nodeId('App', app.id),
    owner: simpleUser(state, app.repository.owner),
    name: app.slug,
    description: '',
    external_url: `${state.web}/apps/${app.slug}`,
    html_url: `${state.web}/apps/${app.slug}`,
    created_at: app.createdAt,
    updated_at: app.createdAt,
    permissions: app.permissions,
    events: [],
  }
}

/** `installation`. */
export function installation(state: State, app: AppState): Shape {
  const owner = app.repository.owner
  return {
    id: app.installation,
    account: simpleUser(state, owner),
    repository_selection: 'selected',
    access_tokens_url: `${state.api}/app/installations/${app.installation}/access_tokens`,
    repositories_url: `${state.api}/installation/repositories`,
    html_url: `${state.web}/organizations/${owner.login}/settings/installations/${app.installation}`,
    app_id: app.id,
    app_slug: app.slug,
    target_id: owner.id,
    target_type: owner.type,
    permissions: app.permissions,
    events: [],
    created_at: app.createdAt,
    updated_at: app.createdAt,
    single_file_name: null,
    suspended_by: null,
    suspended_at: null,
  }
}
