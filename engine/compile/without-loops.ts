import { compareText } from '../model/diagnostic.ts'
import type { Resource, ResourceId } from '../model/resource.ts'

/**
 * Finds resources that wait for each other. What a type only presumes gives way to what somebody wrote: a loop that an
 * inferred requirement closes is opened there; one that is written is reported, from its first resource by id.
 */
export function withoutLoops(resources: readonly Resource[]): {
  readonly resources: readonly Resource[]
  readonly loops: readonly (readonly ResourceId[])[]
} {
  if (findLoop(resources) === undefined) return { resources, loops: [] }
  const kept = new Map<ResourceId, Resource>(resources.map((r) => [r.id, written(r)]))
  const loops: ResourceId[][] = []
  for (let loop = findLoop([...kept.values()]); loop !== undefined; loop = findLoop([...kept.values()])) {
    loops.push(loop)
    // Out of the way, so that the next one is found.
    const [first] = loop
    const resource = first === undefined ? undefined : kept.get(first)
    if (resource !== undefined) kept.set(resource.id, { ...resource, requires: [] })
  }
  for (const { id, inferred = [] } of resources) {
    for (const wanted of inferred) {
      const now = kept.get(id)
      if (now === undefined) continue
      const more = { ...now, requires: [...now.requires, wanted].sort(compareText) }
      kept.set(id, { ...more, inferred: [...(now.inferred ?? []), wanted] })
      if (findLoop([...kept.values()]) !== undefined) kept.set(id, now)
    }
  }
  return { resources: resources.map((r) => kept.get(r.id) ?? r), loops }
}

function written({ inferred = [], ...resource }: Resource): Resource {
  return { ...resource, requires: resource.requires.filter((id) => !inferred.includes(id)) }
}

/** A loop of requirements in the order in which each waits for the next, beginning with its first by id. */
function findLoop(resources: readonly Resource[]): ResourceId[] | undefined {
  // What waits for nothing is in no loop, and most resources wait for nothing.
  const requires = new Map<ResourceId, readonly ResourceId[]>()
  for (const r of resources) if (r.requires.length > 0) requires.set(r.id, r.requires)
  const done = new Set<ResourceId>()
  for (const id of requires.keys()) {
    const path: ResourceId[] = []
    const ahead: (readonly ResourceId[])[] = [[id]]
    const at: number[] = [0]
    // Without recursion: a chain of a thousand resources is legal.
    while (ahead.length > 0) {
      const depth = ahead.length - 1
      const next = ahead[depth]?.[at[depth] ?? 0]
      at[depth] = (at[depth] ?? 0) + 1
      if (next === undefined) {
        ahead.pop()
        at.pop()
        const left = path.pop()
        if (left !== undefined) done.add(left)
        continue
      }
      const further = done.has(next) ? undefined : requires.get(next)
      if (further === undefined) continue
      const seen = path.indexOf(next)
      if (seen >= 0) return fromFirst(path.slice(seen))
      path.push(next)
      ahead.push(further)
      at.push(0)
    }
  }
  return undefined
}

function fromFirst(loop: readonly ResourceId[]): ResourceId[] {
  const first = loop.reduce((least, id, i) => (compareText(id, loop[least] ?? id) < 0 ? i : least), 0)
  return [...loop.slice(first), ...loop.slice(0, first)]
}
