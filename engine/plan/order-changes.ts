import { compareText } from '../model/diagnostic.ts'
import type { Change, ResourceId, ResourceType } from '../model/resource.ts'

/** Changes of one host in the order they are carried out, or the loop that makes an order impossible. */
export type Ordered = { readonly changes: readonly Change[] } | { readonly cycle: readonly ResourceId[] }

/**
 * Orders the changes of one host: what is required first, then by the type's rank, then by name; removals after
 * everything else and in reverse rank (a service goes before its package); a restart after what causes it.
 */
export function orderChanges(changes: readonly Change[], types: ReadonlyMap<string, ResourceType>): Ordered {
  const compare = comparator(types)
  const waiting = [...changes].sort(compare)
  const open = new Map<ResourceId, number>()
  for (const c of waiting) open.set(c.resource.id, (open.get(c.resource.id) ?? 0) + 1)
  const done: Change[] = []
  while (waiting.length > 0) {
    const next = waiting.findIndex((c) => ready(c, open))
    if (next < 0) return { cycle: waiting.map((c) => c.resource.id) }
    const [change] = waiting.splice(next, 1)
    if (change === undefined) break
    done.push(change)
    const left = (open.get(change.resource.id) ?? 1) - 1
    if (left === 0) open.delete(change.resource.id)
    else open.set(change.resource.id, left)
  }
  return { changes: done }
}

function ready(change: Change, open: ReadonlyMap<ResourceId, number>): boolean {
  const before =
    change.verb === 'restart' ? [...change.resource.requires, ...change.resource.restartOn] : change.resource.requires
  // What is removed need not wait for what it required when it was made.
  return change.verb === 'delete' || before.every((id) => id === change.resource.id || !open.has(id))
}

function comparator(types: ReadonlyMap<string, ResourceType>): (a: Change, b: Change) => number {
  const rank = (c: Change): number => types.get(c.resource.type)?.rank ?? 0
  const phase = (c: Change): number => (c.verb === 'restart' ? 1 : c.verb === 'delete' ? 2 : 0)
  return (a, b) =>
    phase(a) - phase(b) ||
    (a.verb === 'delete' ? rank(b) - rank(a) : rank(a) - rank(b)) ||
    (a.verb === 'delete' ? compareText(b.resource.id, a.resource.id) : compareText(a.resource.id, b.resource.id))
}
