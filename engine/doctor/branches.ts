import type { Diagnostic } from '../model/diagnostic.ts'
import { checkNames } from '../model/pull-request.ts'
import type { BranchSettings } from '../ports/forge.ts'
import { report } from './report.ts'

/** The branch that is applied. What can't be seen may be stricter than it looks: only what is seen to be wrong is said to be. */
export function targetFindings(branch: BranchSettings, solo: boolean): readonly Diagnostic[] {
  const { name, unseen } = branch
  const hidden = unseen.map((what) => report('setup-unseen', `${what} of ${name} could not be seen`))
  if (branch.protected === false) return [report('setup-unprotected', `nothing protects ${name}`), ...hidden]
  const past = pastFindings(branch)
  // Where part of the protection is hidden, it may ask for all that seems to be missing.
  if (branch.protected === 'unknown' || unseen.some((what) => what.startsWith('the protection')))
    return [...past, ...hidden]
  return [...rulesFindings(branch, solo), ...rewriteFindings(branch), ...past, ...hidden]
}

function* rulesFindings(branch: BranchSettings, solo: boolean): Generator<Diagnostic> {
  const { name, requiredChecks } = branch
  if (branch.directPushes) yield report('setup-direct-pushes', `${name} takes pushes without a pull request`)
  else if (!solo) yield* reviewFindings(branch)
  const missing = checkNames.filter((check) => !requiredChecks.includes(check))
  if (missing.length > 0) yield report('setup-checks', `${name} does not require ${missing.join(' and ')}`)
  if (!branch.upToDate && !branch.mergeQueue)
    yield report('setup-outdated-merges', `${name} takes merges of branches that are not up to date`)
}

function* reviewFindings(branch: BranchSettings): Generator<Diagnostic> {
  const { name } = branch
  if (branch.reviews < 1) return yield report('setup-approvals', `${name} takes merges that nobody approved`)
  if (!branch.staleReviewsDismissed)
    yield report('setup-stale-reviews', `approvals for ${name} outlive the commits that they are of`)
  if (!branch.lastPushApproval)
    yield report('setup-last-push', `who pushes last may approve what is merged into ${name}`)
  if (!branch.codeOwnerReview)
    yield report('setup-code-owner-review', `${name} does not ask for a review of code owners`)
}

function rewriteFindings({ name, forcePushes, deletions }: BranchSettings): readonly Diagnostic[] {
  return [
    ...(forcePushes ? [report('setup-force-pushes', `${name} can be rewritten by force`)] : []),
    ...(deletions ? [report('setup-deletions', `${name} can be deleted`)] : []),
  ]
}

function pastFindings({ name, administrators, bypasses, unseen }: BranchSettings): readonly Diagnostic[] {
  return [
    ...(administrators || unseen.length > 0
      ? []
      : [report('setup-administrators', `administrators are not held to the rules of ${name}`)]),
    ...(bypasses.length === 0
      ? []
      : [report('setup-bypass', `these may go past the rules of ${name}: ${bypasses.join(', ')}`)]),
  ]
}

/** The branch of the ledger: the engine pushes there, and nobody else does. */
export function ledgerFindings(branch: BranchSettings): readonly Diagnostic[] {
  const { name, exists, unseen } = branch
  if (!exists) return []
  const hidden = unseen.map((what) => report('setup-unseen', `${what} of ${name} could not be seen`))
  if (branch.protected === false) return [report('setup-ledger-unprotected', `nothing protects ${name}`), ...hidden]
  if (branch.protected === 'unknown' || unseen.some((what) => what.startsWith('the protection'))) return hidden
  return [...rewriteFindings(branch), ...pusherFindings(branch), ...hidden]
}

function pusherFindings({ name, pullRequest, pushers, bypasses, requiredChecks, unseen }: BranchSettings) {
  if (pushers === undefined && (pullRequest || requiredChecks.length > 0))
    return [report('setup-ledger-closed', `${name} wants ${pullRequest ? 'pull requests' : requiredChecks.join(', ')}`)]
  if (pushers === undefined) return [report('setup-ledger-pushers', `whoever may write may push to ${name}`)]
  const able = [...new Set([...pushers, ...bypasses.filter((b) => !b.endsWith('(pull requests)'))])]
  if (able.length === 0 && unseen.length === 0) return [report('setup-ledger-closed', `nobody may push to ${name}`)]
  if (able.length > 1) return [report('setup-ledger-pushers', `these may push to ${name}: ${able.join(', ')}`)]
  return []
}
