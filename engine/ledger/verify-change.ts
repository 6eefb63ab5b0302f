import type { Address } from '../model/address.ts'
import { canonicalJson } from '../model/canonical.ts'
import { reviewKey, withoutDismissed } from '../model/dismissed.ts'
import { openEnvelope } from '../model/dsse.ts'
import type { Subject } from '../model/plan.ts'
import type { BranchRecord, ChangeRecord, ForgeApproval, RecordedApproval } from '../model/record.ts'
import type { LedgerStep } from '../ports/ledger.ts'
import { changeFault } from './change-law.ts'
import { appliedPath, branchPath, changePath } from './paths.ts'
import { moveOf } from './transitions.ts'
import { emergencyFault, rememberEmergency } from './verify-emergency.ts'
import { rulesFault } from './verify-rules.ts'
import { statementFault } from './verify-statements.ts'
import { rememberFailure, takingBackFault } from './verify-taking-back.ts'
import type { LedgerWalk } from './verify-walk.ts'

/** Why an entry about a change is not as it should be; undefined where it is. */
export async function changeStepFault(
  walk: LedgerWalk,
  id: string,
  step: LedgerStep,
  key: string,
): Promise<string | undefined> {
  const read = walk.read(step, changePath(id) ?? '', 'change')
  if ('because' in read) return read.because
  const { before, after } = read
  remember(walk, after)
  const standing = (await standingFault(walk, after, step)) ?? (await statementFault(walk, after, step))
  const rules = await rulesFault(walk, before, after)
  rememberEmergency(walk, after)
  rememberFailure(walk, after)
  return (
    trailerFault(id, after, step) ??
    changeFault(before, after) ??
    (await signerFault(walk, after, step, key)) ??
    (await bornFault(walk, before, after)) ??
    (await approvalFault(walk, before, after, step)) ??
    rules ??
    standing ??
    fenceFault(walk, after) ??
    besideFault(walk, after, step)
  )
}

function remember(walk: LedgerWalk, { id, state, merge, subject }: ChangeRecord): void {
  const { head, tree, content } = subject
  const seen = { id, state, head, tree, content }
  walk.changes.set(id, merge === undefined ? seen : { ...seen, merge })
}

/** The commit's message and date say what the record says. */
function trailerFault(id: string, record: ChangeRecord, { commit }: LedgerStep): string | undefined {
  const { trailers } = commit
  const { name, uuid, actor, at } = record.transition
  if (record.id !== id) return `the record calls itself ${record.id}`
  if (trailers['Transition'] !== name || trailers['Transition-Id'] !== uuid || trailers['Actor'] !== actor)
    return 'its message contradicts its record'
  if (trailers['Subject'] !== undefined && trailers['Subject'] !== record.subject.plan)
    return 'its Subject is another plan'
  return Math.floor(Date.parse(at) / 1000) === Date.parse(commit.at) / 1000
    ? undefined
    : 'its date contradicts its record'
}

async function signerFault(
  walk: LedgerWalk,
  record: ChangeRecord,
  step: LedgerStep,
  key: string,
): Promise<string | undefined> {
  const signers: readonly string[] = moveOf(record.transition.name)?.signers ?? []
  const { actor } = record.transition
  if (!signers.includes('person') || (actor === 'engine' && signers.includes('engine')))
    return walk.engineFault(key, step.commit.at)
  if (actor === 'engine') return `${record.transition.name} is for people`
  const { base } = record.subject
  return saidOfPlan.has(record.transition.name)
    ? walk.byAny(base, (commit) => walk.personFault(key, actor as Address, commit, step.commit.at, 'git'))
    : walk.laterPersonFault(key, actor as Address, base, step.commit.at, 'git')
}

/** Moves that are judged by the base of the change: the others come later, and from people who may have come later. */
const saidOfPlan: ReadonlySet<string> = new Set(['propose', 'break-glass', 'approve', 'reject'])

async function bornFault(
  walk: LedgerWalk,
  before: ChangeRecord | undefined,
  after: ChangeRecord,
): Promise<string | undefined> {
  if (before !== undefined) return undefined
  if (after.subject.repository !== walk.genesis?.repository) return 'it is about another repository'
  if ((walk.question.planOf?.(after) ?? after.subject.plan) !== after.subject.plan)
    return 'it lists other actions than the plan that it names'
  // Otherwise somebody could bring a base of their own, with people of their own in it.
  return (await walk.question.isOnMain(after.subject.base))
    ? undefined
    : `its base ${after.subject.base} was never on the target branch`
}

