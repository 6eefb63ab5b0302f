import { comparePlans } from '../change/compare-plans.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Plan, RecordedAction } from '../model/plan.ts'
import type { ActionResult, ChangeRecord } from '../model/record.ts'
import { recordedAction } from '../plan/plan-digest.ts'
import type { CarryOut } from './carry-out.ts'
import { codes } from './codes.ts'
import { hostsMeant, leaveForLater } from './part-of-change.ts'
import type { PlannedChange } from './plan-change.ts'
import { stagesOf } from './waves.ts'
import type { World } from './world.ts'

const report = reporter(codes)

/** What of a record is left to be done. */
export interface Remaining {
  /** Approved actions still to be done, in the order in which they were approved. */
  readonly todo: CarryOut['todo']
  /** Approved actions that need nothing any more. */
  readonly settled: readonly ActionResult[]
}

/** What became of actions so far: from the ledger, and from this machine's journal where an apply died before it could record it. */
export async function knownResults(world: World, record: ChangeRecord): Promise<ReadonlyMap<string, ActionResult>> {
  const noted = (await (await world.journal()).read(record.id)).flatMap((e) =>
    e.type === 'finished' ? [e.result] : [],
  )
  return new Map([...(record.deployment?.results ?? []), ...noted].map((r) => [r.id, r]))
}

/** The approved actions, less what is already true. Anything more is refused. */
export function remainingWork(
  record: ChangeRecord,
  results: ReadonlyMap<string, ActionResult>,
  planned: PlannedChange,
  { saved }: { readonly saved?: Plan },
  at: string,
): Remaining | { readonly refused: readonly Diagnostic[] } {
  const begun = new Set(record.deployment?.intents.map((i) => i.action.id) ?? [])
  const untouched = hostsUntouched(record, results)
  const open = new Set(
    (record.deployment?.intents ?? [])
      .filter(({ action }) => results.get(action.id)?.outcome !== 'applied' && !untouched.has(action.host))
      .map(({ action }) => action.id),
  )
  const { plan } = planned
  const compared = comparePlans({
    approved: record,
    fresh: { engine: plan.engine, subject: plan.subject, actions: plan.actions.map(recordedAction) },
    open,
  })
  if (!compared.ok) return { refused: compared.diagnostics }
  if (saved !== undefined && begun.size === 0 && compared.alreadyTrue.length > 0)
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

/** Hosts on which nothing was begun, by what is known: they have to be as they were when it was approved. */
function hostsUntouched(
  { actions }: Pick<ChangeRecord, 'actions'>,
  results: ReadonlyMap<string, ActionResult>,
): ReadonlySet<string> {
  const touched = new Set(actions.filter((a) => results.get(a.id)?.outcome !== 'not-started').map((a) => a.host))
  return new Set(actions.map((a) => a.host).filter((host) => !touched.has(host)))
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

/** Splits what is left into what is done now and what stays for later. */
export function partOf(
  record: ChangeRecord,
  planned: PlannedChange,
  { todo, settled }: Remaining,
  names: readonly string[],
  known: { readonly results: ReadonlyMap<string, ActionResult>; readonly at: string },
): (Remaining & Pick<CarryOut, 'part'>) | { readonly refused: readonly Diagnostic[] } {
  const waves = stagesOf(planned.desired.graph, new Set(record.actions.map((a) => a.host)))
  const meant = hostsMeant(names, waves)
  if ('refused' in meant) return meant
  const now = todo.filter((t) => meant.hosts.has(t.approved.host))
  if (now.length === 0 && todo.length > 0) {
    const summary = `nothing of ${record.id} is left to be done on ${names.join(', ')}`
    return { refused: [report('part-of-what', { summary })] }
  }
  const begun = new Set(record.deployment?.intents.map((i) => i.action.id))
  const later = todo.filter((t) => !now.includes(t)).map((t) => t.approved)
  return { todo: now, settled, part: leaveForLater(later, names, { ...known, begun }) }
}
