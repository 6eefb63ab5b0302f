import type { Diagnostic } from '../model/diagnostic.ts'
import { report } from './codes.ts'
import type { MainCommit, VerifyQuestion } from './verify-question.ts'
import type { LedgerWalk, SeenChange } from './verify-walk.ts'

export interface MergeCounts {
  /** Approved, and recorded as merged. */
  readonly recorded: number
  /** Recorded as merged without the approvals it needed. */
  readonly unapproved: number
  /** A record waits for it; nobody has looked at the branch since. */
  readonly pending: number
  /** No record at all. */
  readonly unrecorded: number
}

/** Holds the target branch against the ledger: what reached it since adoption, and who agreed. */
export async function checkMerges(
  walk: LedgerWalk,
  question: VerifyQuestion,
): Promise<{
  readonly counts: MergeCounts
  readonly findings: readonly Diagnostic[]
  readonly unrecorded: readonly string[]
}> {
  const changes = [...walk.changes.values()]
  const findings: Diagnostic[] = []
  const covered = new Map<string, SeenChange>()
  for (const change of changes) {
    const range = await rangeOf(change, walk, question)
    if (typeof range === 'string') findings.push(report('ledger-tampered', { summary: range }))
    else for (const commit of range) covered.set(commit.id, change)
  }
  const pending = pendingOf(changes, covered, question.main)
  const counts = { recorded: 0, unapproved: 0, pending: 0, unrecorded: 0 }
  const unrecorded: string[] = []
  for (const commit of question.main) {
    const change = covered.get(commit.id)
    const kind =
      change !== undefined
        ? change.state === 'unapproved'
          ? 'unapproved'
          : 'recorded'
        : pending.has(commit.id)
          ? 'pending'
          : 'unrecorded'
    counts[kind] += 1
    if (kind === 'unrecorded') unrecorded.push(commit.id)
    if (kind === 'unrecorded')
      findings.push(
        report('unrecorded-merge', {
          summary: `${commit.id} is on the target branch, and no change record says who agreed`,
        }),
      )
    if (kind === 'unapproved')
      findings.push(
        report('unapproved-merge', {
          summary: `${commit.id} reached the target branch without the approvals it needed (${change?.id})`,
        }),
      )
  }
  return { counts, findings, unrecorded }
}

/** The commits of the target branch that a change brought, or what is wrong with what its record says of them. */
async function rangeOf(
  change: SeenChange,
  walk: LedgerWalk,
  question: VerifyQuestion,
): Promise<readonly MainCommit[] | string> {
  const { merge } = change
  if (merge === undefined) return []
  if (!(await question.isOnMain(merge.commit)))
    return `${change.id} was merged as ${merge.commit}, which the target branch does not hold: the branch was rewritten`
  // Where nothing was to be merged the record names the commit it was planned at, which another change brought.
  if (merge.commit === merge.base) return []
  const last = question.main.findIndex((c) => c.id === merge.commit)
  const first = question.main.findIndex((c) => c.parents[0] === merge.base)
  const commit = question.main[last]
  if (commit === undefined || first < 0 || first > last)
    return `${change.id} says that it was merged from ${merge.base} to ${merge.commit}, which is no stretch of the target branch since ${walk.genesis?.adoption}`
  const range = question.main.slice(first, last + 1)
  // What holds something else is what nobody approved, and says so.
  if (change.state === 'unapproved') return range
  // What was approved is the tree; where the branch moved on between approval and merge, the patch.
  const bound = commit.tree === change.tree || (await question.contentOf(commit, merge.base)) === change.content
  return bound ? range : `${change.id} was merged as ${commit.id}, which holds something else than the record is about`
}

/** Commits that nobody has looked at since they came, and that end in one which a record waits for. */
function pendingOf(
  changes: readonly SeenChange[],
  covered: ReadonlyMap<string, SeenChange>,
  main: readonly MainCommit[],
): ReadonlySet<string> {
  const waiting = changes.filter((c) => c.merge === undefined)
  const awaited = new Set(waiting.flatMap((c) => [c.tree, c.head]))
  const open = main.slice(main.findLastIndex((c) => covered.has(c.id)) + 1)
  const end = open.findLastIndex((c) => awaited.has(c.tree) || awaited.has(c.parents[1] ?? c.id))
  return new Set(open.slice(0, end + 1).map((c) => c.id))
}
