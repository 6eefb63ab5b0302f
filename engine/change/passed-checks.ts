import { accountEntry } from '../model/account.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import { type CheckName, checkNames, type PullRequest } from '../model/pull-request.ts'
import { codes } from './codes.ts'

const report = reporter(codes)

/**
 * What our checks had said of a pull request when it was merged all the same: that it was not sound or not approved, or nothing at all, since
 * nobody planned it. Nothing is said where the forge does not tell of checks. Checks speak against a merge only, never for it: on a
 * forge many may write them.
 */
export function passedChecks(request: PullRequest): readonly Diagnostic[] {
  const { host, number, head, plans, mergedBy } = request
  if (plans === undefined) return []
  const said = (name: CheckName) => plans.findLast((c) => c.name === name && c.commit === head)?.conclusion
  const who = mergedBy === undefined ? 'somebody' : accountEntry({ host, ...mergedBy })
  if (said('plumbline/plan') === undefined) {
    const summary = `${who} merged pull request ${number}, whose head ${head.slice(0, 12)} was never planned`
    return [report('merge-unplanned', { summary })]
  }
  return checkNames.flatMap((name) => {
    const conclusion = said(name)
    if (conclusion !== 'failure' && conclusion !== 'action-required') return []
    return [
      report('merge-bypassed', {
        summary: `${who} merged pull request ${number} past ${name}, which said ${conclusion}`,
      }),
    ]
  })
}
