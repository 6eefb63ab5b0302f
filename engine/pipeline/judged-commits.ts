import { coAuthorsOf, type JudgedCommit } from '../change/authors.ts'
import type { Commit, Repository } from '../ports/repository.ts'
import type { World } from './world.ts'

/** The commits of a change as the judge of approvals wants them: with verified signers, and merges looked through. */
export async function judgedCommits(world: World, base: string, head: string): Promise<readonly JudgedCommit[]> {
  const repository = await world.repository()
  const commits = base === head ? [] : await repository.commitsBetween(base, head)
  return Promise.all(commits.map((commit) => judgedCommit(world, repository, commit)))
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
