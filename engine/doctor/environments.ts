import type { Diagnostic } from '../model/diagnostic.ts'
import type { EnvironmentSettings } from '../ports/forge.ts'
import { report } from './report.ts'

/** Environments that the workflows use: one with a login that may look at hosts, one with what may change them. */
export const environmentNames = { plan: 'plumbline-plan', apply: 'plumbline-apply' } as const

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
  return name === environmentNames.apply ? [...applyFindings(environment, target)] : []
}

function* applyFindings(
  { name, branches, reviewers, selfReview, adminBypass }: EnvironmentSettings,
  target: string,
): Generator<Diagnostic> {
  if (branches === 'any') yield report('setup-environment-branches', `jobs of every branch may use ${name}`)
  else {
    const others = branches.filter((branch) => branch !== target)
    if (others.length > 0)
      yield report('setup-environment-branches', `jobs of ${others.join(', ')} may use ${name}, too`)
  }
  if (reviewers.length === 0) yield report('setup-environment-reviewers', `nobody has to let jobs use ${name}`)
  else if (selfReview) yield report('setup-environment-self-review', `who started a job may let it use ${name}`)
  if (adminBypass) yield report('setup-environment-administrators', `administrators may go past the rules of ${name}`)
}
