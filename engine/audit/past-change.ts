import type { Address } from '../model/address.ts'
import { compareText } from '../model/diagnostic.ts'
import { openEnvelope } from '../model/dsse.ts'
import type { ChangeRecord, ForgeApproval, RecordedApproval } from '../model/record.ts'

/** One commit of the ledger about a change. */
export interface ChangeEvent {
  /** ISO 8601, UTC; as its writer has it. */
  readonly at: string
  /** Time of the newest entry of an engine before it, where that is later: people can date back, their entries can't. */
  readonly notBefore?: string
  readonly transition: string
  readonly actor: string
  /** Commit of the ledger. */
  readonly commit: string
  /** `SHA256:…` of the key that signed it, where the signature holds. */
  readonly signedBy?: string
  /** Why it failed; of a failure only. */
  readonly reasons?: readonly string[]
}

/** A change as the ledger has it today, with everything that happened to it. */
export interface PastChange {
  readonly record: ChangeRecord
  /** Oldest first. */
  readonly events: readonly ChangeEvent[]
}

/** What the documents and commits of its time say of a change. */
export interface ChangeDetails {
  /** Everybody who had a hand in its commits; sorted. */
  readonly authors: readonly Address[]
  /** E-mail addresses in its commits that belong to nobody of the base; sorted. */
  readonly strangers: readonly string[]
  /** Author date of its first commit, UTC; undefined where it has none of its own. */
  readonly firstAuthoredAt?: string
  readonly mergedBy?: {
    readonly name: string
    readonly email: string
    readonly at: string
    readonly person?: Address
  }
  readonly environments: readonly string[]
  /** Services that stand on what it touches; those that depend on them are not meant. */
  readonly services: readonly Address[]
  /** Who owns these services, or the hosts where there are none. */
  readonly owners: readonly Address[]
}

/** From one moment to another, both meant as well. ISO 8601, UTC. */
export interface Period {
  readonly from: string
  readonly to: string
}

export function within({ from, to }: Period, at: string | undefined): boolean {
  const time = Date.parse(at ?? '')
  return time >= Date.parse(from) && time <= Date.parse(to)
}

/** When something first happened to a change, and not before a moment. */
export function firstEvent(
  change: PastChange,
  transitions: readonly string[],
  after = Number.NEGATIVE_INFINITY,
): ChangeEvent | undefined {
  return change.events.find((e) => transitions.includes(e.transition) && Date.parse(e.at) >= after)
}

/** When something happened at the earliest, however its writer dated it. */
export const soonest = ({ at, notBefore }: ChangeEvent): string => notBefore ?? at

/** True where the branch moved for it; what is only carried out again, or taken back by pre-images, merges nothing. */
export const isMerged = ({ record }: PastChange): boolean =>
  record.merge !== undefined && record.merge.commit !== record.merge.base

/** What one person said last about a change. */
export interface Word {
  readonly approver: Address
  readonly at: string
  readonly decision: 'approve' | 'reject'
  readonly assertion: RecordedApproval['assertion']
  /** `SHA256:…` of the key that signed, or where on a forge it was said. */
  readonly shownBy: string
}

/** The last word of each person, sorted by person. A statement that can't be opened is no word, and what was dismissed counts no more. */
export function lastWords(approvals: readonly RecordedApproval[]): readonly Word[] {
  const dismissed = new Set(approvals.flatMap((a) => (isDismissal(a) ? [a.forge.review] : [])))
  const last = new Map<Address, Word>()
  for (const approval of approvals) {
    if (approval.assertion === 'forge-asserted' && dismissed.has(approval.forge.review)) continue
    const word = wordOf(approval)
    const before = last.get(approval.approver)
    if (word === undefined || (before !== undefined && Date.parse(word.at) < Date.parse(before.at))) continue
    last.set(word.approver, word)
  }
  return [...last.values()].sort((a, b) => compareText(a.approver, b.approver))
}

const isDismissal = (approval: RecordedApproval): approval is ForgeApproval =>
  approval.assertion === 'forge-asserted' && approval.decision === 'dismiss'

function wordOf(approval: RecordedApproval): Word | undefined {
  const { approver, at, assertion } = approval
  if (approval.assertion === 'forge-asserted') {
    const { host, repository, request, login } = approval.forge
    const { decision } = approval
    if (decision === 'dismiss') return undefined
    return { approver, at, assertion, decision, shownBy: `${login} on ${host}/${repository}#${request}` }
  }
  const opened = openEnvelope('approval', approval.envelope)
  if (!opened.ok) return undefined
  return { approver, at, assertion, decision: opened.predicate.decision, shownBy: opened.keyid }
}
