import type { Digest } from '../model/canonical.ts'
import type { RecordedAction } from '../model/plan.ts'
import type { ChangeRecord } from '../model/record.ts'
import type { ResourceId } from '../model/resource.ts'

/**
 * What a change did that documents still want: where they do though it was taken back, the next plan brings it again.
 *
 * @param specOf digest of what documents want of a resource; undefined where they don't speak of it
 */
export function stillWanted(
  { actions, deployment }: Pick<ChangeRecord, 'actions' | 'deployment'>,
  specOf: (host: string, resource: ResourceId) => Digest | undefined,
): readonly RecordedAction[] {
  const untouched = new Set(deployment?.results.filter((r) => r.outcome === 'not-started').map((r) => r.id))
  return actions.filter((action) => {
    if (action.verb === 'restart' || untouched.has(action.id)) return false
    const wanted = specOf(action.host, action.resource)
    return wanted === action.after || (wanted === undefined && action.verb === 'delete')
  })
}
