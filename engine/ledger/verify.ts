import type { Address } from '../model/address.ts'
import type { Digest, Sha256 } from '../model/canonical.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { VerifySignature } from '../model/ssh-key.ts'
import type { LedgerStep } from '../ports/ledger.ts'
import { parseAllowedSigners } from './allowed-signers.ts'
import { report } from './codes.ts'
import { checkMerges, type MergeCounts } from './verify-merges.ts'
import { LedgerWalk } from './verify-walk.ts'

/** A commit on the first-parent line of the target branch. */
export interface MainCommit {
  readonly id: string
  readonly tree: string
  readonly parents: readonly string[]
}

export interface VerifyQuestion {
  /** Every commit of the ledger, oldest first. */
  readonly steps: AsyncIterable<LedgerStep> | Iterable<LedgerStep>
  /** First parents of the target branch since the commit of adoption (not itself among them), oldest first. */
  readonly main: readonly MainCommit[]
  /** Whether a commit is reachable from the target branch. */
  readonly isOnMain: (commit: string) => Promise<boolean>
  /** Digest of the patch of a commit against its first parent: asked where the tree alone does not tell. */
  readonly contentOf: (commit: MainCommit) => Promise<Digest>
  /** Keys with which a person of the base commit's documents may sign at a time (ISO 8601). */
  readonly personKeys: (base: string, person: Address, at: string) => Promise<readonly string[]>
  readonly verifySignature: VerifySignature
  readonly sha256: Sha256
  /** Text of an allowed signers file that is kept outside of what is verified. Engines stand in it as `engine`. */
  readonly allowedSigners?: string
  /** Tip of an independent copy of the ledger. Without one, nobody can see that its end was cut off. */
  readonly witnessTip?: string
}

export interface VerifyReport {
  /** In the order of the ledger, then of the target branch. */
  readonly findings: readonly Diagnostic[]
  /** The first entry that is not as it should be. */
  readonly firstBad?: { readonly commit: string; readonly because: string }
  /** `self-asserted`: the ledger's own first record says who may write it. */
  readonly trust: 'pinned' | 'self-asserted'
  readonly witnessed: boolean
  readonly rule?: 'one-independent' | 'solo'
  readonly tip?: string
  readonly entries: number
  /** Entries checked, by transition (`change approve`, `lock acquire`). */
  readonly transitions: Readonly<Record<string, number>>
  readonly merges: MergeCounts
}

/**
 * Checks a ledger from its first entry to its last against the law its writers are bound by, then the target branch
 * against the ledger. Needs a clone and nothing else. Every bad entry is named, the first one first.
 */
export async function verifyLedger(question: VerifyQuestion): Promise<VerifyReport> {
  const pinned = question.allowedSigners === undefined ? undefined : parseAllowedSigners(question.allowedSigners)
  const findings: Diagnostic[] = (pinned?.faults ?? []).map(({ line, because }) =>
    report('ledger-tampered', {
      summary: `line ${line} of the allowed signers can't be relied on: ${because}`,
      hint: 'mend the line; until then nothing signed with its key counts',
    }),
  )
  const walk = new LedgerWalk(question, pinned?.signers)
  let firstBad: VerifyReport['firstBad']
  for await (const step of question.steps) {
    const because = await walk.take(step)
    if (because === undefined) continue
    const { id, trailers } = step.commit
    const what = [trailers['Record'], trailers['Transition']].filter(Boolean).join(' ') || 'an entry without a record'
    findings.push(report('ledger-tampered', { summary: `${id} (${what}): ${because}` }))
    firstBad ??= { commit: id, because }
  }
  const end = endFault(walk, question.witnessTip)
  if (end !== undefined) findings.push(end)
  const { counts, findings: merges } = await checkMerges(walk, question)
  return {
    findings: [...findings, ...merges],
    ...(firstBad !== undefined && { firstBad }),
    trust: pinned === undefined ? 'self-asserted' : 'pinned',
    witnessed: question.witnessTip !== undefined,
    ...(walk.genesis !== undefined && { rule: walk.genesis.rule }),
    ...(walk.tip !== undefined && { tip: walk.tip }),
    entries: walk.entries,
    transitions: Object.fromEntries(walk.transitions),
    merges: counts,
  }
}

function endFault(walk: LedgerWalk, witness: string | undefined): Diagnostic | undefined {
  if (walk.tip === undefined)
    return report('ledger-tampered', { summary: 'there is no ledger: not even its first record' })
  if (witness === undefined || walk.has(witness)) return undefined
  return report('ledger-tampered', {
    summary: `the witness saw ${witness}, which the ledger lacks: it ends at ${walk.tip}, and was cut off or rewritten`,
  })
}
