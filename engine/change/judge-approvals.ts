import type { Address } from '../model/address.ts'
import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import { withoutDismissed } from '../model/dismissed.ts'
import type { Graph } from '../model/graph.ts'
import type { ApprovalRequirement, Subject } from '../model/plan.ts'
import type { Envelope, RecordedApproval } from '../model/record.ts'
import { authorsOf, type JudgedCommit } from './authors.ts'
import { codes } from './codes.ts'
import { belongsTo, type People, peopleOf } from './people.ts'
import { type RefusalCode, readStatement, type Statement, type VerifiedEnvelope } from './read-statement.ts'
import { type Replanned, staleness } from './staleness.ts'

const report = reporter(codes)

export interface ApprovalQuestion {
  /** What is about to be merged or applied, as it is now. */
  readonly subject: Subject
  /** What the record that holds the approvals is about: reviews on a forge are bound to it. The same as `subject` where not given. */
  readonly recorded?: Subject
  readonly approvals: readonly RecordedApproval[]
  /** Every commit reachable from the head and not from the base. */
  readonly commits: readonly JudgedCommit[]
  /** Documents of the base commit: they say who is who. */
  readonly baseGraph: Graph
  readonly requirements: readonly ApprovalRequirement[]
  readonly rule: 'one-independent' | 'solo'
  readonly verifyEnvelope: (envelope: Envelope) => VerifiedEnvelope
  readonly now: Date
  /** Days an approval holds; 7 where nothing is said. */
  readonly expiryDays?: number
  /** What planning again gives; without it a moved base voids every approval. */
  readonly replanned?: Replanned
}

export interface ApprovalVerdict {
  readonly holds: boolean
  /** One entry for each person who counts, sorted by address. */
  readonly counted: readonly { readonly approver: Address; readonly at: string }[]
  readonly refused: readonly Refusal[]
  readonly missing: readonly {
    readonly requirement: ApprovalRequirement
    readonly have: number
    readonly need: number
  }[]
  readonly blocked: readonly Diagnostic[]
  /** Everybody who had a hand in the change, sorted. */
  readonly authors: readonly Address[]
  /** It does not hold, and would if approvals held for ever. */
  readonly ranOut: boolean
}

export interface Refusal {
  readonly approver: Address
  readonly code: RefusalCode
  readonly because: string
}

/**
 * Judges whether enough people agreed to exactly this change and plan. The order of the approvals does not matter.
 *
 * - A statement counts where its signature, key, person, time and subject all hold; of several by one person the last one
 *   counts, once, whatever keys they used.
 * - A person counts for every requirement that asks for a team they are in, and once within each requirement.
 * - A rejection by any active human of the base blocks, the author's own too. It is about the head commit, so planning
 *   again does not shake it off; its author lifts it by approving later. It does not expire.
 * - Under `one-independent` at least one person counts even where nothing is required, and two where the engine wrote it and nobody
 *   is named for whom. Under `solo` only the
 *   requirements of policies count, and nobody has to be proved an author where there are none.
 */
export function judgeApprovals(question: ApprovalQuestion): ApprovalVerdict {
  const people = peopleOf(question.baseGraph)
  const { authors, unproven } = authorsOf(question.commits, people, question.now)
  const ownWork = authors.length === 0 && question.commits.some((c) => c.byEngine === true)
  const requirements = withFloor(question.requirements, question.rule, ownWork ? twoPeople : oneIndependent)
  const refused: Refusal[] = []
  const statements: Statement[] = []
  const alive = new Set(withoutDismissed(question.approvals))
  for (const approval of question.approvals) {
    if (!alive.has(approval)) {
      refused.push(...dismissed(approval))
      continue
    }
    const found = readStatement(approval, question, people)
    if ('code' in found) refused.push(found)
    else {
      const refusal = refuse(found, question, authors)
      if (refusal === undefined) statements.push(found)
      else refused.push({ approver: found.approver, ...refusal })
    }
  }
  const { last, earlier } = lastWords(statements)
  const counted = last.filter((s) => s.decision === 'approve').map(({ approver, at }) => ({ approver, at }))
  const missing = missingOf(requirements, counted, people)
  const blocked = [
    ...(requirements.length > 0 ? unproven : []),
    ...last.filter((s) => s.decision === 'reject').map(rejection),
  ]
  const holds = missing.length === 0 && blocked.length === 0
  return {
    holds,
    counted,
    refused: [...refused, ...earlier].sort(compareRefusals),
    missing,
    blocked,
    authors,
    ranOut: !holds && refused.some((r) => r.code === 'approval-expired') && heldForEver(question),
  }
}

