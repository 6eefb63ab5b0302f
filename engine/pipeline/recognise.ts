import { changedRules } from '../change/changed-rules.ts'
import { contentDigest } from '../change/content.ts'
import { explainApprovals } from '../change/explain-approvals.ts'
import type { ApprovalVerdict } from '../change/judge-approvals.ts'
import { passedChecks } from '../change/passed-checks.ts'
import { policyDigest } from '../change/policy-digest.ts'
import { mayBeStandard } from '../change/standard.ts'
import { changeEntry } from '../ledger/entries.ts'
import { findBranch, findChange, nextChangeId } from '../ledger/find-records.ts'
import { propose, recogniseMerge, supersede } from '../ledger/fold-change.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { StandardMatch } from '../model/plan.ts'
import type { PullRequest } from '../model/pull-request.ts'
import type { BranchRecord, ChangeRecord, GenesisRecord } from '../model/record.ts'
import { planDigest } from '../plan/plan-digest.ts'
import { recordedPlan } from '../plan/recorded-plan.ts'
import { agreedCommit, rulesAfter, rulesFor } from './agreed-rules.ts'
import { recordOfRequest } from './approve-reviews.ts'
import { type Arrival, arrivals, isAbout } from './arrivals.ts'
import { codes } from './codes.ts'
import { loadCommit } from './estate.ts'
import { judgeRecord, judgeUnmoved } from './judge-record.ts'
import { isMergeOf, mergedRequest } from './merged-request.ts'
import { setAside } from './overtaken.ts'
import { type PlannedChange, planChange, type Range } from './plan-change.ts'
import { append, branchAfter, by, expectGenesis, moved, openIn, openRecords, trusted } from './records.ts'
import { targetBranch, targetTip } from './target-branch.ts'
import type { World } from './world.ts'

const report = reporter(codes)

/**
 * Walks the target branch from where it was last looked at, and gives every merge its record: the approved one whose merge
 * result or head it is, or a new one that says nobody approved it. Records of the branch as it stands (nothing to merge) that hold
 * are made ready, too.
 *
 * @param options.one stops after the oldest merge, for whoever applies it before the next is planned: what was approved
 *   side by side holds where each comes on top of the one before, not beside it. `more` says that there are others.
 */
export async function recogniseMerges(
  world: World,
  options: { readonly one?: boolean } = {},
): Promise<{ readonly diagnostics: readonly Diagnostic[]; readonly more: boolean }> {
  const genesis = await expectGenesis(world)
  const branch = await targetBranch(world)
  const tip = await targetTip(world, branch)
  if (tip === undefined)
    return { diagnostics: [report('commit-missing', { summary: `there is no branch ${branch}` })], more: false }
  const diagnostics: Diagnostic[] = []
  const known = trusted(await findBranch(await (await world.ledger()).view()))?.recognised ?? genesis.adoption
  const found = await arrivals(world, tip, known, options.one === true ? 1 : undefined)
  for (const arrival of found) diagnostics.push(...(await recogniseOne(world, genesis, arrival)))
  const more = (found.at(-1)?.commit.id ?? tip) !== tip
  if (!more) await recogniseStanding(world, genesis, tip)
  return { diagnostics, more }
}

async function recogniseOne(world: World, genesis: GenesisRecord, arrival: Arrival): Promise<readonly Diagnostic[]> {
  const open = await openRecords(world)
  const request = await mergedRequest(world, arrival)
  const passed = request === undefined ? [] : passedChecks(request)
  const matching = open.filter(
    (r) =>
      r.merge === undefined &&
      r.subject.base !== r.subject.head &&
      (isAbout(r, arrival) || r.subject.head === request?.head),
  )
  const planned =
    matching.find((r) => r.state === 'approved' || r.state === 'scheduled') ??
    matching[0] ??
    (await squashedInto(world, open, arrival))
  // What no record is about and no check let through was shown to nobody, whoever reviewed it.
  const known = request === undefined || passed.length > 0 ? undefined : request
  const opened =
    planned !== undefined || known === undefined ? undefined : await recordOfRequest(world, genesis, arrival, known)
  const record = planned ?? opened?.record
  const head = await headOf(world, arrival, record?.subject.head ?? (await headOfRequest(world, arrival, request)))
  const range = { base: arrival.base, head, tree: arrival.commit.tree }
  if (record === undefined) {
    const agreed = genesis.rule === 'solo' || (await mayBeAgreed(world, range))
    return agreed
      ? recogniseUnasked(world, genesis, arrival, range, passed)
      : unapproved(world, genesis, arrival, passed)
  }
  const judge = await judgeOf(world, record, range)
  if ('refused' in judge) return [...judge.refused, ...(await unapproved(world, genesis, arrival, passed))]
  const judged = await judge.judge(record)
  const settled = await settle(world, genesis, arrival, record, await withPassed(record, judged, passed, judge.judge))
  return [...(opened?.findings ?? []), ...settled]
}

