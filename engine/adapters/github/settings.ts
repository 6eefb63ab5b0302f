import type { BranchSettings, ForgeSettings } from '../../ports/forge.ts'
import { branchOf, type Fields, fieldsOf, flagOf, malformed, textIfAny, textOf, word } from './answers.ts'
import type { Call } from './api.ts'
import { readBranchRules } from './branch-rules.ts'
import { environmentOf } from './environment-settings.ts'
import { isHidden, isMissing } from './github-error.ts'
import { bypassesOf } from './ruleset-bypasses.ts'

/** How the repository is set up: what we may not see is unknown, and never taken for switched off. */
export async function readSettings(
  call: Call,
  branches: readonly string[],
  environments: readonly string[],
): Promise<ForgeSettings> {
  const answer = await call.answer('reading the repository', (rest, at) => rest.repos.get(at))
  const repository = fieldsOf(answer.data, 'a repository')
  const scopes = await scopesOf(call, answer.headers['x-oauth-scopes'])
  return {
    defaultBranch: branchOf(repository['default_branch'], 'default_branch'),
    visibility: visibilityOf(repository),
    mergeMethods: (
      [
        ['merge', 'allow_merge_commit'],
        ['squash', 'allow_squash_merge'],
        ['rebase', 'allow_rebase_merge'],
      ] as const
    ).flatMap(([method, field]) => (flagOf(repository[field] ?? true, field) ? [method] : [])),
    branches: await inTurn(branches, (branch) => branchSettings(call, branch)),
    environments: await inTurn(environments, (name) => environmentOf(call, name)),
    ...(await workflowSettings(call)),
    ...(await actionsSettings(call)),
    ...(scopes !== undefined && { tokenScopes: scopes }),
  }
}

async function inTurn<Item, Result>(items: readonly Item[], read: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  for (const item of items) results.push(await read(item))
  return results
}

function visibilityOf(repository: Fields): ForgeSettings['visibility'] {
  const written = textIfAny(repository['visibility'], 'visibility')
  if (written === 'public' || written === 'private' || written === 'internal') return written
  return flagOf(repository['private'], 'private') ? 'private' : 'public'
}

/** What a classic token or the installation of an app may do; GitHub tells of no others. */
async function scopesOf(call: Call, header: unknown): Promise<readonly string[] | undefined> {
  if (call.app !== undefined) {
    const { permissions } = await call.app.token()
    return Object.entries(permissions)
      .map(([name, how]) => `${name}:${how}`)
      .sort()
  }
  if (typeof header !== 'string') return undefined
  return header
    .split(',')
    .map((scope) => scope.trim())
    .filter((scope) => /^[\w:-]{1,100}$/.test(scope))
}

/** Undefined where we may not see it. */
async function shown(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    return await ask()
  } catch (error) {
    if (isHidden(error)) return undefined
    throw error
  }
}

async function workflowSettings(call: Call): Promise<Pick<ForgeSettings, 'workflowToken' | 'workflowsMayApprove'>> {
  const answer = await shown(() =>
    call.ask('reading what workflows may do', (rest, at) =>
      rest.actions.getGithubActionsDefaultWorkflowPermissionsRepository(at),
    ),
  )
  if (answer === undefined) return { workflowToken: 'unknown', workflowsMayApprove: 'unknown' }
  const settings = fieldsOf(answer, 'permissions of workflows')
  const token = word(settings['default_workflow_permissions'], 'default_workflow_permissions', /^(?:read|write)$/)
  return {
    workflowToken: token === 'read' ? 'read' : 'write',
    workflowsMayApprove: flagOf(settings['can_approve_pull_request_reviews'], 'can_approve_pull_request_reviews'),
  }
}

async function actionsSettings(call: Call): Promise<Pick<ForgeSettings, 'actions' | 'pinnedActions'>> {
  const answer = await shown(() =>
    call.ask('reading which actions may be used', (rest, at) => rest.actions.getGithubActionsPermissionsRepository(at)),
  )
  if (answer === undefined) return { actions: 'unknown', pinnedActions: 'unknown' }
  const settings = fieldsOf(answer, 'permissions of actions')
  const pinned = settings['sha_pinning_required']
  const pinnedActions = pinned === undefined ? 'unknown' : flagOf(pinned, 'sha_pinning_required')
  if (!flagOf(settings['enabled'], 'enabled')) return { actions: 'disabled', pinnedActions }
  const allowed = textOf(settings['allowed_actions'], 'allowed_actions')
  const actions = ({ all: 'all', local_only: 'local', selected: 'selected' } as const)[allowed]
  if (actions === undefined) throw malformed('allowed_actions')
  return { actions, pinnedActions }
}

async function branchSettings(call: Call, name: string): Promise<BranchSettings> {
  const exists = await isThere(call, name)
  const { any, seen, rulesets, bypasses, administrators, ...asked } = await readBranchRules(call, name)
  const past = await inTurn(rulesets, (id) => bypassesOf(call, id))
  return {
    ...{ name, exists, protected: any ? true : seen ? false : 'unknown' },
    ...asked,
    administrators: administrators && !past.some((one) => one.administrators),
    bypasses: [...bypasses, ...past.flatMap((one) => one.names)],
    unseen: [...(seen ? [] : ['the protection of the branch']), ...past.flatMap((one) => one.unseen)],
  }
}

async function isThere(call: Call, branch: string): Promise<boolean> {
  try {
    await call.ask(`reading the branch ${branch}`, (rest, at) => rest.repos.getBranch({ ...at, branch }))
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}
