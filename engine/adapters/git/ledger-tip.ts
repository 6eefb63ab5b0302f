import { RepositoryError } from '../../ports/repository.ts'
import { repositoryError } from './codes.ts'
import type { GitContext } from './context.ts'
import { isAncestor, swapRef, tipOf } from './move-branch.ts'
import { fetchBranches, hasRemote, remoteName } from './remote.ts'

/** Where the ledger ends, and whether a remote says so. */
export interface LedgerTip {
  readonly tip: string | undefined
  readonly remote: boolean
}

/** The refs a ledger lives under. */
export const localRef = (branch: string): string => `refs/heads/${branch}`
export const trackingRef = (branch: string): string => `refs/remotes/${remoteName}/${branch}`

/**
 * Asks the remote, where there is one, and holds its answer against what this clone has seen before: a ledger only
 * grows. The local branch follows. Throws `remote-unreachable`, `ledger-unpublished`, `ledger-tampered`.
 */
export async function currentTip(
  context: GitContext,
  branch: string,
  remoteDecides: () => Promise<boolean> = () => hasRemote(context.git),
): Promise<LedgerTip> {
  const local = await tipOf(context, localRef(branch))
  if (!(await remoteDecides())) return { tip: local, remote: false }
  const seen = await tipOf(context, trackingRef(branch))
  const there = await fetchBranches(context.git, [`+${localRef(branch)}:${trackingRef(branch)}`])
  if (!there) {
    if (seen !== undefined)
      throw tampered(
        `the remote has no ledger any more; it ended at ${seen}`,
        `bring it back: git push origin ${seen}:refs/heads/${branch}`,
      )
    if (local !== undefined)
      throw repositoryError('ledger-unpublished', 'the remote has no ledger, and this clone has one')
    return { tip: undefined, remote: true }
  }
  const tip = await tipOf(context, trackingRef(branch))
  if (tip === undefined) throw repositoryError('repository-corrupt', 'the ledger was fetched and is not there')
  for (const witness of new Set([local, seen])) if (witness !== undefined) await checkGrown(context, witness, tip)
  if (local !== tip) await swapRef(context, localRef(branch), local ?? null, tip)
  return { tip, remote: true }
}

/** What this clone knows, without asking anybody. Throws `ledger-tampered` where its own copies disagree. */
export async function knownTip(context: GitContext, branch: string): Promise<LedgerTip> {
  const local = await tipOf(context, localRef(branch))
  const tracking = await tipOf(context, trackingRef(branch))
  const [older, newer] = [local ?? tracking, tracking ?? local]
  if (older === undefined || newer === undefined || older === newer) return { tip: newer, remote: false }
  await checkGrown(context, older, newer)
  return { tip: newer, remote: false }
}

/** A ledger that was seen must be the beginning of the one that is there now. */
async function checkGrown(context: GitContext, seen: string, tip: string): Promise<void> {
  if (seen === tip || (await isAncestor(context, seen, tip))) return
  const firstOf = async (range: readonly string[]): Promise<string | undefined> =>
    (await context.git.output(['rev-list', '--topo-order', '--reverse', ...range])).toString().split('\n')[0] ||
    undefined
  const lost = await firstOf([seen, `^${tip}`])
  const strange = await firstOf([tip, `^${seen}`])
  const what =
    strange === undefined
      ? `the remote's ledger lacks entries that this clone has, the first is ${lost}`
      : `the remote's ledger was rewritten: ${strange} stands where ${lost} stood`
  throw tampered(
    what,
    'find out who rewrote it, with: git log --graph ledger origin/ledger; nothing here was overwritten',
  )
}

/** The page of this code stands among those of the ledger. */
function tampered(message: string, hint: string): RepositoryError {
  return new RepositoryError('ledger-tampered', message, hint)
}
