import { explainApprovals } from '../change/explain-approvals.ts'
import type { ApprovalVerdict } from '../change/judge-approvals.ts'
import { peopleOf } from '../change/people.ts'
import { readReviews } from '../change/read-reviews.ts'
import { changeEntry } from '../ledger/entries.ts'
import { findChange, listChanges, nextChangeId } from '../ledger/find-records.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Plan } from '../model/plan.ts'
import type { PullRequest, Review } from '../model/pull-request.ts'
import type { ChangeRecord, GenesisRecord } from '../model/record.ts'
import { planDigest } from '../plan/plan-digest.ts'
import type { LedgerEntry, LedgerView } from '../ports/ledger.ts'
import type { Commit } from '../ports/repository.ts'
import { rulesOfRecord } from './agreed-rules.ts'
import { bornFor, forbids, sameSubject, titleOf } from './approve.ts'
import { codes } from './codes.ts'
import { codes as commandCodes } from './comment-commands/codes.ts'
import { expectOwnKey } from './engine-keys.ts'
import { judgeRecord, judgeUnmoved } from './judge-record.ts'
import { judgedCommits } from './judged-commits.ts'
import { bringHead, isMergeOf } from './merged-request.ts'
import { type PlannedChange, planChange, type Range } from './plan-change.ts'
import { rangeOfRevision } from './plan-revision.ts'
import { recordReviews } from './record-reviews.ts'
import { append, branchAfter, expectGenesis, openIn, openRecords, trusted } from './records.ts'
import { targetBranch } from './target-branch.ts'
import type { World } from './world.ts'

const report = reporter({ ...commandCodes, ...codes })

/** So many of the newest changes are looked through for other plans of the same commits. */
const looked = 1000

export interface ReviewsApproved {
  readonly plan: Plan
  readonly record: ChangeRecord
  /** How many statements were new. */
  readonly noted: number
  readonly standing: ApprovalVerdict
  readonly findings: readonly Diagnostic[]
}

type Refused = { readonly refused: readonly Diagnostic[] }

export interface ReviewsOptions {
  readonly head?: string
  readonly base?: string | undefined
  readonly allowMassDelete?: boolean
  /** An approval that was given otherwise than as a review, and names the plan that it is of. */
  readonly named?: NamedApproval
}

export interface NamedApproval {
  /** Number of the pull request. */
  readonly request: number
  readonly review: Review
  /** How the digest of the plan begins: hexadecimal, in small letters. */
  readonly plan: string
}

/**
 * Plans a pull request and records what its reviews say, signed by the engine: the approvals are the forge's word, not the
 * approvers' own. Opens the record where there is none, though nobody has reviewed it yet: reviews that come later speak of its plan.
 */
export async function approveReviews(world: World, options: ReviewsOptions): Promise<ReviewsApproved | Refused> {
  const genesis = await expectGenesis(world)
  await expectOwnKey(world, genesis)
  const range = await rangeOfRevision(world, options)
  if ('refused' in range) return range
  const requests = await requestsOf(world, range.head)
  if (requests.length === 0)
    return { refused: [report('request-unknown', { summary: `no pull request has the head ${range.head}` })] }
  const planned = await planChange(world, range, {
    ...(options.allowMassDelete === true && { allowMassDelete: true }),
  })
  if ('refused' in planned) return planned
  const { named } = options
  if (named === undefined) return explained(await recordRequests(world, genesis, range, planned, requests))
  const { plan } = planned.plan.subject
  if (!plan.startsWith(`sha256:${named.plan}`)) {
    // The digest that it has is not told here: it is to be read where the plan stands.
    const summary = `the plan that it has now has another digest than ${named.plan}`
    return { refused: [report('plan-not-newest', { summary })] }
  }
  return explained(await recordRequests(world, genesis, range, planned, withNamed(requests, named), named.review.id))
}

/** With what is still missing. */
const explained = (done: ReviewsApproved | Refused): ReviewsApproved | Refused =>
  'refused' in done ? done : { ...done, findings: [...done.findings, ...explainApprovals(done.standing)] }

const withNamed = (requests: readonly PullRequest[], { request, review }: NamedApproval): readonly PullRequest[] =>
  requests.map((r) => (r.number === request ? { ...r, reviews: [...r.reviews, review] } : r))

/**
 * The record of a merge that has none, where it was a pull request: reviewed on a forge, and not recorded so far. A squash counts
 * as the merge of its pull request only where git makes the same tree of base and head.
 */
export async function recordOfRequest(
  world: World,
  genesis: GenesisRecord,
  { commit, base }: { readonly commit: Commit; readonly base: string },
  request: PullRequest,
): Promise<Pick<ReviewsApproved, 'record' | 'findings'> | undefined> {
  if (!(await isMergeOf(world, request.head, base, commit))) return undefined
  const range = { base, head: request.head, tree: commit.tree }
  const planned = await planChange(world, range)
  if ('refused' in planned) return undefined
  const done = await recordRequests(world, genesis, range, planned, await requestsOf(world, request.head))
  return 'refused' in done ? undefined : done
}