type Judge = (record: ChangeRecord) => Promise<ApprovalVerdict>

/** How a record is judged: by what it asked to do, or, on a base that moved since its approvals, by what planning anew gives. */
async function judgeOf(
  world: World,
  record: ChangeRecord,
  range: Range,
): Promise<{ readonly judge: Judge } | { readonly refused: readonly Diagnostic[] }> {
  if (record.subject.base === range.base) return { judge: (r) => judgeUnmoved(world, r, range) }
  const planned = await planChange(world, range)
  return 'refused' in planned ? planned : { judge: (r) => judgeRecord(world, r, planned) }
}

/**
 * Whoever merges past a check does so past the reviews that it weighs: those do not count then. What does not rest on reviews holds all the
 * same, such as approvals that people signed themselves: a check may not have heard of those yet.
 */
async function withPassed(
  record: ChangeRecord,
  judged: ApprovalVerdict,
  passed: readonly Diagnostic[],
  judge: Judge,
): Promise<ApprovalVerdict> {
  const bypassed = passed.filter((d) => d.code === 'merge-bypassed')
  if (bypassed.length === 0) return judged
  const approvals = record.approvals.filter((a) => a.assertion !== 'forge-asserted' || a.decision !== 'approve')
  if (judged.holds && (await judge({ ...record, approvals })).holds) return judged
  return { ...judged, holds: false, ranOut: false, blocked: [...bypassed, ...judged.blocked] }
}

/** The commits that were judged, where they came as one: their authors count, not who pressed the button. */
async function headOf(world: World, { head, commit }: Arrival, judged: string | undefined): Promise<string> {
  if (judged === undefined || commit.parents.length > 1) return head
  return (await (await world.repository()).resolve(judged)) ?? head
}

/** The commits of a pull request that came as they were reviewed, or as one that holds the same. */
async function headOfRequest(
  world: World,
  { commit, base }: Arrival,
  request: PullRequest | undefined,
): Promise<string | undefined> {
  return request !== undefined && (await isMergeOf(world, request.head, base, commit)) ? request.head : undefined
}

/** The record whose commits came as one onto a base that moved: git makes the same tree of them. */
async function squashedInto(
  world: World,
  open: readonly ChangeRecord[],
  { commit, base }: Arrival,
): Promise<ChangeRecord | undefined> {
  // An empty commit brings nothing: it is no squash of what the base holds already.
  if (commit.parents.length > 1 || commit.tree === (await (await world.repository()).commit(base)).tree)
    return undefined
  for (const record of open)
    if (
      record.merge === undefined &&
      record.subject.base !== record.subject.head &&
      (await isMergeOf(world, record.subject.head, base, commit))
    )
      return record
  return undefined
}

/** A merge without a record, where nobody may have had to be asked. */
async function recogniseUnasked(
  world: World,
  genesis: GenesisRecord,
  arrival: Arrival,
  range: Range,
  passed: readonly Diagnostic[],
): Promise<readonly Diagnostic[]> {
  const planned = await planChange(world, range)
  if ('refused' in planned) return [...planned.refused, ...(await unapproved(world, genesis, arrival, passed))]
  if (planned.plan.standard?.template !== undefined) return standard(world, genesis, arrival, planned, passed)
  return genesis.rule === 'solo'
    ? solo(world, genesis, arrival, planned, passed)
    : unapproved(world, genesis, arrival, passed, planned.plan.standard)
}

