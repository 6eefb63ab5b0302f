import type { EnvironmentSettings } from '../../ports/forge.ts'
import { type Fields, fieldsOf, flagOf, listOf, textOf } from './answers.ts'
import type { Call } from './api.ts'
import { GithubError, isMissing } from './github-error.ts'

export async function environmentOf(call: Call, name: string): Promise<EnvironmentSettings> {
  const nothing = { name, reviewers: [], selfReview: true, branches: 'any', adminBypass: true } as const
  let answer: unknown
  try {
    answer = await call.ask(`reading the environment ${name}`, (rest, at) =>
      rest.repos.getEnvironment({ ...at, environment_name: name }),
    )
  } catch (error) {
    if (isMissing(error)) return { ...nothing, exists: false }
    if (error instanceof GithubError && error.code === 'github-refused') return { ...nothing, exists: 'unknown' }
    throw error
  }
  const environment = fieldsOf(answer, 'an environment')
  const rules = listOf(environment['protection_rules'] ?? [], 'protection_rules').map((rule) =>
    fieldsOf(rule, 'a rule'),
  )
  const review = rules.find((rule) => rule['type'] === 'required_reviewers')
  return {
    name,
    exists: true,
    reviewers: listOf(review?.['reviewers'] ?? [], 'reviewers').map(reviewerOf),
    selfReview: !flagOf(review?.['prevent_self_review'] ?? false, 'prevent_self_review'),
    branches: await branchesOf(call, name, environment),
    adminBypass: flagOf(environment['can_admins_bypass'] ?? true, 'can_admins_bypass'),
  }
}

function reviewerOf(value: unknown): string {
  const { type, reviewer } = fieldsOf(value, 'a reviewer')
  const who = fieldsOf(reviewer, 'a reviewer')
  return type === 'Team' ? `team ${textOf(who['slug'], 'slug')}` : textOf(who['login'], 'login')
}

async function branchesOf(call: Call, name: string, environment: Fields): Promise<readonly string[] | 'any'> {
  const policy = environment['deployment_branch_policy']
  if (policy === null || policy === undefined) return 'any'
  const namesOf = (values: readonly unknown[]) =>
    values.map((value) => textOf(fieldsOf(value, 'a branch')['name'], 'name'))
  if (flagOf(fieldsOf(policy, 'deployment_branch_policy')['protected_branches'], 'protected_branches'))
    return namesOf(
      await call.list('reading which branches are protected', (rest, at) =>
        rest.repos.listBranches.endpoint({ ...at, protected: true, per_page: 100 }),
      ),
    )
  return namesOf(
    await call.list(
      `reading the branches of the environment ${name}`,
      (rest, at) => rest.repos.listDeploymentBranchPolicies.endpoint({ ...at, environment_name: name, per_page: 100 }),
      'branch_policies',
    ),
  )
}
