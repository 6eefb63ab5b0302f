import { rulesetsOf } from '../branch-rules.ts'
import { answer, listOf, Refusal, type RepositoryCall, type Route, reads, repositoryRoute } from '../route.ts'
import { nodeId } from '../shapes/account.ts'
import { repositoryUrl } from '../shapes/repository.ts'
import { environmentShape, ruleShape, rulesetShape } from '../shapes/settings.ts'
import { permissionOf } from '../state.ts'

export const settingsRoutes: readonly Route[] = [
  repositoryRoute('GET /rulesets', reads('metadata'), ({ state, repository }) =>
    listOf(repository.rulesets, (r) => rulesetShape(state, repository, r, false, false)),
  ),
  repositoryRoute('GET /rulesets/{ruleset_id}', reads('metadata'), (call) => {
    const { state, repository, params } = call
    const ruleset = repository.rulesets.find((r) => r.id === Number(params['ruleset_id']))
    if (ruleset === undefined) throw new Refusal(404, 'Not Found')
    return answer(rulesetShape(state, repository, ruleset, true, administers(call)))
  }),
  repositoryRoute('GET /rules/branches/{branch}', reads('metadata'), ({ repository, params }) => {
    const rules = rulesetsOf(repository, params['branch'] ?? '').flatMap((ruleset) =>
      ruleset.rules.map((rule) => ({ ruleset, rule })),
    )
    return listOf(rules, ({ ruleset, rule }) => ({
      ...ruleShape(rule),
      ruleset_source_type: 'Repository',
      ruleset_source: repository.fullName,
      ruleset_id: ruleset.id,
    }))
  }),
  repositoryRoute('GET /environments', reads('actions'), ({ state, repository }) =>
    listOf(
      [...repository.environments],
      ([name, environment]) => environmentShape(state, repository, name, environment),
      'environments',
    ),
  ),
  repositoryRoute('GET /environments/{environment_name}', reads('actions'), (call) => {
    const { name, environment } = environmentOf(call)
    return answer(environmentShape(call.state, call.repository, name, environment))
  }),
  repositoryRoute('GET /environments/{environment_name}/deployment-branch-policies', reads('actions'), (call) => {
    const { environment } = environmentOf(call)
    const patterns = typeof environment.branches === 'object' ? environment.branches : []
    const shape = (name: string) => {
      const id = environment.id * 100 + patterns.indexOf(name)
      return { id, node_id: nodeId('Policy', id), name, type: 'branch' }
    }
    return listOf(patterns, shape, 'branch_policies')
  }),
  repositoryRoute('GET /actions/permissions', reads('administration', 'admin'), ({ state, repository }) => {
    const { enabled = true, allowed = 'all', pinned = false } = repository.actions
    const selected = `${repositoryUrl(state, repository)}/actions/permissions/selected-actions`
    return answer({
      enabled,
      ...(enabled ? { allowed_actions: allowed, sha_pinning_required: pinned } : {}),
      ...(enabled && allowed === 'selected' ? { selected_actions_url: selected } : {}),
    })
  }),
  repositoryRoute('GET /actions/permissions/selected-actions', reads('administration', 'admin'), ({ repository }) => {
    if (repository.actions.allowed !== 'selected') throw new Refusal(409, 'Conflict')
    return answer({ github_owned_allowed: true, verified_allowed: false, patterns_allowed: [] })
  }),
  repositoryRoute('GET /actions/permissions/workflow', reads('administration', 'admin'), ({ repository }) =>
    answer({
      default_workflow_permissions: repository.actions.workflowToken ?? 'read',
      can_approve_pull_request_reviews: repository.actions.mayApprove === true,
    }),
  ),
]

function administers({ repository, actor }: RepositoryCall): boolean {
  if (actor.kind === 'person') return permissionOf(repository, actor.account) === 'admin'
  return actor.kind === 'installation' && actor.permissions['administration'] === 'write'
}

function environmentOf({ repository, params }: RepositoryCall) {
  const name = params['environment_name'] ?? ''
  const environment = repository.environments.get(name)
  if (environment === undefined) throw new Refusal(404, 'Not Found')
  return { name, environment }
}
