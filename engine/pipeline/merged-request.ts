import type { PullRequest } from '../model/pull-request.ts'
import type { ReviewSource } from '../ports/forge.ts'
import type { Commit } from '../ports/repository.ts'
import { targetBranch } from './target-branch.ts'
import type { World } from './world.ts'

/** The pull request that reached the target branch as this, as far as a forge tells. Its head is brought where it is not here. */
export async function mergedRequest(
  world: World,
  { commit, head }: { readonly commit: Commit; readonly head: string },
): Promise<PullRequest | undefined> {
  const forge = await world.reviews()
  if (forge === undefined) return undefined
  const branch = await targetBranch(world)
  const told = [...(await toldOf(forge, commit.id)), ...(head === commit.id ? [] : await toldOf(forge, head))]
  const mine = told.filter((r) => r.target === branch)
  const request = mine.find((r) => r.merged === commit.id) ?? mine.find((r) => r.head === head)
  if (request !== undefined) await bringHead(world, request)
  return request
}

/** Makes sure that the commits of a pull request are here, where they can be had: a squash leaves them on the forge alone. */
export async function bringHead(world: World, { head, number }: PullRequest): Promise<boolean> {
  const repository = await world.repository()
  if ((await repository.resolve(head)) !== undefined) return true
  for (const ref of [`refs/pull/${number}/head`, `refs/merge-requests/${number}/head`])
    if ((await repository.bring(ref)) !== undefined && (await repository.resolve(head)) !== undefined) return true
  return false
}

/** Whether git makes a commit's tree of the base and the head. */
export async function isMergeOf(world: World, head: string, base: string, commit: Commit): Promise<boolean> {
  return (await mergeResult(world, head, base)) === commit.tree
}

/** The tree that git makes of a base and a head; undefined where they conflict, or the head is not here. */
export async function mergeResult(world: World, head: string, base: string): Promise<string | undefined> {
  const repository = await world.repository()
  if ((await repository.resolve(head)) === undefined) return undefined
  const merged = await repository.mergeTree(base, head)
  return 'tree' in merged ? merged.tree : undefined
}

/** What a forge said of commits of the target branch, for as long as it is open: of those it says the same for ever. */
const known = new WeakMap<ReviewSource, Map<string, Promise<readonly PullRequest[]>>>()

function toldOf(forge: ReviewSource, commit: string): Promise<readonly PullRequest[]> {
  const told = known.get(forge) ?? new Map<string, Promise<readonly PullRequest[]>>()
  known.set(forge, told)
  const asked = told.get(commit) ?? forge.requests(commit)
  told.set(commit, asked)
  return asked
}
