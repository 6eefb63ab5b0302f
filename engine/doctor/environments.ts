import type { Diagnostic } from '../model/diagnostic.ts'
import type { EnvironmentSettings } from '../ports/forge.ts'
import { report } from './report.ts'

/**
 * Environments that the workflows use: one with a login that may look at hosts, one with the key of the engine as well, one with a login
 * that may change hosts.
 */
export const environmentNames = { plan: 'plumbline-plan', drift: 'plumbline-drift', apply: 'plumbline-apply' } as const

export function environmentFindings(environment: EnvironmentSettings, target: string): readonly Diagnostic[] {
  const { name, exists } = environment
  if (exists === 'unknown')
    return [
      report('setup-unseen', `the environment ${name} could not be seen`, {
        hint: 'run it with a token that may read environments and administration of the repository',
      }),
    ]
  if (!exists) return [report('setup-environment-missing', `there is no environment ${name}`)]
  // Jobs of pull requests plan, on whatever branch: what they may use is not bound to one.
  return [
    ...(name === environmentNames.plan ? [] : branchFindings(environment, target)),
    ...(name === environmentNames.apply ? applyFindings(environment) : []),
  ]
}

function branchFindings({ name, branches }: EnvironmentSettings, target: string): readonly Diagnostic[] {
  if (branches === 'any') return [report('setup-environment-branches', `jobs of every branch may use ${name}`)]
  const others = branches.filter((branch) => branch !== target)
  if (others.length === 0) return []
  return [report('setup-environment-branches', `jobs of ${others.join(', ')} may use ${name}, too`)]
}

function* applyFindings({ name, reviewers, selfReview, adminBypass }: EnvironmentSettings): Generator<Diagnostic> {
  if (reviewers.length === 0) yield report('setup-environment-reviewers', `nobody has to let jobs use ${name}`)
  else if (selfReview) yield report('setup-environment-self-review', `who started a job may let it use ${name}`)
  if (adminBypass) yield report('setup-environment-administrators', `administrators may go past the rules of ${name}`)
}
