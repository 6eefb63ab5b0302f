import type { CommitFacts, FileChange } from '../bare-repository.ts'
import type { RepositoryState, State } from '../state.ts'
import { nodeId, type Shape } from './account.ts'
import { repositoryUrl } from './repository.ts'

function gitUser(signature: CommitFacts['author']): Shape {
  const [seconds = '0'] = signature.date.split(' ')
  const date = new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z')
  return { name: signature.name, email: signature.email, date }
}

/** `commit`. */
export async function commitShape(state: State, repository: RepositoryState, sha: string): Promise<Shape> {
  const facts = await repository.git.commit(sha)
  const url = repositoryUrl(state, repository)
  const page = `${state.web}/${repository.fullName}/commit`
  const payload = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null }
  return {
    sha,
    node_id: nodeId('Commit', Number.parseInt(sha.slice(0, 8), 16)),
    url: `${url}/commits/${sha}`,
    html_url: `${page}/${sha}`,
    comments_url: `${url}/commits/${sha}/comments`,
    commit: {
      url: `${url}/git/commits/${sha}`,
      author: gitUser(facts.author),
      committer: gitUser(facts.committer),
      message: facts.message,
      tree: { sha: facts.tree, url: `${url}/git/trees/${facts.tree}` },
      comment_count: 0,
      verification: payload,
    },
    author: null,
    committer: null,
    parents: facts.parents.map((p) => ({ sha: p, url: `${url}/commits/${p}`, html_url: `${page}/${p}` })),
  }
}

/** `diff-entry`. */
export function fileShape(state: State, repository: RepositoryState, head: string, file: FileChange): Shape {
  const page = `${state.web}/${repository.fullName}`
  const path = file.path.split('/').map(encodeURIComponent).join('/')
  return {
    sha: file.sha,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${page}/blob/${head}/${path}`,
    raw_url: `${page}/raw/${head}/${path}`,
    contents_url: `${repositoryUrl(state, repository)}/contents/${path}?ref=${head}`,
  }
}
