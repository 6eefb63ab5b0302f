import type { HostWork } from '../apply/apply-host.ts'
import { diffHost } from '../diff/diff-host.ts'
import { asCarriedOut, leaveOut } from '../diff/leave-out.ts'
import type { RecordedAction } from '../model/plan.ts'
import type { Resource, ResourceId } from '../model/resource.ts'
import { type HostObservation, observeHost } from '../observe/observe-host.ts'
import { exceptionsIn } from './exceptions.ts'
import { observing } from './observing.ts'
import type { PlannedChange } from './plan-change.ts'
import { quietSession, type ResolvedSecrets } from './resolve-secrets.ts'
import { targetsOf } from './targets.ts'
import type { World } from './world.ts'

/** Looks at what a host's actions are about; remembers what it saw for the record. */
export function lookAtWork(
  world: World,
  planned: PlannedChange,
  seen: Map<string, HostObservation>,
  secrets: ResolvedSecrets,
) {
  const targets = targetsOf(planned.desired.graph)
  const exceptions = exceptionsIn(planned.desired.graph, world.clock.now())
  return async (work: HostWork) => {
    const target = targets.get(work.host)
    if (target === undefined) return { unseen: 'it has no Host document' }
    const resources: readonly Resource[] = [...new Map(work.actions.map((a) => [a.resource.id, a.resource])).values()]
    const observed = await observeHost(
      target,
      { host: work.host, resources },
      { ...(await observing(world)), keepOpen: true },
    )
    if (observed.failure !== undefined || observed.session === undefined)
      return { unseen: `${observed.failure?.reason ?? 'unreachable'}: ${observed.failure?.detail ?? ''}` }
    const before = seen.get(work.host)
    seen.set(work.host, {
      ...observed,
      observations: new Map([...(before?.observations ?? []), ...observed.observations]),
    })
    // Looked at as everybody may, judged by what the values are.
    const all = diffHost(work.host, resources.map(secrets.fill), observed.observations, world.types)
    const diff = leaveOut(all, { exceptions: exceptions(work.host) })
    const differing = diff.changes.filter((c) => c.verb !== 'restart')
    const changes = new Map(differing.map((c) => [c.resource.id, asCarriedOut(c, diff.ignored, world.types)]))
    const unknown = new Set<ResourceId>(diff.unknowns.map((u) => u.resource))
    return {
      session: quietSession(observed.session, secrets.redactor),
      fill: secrets.fill,
      change: (action: RecordedAction) =>
        unknown.has(action.resource) ? ('unknown' as const) : changes.get(action.resource),
    }
  }
}
