import { explainApprovals } from '../change/explain-approvals.ts'
import type { ApprovalVerdict } from '../change/judge-approvals.ts'
import type { Address } from '../model/address.ts'
import { compareText, type Diagnostic, hasErrors, reporter } from '../model/diagnostic.ts'
import { owesReview, reviewDueAt } from '../model/emergency.ts'
import type { ActionOutcome } from '../model/event.ts'
import type { Plan } from '../model/plan.ts'
import type { ChangeRecord } from '../model/record.ts'
import { rulesOfRecord } from './agreed-rules.ts'
import { followReviews } from './approve-reviews.ts'
import { plannedTakingBack } from './auto-rollback.ts'
import { broughtBack } from './brought-back.ts'
import { carryOut } from './carry-out.ts'
import { codes } from './codes.ts'
import { dueNow } from './due.ts'
import { expectOwnKey, recordEngineKeys } from './engine-keys.ts'
import { loadCommit } from './estate.ts'
import { expireRecord, expireRecords } from './expire.ts'
import { judgeRecord } from './judge-record.ts'
import { emergencyAhead, overtakenBy, setAside, standingOver } from './overtaken.ts'
import { isPart } from './part-of-change.ts'
import { type PlannedChange, planChange } from './plan-change.ts'
import { rangeOfRecord } from './range-of-record.ts'
import { recogniseMerges } from './recognise.ts'
import { expectGenesis, findRecord, openRecords } from './records.ts'
import { knownResults, partOf, remainingWork } from './remaining-work.ts'
import { targetBranch, targetTip } from './target-branch.ts'
import type { World } from './world.ts'

const report = reporter(codes)

export interface ApplyOptions {
  /** Only this record. */
  readonly change?: string
  /** A saved plan: applied exactly, or refused. */
  readonly saved?: Plan
  readonly takeOver?: boolean
  readonly allowMassDelete?: boolean
  readonly concurrency?: number
  /** Hosts, environments and waves: only these now, the rest of the change when somebody asks for it. */
  readonly only?: readonly string[]
  /** Only go on with what is paused. */
  readonly resume?: boolean
}

export interface AppliedSummary {
  readonly change: string
  readonly title: string
  readonly state: ChangeRecord['state']
  readonly counts: Readonly<Record<ActionOutcome, number>>
  /** Of an emergency that nobody looked back at: until when somebody is to. ISO 8601, UTC. */
  readonly reviewDue?: string
}

