import type { ChangeRecord } from '../model/record.ts'
import type { Commit } from '../ports/repository.ts'
import { isMergeOf, mergedRequest, mergeResult } from './merged-request.ts'
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

/**
 * Oldest first. Commits that were not merged but came one by one end in the one that a record or a pull request is about, if there
 * is one.
 *
 * @param most so many at most
 */
export async function arrivals(
  world: World,
  tip: string,
  known: string,
  most = Number.POSITIVE_INFINITY,
): Promise<readonly Arrival[]> {
  if (tip === known) return []
  const repository = await world.repository()
  const ids = [...(await repository.firstParents(tip, known))].reverse()
  const commits = await Promise.all(ids.map((id) => repository.commit(id)))
  const open = (await openRecords(world)).filter((r) => r.merge === undefined && r.subject.base !== r.subject.head)
  const found: Arrival[] = []
  let base = known
  for (let i = 0; i < commits.length && found.length < most; i++) {
    const last = i + (await lastOfGroup(world, commits.slice(i, i + longest), base, open))
    const commit = commits[last]
    if (commit === undefined) break
    found.push({ commit, base, head: commit.parents[1] ?? commit.id })
    base = commit.id
    i = last
  }
  return found
}

/** More commits are not taken for one pull request; forges rebase a hundred at most. */
const longest = 100

/** Where the first of these commits was pushed without a merge commit, the one at which what a record or a pull request is about is reached. */
async function lastOfGroup(
  world: World,
  commits: readonly Commit[],
  base: string,
  open: readonly ChangeRecord[],
): Promise<number> {
  const merged = commits.findIndex((c) => c.parents.length > 1)
  const plain = merged < 0 ? commits : commits.slice(0, merged)
  // What was approved before more was pushed may stand in the middle of what the pull request brought.
  const requested = plain.length < 2 ? undefined : await rebasedRequest(world, plain, base)
  if (requested !== undefined) return requested
  const upTo = merged < 0 ? commits : commits.slice(0, merged + 1)
  // The last one: what was approved before more was pushed lies in the middle, here too.
  const same = upTo.findLastIndex((c) => open.some((r) => r.subject.tree === c.tree && r.subject.base === base))
  if (same >= 0) return same
  return plain.length < 2 ? 0 : ((await rebasedRecord(world, plain, base, open)) ?? 0)
}

/** Where commits came one by one onto a base that moved: git makes the same tree of that base and a record's head. */
async function rebasedRecord(
  world: World,
  commits: readonly Commit[],
  base: string,
  open: readonly ChangeRecord[],
): Promise<number | undefined> {
  const { tree: before } = await (await world.repository()).commit(base)
  const ends: number[] = []
  for (const record of open) {
    const tree = await mergeResult(world, record.subject.head, base)
    // What the base holds already is not brought by anything that comes after.
    if (tree !== undefined && tree !== before) ends.push(commits.findIndex((c) => c.tree === tree))
  }
  const last = Math.max(-1, ...ends)
  return last < 0 ? undefined : last
}

/** Where commits came one by one for a pull request, as far as a forge tells. */
async function rebasedRequest(world: World, commits: readonly Commit[], base: string): Promise<number | undefined> {
  if ((await world.reviews()) === undefined) return undefined
  for (const [i, commit] of commits.entries()) {
    const request = await mergedRequest(world, { commit, head: commit.id })
    if (request?.merged === commit.id && (await isMergeOf(world, request.head, base, commit))) return i
  }
  return undefined
}

/** Whether an arrival may be what a record is about. */
export const isAbout = (record: ChangeRecord, { commit, base, head }: Arrival): boolean =>
  (record.subject.tree === commit.tree && record.subject.base === base) || record.subject.head === head