/** A new statement is signed by a key of the person, and bound to this record's subject. */
async function approvalFault(
  walk: LedgerWalk,
  before: ChangeRecord | undefined,
  after: ChangeRecord,
  step: LedgerStep,
): Promise<string | undefined> {
  const old = new Set((before?.approvals ?? []).map((a) => canonicalJson(a)))
  const approval = after.approvals.find((a) => !old.has(canonicalJson(a)))
  if (approval === undefined) return undefined
  walk.statements[approval.assertion] += 1
  if (approval.assertion === 'forge-asserted') return forgeFault(walk, approval, after, step.commit.at)
  const opened = walk.open('approval', approval.envelope)
  if (!opened.ok) return `the statement of ${approval.approver} does not hold: ${opened.because}`
  const { predicate } = opened
  if (predicate.approver !== approval.approver || predicate.at !== approval.at)
    return 'an approval names another person or time than was signed'
  if (predicate.decision !== after.transition.name)
    return `what was signed is to ${predicate.decision}, not to ${after.transition.name}`
  if (!sameSubject(predicate.subject, after.subject))
    return `the statement of ${approval.approver} is about something else than this change`
  return walk.byAny(after.subject.base, (base) => walk.approverFault(approval, base, step.commit.at))
}

/**
 * What of a forge's word can be checked without the forge: it is about this change's head, by an account that the base lists
 * for that person and no other, not from the future, and of a review that speaks of no other change.
 */
async function forgeFault(
  walk: LedgerWalk,
  approval: ForgeApproval,
  { id, subject }: ChangeRecord,
  at: string,
): Promise<string | undefined> {
  const { approver } = approval
  // Whoever left may still be told to have been dismissed.
  if (approval.decision === 'dismiss') return undefined
  if (approval.head !== subject.head) return `the review of ${approver} is of another commit`
  const fault = await walk.byAny(subject.base, (base) => walk.approverFault(approval, base, at))
  if (fault !== undefined) return fault
  if (Date.parse(approval.at) > Date.parse(at) + clockSkew) return `the review of ${approver} is from the future`
  if (approval.decision === 'reject') return undefined
  const key = reviewKey(approval)
  const before = walk.reviews.get(key) ?? id
  walk.reviews.set(key, before)
  return before === id ? undefined : `the review of ${approver} was given for ${before}`
}

/** Clocks of two machines may differ by this much. */
const clockSkew = 5 * 60_000

/** The base may have moved since, where the merge result and the plan are the same; nothing else may differ. */
function sameSubject(a: Subject, b: Subject): boolean {
  return canonicalJson({ ...a, base: '' }) === canonicalJson({ ...b, base: '' })
}

/**
 * Nothing is approved by nobody, unless the estate said at its beginning that nobody is asked. Once merged, the approver has
 * to be one by the documents that stood on the branch right before: an old base does not bring back who has left. And
 * somebody who approved it wrote none of it.
 */
async function standingFault(walk: LedgerWalk, record: ChangeRecord, step: LedgerStep): Promise<string | undefined> {
  if (record.state !== 'approved' && record.state !== 'scheduled' && record.state !== 'implementing') return undefined
  if (record.automatic === true) return takingBackFault(walk, record)
  if (record.type === 'emergency') return emergencyFault(walk, record, step)
  if (record.type === 'standard') return standardFault(walk, record)
  if (walk.genesis?.rule === 'solo') return undefined
  const agreed = lastWords(withoutDismissed(record.approvals)).filter((a) => openedDecision(a) === 'approve')
  if (agreed.length === 0) return `it is ${record.state}, and nobody approved it`
  if (record.transition.name !== 'merge' || record.merge === undefined) return undefined
  const { base } = record.merge
  if (!(await walk.question.isOnMain(base))) return `it was merged onto ${base}, which was never on the target branch`
  const judge = walk.rules?.commit ?? base
  const faults = await Promise.all(agreed.map((a) => walk.approverFault(a, judge, step.commit.at)))
  const holding = agreed.filter((_, i) => faults[i] === undefined)
  if (holding.length === 0) return faults[0]
  const authors = await walk.question.authorsOf(record)
  return holding.some((a) => !authors.includes(a.approver))
    ? undefined
    : 'nobody approved it but those who had a hand in it'
}

