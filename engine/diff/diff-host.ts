import type { JsonObject } from '../model/document.ts'
import type { Change, Observation, Resource, ResourceId, ResourceType, Unknown } from '../model/resource.ts'
import { judgeSecrets, type Known } from './secret-fields.ts'

/** What is to be done on one host, before order and origin. */
export interface HostDiff {
  readonly host: string
  readonly changes: readonly Change[]
  readonly unknowns: readonly { readonly resource: ResourceId; readonly unknown: Unknown }[]
  readonly unchanged: readonly ResourceId[]
}

type Found =
  | { readonly as: 'unchanged' }
  | { readonly as: 'change'; readonly change: Change }
  | { readonly as: 'unknown'; readonly unknown: Unknown }

/**
 * Compares what is wanted on a host with what was seen. What was not seen at all is unknown, never absent.
 *
 * @param known what the ledger says was applied; without it, what holds a secret always differs
 */
export function diffHost(
  host: string,
  wanted: readonly Resource[],
  observed: ReadonlyMap<ResourceId, Observation>,
  types: ReadonlyMap<string, ResourceType>,
  known?: Known,
): HostDiff {
  const changes: Change[] = []
  const unknowns: { resource: ResourceId; unknown: Unknown }[] = []
  const unchanged: ResourceId[] = []
  for (const resource of wanted) {
    const found = diffResource(resource, observed.get(resource.id), types.get(resource.type), known)
    if (found.as === 'change') changes.push(found.change)
    else if (found.as === 'unknown') unknowns.push({ resource: resource.id, unknown: found.unknown })
    else unchanged.push(resource.id)
  }
  return { host, changes: [...changes, ...restarts(wanted, changes, observed)], unknowns, unchanged }
}

function diffResource(
  resource: Resource,
  seen: Observation | undefined,
  type: ResourceType | undefined,
  known: Known | undefined,
): Found {
  if (type === undefined) throw new Error(`no resource type ${resource.type}`)
  if (seen === undefined)
    return { as: 'unknown', unknown: { reason: 'unparsable', detail: 'the host said nothing of it' } }
  if (seen.status === 'unknown') return { as: 'unknown', unknown: seen.unknown }
  const have = seen.status === 'present' ? seen.state : null
  const secrets = judgeSecrets(resource, known)
  if (type.isAbsent(resource.spec)) {
    if (have === null) return { as: 'unchanged' }
    const found = type.diff(resource.spec, have, undefined)
    const fields = secrets?.hide(found) ?? found
    return { as: 'change', change: { verb: 'delete', resource, have, fields } }
  }
  const excerpt = seen.status === 'present' ? seen.excerpt : undefined
  if (have !== null && secrets?.isAsApplied(have) === true) return { as: 'unchanged' }
  const found = type.diff(resource.spec, have, secrets === undefined ? excerpt : undefined)
  if (have !== null && found.length === 0) return { as: 'unchanged' }
  const fields = secrets?.hide(found) ?? found
  return { as: 'change', change: { verb: have === null ? 'create' : 'update', resource, have, fields } }
}

/** A resource restarts where one it listens to changes and nothing else starts it anyway. */
export function restarts(
  wanted: readonly Resource[],
  changes: readonly Change[],
  observed: ReadonlyMap<ResourceId, Observation>,
): Change[] {
  const changed = new Map(changes.map((c) => [c.resource.id, c]))
  return wanted.flatMap((resource) => {
    if (!resource.restartOn.some((id) => changed.has(id))) return []
    const own = changed.get(resource.id)
    const seen = observed.get(resource.id)
    const state: JsonObject | null = seen?.status === 'present' ? seen.state : null
    // One that does not run now is started, if at all, by its own action, with the new files in place.
    if (own?.verb === 'create' || own?.verb === 'delete' || state === null || !isRunning(state)) return []
    return [{ verb: 'restart' as const, resource, have: state, fields: [] }]
  })
}

const isRunning = (state: JsonObject): boolean => state['running'] === true
