import { changeEntry, lockEntry } from '../ledger/entries.ts'
import { nextChangeId } from '../ledger/find-records.ts'
import { type Proposal, propose, start } from '../ledger/fold-change.ts'
import { acquireLock } from '../ledger/lock.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { ResourceOnHost } from '../model/plan.ts'
import type { ActionResult, AppliedHost, ChangeRecord, Intent, LockHolder, LockRecord } from '../model/record.ts'
import { recordedAction } from '../plan/plan-digest.ts'
import type { LedgerEntry, LedgerView } from '../ports/ledger.ts'
import type { Begun } from './apply-records.ts'
import { codes } from './codes.ts'
import { loadCommit } from './estate.ts'
import type { EstateAt } from './estate-at.ts'
import { hostNames } from './hosts-named.ts'
import { judgeUnmoved } from './judge-record.ts'
import { type PlannedChange, planChange } from './plan-change.ts'
import { branchAfter, by, expectGenesis, findRecord, moved } from './records.ts'
import { targetBranch, targetTip } from './target-branch.ts'
import { takesBack } from './waves.ts'
import type { World } from './world.ts'

const report = reporter(codes)

export interface Failed {
  /** As it will be: with its results, before its end is written. */
  readonly record: ChangeRecord
  readonly planned: PlannedChange
  /** What the ledger will say was applied to hosts that it touched. */
  readonly applied: readonly AppliedHost[]
  /** Environment in which it stopped, and why. */
  readonly environment: string
  readonly reason: string
}

/** What takes a change back, planned and not begun. */
export interface TakingBack {
  readonly planned: PlannedChange
  readonly proposal: Omit<Proposal, 'id'>
  readonly reasons: readonly string[]
  /** What stays, or may: one line each. */
  readonly left: readonly string[]
}

/**
 * Plans to take back what a change did so far, where the rollout says so in the base that the change was judged by: the
 * documents of that base, on what the change touched and nothing else. Undefined where no rule asks for it or there is nothing to take back.
 */
export async function planTakingBack(
  world: World,
  failed: Failed,
): Promise<TakingBack | { readonly refused: readonly Diagnostic[] } | undefined> {
  const { record, planned, environment, reason } = failed
  const rule = takesBack(planned.base.graph, [environment])
  // Nobody agreed to what stood on the branch before a change that brought the rules back.
  if (rule !== undefined && record.merge?.rules !== undefined)
    return refusal(record, 'the documents before it were not agreed to')
  if (rule === undefined || record.automatic === true) return undefined
  const { base } = planned.plan.subject
  if (base === planned.plan.subject.head) return refusal(record, 'its documents stood on the branch before it')
  const touched = touchedBy(record)
  if (touched.length === 0) return undefined
  const known = hostNames(planned.base.graph)
  const only = touched.filter((place) => known.has(place.host))
  const strange = touched.filter((place) => !known.has(place.host))
  const back = await planAtBase(world, record, planned.base, only, failed.applied)
  if ('refused' in back) return { refused: [...refusal(record, 'it can not be planned').refused, ...back.refused] }
  const { denials } = back.plan.verdict
  if (denials.length > 0) return { refused: [...refusal(record, 'change policies forbid it').refused, ...denials] }
  const left = [
    ...back.plan.diagnostics.filter((d) => d.severity === 'error').map((d) => `left: ${d.host ?? ''} ${d.summary}`),
    ...strange.map((p) => `left: ${p.host} ${p.resource}: the host has no document in the base`),
    ...(back.plan.promises ?? [])
      .filter((p) => p.how !== 'refused' && p.reversibility === 'best-effort')
      .map((p) => `best-effort: ${p.host} ${p.resource} is tried, and may leave something`),
  ]
  if (back.plan.actions.length === 0) return refusal(record, 'nothing of it can be taken back', left)
  const summary = `${rule} of the base says to take back what failed: ${reason}`
  return {
    planned: back,
    proposal: {
      title: `take back ${record.id}: ${record.title}`,
      subject: back.plan.subject,
      actions: back.plan.actions.map(recordedAction),
      only,
      rollbackOf: [record.id],
      automatic: true,
      mergedAs: { commit: base, base },
    },
    reasons: [summary, ...left.slice(0, 20)],
    left,
  }
}

function refusal(record: ChangeRecord, because: string, left: readonly string[] = []) {
  const summary = `${record.id} is not taken back by the engine: ${because}`
  return { refused: [report('take-back-impossible', { summary, ...(left.length > 0 && { detail: left.join('\n') }) })] }
}

/** Plans the documents of a change's base, on what it touched: to begin with it, and again where it did not end. */
export async function planAtBase(
  world: World,
  record: ChangeRecord,
  { treeish: commit }: Pick<EstateAt, 'treeish'>,
  only: readonly ResourceOnHost[],
  applied: readonly AppliedHost[] = [],
): Promise<PlannedChange | { readonly refused: readonly Diagnostic[] }> {
  const { tree } = await (await world.repository()).commit(commit)
  return planChange(
    world,
    { base: commit, head: commit, tree },
    { agreed: true, only, takeBack: { records: [record], partial: false, between: [] }, applied },
  )
}

