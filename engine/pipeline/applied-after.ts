import type { Address } from '../model/address.ts'
import { digestOf } from '../model/canonical.ts'
import type { ActionResult, AppliedHost, AppliedResource, ChangeRecord } from '../model/record.ts'
import type { Observation, Resource, ResourceId } from '../model/resource.ts'
import { holdsSecret } from '../model/secret-ref.ts'
import type { HostObservation } from '../observe/observe-host.ts'
import { fillLifetime } from './fill-lifetimes.ts'
import type { PlannedChange } from './plan-change.ts'
import type { World } from './world.ts'

export interface AfterQuestion {
  readonly record: ChangeRecord
  readonly planned: PlannedChange
  readonly results: readonly ActionResult[]
  /** What was seen last of each host. */
  readonly seen: ReadonlyMap<string, HostObservation>
  readonly approvers: readonly Address[]
}

/**
 * What the ledger says was applied, after a change: what it set, what it found to be so already, and without what it removed or
 * gave back. Only hosts whose entry differs are in the answer.
 */
export function appliedAfter(world: World, question: AfterQuestion): readonly AppliedHost[] {
  const { record, planned } = question
  const outcomes = new Map(question.results.map((r) => [r.id, r.outcome]))
  const at = world.clock.now().toISOString()
  return planned.plan.hosts.planned.flatMap((host): AppliedHost[] => {
    const before = planned.applied.get(host)
    const resources = new Map<ResourceId, AppliedResource>(
      Object.entries(before?.resources ?? {}) as [ResourceId, AppliedResource][],
    )
    const declared = new Set(planned.desired.compile.host(host).resources.map((r) => r.id))
    const intents = new Map(
      (record.deployment?.intents ?? []).filter((i) => i.action.host === host).map((i) => [i.action.resource, i]),
    )
    let moved = false
    for (const resource of planned.hosts.wanted.get(host) ?? []) {
      const intent = intents.get(resource.id)
      const done = intent === undefined || outcomes.get(intent.action.id) === 'applied'
      const observation = question.seen.get(host)?.observations.get(resource.id)
      if (!done || observation === undefined || observation.status === 'unknown') continue
      const last = resources.get(resource.id)
      if (!declared.has(resource.id)) {
        moved = resources.delete(resource.id) || moved
        continue
      }
      if (intent === undefined && !isAsWanted(world, resource, observation)) continue
      const spec = digestOf(world.sha256, fillLifetime(resource, record.deployment?.startedAt ?? at).spec)
      const state = digestOf(world.sha256, observation.status === 'present' ? observation.state : null)
      if (intent === undefined && last?.spec === spec) continue
      // What only came back to the value it had keeps the change that set it there.
      const setBy =
        last?.spec === spec && last.state === state
          ? last
          : {
              change: record.id,
              commit: record.merge?.commit ?? record.subject.head,
              approvers: question.approvers,
              at,
            }
      const { change, commit, approvers } = setBy
      const created = last?.created ?? (intent !== undefined && intent.state === null)
      resources.set(resource.id, {
        spec,
        state,
        created,
        change,
        commit,
        approvers,
        at: setBy.at,
        ...secretOf(resource),
      })
      moved = true
    }
    for (const { host: where, resource } of planned.plan.released)
      if (where === host) moved = resources.delete(resource) || moved
    if (!moved) return []
    return [
      {
        apiVersion: 'plumbline/v1',
        kind: 'Applied',
        host,
        resources: Object.fromEntries([...resources].sort(([a], [b]) => (a < b ? -1 : 1))),
      },
    ]
  })
}

const secretOf = (resource: Resource): { readonly secret?: true } =>
  holdsSecret(resource.spec) ? { secret: true } : {}

function isAsWanted(world: World, resource: Resource, observation: Observation): boolean {
  const type = world.types.get(resource.type)
  if (type === undefined || observation.status === 'unknown') return false
  if (type.isAbsent(resource.spec)) return observation.status === 'absent'
  return (
    observation.status === 'present' && type.diff(resource.spec, observation.state, observation.excerpt).length === 0
  )
}
