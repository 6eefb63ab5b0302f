import { randomUUID } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { latestChecks } from '../merge-rules.ts'
import {
  type Access,
  type Answer,
  answer,
  invalid,
  listOf,
  Refusal,
  type RepositoryCall,
  type Route,
  reads,
  repositoryRoute,
  text,
  writes,
} from '../route.ts'
import { annotationShape, checkShape } from '../shapes/check.ts'
import { repositoryUrl } from '../shapes/repository.ts'
import { type AppState, type CheckRun, stamp } from '../state.ts'
import { emit } from '../webhooks.ts'
import { commitOf } from './lookup.ts'

/** Checks are written by Apps alone. */
const appsAlone: Access = { person: 'nobody', app: ['checks', 'write'] }

export const checkRoutes: readonly Route[] = [
  repositoryRoute('POST /check-runs', appsAlone, createCheck),
  repositoryRoute('GET /check-runs/{check_run_id}', reads('checks'), (call) =>
    answer(checkShape(call.state, call.repository, checkOf(call))),
  ),
  repositoryRoute('PATCH /check-runs/{check_run_id}', appsAlone, (call) => {
    const run = checkOf(call)
    if (run.app !== appOf(call)) throw new Refusal(403, 'Invalid app_id: it is not the one that made the check run')
    fill(call, run)
    emitCheck(call, run, run.status === 'completed' ? 'completed' : 'created')
    return answer(checkShape(call.state, call.repository, run))
  }),
  repositoryRoute('GET /check-runs/{check_run_id}/annotations', reads('checks'), (call) => {
    const run = checkOf(call)
    return listOf(run.annotations, (a) => annotationShape(call.state, call.repository, run, a))
  }),
  repositoryRoute('GET /commits/{ref}/check-runs', reads('checks'), async (call) => {
    const { state, repository, query } = call
    const sha = await commitOf(call, call.params['ref'] ?? '')
    const all =
      query.get('filter') === 'all' ? repository.checks.filter((r) => r.sha === sha) : latestChecks(repository, sha)
    const name = query.get('check_name')
    const app = query.get('app_id')
    const status = query.get('status')
    const found = all.filter(
      (run) =>
        (name === null || run.name === name) &&
        (app === null || run.app.id === Number(app)) &&
        (status === null || run.status === status),
    )
    return listOf(found.toReversed(), (run) => checkShape(state, repository, run), 'check_runs')
  }),
  repositoryRoute('POST /code-scanning/sarifs', writes('security_events'), uploadSarif),
  repositoryRoute('GET /code-scanning/sarifs/{sarif_id}', reads('security_events', 'write'), (call) => {
    if (!call.repository.sarifs.some((s) => s.id === call.params['sarif_id'])) throw new Refusal(404, 'Not Found')
    return answer({
      processing_status: 'complete',
      analyses_url: `${repositoryUrl(call.state, call.repository)}/code-scanning/analyses`,
    })
  }),
]

function appOf(call: RepositoryCall): AppState {
  if (call.actor.kind !== 'installation') throw new Refusal(403, 'You must authenticate via a GitHub App.')
  return call.actor.app
}

function checkOf(call: RepositoryCall): CheckRun {
  const run = call.repository.checks.find((r) => r.id === Number(call.params['check_run_id']))
  if (run === undefined) throw new Refusal(404, 'Not Found')
  return run
}

async function createCheck(call: RepositoryCall): Promise<Answer> {
  const run: CheckRun = {
    id: call.state.nextId(),
    app: appOf(call),
    name: text(call.body, 'name') ?? '',
    sha: await commitOf(call, text(call.body, 'head_sha') ?? ''),
    externalId: '',
    detailsUrl: null,
    status: 'queued',
    conclusion: null,
    startedAt: stamp(call.state),
    completedAt: null,
    title: null,
    summary: null,
    text: null,
    annotations: [],
  }
  fill(call, run)
  call.repository.checks.push(run)
  emitCheck(call, run, 'created')
  if (run.status === 'completed') emitCheck(call, run, 'completed')
  return answer(checkShape(call.state, call.repository, run), 201)
}

function fill(call: RepositoryCall, run: CheckRun): void {
  const { body } = call
  run.name = text(body, 'name') ?? run.name
  run.externalId = text(body, 'external_id') ?? run.externalId
  run.detailsUrl = text(body, 'details_url') ?? run.detailsUrl
  run.startedAt = text(body, 'started_at') ?? run.startedAt
  run.status = text(body, 'status') ?? run.status
  const conclusion = text(body, 'conclusion')
  if (run.status === 'completed' && conclusion === undefined && run.conclusion === null)
    throw invalid('CheckRun', 'conclusion', 'missing_field')
  if (conclusion !== undefined) {
    // A conclusion completes it, whatever else is said.
    run.conclusion = conclusion
    run.status = 'completed'
    run.completedAt = text(body, 'completed_at') ?? stamp(call.state)
  }
  const output = body['output']
  if (typeof output !== 'object' || output === null) return
  const said = output as Readonly<Record<string, unknown>>
  for (const field of ['summary', 'text'])
    if ((text(said, field)?.length ?? 0) > 65_535) throw invalid('CheckRun', field, 'invalid', `${field} is too long`)
  run.title = text(said, 'title') ?? run.title
  run.summary = text(said, 'summary') ?? run.summary
  run.text = text(said, 'text') ?? run.text
  // Annotations are added to those that are there: https://docs.github.com/en/rest/checks/runs#update-a-check-run
  if (Array.isArray(said['annotations'])) run.annotations.push(...said['annotations'])
}

function emitCheck(call: RepositoryCall, run: CheckRun, action: string): void {
  const shape = checkShape(call.state, call.repository, run)
  emit(call.state, 'check_run', call.repository, call.actor.account, { action, check_run: shape })
}

async function uploadSarif(call: RepositoryCall): Promise<Answer> {
  const { state, repository, body } = call
  if (!repository.codeScanning)
    throw new Refusal(403, 'Advanced Security must be enabled for this repository to use code scanning.')
  let sarif: string
  try {
    sarif = gunzipSync(Buffer.from(text(body, 'sarif') ?? '', 'base64')).toString()
    JSON.parse(sarif)
  } catch {
    throw new Refusal(400, 'Invalid request.\n\nInvalid SARIF. It is not gzip in Base64, or no JSON.')
  }
  const commit = await commitOf(call, text(body, 'commit_sha') ?? '')
  const id = randomUUID()
  repository.sarifs.push({ id, commit, ref: text(body, 'ref') ?? '', sarif })
  return answer({ id, url: `${repositoryUrl(state, repository)}/code-scanning/sarifs/${id}` }, 202)
}