export interface ApplyReport {
  readonly changes: readonly AppliedSummary[]
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Recognises what was merged, and applies what holds, oldest first: one change after the other, each with its own plan. The first
 * one that does not end well stops the rest; one that is not due yet holds up only what touches the same hosts.
 */
export async function applyPending(
  world: World,
  options: ApplyOptions,
): Promise<ApplyReport | { readonly refused: readonly Diagnostic[] }> {
  await expectOwnKey(world, await expectGenesis(world))
  const changes: AppliedSummary[] = []
  const diagnostics: Diagnostic[] = []
  const named = options.change !== undefined || options.saved !== undefined
  const waiting: ChangeRecord[] = []
  const tried = new Set<string>()
  for (;;) {
    diagnostics.push(...(await followReviews(world)))
    const ready = readyOf(await openRecords(world)).some((r) => comesFirst(r) && !tried.has(r.id))
    const later = { diagnostics: [], more: true }
    const recognised = ready && !named ? later : await recogniseMerges(world, { one: !named })
    diagnostics.push(...recognised.diagnostics, ...(await expireRecords(world)))
    const chosen = await choose(world, options)
    if ('refused' in chosen) return { refused: [...diagnostics, ...chosen.refused] }
    for (const record of chosen.records) {
      tried.add(record.id)
      if (waiting.some((w) => w.id === record.id)) continue
      // What takes a failed change back does not wait for a better time.
      const due = record.automatic === true ? { mayStart: () => undefined } : await dueNow(world, record, waiting)
      if ('held' in due) {
        if (named) return { refused: [...diagnostics, { ...due.held, severity: 'error' }] }
        diagnostics.push(due.held)
        waiting.push(record)
        continue
      }
      const outcome = await applyOne(world, record, options, due.mayStart)
      diagnostics.push(...outcome.diagnostics)
      changes.push(...[outcome.record, outcome.takenBackBy].flatMap((r) => (r === undefined ? [] : [summary(r)])))
      const held = outcome.record?.state === 'paused'
      if (held || hasErrors(outcome.diagnostics) || world.stopping()) return { changes, diagnostics }
    }
    if (recognised.more) continue
    diagnostics.push(...chosen.passedOver, ...(await broughtBack(world, () => atTip(world))))
    return { changes, diagnostics }
  }
}

/** The documents of the target branch as it stands. */
async function atTip(world: World) {
  const branch = await targetBranch(world)
  return loadCommit(world, (await targetTip(world, branch)) ?? branch)
}

interface Chosen {
  readonly records: readonly ChangeRecord[]
  /** What is said of those that wait for somebody to go on with them. */
  readonly passedOver: readonly Diagnostic[]
}

/** Records that can be applied now, in the order of their merges; or the one that was asked for. */
async function choose(
  world: World,
  options: ApplyOptions,
): Promise<Chosen | { readonly refused: readonly Diagnostic[] }> {
  const open = await openRecords(world)
  const wanted = options.saved === undefined ? options.change : recordOf(options.saved, open)
  if (options.saved !== undefined && wanted === undefined)
    return { refused: [report('not-approved', { summary: 'no record holds an approval of this plan' })] }
  if (wanted === undefined) return chooseDue(open, options)
  const record = open.find((r) => r.id === wanted.toUpperCase()) ?? (await findRecord(world, wanted))
  if (record === undefined) return { refused: [report('change-unknown', { summary: `there is no ${wanted}` })] }
  const back = open.find((r) => r.automatic === true && r.rollbackOf?.includes(record.id) === true)
  if (back !== undefined) {
    const summary = `${record.id} can't be applied: ${back.id} takes it back, and is ${back.state}`
    return { refused: [report('change-not-applicable', { summary, hint: 'run apply to go on with that one' })] }
  }
  if (!isDue(record) || (options.resume === true && record.state !== 'paused' && !waits(record))) {
    const why =
      record.merge === undefined && record.state !== 'superseded'
        ? `it is ${record.state}, but not merged yet`
        : `it is ${record.state}`
    const summary = `${record.id} can't be applied: ${why}`
    return {
      refused: [
        report('change-not-applicable', {
          summary,
          ...(record.reasons !== undefined && { detail: record.reasons.join('\n') }),
        }),
      ],
    }
  }
  return { records: [record], passedOver: [] }
}

/** All that is due. What somebody paused waits until they go on with it by its number. */
function chooseDue(
  open: readonly ChangeRecord[],
  { only }: ApplyOptions,
): Chosen | { readonly refused: readonly Diagnostic[] } {
  const records = readyOf(open).sort(compareMerges)
  if (only !== undefined && records.length > 1) {
    const summary = `${records.map((r) => r.id).join(', ')} are pending: name the one of which ${only.join(', ')} is meant`
    return { refused: [report('part-of-what', { summary })] }
  }
  const passedOver = open.filter(waits).map((r) => {
    const { by, reason } = r.deployment?.pause ?? { by: 'somebody', reason: '' }
    return report('change-paused', {
      summary: `${r.id} was paused by ${by}: ${reason}`,
      hint: `plumbline resume ${r.id} goes on with it`,
    })
  })
  return { records, passedOver }
}

/**
 * A merge is judged on top of those before it, and what is ready of them has to be on the hosts by then. What failed may be what the next
 * one takes back.
 */
export const comesFirst = ({ merge, state }: ChangeRecord): boolean =>
  merge !== undefined && ['approved', 'scheduled', 'implementing'].includes(state)

/** What may be gone on with, as far as nobody asked to wait. */
const readyOf = (open: readonly ChangeRecord[]): ChangeRecord[] =>
  withoutTakenBack(open.filter((r) => isDue(r) && !waits(r)))

/** Paused by somebody, or stopped in the middle while it was to be. What only ran out of its window goes on in the next. */
const waits = ({ state, deployment }: ChangeRecord): boolean =>
  (state === 'paused' || state === 'implementing') &&
  deployment?.pause !== undefined &&
  (deployment.pause.by !== 'engine' || isPart(deployment.pause.reason))

const recordOf = (plan: Plan, open: readonly ChangeRecord[]): string | undefined =>
  open.find((r) => r.subject.plan === plan.subject.plan && r.subject.tree === plan.subject.tree)?.id

/**
 * Numbers are given when a change is approved, which says nothing of the order in which they are merged. What takes a change back
 * comes before whatever was merged meanwhile.
 */
const compareMerges = (a: ChangeRecord, b: ChangeRecord): number =>
  Number(b.automatic === true) - Number(a.automatic === true) ||
  compareText(a.merge?.recognisedAt ?? '', b.merge?.recognisedAt ?? '') ||
  compareText(a.id, b.id)

/** A change that a due one takes back is not gone on with first. */
function withoutTakenBack(due: readonly ChangeRecord[]): ChangeRecord[] {
  const back = new Set(due.flatMap((r) => (r.partial === true ? [] : (r.rollbackOf ?? []))))
  return due.filter((r) => !back.has(r.id))
}

/** What is approved and merged, or was begun. */
const isDue = (record: ChangeRecord): boolean =>
  record.merge !== undefined && ['approved', 'scheduled', 'implementing', 'paused', 'failed'].includes(record.state)

interface Outcome {
  readonly record?: ChangeRecord
  readonly takenBackBy?: ChangeRecord
  readonly diagnostics: readonly Diagnostic[]
}

async function applyOne(
  world: World,
  record: ChangeRecord,
  options: ApplyOptions,
  mayStart: () => string | undefined,
): Promise<Outcome> {
  const newer = await overtakenBy(world, record)
  if (newer !== undefined) return overtaken(world, record, `${newer} came after it and sets the same things`)
  const agreed = await plannedAndAgreed(world, record, options)
  if ('diagnostics' in agreed) return agreed
  const { planned, approvers } = agreed
  const results = await knownResults(world, record)
  const at = world.clock.now().toISOString()
  const work = remainingWork(record, results, planned, options, at)
  if ('refused' in work) {
    const stale = record.deployment === undefined && work.refused.every((d) => d.code === 'plan-stale')
    const other = stale ? await standingOver(world, record) : undefined
    const ahead = stale && other === undefined ? await emergencyAhead(world, record) : undefined
    if (ahead !== undefined) return overtaken(world, record, `${ahead}, an emergency, went ahead of it on its hosts`)
    if (other === undefined) return { diagnostics: work.refused }
    return overtaken(world, record, `its plan is stale, and ${other} brings the hosts to the branch as it stands`)
  }
  const parted = options.only === undefined ? work : partOf(record, planned, work, options.only, { results, at })
  if ('refused' in parted) return { diagnostics: parted.refused }
  const done = await carryOut(world, {
    record,
    planned,
    ...parted,
    approvers,
    takeOver: options.takeOver === true,
    concurrency: options.concurrency ?? 32,
    mayStart,
  })
  if (done.record?.state === 'implemented') await recordEngineKeys(world, planned.base, planned.desired)
  const again = planned.plan.diagnostics.filter((d) => d.code === 'rolled-back-on-branch')
  return { ...done, diagnostics: [...again, ...done.diagnostics] }
}

/** The plan of a record as things are now, if those who agreed to it still do; or, of what takes another back, the rule. */
async function plannedAndAgreed(
  world: World,
  record: ChangeRecord,
  options: ApplyOptions,
): Promise<{ readonly planned: PlannedChange; readonly approvers: readonly Address[] } | Outcome> {
  if (record.automatic === true) {
    const back = await plannedTakingBack(world, record)
    return 'refused' in back ? { diagnostics: back.refused } : back
  }
  const range = await rangeOfRecord(world, record)
  const planned = await planChange(world, range, {
    agreed: true,
    rules: await rulesOfRecord(world, record, range.base),
    alsoHosts: record.actions.map((a) => a.host),
    ...(record.only !== undefined && { only: record.only }),
    ...(options.allowMassDelete === true && { allowMassDelete: true }),
  })
  if ('refused' in planned) return { diagnostics: planned.refused }
  if (hasErrors(planned.plan.diagnostics)) return { diagnostics: planned.plan.diagnostics }
  const judged = await judgeRecord(world, record, planned)
  const denials = planned.plan.verdict.denials
  if (judged.ranOut && record.deployment === undefined && denials.length === 0) return ranOut(world, record, judged)
  if (denials.length === 0 && judged.holds) return { planned, approvers: judged.counted.map((c) => c.approver) }
  const summary = `${record.id} is not applied: its approvals do not hold`
  return { diagnostics: [...denials, ...explainApprovals(judged), report('not-approved', { summary })] }
}

/** Merged in time, and not applied in time. What it wanted shows in the next plan of the branch. */
async function ranOut(world: World, record: ChangeRecord, judged: ApprovalVerdict): Promise<Outcome> {
  const ended = ['approval-expired', 'break-glass-over', 'standard-not-covered']
  const reasons = explainApprovals(judged).filter((d) => ended.includes(d.code))
  const expired = await expireRecord(world, record, reasons.map((d) => d.summary).join('; '))
  return { diagnostics: [{ ...expired, severity: 'error' }] }
}

async function overtaken(world: World, record: ChangeRecord, reason: string): Promise<Outcome> {
  const gone = await setAside(world, record, reason)
  return {
    record: gone,
    diagnostics: [report('change-overtaken', { summary: `${record.id} is set aside: ${reason}` })],
  }
}

function summary(record: ChangeRecord): AppliedSummary {
  const counts: Record<ActionOutcome, number> = { applied: 0, failed: 0, unknown: 0, 'not-started': 0 }
  for (const result of record.deployment?.results ?? []) counts[result.outcome] += 1
  const due = owesReview(record) ? reviewDueAt(record) : undefined
  const reviewDue = due === undefined ? {} : { reviewDue: due }
  return { change: record.id, title: record.title, state: record.state, counts, ...reviewDue }
}
