import type { ApprovalVerdict } from '../change/judge-approvals.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Plan } from '../model/plan.ts'
import { readConfig } from './estate.ts'
import { judgeRecord } from './judge-record.ts'
import type { JudgedRecord } from './judge-type.ts'
import { type PlannedChange, type PlanOptions, planChange, type Range } from './plan-change.ts'
import { type RangeOptions, resolveRange } from './range.ts'
import { openRecords } from './records.ts'
import { keepLooks } from './snapshot.ts'
import { targetBranch, targetTip } from './target-branch.ts'
import { timeWarnings } from './time-warnings.ts'
import { uncommittedChanges } from './uncommitted.ts'
import type { World } from './world.ts'

type Refused = { readonly refused: readonly Diagnostic[] }

export interface PlannedRevision {
  readonly plan: Plan
  /** Who agreed to exactly this so far, and who is missing. */
  readonly standing: ApprovalVerdict
}

/** Plans what a branch, tag or commit would do once it is merged. */
export async function planRevision(
  world: World,
  revision: RangeOptions,
  options: PlanOptions,
): Promise<PlannedRevision | Refused> {
  // Git answers while we load what its answers are checked with, and what reaches the hosts.
  const [range] = await Promise.all([
    rangeOfRevision(world, revision),
    world.quickValidators(),
    world.asOf === undefined && options.desiredOnly !== true ? world.connector() : undefined,
  ])
  if ('refused' in range) return range
  let asked: ReturnType<typeof uncommittedHere> | undefined
  const uncommitted = () => (asked ??= uncommittedHere(world, revision))
  const planned = await planChange(world, range, { ...options, meanwhile: uncommitted })
  for (const diagnostic of await uncommitted()) world.emit({ type: 'diagnostic', diagnostic })
  if ('refused' in planned) return planned
  const times = await timeWarnings(world, planned.plan)
  const plan =
    times.length === 0 ? planned.plan : { ...planned.plan, diagnostics: [...planned.plan.diagnostics, ...times] }
  return { plan, standing: await standingOf(world, planned) }
}

/** What the person at the keyboard has not committed, where they plan what they have checked out. */
async function uncommittedHere(world: World, { head = 'HEAD' }: RangeOptions): Promise<readonly Diagnostic[]> {
  const repository = await world.repository()
  const [named, here] = await Promise.all([repository.resolve(head), repository.resolve('HEAD')])
  if (named === undefined || named !== here) return []
  return uncommittedChanges(world, await readConfig(world, 'HEAD'), here)
}

/** Plans the target branch as it stands, over all hosts or some: what differs is drift, or was never applied. */
export async function planDrift(
  world: World,
  options: PlanOptions,
): Promise<{ readonly plan: Plan; readonly planned: PlannedChange } | Refused> {
  const branch = await targetBranch(world)
  const tip = (await targetTip(world, branch)) ?? branch
  const range = await resolveRange(world, { base: tip, head: tip })
  if ('refused' in range) return range
  const planned = await planChange(world, range, options)
  if ('refused' in planned) return planned
  await keepLooks(world, planned.hosts.observations.values(), range.base)
  return { plan: planned.plan, planned }
}

export async function rangeOfRevision(world: World, revision: RangeOptions): Promise<Range | Refused> {
  const branch = await targetBranch(world)
  const tip = (await targetTip(world, branch)) ?? branch
  const head = revision.head === branch ? tip : revision.head
  return resolveRange(world, { base: revision.base ?? tip, head })
}

/** Judges the approvals that the ledger holds for exactly this plan. */
export async function standingOf(world: World, planned: PlannedChange): Promise<ApprovalVerdict> {
  const { subject } = planned.plan
  const open = await openRecords(world)
  const record = open.find(
    (r) => r.subject.plan === subject.plan && r.subject.head === subject.head && r.subject.base === subject.base,
  )
  return judgeRecord(world, record ?? unrecorded(planned.plan), planned)
}

/** Stands for a change that has no record yet. */
function unrecorded({ subject, standard }: Plan): JudgedRecord {
  const template = standard?.template
  return { subject, approvals: [], ...(template !== undefined && { type: 'standard' as const, template }) }
}
