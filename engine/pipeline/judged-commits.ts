import { coAuthorsOf, type JudgedCommit } from '../change/authors.ts'
import { type Pushed, withPushers } from '../change/pushers.ts'
import { canonicalJson } from '../model/canonical.ts'
import type { ForgePush, RecordedApproval } from '../model/record.ts'
import type { Commit, Repository } from '../ports/repository.ts'
import { isEngineKey } from './engine-keys.ts'
import { openRecords } from './records.ts'
import type { World } from './world.ts'

/**
 * The commits of a change as the judge of approvals wants them: with verified signers, merges looked through, and who pushed
 * them, where a forge said so now or when its reviews were recorded.
 *
 * @param approvals of a record that may be closed; where not given, those of open ones are looked for
 */
export async function judgedCommits(
  world: World,
  base: string,
  head: string,
  approvals?: readonly RecordedApproval[],
): Promise<readonly JudgedCommit[]> {
  const repository = await world.repository()
  if (base === head) return []
  const commits = await repository.commitsBetween(base, head)
  const judged = await Promise.all(commits.map((commit) => judgedCommit(world, repository, commit)))
  const known = await pushedTo(world, head, approvals)
  return withPushers(judged, known, await onBranch(repository, known, base))
}

async function pushedTo(
  world: World,
  head: string,
  approvals: readonly RecordedApproval[] | undefined,
): Promise<readonly Pushed[]> {
  const forge = await world.reviews()
  const told = forge === undefined ? [] : (await forge.requests(head)).filter((r) => r.head === head)
  const live = told.map(({ host, author, pushes }) => pushed(host, author.login, author.id, pushes))
  const open = approvals === undefined ? await openRecords(world) : []
  const waiting = open.filter((r) => r.subject.head === head).flatMap((r) => r.approvals)
  const recorded = (approvals ?? waiting)
    .flatMap((a) => (a.assertion === 'forge-asserted' && a.head === head ? [a.forge] : []))
    .map(({ host, author, authorId, pushes }) => pushed(host, author, authorId, pushes))
  return [...new Map([...live, ...recorded].map((p) => [canonicalJson(p), p])).values()]
}

const pushed = (host: string, author: string, authorId: string | undefined, pushes: readonly ForgePush[]): Pushed => ({
  host,
  author,
  ...(authorId !== undefined && { authorId }),
  pushes,
})

/** Tips of pushes that the target branch held already. */
async function onBranch(repository: Repository, known: readonly Pushed[], base: string): Promise<ReadonlySet<string>> {
  const tips = new Set(known.flatMap((k) => k.pushes.map((p) => p.after)))
  const found = await Promise.all(
    [...tips].map(async (tip) => {
      const there = (await repository.resolve(tip)) !== undefined && (await repository.isAncestor(tip, base))
      return there ? [tip] : []
    }),
  )
  return new Set(found.flat())
}

async function judgedCommit(world: World, repository: Repository, commit: Commit): Promise<JudgedCommit> {
  const signer =
    commit.signature === undefined ? undefined : world.verifySignature(commit.signature, commit.signedPayload, 'git')
  return {
    id: commit.id,
    parents: commit.parents,
    authorEmail: commit.author.email,
    committerEmail: commit.committer.email,
    coAuthors: coAuthorsOf(commit.message),
    ...(signer?.ok === true && { signerKey: signer.publicKey }),
    ...(signer?.ok === true && (await isEngineKey(world, signer.publicKey)) && { byEngine: true }),
    cleanMerge: await isCleanMerge(repository, commit),
  }
}

/** A merge of two in which nobody wrote anything: git makes the same tree of its parents. */
async function isCleanMerge(repository: Repository, commit: Commit): Promise<boolean> {
  const [first, second, third] = commit.parents
  if (first === undefined || second === undefined || third !== undefined) return false
  const merged = await repository.mergeTree(first, second)
  return 'tree' in merged && merged.tree === commit.tree
}
