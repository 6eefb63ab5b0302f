import type { AppliedHost } from '../model/record.ts'
import type { Catalogue, Resource, ResourceId, ResourceType } from '../model/resource.ts'

/** What is wanted on a host: what documents declare, what a rollback brings back, and the removal of what we made before. */
export interface Wanted {
  readonly resources: readonly Resource[]
  /** No longer declared and not made by us: left as it is. */
  readonly released: readonly ResourceId[]
}

/**
 * Adds to a catalogue what the ledger knows: a resource that was created by an earlier change and that no document
 * declares any more is to be removed; one that was there before we touched it is released.
 *
 * @param restored resources that a rollback brings back; documents win over them
 */
export function wantedOn(
  catalogue: Catalogue,
  applied: AppliedHost | undefined,
  restored: readonly Resource[],
  types: ReadonlyMap<string, ResourceType>,
): Wanted {
  // Hosts that get the same share one list; what is made of it is then made once.
  const recorded = Object.entries(applied?.resources ?? {})
  if (restored.length === 0 && recorded.length === 0) return { resources: catalogue.resources, released: [] }
  const resources = new Map(catalogue.resources.map((r) => [r.id, r]))
  for (const resource of restored) if (!resources.has(resource.id)) resources.set(resource.id, resource)
  const released: ResourceId[] = []
  for (const [key, last] of recorded) {
    const id = key as ResourceId
    if (resources.has(id)) continue
    const removal = last.created ? removalOf(id, types) : undefined
    if (removal === undefined) released.push(id)
    else resources.set(id, removal)
  }
  return { resources: [...resources.values()], released: released.sort() }
}

export function removalOf(id: ResourceId, types: ReadonlyMap<string, ResourceType>): Resource | undefined {
  const type = id.slice(0, id.indexOf(':'))
  const name = id.slice(id.indexOf(':') + 1)
  const spec = types.get(type)?.restore(name, null)
  if (spec === undefined || spec === null) return undefined
  return { id, type, name, spec, declaredBy: [], requires: [], restartOn: [] }
}