/** Brings the records of open changes up to what the forge says now: what was dismissed, who rejected, who approved since. */
export async function followReviews(world: World): Promise<readonly Diagnostic[]> {
  if ((await world.reviews()) === undefined) return []
  const findings: Diagnostic[] = []
  const waiting = new Set(['proposed', 'approved', 'scheduled', 'rejected'])
  for (const record of await openRecords(world)) {
    const { base, head } = record.subject
    const requests = base === head || !waiting.has(record.state) ? [] : await requestsOf(world, head)
    if (requests.length > 0) findings.push(...(await followOne(world, record, requests)))
  }
  return findings
}

async function followOne(
  world: World,
  followed: ChangeRecord,
  requests: readonly PullRequest[],
): Promise<readonly Diagnostic[]> {
  const genesis = await expectGenesis(world)
  const { id, subject } = followed
  const { base, head } = subject
  const [request] = requests
  if (request !== undefined && !(await bringHead(world, request))) {
    const summary = `${id} is about ${head.slice(0, 12)}, which is not here, so its reviews are not looked at`
    return [report('commit-missing', { summary, severity: 'warning' })]
  }
  const commits = await judgedCommits(world, base, head)
  const people = peopleOf((await rulesOfRecord(world, followed, base)).graph)
  const read = readReviews(requests, head, commits, people, world.clock.now().toISOString())
  const signer = await world.engineSigner()
  const found = await append(world, async (view) => {
    const record = trusted(await findChange(view, id))
    if (record === undefined) return { entries: [], result: [] }
    const { steps, findings } = await recordReviews(world, record, read.statements, {
      others: await othersOf(view, head, id),
      judge: (r, approvals) => judgeUnmoved(world, { ...r, approvals }, r.subject),
    })
    const branch = steps.length === 0 ? undefined : await branchAfter(view, genesis, subject.ref, steps)
    const entries = steps.map((step, i) =>
      changeEntry(step, signer, branch !== undefined && i === steps.length - 1 ? { branch } : {}),
    )
    return { entries, result: findings }
  })
  return [...read.findings, ...found]
}

async function requestsOf(world: World, head: string): Promise<readonly PullRequest[]> {
  const forge = await world.reviews()
  const branch = await targetBranch(world)
  const told = forge === undefined ? [] : await forge.requests(head)
  return told.filter((r) => r.head === head && r.target === branch)
}

async function recordRequests(
  world: World,
  genesis: GenesisRecord,
  range: Range,
  planned: PlannedChange,
  requests: readonly PullRequest[],
  named?: string,
): Promise<ReviewsApproved | Refused> {
  const { plan, rules, commits } = planned
  const forbidden = forbids(plan, 'approve')
  if (forbidden.length > 0) return { refused: forbidden }
  const now = world.clock.now()
  const read = readReviews(requests, range.head, commits, peopleOf(rules.graph), now.toISOString())
  const title = await titleOf(world, range, plan)
  const signer = await world.engineSigner()
  const done = await append(world, async (view) => {
    const found = recordAbout(world, await openIn(view), plan)
    const born = found ?? bornFor(world, await nextChangeId(view, now.getUTCFullYear()), title, planned, 'engine')
    const entries: LedgerEntry[] = []
    if (found === undefined)
      entries.push(changeEntry(born, signer, { branch: await branchAfter(view, genesis, plan.subject.ref, [born]) }))
    const { steps, findings } = await recordReviews(world, born, read.statements, {
      others: await othersOf(view, range.head, born.id),
      ...(named !== undefined && { named }),
      judge: (r, approvals) => judgeRecord(world, { ...r, approvals }, planned),
    })
    entries.push(...steps.map((step) => changeEntry(step, signer)))
    return { entries, result: { record: steps.at(-1) ?? born, noted: steps.length, findings } }
  })
  const standing = await judgeRecord(world, done.record, planned)
  return { plan, ...done, standing, findings: [...read.findings, ...done.findings] }
}

/** The record, of those that are open, whose approvals are judged for a plan. */
export const recordAbout = (world: World, open: readonly ChangeRecord[], plan: Plan): ChangeRecord | undefined =>
  open.find((r) => isOpen(r) && isAbout(world, r, plan))

const isOpen = ({ merge, state }: ChangeRecord): boolean => merge === undefined && state !== 'implementing'

/** The same plan of the same commits; or the one that it is once more on a base that moved. */
function isAbout(world: World, record: ChangeRecord, plan: Plan): boolean {
  const { head, content, policies, tree } = record.subject
  if (sameSubject(record, plan)) return true
  if (head !== plan.subject.head || content !== plan.subject.content || policies !== plan.subject.policies) return false
  return record.subject.plan === planDigest({ ...plan, tree, policies }, world.sha256)
}

async function othersOf(view: LedgerView, head: string, id: string): Promise<readonly ChangeRecord[]> {
  const { changes } = await listChanges(view, { limit: looked })
  return changes.filter((r) => r.subject.head === head && r.id !== id)
}
