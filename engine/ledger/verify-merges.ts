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
): Promise<{ readonly counts: MergeCounts; readonly findings: readonly Diagnostic[] }> {
  const changes = [...walk.changes.values()]
  const merged = new Map(changes.filter(bringsItself).map((c) => [c.merge?.commit ?? '', c]))
  const waiting = new Set(changes.filter((c) => c.merge === undefined).map((c) => c.tree))
  const counts = { recorded: 0, unapproved: 0, pending: 0, unrecorded: 0 }
  const findings: Diagnostic[] = []
  for (const commit of question.main) {
    const change = merged.get(commit.id)
    const kind =
      change === undefined
        ? waiting.has(commit.tree)
          ? 'pending'
          : 'unrecorded'
        : change.state === 'unapproved'
          ? 'unapproved'
          : 'recorded'
    counts[kind] += 1
    const finding = await judge(kind, commit, change, question)
    if (finding !== undefined) findings.push(finding)
  }
  for (const change of changes)
    if (change.merge !== undefined && !(await question.isOnMain(change.merge.commit)))
      findings.push(
        report('ledger-tampered', {
          summary: `${change.id} was merged as ${change.merge.commit}, which the target branch does not hold: the branch was rewritten`,
        }),
      )
  return { counts, findings }
}

/** Where nothing was to be merged, the record names the commit it was planned at, which another change brought. */
const bringsItself = ({ merge }: SeenChange): boolean => merge !== undefined && merge.commit !== merge.base

async function judge(
  kind: keyof MergeCounts,
  commit: MainCommit,
  change: SeenChange | undefined,
  question: VerifyQuestion,
): Promise<Diagnostic | undefined> {
  if (kind === 'unrecorded')
    return report('unrecorded-merge', {
      summary: `${commit.id} is on the target branch, and no change record says who agreed`,
    })
  if (kind === 'unapproved')
    return report('unapproved-merge', {
      summary: `${commit.id} was merged without the approvals it needed (${change?.id})`,
    })
  if (kind === 'pending' || change === undefined) return undefined
  if (change.merge?.base !== commit.parents[0])
    return report('ledger-tampered', {
      summary: `${change.id} says that ${change.merge?.base} came before ${commit.id}, and it did not`,
    })
  if (commit.tree === change.tree) return undefined
  // The branch moved on between approval and merge: then the patch has to be the approved one.
  return (await question.contentOf(commit)) === change.content
    ? undefined
    : report('ledger-tampered', {
        summary: `${change.id} was merged as ${commit.id}, which holds something else than was approved`,
      })
}
