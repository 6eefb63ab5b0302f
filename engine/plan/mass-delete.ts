import type { Diagnostic } from '../model/diagnostic.ts'
import { compareText, reporter } from '../model/diagnostic.ts'
import type { Action } from '../model/plan.ts'
import type { ResourceId } from '../model/resource.ts'
import { codes } from './codes.ts'

const report = reporter(codes)

/** Up to this many removals of one type are never called a mass. */
const always = 5
const share = 0.1

/**
 * Refuses a plan that removes more than a tenth of all resources of one type, or all that there is: lost documents look
 * exactly like that.
 *
 * @param existing every resource the planned hosts have or shall have, one entry for each host
 * @param declared how many of them documents declare
 */
export function massDeletes(
  actions: readonly Action[],
  existing: readonly ResourceId[],
  declared: number,
): readonly Diagnostic[] {
  const deletes = actions.filter((a) => a.verb === 'delete').length
  if (declared === 0 && deletes > 0)
    return [
      report('mass-delete', {
        summary: `no document declares anything for these hosts, and ${deletes} resources would be deleted`,
      }),
    ]
  const all = countByType(existing)
  const gone = countByType(actions.filter((a) => a.verb === 'delete').map((a) => a.resource))
  return [...gone]
    .filter(([type, count]) => count > always && count > (all.get(type) ?? count) * share)
    .sort(([a], [b]) => compareText(a, b))
    .map(([type, count]) =>
      report('mass-delete', {
        summary: `${count} of ${all.get(type) ?? count} resources of type ${type} would be deleted`,
      }),
    )
}

function countByType(ids: readonly ResourceId[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const id of ids) {
    const type = id.slice(0, id.indexOf(':'))
    counts.set(type, (counts.get(type) ?? 0) + 1)
  }
  return counts
}
