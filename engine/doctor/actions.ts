import type { Diagnostic } from '../model/diagnostic.ts'
import type { ForgeSettings } from '../ports/forge.ts'
import { report } from './report.ts'

/** What workflows may do in this repository. Where there are no workflows at all, nothing of it matters. */
export function actionsFindings(settings: ForgeSettings): readonly Diagnostic[] {
  const { workflowToken, workflowsMayApprove, actions, pinnedActions } = settings
  if (actions === 'disabled') return []
  const unseen = [
    ...(workflowToken === 'unknown' || workflowsMayApprove === 'unknown' ? ['what workflows may do'] : []),
    ...(actions === 'unknown'
      ? ['which actions may be used']
      : pinnedActions === 'unknown'
        ? ['whether actions have to be pinned']
        : []),
  ]
  return [
    ...(workflowToken === 'write' ? [report('setup-workflow-token', 'jobs get a token that may write')] : []),
    ...(workflowsMayApprove === true ? [report('setup-workflows-approve', 'workflows may approve pull requests')] : []),
    ...(actions === 'all' ? [report('setup-any-action', 'workflows may use all actions there are')] : []),
    ...(pinnedActions === false ? [report('setup-unpinned-allowed', 'actions need not be pinned')] : []),
    ...unseen.map((what) => report('setup-unseen', `${what} could not be seen`)),
  ]
}
