import { comparePlans } from '../change/compare-plans.ts'
import { explainApprovals } from '../change/explain-approvals.ts'
import { compareText, type Diagnostic, hasErrors, reporter } from '../model/diagnostic.ts'
import type { ActionOutcome } from '../model/event.ts'
import type { Plan, RecordedAction } from '../model/plan.ts'
import type { ActionResult, ChangeRecord } from '../model/record.ts'
import { recordedAction } from '../plan/plan-digest.ts'
import { type CarryOut, carryOut } from './carry-out.ts'
import { codes } from './codes.ts'
import { expectOwnKey, recordEngineKeys } from './engine-keys.ts'
import { judgeRecord } from './judge-record.ts'
import { overtakenBy, setAside, standingOver } from './overtaken.ts'
import { type PlannedChange, planChange, type Range } from './plan-change.ts'
import { recogniseMerges } from './recognise.ts'
import { expectGenesis, findRecord, openRecords } from './records.ts'
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
}

export interface AppliedSummary {
  readonly change: string
  readonly title: string
  readonly state: ChangeRecord['state']
  readonly counts: Readonly<Record<ActionOutcome, number>>
}

export interface ApplyReport {
  readonly changes: readonly AppliedSummary[]
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Recognises what was merged, and applies what holds, oldest first: one change after the other, each with its own plan. The first
 * one that does not end well stops the rest.
 */
export async function applyPending(
  world: World,
  options: ApplyOptions,
): Promise<ApplyReport | { readonly refused: readonly Diagnostic[] }> {
  await expectOwnKey(world, await expectGenesis(world))
  const changes: AppliedSummary[] = []
  const diagnostics: Diagnostic[] = []
  const named = options.change !== undefined || options.saved !== undefined
  for (;;) {
    const recognised = await recogniseMerges(world, { one: !named })
    diagnostics.push(...recognised.diagnostics)
    const chosen = await choose(world, options)
    if ('refused' in chosen) return { refused: [...diagnostics, ...chosen.refused] }
    for (const record of chosen.records) {
      const outcome = await applyOne(world, record, options)
      diagnostics.push(...outcome.diagnostics)
      if (outcome.record !== undefined) changes.push(summary(outcome.record))
      if (hasErrors(outcome.diagnostics) || world.stopping()) return { changes, diagnostics }
    }
    if (!recognised.more) return { changes, diagnostics }
  }
}

/** Records that can be applied now, in the order of their merges; or the one that was asked for. */
async function choose(
  world: World,
  options: ApplyOptions,
): Promise<{ readonly records: readonly ChangeRecord[] } | { readonly refused: readonly Diagnostic[] }> {
  const open = await openRecords(world)
  const wanted = options.saved === undefined ? options.change : recordOf(options.saved, open)
  if (options.saved !== undefined && wanted === undefined)
    return { refused: [report('not-approved', { summary: 'no record holds an approval of this plan' })] }
  if (wanted === undefined) return { records: withoutTakenBack(open.filter(isDue)).sort(compareMerges) }
  const record = open.find((r) => r.id === wanted) ?? (await findRecord(world, wanted))
  if (record === undefined) return { refused: [report('change-unknown', { summary: `there is no ${wanted}` })] }
  if (!isDue(record)) {
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
  return { records: [record] }
}

const recordOf = (plan: Plan, open: readonly ChangeRecord[]): string | undefined =>
  open.find((r) => r.subject.plan === plan.subject.plan && r.subject.tree === plan.subject.tree)?.id

/** Numbers are given when a change is approved, which says nothing of the order in which they are merged. */
const compareMerges = (a: ChangeRecord, b: ChangeRecord): number =>
  compareText(a.merge?.recognisedAt ?? '', b.merge?.recognisedAt ?? '') || compareText(a.id, b.id)

/** A change that a due one takes back is not gone on with first. */
function withoutTakenBack(due: readonly ChangeRecord[]): ChangeRecord[] {
  const back = new Set(due.flatMap((r) => (r.partial === true ? [] : (r.rollbackOf ?? []))))
  return due.filter((r) => !back.has(r.id))
}

/** What is approved and merged, or was begun. */
const isDue = (record: ChangeRecord): boolean =>
  record.merge !== undefined &&
  (record.state === 'approved' || record.state === 'implementing' || record.state === 'failed')

interface Outcome {
  readonly record?: ChangeRecord
  readonly diagnostics: readonly Diagnostic[]
}

async function applyOne(world: World, record: ChangeRecord, options: ApplyOptions): Promise<Outcome> {
  const newer = await overtakenBy(world, record)
  if (newer !== undefined) return overtaken(world, record, `${newer} came after it and sets the same things`)
  const range = await rangeOf(world, record)
  const planned = await planChange(world, range, {
    agreed: true,
    alsoHosts: record.actions.map((a) => a.host),
    ...(record.only !== undefined && { only: record.only }),
    ...(options.allowMassDelete === true && { allowMassDelete: true }),
  })
  if ('refused' in planned) return { diagnostics: planned.refused }
  if (hasErrors(planned.plan.diagnostics)) return { diagnostics: planned.plan.diagnostics }
  const judged = await judgeRecord(world, record, planned)
  const denials = planned.plan.verdict.denials
  if (denials.length > 0 || !judged.holds)
    return {
      diagnostics: [
        ...denials,
        ...explainApprovals(judged),
        report('not-approved', { summary: `${record.id} is not applied: its approvals do not hold` }),
      ],
    }
  const work = remainingWork(
    record,
    await knownResults(world, record),
    planned,
    options,
    world.clock.now().toISOString(),
  )
  if ('refused' in work) {
    const stale = record.deployment === undefined && work.refused.every((d) => d.code === 'plan-stale')
    const other = stale ? await standingOver(world, record) : undefined
    if (other === undefined) return { diagnostics: work.refused }
    return overtaken(world, record, `its plan is stale, and ${other} brings the hosts to the branch as it stands`)
  }
  const done = await carryOut(world, {
    record,
    planned,
    ...work,
    approvers: judged.counted.map((c) => c.approver),
    takeOver: options.takeOver === true,
    concurrency: options.concurrency ?? 32,
  })
  if (done.record?.state === 'implemented') await recordEngineKeys(world, planned.base, planned.desired)
  return done
}

async function overtaken(world: World, record: ChangeRecord, reason: string): Promise<Outcome> {
  const gone = await setAside(world, record, reason)
  return {
    record: gone,
    diagnostics: [report('change-overtaken', { summary: `${record.id} is set aside: ${reason}` })],
  }
}

/** The commits that the record's plan lies between, as they stand on the target branch now. */
async function rangeOf(world: World, record: ChangeRecord): Promise<Range> {
  const { subject, merge } = record
  if (merge === undefined || subject.base === subject.head) return subject
  const repository = await world.repository()
  const merged = await repository.commit(merge.commit)
  return { base: merge.base, head: subject.head, tree: merged.tree }
}

interface Remaining {
  /** Approved actions still to be done, in the order in which they were approved. */
  readonly todo: CarryOut['todo']
  /** Approved actions that need nothing any more. */
  readonly settled: readonly ActionResult[]
}

/** What became of actions so far: from the ledger, and from this machine's journal where an apply died before it could record it. */
async function knownResults(world: World, record: ChangeRecord): Promise<ReadonlyMap<string, ActionResult>> {
  const noted = (await (await world.journal()).read(record.id)).flatMap((e) =>
    e.type === 'finished' ? [e.result] : [],
  )
  return new Map([...(record.deployment?.results ?? []), ...noted].map((r) => [r.id, r]))
}

/** The approved actions, less what is already true. Anything more is refused. */
function remainingWork(
  record: ChangeRecord,
  results: ReadonlyMap<string, ActionResult>,
  planned: PlannedChange,
  options: ApplyOptions,
  at: string,
): Remaining | { readonly refused: readonly Diagnostic[] } {
  const begun = new Set(record.deployment?.intents.map((i) => i.action.id) ?? [])
  const open = new Set([...begun].filter((id) => results.get(id)?.outcome !== 'applied'))
  const { plan } = planned
  const compared = comparePlans({
    approved: record,
    fresh: { engine: plan.engine, subject: plan.subject, actions: plan.actions.map(recordedAction) },
    open,
  })
  if (!compared.ok) return { refused: compared.diagnostics }
  if (options.saved !== undefined && begun.size === 0 && compared.alreadyTrue.length > 0)
    return {
      refused: [
        report('plan-moved', {
          summary: `${compared.alreadyTrue.length} actions of the saved plan are done already; a saved plan is applied exactly`,
          detail: compared.alreadyTrue.map((a) => `${a.host} ${a.resource}`).join('\n'),
        }),
      ],
    }
  const fresh = new Set(compared.remaining.map(placeOf))
  const unseen = unseenIn(plan)
  const todo = record.actions.flatMap((approved): CarryOut['todo'] => {
    const resumed = open.has(approved.id)
    if (fresh.has(placeOf(approved))) return [{ approved, resumed }]
    if (results.get(approved.id)?.outcome === 'applied') return []
    // What could not be seen is not done: it stays to be done, and fails there if the host stays away.
    const why = unseen(approved)
    if (why !== undefined) return [{ approved, resumed, ...(!resumed && { unseen: why }) }]
    // Done, it seems, by an apply that did not end: a restart may still be owed, or a timer run that takes it back.
    return resumed ? [{ approved, resumed, owed: !fresh.has(placeOf({ ...approved, verb: 'restart' })) }] : []
  })
  const waiting = new Set(todo.map((t) => t.approved.id))
  const settled = record.actions
    .filter((a) => !waiting.has(a.id))
    .map((a): ActionResult => {
      const before = results.get(a.id)
      return before?.outcome === 'applied' ? before : { id: a.id, outcome: 'applied', at, detail: 'was already so' }
    })
  return { todo, settled }
}

/** Why nothing is known of what an action is about; undefined where something is. */
function unseenIn(plan: Plan): (action: RecordedAction) => string | undefined {
  const unknown = new Map(plan.unknowns.map((u) => [`${u.host} ${u.resource ?? ''}`, u.unknown]))
  return ({ host, resource }) => {
    const why = unknown.get(`${host} `) ?? unknown.get(`${host} ${resource}`)
    return why === undefined ? undefined : `${why.reason}: ${why.detail}`
  }
}

const placeOf = (a: RecordedAction): string => `${a.host} ${a.verb === 'restart' ? 'restart ' : ''}${a.resource}`

function summary(record: ChangeRecord): AppliedSummary {
  const counts: Record<ActionOutcome, number> = { applied: 0, failed: 0, unknown: 0, 'not-started': 0 }
  for (const result of record.deployment?.results ?? []) counts[result.outcome] += 1
  return { change: record.id, title: record.title, state: record.state, counts }
}