/** What is agreed to beforehand is covered by the template, as it stood before the merge. */
async function standardFault(walk: LedgerWalk, record: ChangeRecord): Promise<string | undefined> {
  const { merge, transition } = record
  // Before its merge nobody but those who read it relies on it; begun without one it would never be held against its template.
  if (merge === undefined) return record.state === 'implementing' ? 'it was begun before it was merged' : undefined
  if (transition.name !== 'propose' && transition.name !== 'merge') return undefined
  if (!(await walk.question.isOnMain(merge.base)))
    return `it was merged onto ${merge.base}, which was never on the target branch`
  const because = await walk.question.standardFault(record)
  return because === undefined ? undefined : `it is no standard change: ${because}`
}

/** What each person said last. */
function lastWords(approvals: readonly RecordedApproval[]): readonly RecordedApproval[] {
  const last = new Map<string, RecordedApproval>()
  for (const approval of approvals)
    if (Date.parse(approval.at) >= Date.parse(last.get(approval.approver)?.at ?? approval.at))
      last.set(approval.approver, approval)
  return [...last.values()]
}

function openedDecision(approval: RecordedApproval): string | undefined {
  if (approval.assertion === 'forge-asserted') return approval.decision
  const opened = openEnvelope('approval', approval.envelope)
  return opened.ok ? opened.predicate.decision : undefined
}

/** Whoever starts holds the locks, under the numbers that hosts are told. */
function fenceFault(walk: LedgerWalk, record: ChangeRecord): string | undefined {
  if (record.transition.name !== 'start' && record.transition.name !== 'resume') return undefined
  const loose = Object.entries(record.deployment?.fences ?? {}).find(([environment, fence]) => {
    const lock = walk.locks.get(environment)
    return lock?.held?.change !== record.id || lock.fence !== fence
  })
  return loose === undefined ? undefined : `it starts in ${loose[0]} without holding its lock`
}

/** What else an entry about a change may write: what hosts are like now, and the list of open changes. */
function besideFault(walk: LedgerWalk, record: ChangeRecord, step: LedgerStep): string | undefined {
  for (const { path } of step.changes) {
    if (path === changePath(record.id)) continue
    const fault =
      path === branchPath
        ? branchFault(walk, record, step)
        : path.startsWith('applied/')
          ? appliedFault(walk, record, step, path)
          : undefined
    if (fault !== undefined) return fault
    if (path !== branchPath && !path.startsWith('applied/')) return `it writes ${path}, which is not its record`
  }
  return undefined
}

function appliedFault(walk: LedgerWalk, record: ChangeRecord, step: LedgerStep, path: string): string | undefined {
  if (!['progress', 'hold', 'finish', 'fail'].includes(record.transition.name))
    return `${record.transition.name} applies nothing, and writes ${path}`
  const read = walk.read(step, path, 'applied')
  if ('because' in read) return read.because
  const { before, after } = read
  if (path !== appliedPath(walk.question.sha256, after.host)) return `${path} is about ${after.host}`
  const old = new Map(Object.entries(before?.resources ?? {}))
  const foreign = Object.entries(after.resources).find(
    ([id, now]) => canonicalJson(now) !== canonicalJson(old.get(id) ?? null) && now.change !== record.id,
  )
  return foreign === undefined ? undefined : `it says that ${foreign[1].change} applied ${foreign[0]} on ${after.host}`
}

/** The list of open changes saves engines a search. A person's entry moves the person's change in it, and nothing else. */
function branchFault(walk: LedgerWalk, record: ChangeRecord, step: LedgerStep): string | undefined {
  const read = walk.read(step, branchPath, 'branch')
  if ('because' in read) return read.because
  if (record.transition.actor === 'engine') return undefined
  const { before, after } = read
  const others = (branch: BranchRecord | undefined) => (branch?.open ?? []).filter((id) => id !== record.id).sort()
  if (canonicalJson(others(before)) !== canonicalJson(others(after))) return 'it opens or closes another change'
  if (canonicalJson(before?.rules ?? null) !== canonicalJson(after.rules ?? null))
    return 'only an engine says which rules hold'
  return after.recognised === (before?.recognised ?? walk.genesis?.adoption)
    ? undefined
    : 'only an engine recognises merges'
}
