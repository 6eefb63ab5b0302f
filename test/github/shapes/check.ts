import type { CheckRun, RepositoryState, State, Thread } from '../state.ts'
import { integration, nodeId, type Shape } from './account.ts'
import { minimalRepository, repositoryUrl } from './repository.ts'

function pullMinimal(state: State, thread: Thread): Shape | undefined {
  const { pull, repository } = thread
  if (pull === undefined) return undefined
  const repo = (r: RepositoryState) => ({ id: r.id, url: repositoryUrl(state, r), name: r.name })
  return {
    url: `${repositoryUrl(state, repository)}/pulls/${thread.number}`,
    id: thread.id,
    number: thread.number,
    head: { ref: pull.branch, sha: pull.head, repo: repo(pull.from) },
    base: { ref: pull.base, sha: pull.baseSha, repo: repo(repository) },
  }
}

/** `check-run`. */
export function checkShape(state: State, repository: RepositoryState, run: CheckRun): Shape {
  const url = `${repositoryUrl(state, repository)}/check-runs/${run.id}`
  const page = `${state.web}/${repository.fullName}/runs/${run.id}`
  const pulls = [...repository.threads.values()].filter(
    (t) => t.state === 'open' && t.pull?.head === run.sha && t.pull.from === repository,
  )
  return {
    id: run.id,
    node_id: nodeId('CheckRun', run.id),
    head_sha: run.sha,
    name: run.name,
    external_id: run.externalId,
    url,
    html_url: page,
    details_url: run.detailsUrl ?? page,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: {
      title: run.title,
      summary: run.summary,
      text: run.text,
      annotations_count: run.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: 1_000_000 + run.app.id },
    app: integration(state, run.app),
    pull_requests: pulls.flatMap((t) => pullMinimal(state, t) ?? []),
  }
}

/** `check-annotation`. */
export function annotationShape(
  state: State,
  repository: RepositoryState,
  run: CheckRun,
  annotation: Readonly<Record<string, unknown>>,
): Shape {
  const page = minimalRepository(state, repository)['html_url']
  return {
    start_column: null,
    end_column: null,
    title: null,
    raw_details: null,
    ...annotation,
    blob_href: `${page}/blob/${run.sha}/${annotation['path']}`,
  }
}
