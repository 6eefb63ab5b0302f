import type { ForgePush } from '../../model/record.ts'
import type { Commit } from '../../ports/repository.ts'
import type { GitContext } from '../git/context.ts'
import { failure } from '../git/git-process.ts'
import { isAncestor } from '../git/move-branch.ts'
import { parseCommit } from '../git/parse-commit.ts'
import { forgeError } from './codes.ts'
import type { KeptAccount, KeptRequest } from './git-forge-documents.ts'
import { accountOf } from './git-forge-place.ts'

/** Commits of one branch that are looked at for who pushed them. */
const mostPushes = 500

/**
 * A request as the remote's branches stand: its newest commit, whether it was merged (into the target, by a merge commit or by moving it on;
 * a squash leaves no trace of itself), and closed where its branch is gone. What was merged or closed once stays so.
 */
export async function asItStands(
  context: GitContext,
  request: KeptRequest,
  branches: ReadonlyMap<string, string>,
): Promise<KeptRequest> {
  if (request.state !== 'open') return request
  const tip = branches.get(request.branch)
  const target = branches.get(request.target)
  const head = tip ?? request.head
  const now = { ...request, head }
  if (target !== undefined && head !== request.base && (await isHere(context, head)))
    if (await isAncestor(context, head, target)) {
      const merge = await commitOf(context, await mergeOf(context, head, target))
      const by: KeptAccount = accountOf(merge.committer.email)
      return { ...now, state: 'merged', merged: merge.id, mergedBy: by, mergedAt: utc(merge.committer.at) }
    }
  return tip === undefined ? { ...now, state: 'closed' } : now
}

/** The commit on the target branch that brought a commit there: itself, where the branch moved on to it. */
async function mergeOf(context: GitContext, head: string, target: string): Promise<string> {
  const walked = await lines(context, ['rev-list', '--first-parent', '--parents', target, `^${head}`])
  const [oldest = '', firstParent] = walked.at(-1)?.split(' ') ?? []
  if (oldest === '' || firstParent === head) return head
  const after = new Set(await lines(context, ['rev-list', '--ancestry-path', `${head}..${target}`]))
  return walked.map((line) => line.split(' ')[0] ?? '').findLast((id) => after.has(id)) ?? head
}

/**
 * Who brought which commits, as far as git knows: who committed them, each as if pushed alone. A plain repository does not keep
 * who pushed.
 */
export async function pushesOf(
  context: GitContext,
  request: KeptRequest,
  branches: ReadonlyMap<string, string>,
): Promise<readonly ForgePush[]> {
  const { head, base, merged, state, target } = request
  if (!(await isHere(context, head))) return []
  const since =
    state === 'open' ? (branches.get(target) ?? base) : merged === head ? base : await parentOf(context, merged)
  const range = [head, `^${(await isHere(context, since ?? base)) ? (since ?? base) : head}`]
  const ids = await lines(context, ['rev-list', '--first-parent', '--reverse', ...range])
  const commits = await Promise.all(ids.slice(-mostPushes).map((id) => commitOf(context, id)))
  return commits.map(({ id, committer }, i) => {
    const before = commits[i - 1]?.id
    const { login } = accountOf(committer.email)
    return { login, ...(before !== undefined && { before }), after: id, at: utc(committer.at) }
  })
}

async function parentOf(context: GitContext, commit: string | undefined): Promise<string | undefined> {
  if (commit === undefined || !(await isHere(context, commit))) return undefined
  return (await commitOf(context, commit)).parents[0]
}

/** Where two branches part. Throws `forge-unknown` where they never met, or one brings nothing to the other. */
export async function partingOf(context: GitContext, head: string, target: string): Promise<string> {
  const result = await context.git.run(['merge-base', head, target])
  if (result.code > 1) throw failure(result, 'merge-base')
  const base = result.stdout.toString().trim()
  if (result.code !== 0) throw forgeError('forge-unknown', 'the branch has nothing in common with its target')
  if (base === head) throw forgeError('forge-unknown', 'the branch has no commits that its target does not have')
  return base
}

async function isHere(context: GitContext, id: string): Promise<boolean> {
  return (await context.reader.read(id))?.type === 'commit'
}

async function commitOf(context: GitContext, id: string): Promise<Commit> {
  const object = await context.reader.read(id)
  if (object?.type !== 'commit') throw forgeError('forge-unknown', `commit ${id.slice(0, 12)} is not here`)
  return parseCommit(id, object.data)
}

async function lines(context: GitContext, args: readonly string[]): Promise<readonly string[]> {
  return (await context.git.output(args)).toString().split('\n').filter(Boolean)
}

const utc = (at: string): string => new Date(at).toISOString().replace('.000Z', 'Z')