/** What a change set or tried to set. */
export function touchedBy({ deployment }: Pick<ChangeRecord, 'deployment'>): readonly ResourceOnHost[] {
  const outcomes = new Map<string, ActionResult['outcome']>(deployment?.results.map((r) => [r.id, r.outcome]))
  return (deployment?.intents ?? [])
    .filter(({ action }) => action.verb !== 'restart' && outcomes.get(action.id) !== 'not-started')
    .map(({ action: { host, resource } }) => ({ host, resource }))
}

/** The plan of an automatic rollback that did not end, if the base still says that the engine may do it without asking anybody. */
export async function plannedTakingBack(
  world: World,
  record: ChangeRecord,
): Promise<
  { readonly planned: PlannedChange; readonly approvers: readonly [] } | { readonly refused: readonly Diagnostic[] }
> {
  const failed = await findRecord(world, record.rollbackOf?.[0] ?? '')
  const base = await loadCommit(world, record.subject.base)
  const rule = takesBack(base.graph, failed?.deployment?.environments ?? [])
  if (failed === undefined || rule === undefined)
    return refusal(failed ?? record, 'no rollout of its base says that the engine may')
  const forged = await whyForged(world, record, failed)
  if (forged !== undefined) return refusal(failed, `${record.id} ${forged}`)
  const planned = await planAtBase(world, failed, base, record.only ?? [])
  if ('refused' in planned) return planned
  const { denials } = planned.plan.verdict
  return denials.length > 0 ? { refused: denials } : { planned, approvers: [] }
}

/**
 * Why nothing is done on the word of a record that takes another back: nobody approved it, so it is held to what the engine would
 * have written. The change has failed, and was agreed to; the commit is the one of the target branch before it; nothing is touched
 * but what it touched.
 */
async function whyForged(world: World, record: ChangeRecord, failed: ChangeRecord): Promise<string | undefined> {
  const { subject, merge, only = [], actions } = record
  if (failed.state !== 'failed' || failed.merge === undefined || record.rollbackOf?.length !== 1)
    return `takes back what is ${failed.state}`
  const { base } = failed.merge
  if ([subject.base, subject.head, merge?.commit, merge?.base].some((commit) => commit !== base))
    return `does not go back to where ${failed.id} began`
  const tip = await targetTip(world, await targetBranch(world))
  if (tip === undefined || !(await (await world.repository()).isAncestor(base, tip)))
    return `goes back to ${base}, which is not on the target branch`
  const touched = new Set(touchedBy(failed).map((p) => `${p.host} ${p.resource}`))
  const stray = [...only, ...actions.filter((a) => a.verb !== 'restart')].find(
    (p) => !touched.has(`${p.host} ${p.resource}`),
  )
  if (only.length === 0 || stray !== undefined)
    return `is about ${stray === undefined ? 'everything' : `${stray.resource} on ${stray.host}`}, which ${failed.id} did not touch`
  // As when it was begun: that approvals ran out since is no fault.
  const judged = await judgeUnmoved(world, { ...failed, state: 'implementing' }, failed.subject)
  return judged.holds || (judged.ranOut && failed.type === 'normal')
    ? undefined
    : `takes back ${failed.id}, which nobody agreed to`
}

export interface Birth {
  readonly taking: TakingBack
  readonly failed: ChangeRecord
  readonly freed: ReadonlyMap<string, LockRecord>
  readonly environments: readonly string[]
  readonly intents: readonly Intent[]
}

/**
 * The entries with which it is born, takes the locks that were just given back and begins; undefined where somebody else
 * holds one that it needs beside them.
 */
export async function bornTakingBack(
  world: World,
  view: LedgerView,
  { taking, failed, freed, environments, intents }: Birth,
): Promise<{ readonly entries: readonly LedgerEntry[]; readonly begun: Begun } | undefined> {
  const signer = await world.engineSigner()
  const genesis = await expectGenesis(world)
  const id = await nextChangeId(view, world.clock.now().getUTCFullYear())
  const born = moved(propose({ id, ...taking.proposal }, by(world), 'approved', taking.reasons))
  const branch = await branchAfter(view, genesis, born.subject.ref, [failed, born])
  const entries = [changeEntry(born, signer, { branch })]
  const holder: LockHolder = { ...world.process, change: id, since: world.clock.now().toISOString() }
  const fences: Record<string, number> = {}
  for (const environment of environments) {
    const lock = freed.get(environment)
    const locked = lock === undefined ? undefined : acquireLock(lock, environment, holder)
    if (locked === undefined || 'refused' in locked) return undefined
    fences[environment] = locked.record.fence
    entries.push(lockEntry(locked.record, 'acquire', by(world), signer))
  }
  const startedAt = world.clock.now().toISOString()
  const record = moved(start(born, { environments, fences, startedAt, by: world.process.by, intents }, by(world)))
  return {
    entries: [...entries, changeEntry(record, signer)],
    begun: { record, fences, holder, tookOver: new Set() },
  }
}
