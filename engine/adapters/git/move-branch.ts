import type { Diagnostic } from '../../model/diagnostic.ts'
import { report, repositoryError } from './codes.ts'
import type { GitContext } from './context.ts'
import { failure, said } from './git-process.ts'
import { fetchBranches, push, remoteName } from './remote.ts'

/** Where a move tells what it had to leave undone. */
export type Report = (diagnostic: Diagnostic) => void

export const zeroId = (context: GitContext): string => '0'.repeat(context.format === 'sha256' ? 64 : 40)

export async function tipOf(context: GitContext, ref: string): Promise<string | undefined> {
  return (await context.reader.read(ref))?.id
}

export async function isAncestor(context: GitContext, ancestor: string, descendant: string): Promise<boolean> {
  const result = await context.git.run(['merge-base', '--is-ancestor', ancestor, descendant])
  if (result.code > 1) throw failure(result, 'merge-base')
  return result.code === 0
}

/** Moves a ref from one value to another, or not at all. */
export async function swapRef(context: GitContext, ref: string, from: string | null, to: string): Promise<boolean> {
  const args = ['update-ref', '--no-deref', '-m', 'plumbline', ref, to, from ?? zeroId(context)]
  const result = await context.git.run(args)
  if (result.code === 0) return true
  if (/cannot lock ref|but expected|reference already exists|unable to resolve reference/.test(result.stderr))
    return false
  throw failure(result, 'update-ref')
}

/** Moves a branch on the remote, then lets the local one follow. False where the remote's was not at `from`. */
export async function moveRemoteBranch(
  context: GitContext,
  move: { readonly branch: string; readonly from: string | null; readonly to: string },
  tell: Report,
): Promise<boolean> {
  const ref = `refs/heads/${move.branch}`
  const tracking = `refs/remotes/${remoteName}/${move.branch}`
  const fetchAll = () => fetchBranches(context.git, [`+refs/heads/*:refs/remotes/${remoteName}/*`])
  await fetchAll()
  if (((await tipOf(context, tracking)) ?? null) !== move.from) return false
  const pushed = await push(context.git, move.to, ref)
  if (pushed.outcome !== 'done') {
    await fetchAll()
    const tip = await tipOf(context, tracking)
    const arrived = tip !== undefined && (tip === move.to || (await isAncestor(context, move.to, tip)))
    if (!arrived && (pushed.outcome === 'lost' || (tip ?? null) !== move.from)) return false
    if (!arrived && pushed.outcome === 'refused')
      throw repositoryError('push-refused', `the remote refused to move ${move.branch}: ${pushed.because}`)
    if (!arrived && pushed.outcome === 'unknown')
      throw repositoryError('remote-unreachable', `the push of ${move.branch} broke off: ${pushed.because}`)
  }
  const seen = (await tipOf(context, tracking)) ?? null
  if (seen === move.from) await swapRef(context, tracking, move.from, move.to)
  // A branch that is made here is the user's to go on with.
  if (move.from === null && (await tipOf(context, ref)) === undefined) await swapRef(context, ref, null, move.to)
  else await follow(context, move.branch, move.to, tell)
  return true
}

/** The local branch goes where the remote's went, unless something of the user's would be lost. */
async function follow(context: GitContext, branch: string, to: string, tell: Report): Promise<void> {
  const ref = `refs/heads/${branch}`
  const local = await tipOf(context, ref)
  if (local === undefined || local === to) return
  const left = (why: string) =>
    tell(
      report('work-tree-left', {
        summary: `${branch} moved on the remote, the local ${branch} was left as it is: ${why}`,
      }),
    )
  if (!(await isAncestor(context, local, to))) return left('it has commits of its own')
  const because = await forward(context, branch, local, to)
  if (because !== undefined) left(because)
}

/** Moves a local branch. Where it is checked out its files follow, or nothing moves. */
export async function moveLocalBranch(
  context: GitContext,
  branch: string,
  from: string | null,
  to: string,
): Promise<boolean> {
  const current = (await tipOf(context, `refs/heads/${branch}`)) ?? null
  if (current !== from) return false
  const because = await forward(context, branch, from, to)
  if (because === 'it moved in between') return false
  if (because !== undefined)
    throw repositoryError('work-tree-dirty', `${branch} can't be moved where it is checked out: ${because}`)
  return true
}

/** Undefined where the branch is at `to` now, else why it is not. */
async function forward(
  context: GitContext,
  branch: string,
  from: string | null,
  to: string,
): Promise<string | undefined> {
  const folder = await checkedOutIn(context, branch)
  if (folder === undefined)
    return (await swapRef(context, `refs/heads/${branch}`, from, to)) ? undefined : 'it moved in between'
  // git itself looks whether a file that would change was touched, and changes nothing then.
  const merged = await context.git.run(['-C', folder, 'merge', '--ff-only', '--quiet', '--no-autostash', to])
  if (merged.code === 0) return undefined
  if (((await tipOf(context, `refs/heads/${branch}`)) ?? null) !== from) return 'it moved in between'
  return said(merged.stderr)
}

/** The folder of the work tree in which a branch is checked out. */
async function checkedOutIn(context: GitContext, branch: string): Promise<string | undefined> {
  const list = (await context.git.output(['worktree', 'list', '--porcelain', '-z'])).toString()
  for (const entry of list.split('\0\0')) {
    const fields = entry.split('\0')
    if (fields.includes('bare') || !fields.includes(`branch refs/heads/${branch}`)) continue
    return fields.find((f) => f.startsWith('worktree '))?.slice('worktree '.length)
  }
  return undefined
}