/** Writes down that a change was merged, and whether its approvals hold. Other proposals of its commits are out of date. */
async function settle(
  world: World,
  genesis: GenesisRecord,
  arrival: Arrival,
  record: ChangeRecord,
  judged: ApprovalVerdict,
): Promise<readonly Diagnostic[]> {
  const reasons = judged.holds ? [] : explainApprovals(judged).map((d) => d.summary)
  const rules = await judgedBy(world, arrival, judged.holds)
  const within = await proposalsWithin(world, record.subject.head)
  await append(world, async (view) => {
    const signer = await world.engineSigner()
    const current = trusted(await findChange(view, record.id))
    if (current === undefined || current.merge !== undefined) return { entries: [], result: undefined }
    const merge = mergeOf(arrival, rules)
    const now = moved(recogniseMerge(current, merge, by(world), { approved: judged.holds, reasons }))
    const rest = (await openIn(view)).filter(
      (r) =>
        r.id !== now.id &&
        r.merge === undefined &&
        (r.subject.head === now.subject.head || within.has(r.id)) &&
        r.subject.base !== r.subject.head,
    )
    const gone = rest.map((r) => moved(supersede(r, by(world), [`${now.id} was merged`])))
    const branch = await branchAfter(view, genesis, now.subject.ref, [now, ...gone], arrival.commit.id)
    const beside = { branch: withRules(branch, now, rules) }
    return {
      entries: [...gone.map((r) => changeEntry(r, signer)), changeEntry(now, signer, beside)],
      result: undefined,
    }
  })
  return judged.holds ? [] : explainApprovals(judged)
}

/** Proposals of commits that a head holds: a branch was merged that stood on another one, and with it what that one brings. */
async function proposalsWithin(world: World, head: string): Promise<ReadonlySet<string>> {
  const repository = await world.repository()
  const within = new Set<string>()
  for (const { id, merge, subject } of await openRecords(world)) {
    if (merge !== undefined || subject.base === subject.head || (await repository.resolve(subject.head)) === undefined)
      continue
    if (await repository.isAncestor(subject.head, head)) within.add(id)
  }
  return within
}

/** Whether documents of a merge without a record are such as a template of the base is about: then it is planned, to see. */
async function mayBeAgreed(world: World, { base, tree }: Range): Promise<boolean> {
  const before = await rulesFor(world, base)
  return mayBeStandard(before.graph, (await loadCommit(world, tree, { base: before })).graph)
}

/** A merge that a template of its base covers was agreed to beforehand. */
async function standard(
  world: World,
  genesis: GenesisRecord,
  arrival: Arrival,
  { plan }: PlannedChange,
  passed: readonly Diagnostic[],
): Promise<readonly Diagnostic[]> {
  const template = plan.standard?.template
  const about = { ...recordedPlan(plan), ...(template !== undefined && { template }) }
  const id = await born(world, genesis, arrival, about, 'approved', passed.map(summaryOf))
  return allTheSame(id, passed, `${template} covers it`)
}

/** A merge that no approval is about: recorded as such, and never applied. */
async function unapproved(
  world: World,
  genesis: GenesisRecord,
  arrival: Arrival,
  passed: readonly Diagnostic[],
  { nearly }: StandardMatch = {},
): Promise<readonly Diagnostic[]> {
  const subject = await bareSubject(world, arrival)
  const why = passed.length === 0 ? ['nobody approved it before it was merged'] : passed.map(summaryOf)
  const reasons = [...why, ...(nearly === undefined ? [] : [`${nearly.template} does not cover it: ${nearly.because}`])]
  const id = await born(world, genesis, arrival, { subject, actions: [] }, 'unapproved', reasons)
  const what = `${id}: ${arrival.commit.id.slice(0, 12)} (${titleOf(arrival)})`
  return passed.length === 0
    ? [report('merge-unapproved', { summary: `${what} ${why.join('; ')}, so it is not applied` })]
    : passed.map((d) => ({ ...d, summary: `${what}: ${d.summary}, so it is not applied` }))
}

/** Where the estate asks for nobody, a merge is a change that holds by itself. */
async function solo(
  world: World,
  genesis: GenesisRecord,
  arrival: Arrival,
  { plan }: PlannedChange,
  passed: readonly Diagnostic[],
): Promise<readonly Diagnostic[]> {
  const held = plan.verdict.denials.length === 0 && plan.verdict.requirements.length === 0
  const against = held
    ? []
    : [...plan.verdict.denials.map(summaryOf), ...plan.verdict.requirements.map((r) => r.because)]
  const reasons = [...passed.map(summaryOf), ...against]
  const id = await born(world, genesis, arrival, recordedPlan(plan), held ? 'approved' : 'unapproved', reasons)
  return held ? allTheSame(id, passed, 'the estate asks for nobody') : plan.verdict.denials
}

/** What was passed by a merge that rests on no review. */
const allTheSame = (id: string, passed: readonly Diagnostic[], because: string): readonly Diagnostic[] =>
  passed.map((d) => ({
    ...d,
    summary: `${id}: ${d.summary}; it is applied all the same, since ${because}`,
    hint: 'require our checks on the target branch, and let nobody go past them',
  }))

