import type { Diagnostic } from '../model/diagnostic.ts'
import { parseAllowedSigners } from './allowed-signers.ts'
import { report } from './codes.ts'
import { reviewFindings } from './verify-emergency.ts'
import { recordFault } from './verify-entry.ts'
import { checkMerges, type MergeCounts } from './verify-merges.ts'
import type { VerifyQuestion } from './verify-question.ts'
import { tagFindings } from './verify-tags.ts'
import { LedgerWalk, type OpenUnauthorised } from './verify-walk.ts'

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
  /** How many statements for or against changes are signed by people themselves, and how many are a forge's word. */
  readonly statements: Readonly<Record<'approver-signed' | 'forge-asserted', number>>
  /** Commits of the target branch that no change record knows, oldest first. */
  readonly unrecorded: readonly string[]
  /** Changes on hosts that no change record knows, and that nothing has settled. */
  readonly unauthorised: readonly OpenUnauthorised[]
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
    const because = await walk.take(step, recordFault)
    if (because === undefined) continue
    const { id, trailers } = step.commit
    const what = [trailers['Record'], trailers['Transition']].filter(Boolean).join(' ') || 'an entry without a record'
    findings.push(report('ledger-tampered', { summary: `${id} (${what}): ${because}` }))
    firstBad ??= { commit: id, because }
  }
  const end = endFault(walk, question.witnessTip)
  if (end !== undefined) findings.push(end)
  const { counts, findings: merges, unrecorded } = await checkMerges(walk, question)
  return {
    findings: [...findings, ...merges, ...tagFindings(walk, question), ...reviewFindings(walk, question.now)],
    ...(firstBad !== undefined && { firstBad }),
    trust: pinned === undefined ? 'self-asserted' : 'pinned',
    witnessed: question.witnessTip !== undefined,
    ...(walk.genesis !== undefined && { rule: walk.genesis.rule }),
    ...(walk.tip !== undefined && { tip: walk.tip }),
    entries: walk.entries,
    transitions: Object.fromEntries(walk.transitions),
    merges: counts,
    statements: walk.statements,
    unrecorded,
    unauthorised: [...walk.unauthorised.values()],
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
