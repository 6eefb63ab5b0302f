import { type Actor, permissionOf, type RepositoryState, type State } from '../state.ts'
import { nodeId, type Shape, simpleUser } from './account.ts'

const links: Readonly<Record<string, string>> = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  contributors_url: '/contributors',
  deployments_url: '/deployments',
  downloads_url: '/downloads',
  events_url: '/events',
  forks_url: '/forks',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  hooks_url: '/hooks',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  languages_url: '/languages',
  merges_url: '/merges',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  stargazers_url: '/stargazers',
  statuses_url: '/statuses/{sha}',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  tags_url: '/tags',
  teams_url: '/teams',
  trees_url: '/git/trees{/sha}',
}

export function repositoryUrl(state: State, repository: RepositoryState): string {
  return `${state.api}/repos/${repository.fullName}`
}

/** `minimal-repository`, which is in everything that names a repository. */
export function minimalRepository(state: State, repository: RepositoryState): Shape {
  const url = repositoryUrl(state, repository)
  return {
    id: repository.id,
    node_id: nodeId('Repository', repository.id),
    name: repository.name,
    full_name: repository.fullName,
    private: repository.visibility === 'private',
    owner: simpleUser(state, repository.owner),
    html_url: `${state.web}/${repository.fullName}`,
    description: null,
    fork: repository.parent !== undefined,
    url,
    ...Object.fromEntries(Object.entries(links).map(([name, end]) => [name, `${url}${end}`])),
  }
}

/** `repository`. */
export function fullerRepository(state: State, repository: RepositoryState): Shape {
  const open = [...repository.threads.values()].filter((t) => t.state === 'open').length
  const page = `${state.web}/${repository.fullName}`
  return {
    ...minimalRepository(state, repository),
    clone_url: `${page}.git`,
    git_url: `git:${page.replace(/^https?:/, '')}.git`,
    ssh_url: `git@${new URL(state.web).hostname}:${repository.fullName}.git`,
    svn_url: page,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    forks: 0,
    forks_count: 0,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
    open_issues: open,
    open_issues_count: open,
    size: 1,
    default_branch: repository.defaultBranch,
    visibility: repository.visibility,
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_downloads: false,
    has_discussions: false,
    archived: false,
    disabled: false,
    topics: [],
    created_at: repository.createdAt,
    updated_at: repository.createdAt,
    pushed_at: repository.pushedAt,
  }
}

/** `full-repository`, as somebody sees it: how it merges is told to those who may push. */
export function fullRepository(state: State, repository: RepositoryState, actor: Actor): Shape {
  const has = actor.kind === 'person' ? permissionOf(repository, actor.account) : undefined
  const may = (...names: string[]) => has !== undefined && names.includes(has)
  const tellsMerging =
    may('admin', 'maintain', 'write') ||
    (actor.kind === 'installation' &&
      (actor.permissions['contents'] === 'write' || actor.permissions['administration'] !== undefined))
  const methods = {
    allow_merge_commit: repository.mergeMethods.includes('merge'),
    allow_squash_merge: repository.mergeMethods.includes('squash'),
    allow_rebase_merge: repository.mergeMethods.includes('rebase'),
    allow_auto_merge: false,
    delete_branch_on_merge: false,
    squash_merge_commit_title: 'PR_TITLE',
    squash_merge_commit_message: 'COMMIT_MESSAGES',
    merge_commit_title: 'MERGE_MESSAGE',
    merge_commit_message: 'PR_TITLE',
  }
  return {
    ...fullerRepository(state, repository),
    network_count: 0,
    subscribers_count: 0,
    ...(repository.parent === undefined ? {} : { parent: fullerRepository(state, repository.parent) }),
    ...(has === undefined
      ? {}
      : {
          permissions: {
            admin: may('admin'),
            maintain: may('admin', 'maintain'),
            push: may('admin', 'maintain', 'write'),
            triage: may('admin', 'maintain', 'write', 'triage'),
            pull: has !== 'none',
          },
        }),
    ...(tellsMerging ? methods : {}),
  }
}
