import type { Environment, Protection } from '../fake-github.ts'
import { type Account, accountOf, type RepositoryState, type State } from '../state.ts'
import { nodeId, type Shape, simpleUser } from './account.ts'
import { repositoryUrl } from './repository.ts'

function people(state: State, logins: readonly string[]): readonly Account[] {
  return logins.flatMap((login) => accountOf(state, login) ?? [])
}

/** `branch-protection`. */
export function branchProtection(
  state: State,
  repository: RepositoryState,
  branch: string,
  protection: Protection,
): Shape {
  const url = `${repositoryUrl(state, repository)}/branches/${encodeURIComponent(branch)}/protection`
  const checks = protection.checks
  const on = (enabled: boolean | undefined) => ({ enabled: enabled === true })
  return {
    url,
    ...(checks === undefined
      ? {}
      : {
          required_status_checks: {
            url: `${url}/required_status_checks`,
            strict: protection.upToDate === true,
            contexts: checks,
            contexts_url: `${url}/required_status_checks/contexts`,
            checks: checks.map((context) => ({ context, app_id: null })),
          },
        }),
    ...(protection.reviews === undefined
      ? {}
      : {
          required_pull_request_reviews: {
            url: `${url}/required_pull_request_reviews`,
            dismiss_stale_reviews: protection.dismissStale === true,
            require_code_owner_reviews: protection.codeOwners === true,
            require_last_push_approval: protection.lastPushApproval === true,
            required_approving_review_count: protection.reviews,
            ...(protection.bypass === undefined
              ? {}
              : {
                  bypass_pull_request_allowances: {
                    users: people(state, protection.bypass).map((a) => simpleUser(state, a)),
                    teams: [],
                    apps: [],
                  },
                }),
          },
        }),
    ...(protection.restrictedTo === undefined
      ? {}
      : {
          restrictions: {
            url: `${url}/restrictions`,
            users_url: `${url}/restrictions/users`,
            teams_url: `${url}/restrictions/teams`,
            apps_url: `${url}/restrictions/apps`,
            users: people(state, protection.restrictedTo).map((a) => simpleUser(state, a)),
            teams: [],
            apps: [],
          },
        }),
    enforce_admins: { url: `${url}/enforce_admins`, enabled: protection.administrators === true },
    required_signatures: { url: `${url}/required_signatures`, enabled: protection.signatures === true },
    required_linear_history: on(protection.linearHistory),
    allow_force_pushes: on(protection.forcePushes),
    allow_deletions: on(protection.deletions),
    block_creations: on(false),
    required_conversation_resolution: on(false),
    lock_branch: on(false),
    allow_fork_syncing: on(false),
  }
}

type KeptRuleset = RepositoryState['rulesets'][number]

/** `repository-ruleset`; who may go past it is told to those who may change it. */
export function rulesetShape(
  state: State,
  repository: RepositoryState,
  ruleset: KeptRuleset,
  whole: boolean,
  tellsBypass: boolean,
): Shape {
  const url = `${repositoryUrl(state, repository)}/rulesets/${ruleset.id}`
  const page = `${state.web}/${repository.fullName}/rules/${ruleset.id}`
  return {
    id: ruleset.id,
    name: ruleset.name,
    target: 'branch',
    source_type: 'Repository',
    source: repository.fullName,
    enforcement: ruleset.enforcement ?? 'active',
    node_id: nodeId('RepositoryRuleset', ruleset.id),
    _links: { self: { href: url }, html: { href: page } },
    created_at: ruleset.at,
    updated_at: ruleset.at,
    ...(whole
      ? { conditions: { ref_name: { include: ruleset.branches, exclude: [] } }, rules: ruleset.rules.map(ruleShape) }
      : {}),
    ...(whole && tellsBypass
      ? {
          bypass_actors: (ruleset.bypass ?? []).map((bypass) => ({
            actor_id: bypass.id ?? 1,
            actor_type: bypass.actor,
            bypass_mode: bypass.mode,
          })),
        }
      : {}),
  }
}

/** GitHub gives all parameters of a rule, also those that were not said. */
const defaults: Readonly<Record<string, Shape>> = {
  pull_request: {
    required_approving_review_count: 0,
    dismiss_stale_reviews_on_push: false,
    require_code_owner_review: false,
    require_last_push_approval: false,
    required_review_thread_resolution: false,
    allowed_merge_methods: ['merge', 'squash', 'rebase'],
  },
  required_status_checks: {
    required_status_checks: [],
    strict_required_status_checks_policy: false,
    do_not_enforce_on_create: false,
  },
  merge_queue: {
    merge_method: 'MERGE',
    max_entries_to_build: 5,
    min_entries_to_merge: 1,
    max_entries_to_merge: 5,
    min_entries_to_merge_wait_minutes: 5,
    grouping_strategy: 'ALLGREEN',
    check_response_timeout_minutes: 60,
  },
}

export function ruleShape(rule: KeptRuleset['rules'][number]): Shape {
  const known = defaults[rule.type]
  if (known === undefined && rule.parameters === undefined) return { type: rule.type }
  return { type: rule.type, parameters: { ...known, ...rule.parameters } }
}

/** `environment`. */
export function environmentShape(
  state: State,
  repository: RepositoryState,
  name: string,
  environment: Environment & { readonly id: number; readonly at: string },
): Shape {
  const reviewers = people(state, environment.reviewers ?? [])
  const rule = (type: string, place: number, more: Shape) => ({
    id: environment.id * 10 + place,
    node_id: nodeId('Gate', environment.id * 10 + place),
    type,
    ...more,
  })
  const asked = rule('required_reviewers', 1, {
    prevent_self_review: environment.preventSelfReview === true,
    reviewers: reviewers.map((a) => ({ type: 'User', reviewer: simpleUser(state, a) })),
  })
  const policy = rule('branch_policy', 2, {})
  const alone = environment.branches
  return {
    id: environment.id,
    node_id: nodeId('Environment', environment.id),
    name,
    url: `${repositoryUrl(state, repository)}/environments/${encodeURIComponent(name)}`,
    html_url: `${state.web}/${repository.fullName}/deployments/activity_log?environments_filter=${encodeURIComponent(name)}`,
    created_at: environment.at,
    updated_at: environment.at,
    can_admins_bypass: environment.adminBypass ?? true,
    protection_rules: [...(reviewers.length > 0 ? [asked] : []), ...(alone === undefined ? [] : [policy])],
    deployment_branch_policy:
      alone === undefined
        ? null
        : { protected_branches: alone === 'protected', custom_branch_policies: alone !== 'protected' },
  }
}