const heldForEver = (question: ApprovalQuestion): boolean =>
  judgeApprovals({ ...question, expiryDays: Number.POSITIVE_INFINITY }).holds

/** Said once for each review: the dismissal itself is no statement. */
function dismissed(approval: RecordedApproval): readonly Refusal[] {
  if (approval.assertion !== 'forge-asserted' || approval.decision === 'dismiss') return []
  const because = `the forge dismissed it (review ${approval.forge.review})`
  return [{ approver: approval.approver, code: 'approval-dismissed', because }]
}

/** What a statement fails on, beyond who signed it. A rejection only has to be about these commits. */
function refuse(
  statement: Statement,
  question: ApprovalQuestion,
  authors: readonly Address[],
): Omit<Refusal, 'approver'> | undefined {
  const stale = staleness(statement, question.subject, question.replanned)
  if (stale !== undefined) return stale
  if (statement.decision === 'reject') return undefined
  if (authors.includes(statement.approver))
    return { code: 'approver-wrote-it', because: `${statement.approver} had a hand in a commit of the change` }
  const days = question.expiryDays ?? 7
  if (question.now.getTime() - Date.parse(statement.at) > days * 86_400_000)
    return { code: 'approval-expired', because: `given at ${statement.at}, and approvals hold for ${days} days` }
  return undefined
}

/** The last statement of each person; of two at the same moment the rejection. */
function lastWords(statements: readonly Statement[]): { last: readonly Statement[]; earlier: readonly Refusal[] } {
  const newestFirst = [...statements].sort(
    (a, b) =>
      Date.parse(b.at) - Date.parse(a.at) ||
      compareText(b.decision, a.decision) ||
      compareText(a.approver, b.approver) ||
      compareText(a.at, b.at),
  )
  const last = new Map<Address, Statement>()
  const earlier: Refusal[] = []
  for (const s of newestFirst) {
    const newer = last.get(s.approver)
    if (newer === undefined) last.set(s.approver, s)
    else {
      const because = `${s.decision} at ${s.at}; what they said at ${newer.at} counts`
      earlier.push({ approver: s.approver, code: 'approval-repeated', because })
    }
  }
  return { last: [...last.values()].sort((a, b) => compareText(a.approver, b.approver)), earlier }
}

function missingOf(
  requirements: readonly ApprovalRequirement[],
  counted: ApprovalVerdict['counted'],
  people: People,
): ApprovalVerdict['missing'] {
  return requirements.flatMap((requirement) => {
    const have = counted.filter((c) => belongsTo(people, c.approver, requirement.teams)).length
    return have >= requirement.count ? [] : [{ requirement, have, need: requirement.count }]
  })
}

function withFloor(
  requirements: readonly ApprovalRequirement[],
  rule: ApprovalQuestion['rule'],
  floor: ApprovalRequirement,
): readonly ApprovalRequirement[] {
  const asked = requirements.filter((r) => r.count > 0)
  if (rule === 'solo') return asked
  return asked.some((r) => r.count >= floor.count) ? asked : [...asked, floor]
}

/** What an estate asks for where no policy asks for more. */
export const oneIndependent: ApprovalRequirement = {
  count: 1,
  teams: [],
  because: 'the estate asks for one person who wrote nothing of it',
}

/** What the engine wrote by itself: it took over what is on a host, and whoever put it there may be the first to agree. */
const twoPeople: ApprovalRequirement = {
  count: 2,
  teams: [],
  because: 'the engine wrote it and nobody is known to have asked for it',
}

function rejection(statement: Statement): Diagnostic {
  const comment = statement.comment === undefined ? '' : `: ${statement.comment}`
  return report('change-rejected', {
    summary: `${statement.approver} rejected it at ${statement.at}${comment}`,
    subject: statement.approver,
  })
}

function compareRefusals(a: Refusal, b: Refusal): number {
  return compareText(a.approver, b.approver) || compareText(a.code, b.code) || compareText(a.because, b.because)
}