async function born(
  world: World,
  genesis: GenesisRecord,
  arrival: Arrival,
  about: Pick<ChangeRecord, 'subject' | 'actions' | 'risk' | 'only' | 'rollbackOf' | 'partial' | 'template'>,
  state: 'approved' | 'unapproved',
  reasons: readonly string[],
): Promise<string> {
  const signer = await world.engineSigner()
  const rules = await judgedBy(world, arrival, state === 'approved')
  return append(world, async (view) => {
    const id = await nextChangeId(view, world.clock.now().getUTCFullYear())
    const merge = mergeOf(arrival, rules)
    const record = moved(propose({ id, title: titleOf(arrival), ...about, mergedAs: merge }, by(world), state, reasons))
    const branch = await branchAfter(view, genesis, record.subject.ref, [record], arrival.commit.id)
    const beside = { branch: withRules(branch, record, rules) }
    return { entries: [changeEntry(record, signer, beside)], result: id }
  })
}

/** The commit whose documents judge a merge, and whether it brings rules that nobody agreed to. */
interface JudgedBy {
  readonly commit: string
  readonly differs: boolean
}

/** Undefined where the estate asks for nobody: there whatever is merged is agreed to. */
async function judgedBy(world: World, { commit, base }: Arrival, approved: boolean): Promise<JudgedBy | undefined> {
  if ((await expectGenesis(world)).rule === 'solo') return undefined
  const agreed = await agreedCommit(world, base)
  if (approved) return { commit: agreed, differs: false }
  const merged = await loadCommit(world, commit.tree, { base: await loadCommit(world, base) })
  return { commit: agreed, differs: changedRules(await loadCommit(world, agreed), merged).length > 0 }
}

const mergeOf = ({ commit, base }: Arrival, rules: JudgedBy | undefined) => ({
  commit: commit.id,
  base,
  ...(rules !== undefined && rules.commit !== base && { rules: rules.commit }),
})

/** What was agreed to judges what comes next; what was not does so only where it leaves the rules as they were. */
function withRules(branch: BranchRecord, { id, merge }: ChangeRecord, judged: JudgedBy | undefined): BranchRecord {
  const { rules: before, ...rest } = branch
  if (judged === undefined || merge === undefined) return branch
  const rules = rulesAfter(before, merge, { change: id, differs: judged.differs })
  return rules === undefined ? rest : { ...rest, rules }
}

/** The subject of a merge that was never planned: no hosts were looked at, so it holds no actions. */
async function bareSubject(world: World, arrival: Arrival): Promise<ChangeRecord['subject']> {
  const base = await loadCommit(world, arrival.base)
  const repository = await world.repository()
  const policies = policyDigest(base.graph, world.sha256, base.codeOwners)
  const tree = arrival.commit.tree
  return {
    repository: base.config.id,
    ref: `refs/heads/${base.config.branch ?? 'main'}`,
    base: arrival.base,
    head: arrival.head,
    tree,
    content: contentDigest(await repository.changes(arrival.base, tree), world.sha256),
    plan: planDigest({ tree, policies, actions: [] }, world.sha256),
    policies,
  }
}

/** Records of the branch as it stands, with nothing to merge, become ready once their approvals hold. */
async function recogniseStanding(world: World, genesis: GenesisRecord, tip: string): Promise<void> {
  const standing = (await openRecords(world)).filter((r) => r.merge === undefined && r.subject.base === r.subject.head)
  for (const record of standing) {
    if (record.subject.head !== tip) {
      await setAside(world, record, 'the branch moved on before it was applied')
      continue
    }
    if (record.state !== 'approved' && record.state !== 'scheduled') continue
    await append(world, async (view) => {
      const signer = await world.engineSigner()
      const current = trusted(await findChange(view, record.id))
      if (current === undefined || current.merge !== undefined) return { entries: [], result: undefined }
      const now = moved(recogniseMerge(current, { commit: tip, base: tip }, by(world), { approved: true }))
      const beside = { branch: await branchAfter(view, genesis, now.subject.ref, [now]) }
      return { entries: [changeEntry(now, signer, beside)], result: undefined }
    })
  }
}

const summaryOf = ({ summary }: Diagnostic): string => summary

const titleOf = ({ commit }: Arrival): string =>
  (commit.message.split('\n')[0] ?? '').slice(0, 200) || commit.id.slice(0, 12)
