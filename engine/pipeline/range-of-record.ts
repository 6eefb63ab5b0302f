import type { ChangeRecord } from '../model/record.ts'
import type { Range } from './plan-change.ts'
import type { World } from './world.ts'

/** The commits that a record's plan lies between, as they stand on the target branch now. */
export async function rangeOfRecord(world: World, record: ChangeRecord): Promise<Range> {
  const { subject, merge } = record
  if (merge === undefined || subject.base === subject.head) return subject
  const repository = await world.repository()
  const merged = await repository.commit(merge.commit)
  return { base: merge.base, head: subject.head, tree: merged.tree }
}
