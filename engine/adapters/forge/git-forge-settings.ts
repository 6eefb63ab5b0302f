import type { BranchSettings, ForgeSettings } from '../../ports/forge.ts'
import type { Remote } from './git-forge-store.ts'

/** git does not tell what a server allows: all of it is unknown, and none of it is taken for switched off. */
export function settingsOf(
  remote: Remote,
  branches: readonly string[],
  environments: readonly string[],
): ForgeSettings {
  return {
    defaultBranch: remote.defaultBranch ?? 'main',
    visibility: 'private',
    mergeMethods: ['merge'],
    branches: branches.map((name) => branchSettings(name, remote.branches.has(name))),
    environments: environments.map((name) => ({
      ...{ name, exists: false, reviewers: [], selfReview: false, branches: 'any', adminBypass: false },
    })),
    workflowToken: 'unknown',
    workflowsMayApprove: 'unknown',
    actions: 'disabled',
    pinnedActions: 'unknown',
  }
}

const branchSettings = (name: string, exists: boolean): BranchSettings => ({
  ...{ name, exists, protected: 'unknown', reviews: 0, requiredChecks: [], bypasses: [] },
  ...{ staleReviewsDismissed: false, codeOwnerReview: false, lastPushApproval: false, upToDate: false },
  ...{ forcePushes: true, deletions: true, directPushes: true, pullRequest: false, administrators: false },
  ...{ signedCommits: false, mergeQueue: false, unseen: ['the protection by the server'] },
})
