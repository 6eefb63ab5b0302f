import type { ChangeRecord } from '../model/record.ts'
import type { Commit } from '../ports/repository.ts'
import { openRecords } from './records.ts'
import type { World } from './world.ts'

/** A change of the target branch that nothing has been said about yet: a merge, or commits that came as they are. */
export interface Arrival {
  readonly commit: Commit
  /** The commit of the target branch before it. */
  readonly base: string
  /** Tip of what was merged. */
  readonly head: string
}

/** Oldest first. Commits that were not merged but came one by one end in the one that a record is about, if there is one. */
export async function arrivals(world: World, tip: string, known: string): Promise<readonly Arrival[]> {
  if (tip === known) return []
  const repository = await world.repository()
  const ids = [...(await repository.firstParents(tip, known))].reverse()
  const commits = await Promise.all(ids.map((id) => repository.commit(id)))
  const open = await openRecords(world)
  const found: Arrival[] = []
  let base = known
  for (let i = 0; i < commits.length; i++) {
    const last = lastOfGroup(commits, i, base, open)
    const commit = commits[last]
    if (commit === undefined) break
    found.push({ commit, base, head: commit.parents[1] ?? commit.id })
    base = commit.id
    i = last
  }
  return found
}

/** Where commits from `first` on were pushed without a merge commit, the one at which an open record's tree is reached. */
function lastOfGroup(commits: readonly Commit[], first: number, base: string, open: readonly ChangeRecord[]): number {
  for (let i = first; i < commits.length; i++) {
    const commit = commits[i]
    if (commit === undefined) break
    if (open.some((r) => r.subject.tree === commit.tree && (r.subject.base === base || i === first))) return i
    if (commit.parents.length > 1) break
  }
  return first
}

/** Whether an arrival may be what a record is about. */
export const isAbout = (record: ChangeRecord, { commit, base, head }: Arrival): boolean =>
  (record.subject.tree === commit.tree && record.subject.base === base) || record.subject.head === head
