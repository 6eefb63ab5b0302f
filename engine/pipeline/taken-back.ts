import type { TakeBack } from '../change/rollback.ts'
import { listChanges } from '../ledger/find-records.ts'
import { compareText } from '../model/diagnostic.ts'
import type { ChangeRecord } from '../model/record.ts'
import { findRecord } from './records.ts'
import type { World } from './world.ts'

/**
 * The changes that commits of a range say they take back, by their `Rollback-Of` trailers, oldest first: `CHG-2026-00042`,
 * with ` (in part)` after it where only some of its documents are reverted. Undefined where none does.
 */
export async function takenBackBy(
  world: World,
  range: { readonly base: string; readonly head: string },
): Promise<TakeBack | undefined> {
  if (range.base === range.head) return undefined
  const commits = await (await world.repository()).commitsBetween(range.base, range.head)
  const named = commits.flatMap((c) => [...c.message.matchAll(/^Rollback-Of: (CHG-\d{4}-\d{5,})( \(in part\))?$/gm)])
  const found = await Promise.all([...new Set(named.map((m) => m[1] ?? ''))].map((id) => findRecord(world, id)))
  const records = found.filter((r) => r !== undefined).sort(compareDeployments)
  if (records.length === 0) return undefined
  const partial = named.some((m) => m[2] !== undefined)
  return { records, partial, between: records.length === 1 ? [] : await between(world, records) }
}

/** Records of changes that were carried out after the oldest of these and are not among them. */
async function between(world: World, records: readonly ChangeRecord[]): Promise<readonly ChangeRecord[]> {
  const among = new Set(records.map((r) => r.id))
  const oldest = records[0]?.deployment?.startedAt ?? ''
  const { changes } = await listChanges(await (await world.ledger()).view())
  return changes.filter((r) => !among.has(r.id) && (r.deployment?.startedAt ?? '') > oldest)
}

/** In the order in which they were carried out; those that never were come last. */
export function compareDeployments(a: ChangeRecord, b: ChangeRecord): number {
  const started = (r: ChangeRecord) => r.deployment?.startedAt ?? '9'
  return compareText(started(a), started(b)) || compareText(a.id, b.id)
}
