import { accountEntry } from '../model/account.ts'
import type { Address } from '../model/address.ts'
import type { Subject } from '../model/plan.ts'
import type { ApprovalPredicate, Envelope, ForgeApproval, RecordedApproval } from '../model/record.ts'
import type { codes } from './codes.ts'
import { keyFault, keyOf, type People } from './people.ts'
import { whoseAccount } from './whose-account.ts'

/** Why an approval does not count. */
export type RefusalCode = Extract<
  keyof typeof codes,
  `approval-${string}` | `approver-${string}` | `key-${string}` | `account-${string}`
>

/** What a check of an envelope found: the key that really signed it, and what it says. */
export type VerifiedEnvelope =
  | { readonly ok: true; readonly publicKey: string; readonly predicate: ApprovalPredicate }
  | { readonly ok: false; readonly because: string }

/** What a person of the base is proved to have said. */
export interface Statement {
  readonly approver: Address
  readonly at: string
  readonly decision: 'approve' | 'reject'
  readonly subject: Subject
  readonly comment?: string
}

interface Refused {
  readonly approver: Address
  readonly code: RefusalCode
  readonly because: string
}

interface Context {
  readonly verifyEnvelope: (envelope: Envelope) => VerifiedEnvelope
  /** What is judged. */
  readonly subject: Subject
  /** What the record is about: a forge knows the commit that was reviewed only, and the record the plan that stood then. */
  readonly recorded?: Subject
  readonly now: Date
}

/** Clocks of two machines may differ by this much. */
const clockSkew = 5 * 60_000

/** Finds out who said what: checks the signature, and the person and key behind it against the base. */
export function readStatement(approval: RecordedApproval, context: Context, people: People): Statement | Refused {
  if (approval.assertion === 'forge-asserted') return readReview(approval, context, people)
  const verified = context.verifyEnvelope(approval.envelope)
  const refused = (code: RefusalCode, because: string): Refused => ({ approver: approval.approver, code, because })
  if (!verified.ok) return refused('approval-signature', verified.because)
  const { predicate, publicKey } = verified
  if (predicate.approver !== approval.approver || predicate.at !== approval.at)
    return refused('approval-altered', `the statement was signed as ${predicate.approver} at ${predicate.at}`)
  const at = momentOf(predicate)
  if (at === undefined) return refused('approval-unreadable', `decision ${predicate.decision} at ${predicate.at}`)
  if (at > context.now.getTime() + clockSkew) return refused('approval-in-future', `it claims ${predicate.at}`)
  const fault = personFault(predicate.approver, publicKey, at, context.now.getTime(), people)
  if (fault !== undefined) return { approver: approval.approver, ...fault }
  const { approver, decision, subject, comment } = predicate
  return { approver, at: predicate.at, decision, subject, ...(comment !== undefined && { comment }) }
}

/**
 * What a forge says that somebody said. Nothing is signed by them: the forge names the account and the commit, the base says whose
 * the account is, and the record which plan of that commit was shown.
 */
function readReview(review: ForgeApproval, { subject, recorded, now }: Context, people: People): Statement | Refused {
  const { approver, at, decision, head } = review
  const refused = (code: RefusalCode, because: string): Refused => ({ approver, code, because })
  const moment = Date.parse(at)
  if (decision === 'dismiss') return refused('approval-dismissed', `the forge dismissed review ${review.forge.review}`)
  if (Number.isNaN(moment)) return refused('approval-unreadable', `${decision} at ${at}`)
  if (moment > now.getTime() + clockSkew) return refused('approval-in-future', `it claims ${at}`)
  const fault = whoFault(approver, people) ?? accountFault(review, people)
  if (fault !== undefined) return { approver, ...fault }
  return { approver, at, decision, subject: { ...(recorded ?? subject), head } }
}

function accountFault({ approver, forge }: ForgeApproval, people: People): Omit<Refused, 'approver'> | undefined {
  const found = whoseAccount(forge, people)
  if ('code' in found && found.code !== 'account-unknown') return { code: found.code, because: found.because }
  return 'address' in found && found.address === approver
    ? undefined
    : { code: 'account-not-theirs', because: `the base does not list ${accountEntry(forge)} for ${approver}` }
}

function momentOf(predicate: ApprovalPredicate): number | undefined {
  const known = predicate.decision === 'approve' || predicate.decision === 'reject'
  // A time without a zone would mean another moment on another machine.
  const at = /(Z|[+-]\d\d:\d\d)$/.test(predicate.at) ? Date.parse(predicate.at) : Number.NaN
  return known && !Number.isNaN(at) ? at : undefined
}

function personFault(
  approver: Address,
  publicKey: string,
  at: number,
  now: number,
  people: People,
): Omit<Refused, 'approver'> | undefined {
  const person = people.byAddress.get(approver)
  const who = whoFault(approver, people)
  if (who !== undefined || person === undefined) return who
  const key = keyOf(person, publicKey)
  if (key === undefined) return { code: 'key-not-theirs', because: `the base lists no such key for ${approver}` }
  const other = people.ownersOfKey(publicKey).find((p) => p.address !== approver)
  if (other !== undefined) return { code: 'key-shared', because: `${other.address} lists the same key` }
  return keyFault(key, at, now)
}

function whoFault(approver: Address, people: People): Omit<Refused, 'approver'> | undefined {
  const person = people.byAddress.get(approver)
  if (person === undefined) return { code: 'approver-unknown', because: `${approver} is not in the base commit` }
  if (!person.active) return { code: 'approver-inactive', because: `${approver} is no longer active` }
  return person.bot ? { code: 'approver-bot', because: `${approver} is a bot` } : undefined
}
