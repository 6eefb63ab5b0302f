import type { HostWork, Todo } from '../apply/apply-host.ts'
import { applyWaves, type Stop, type Wave, type WavesResult } from '../apply/apply-waves.ts'
import { raiseFences } from '../apply/raise-fences.ts'
import type { PlannedWave } from '../change/waves.ts'
import type { Address } from '../model/address.ts'
import { digestOf } from '../model/canonical.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { reporter } from '../model/diagnostic.ts'
import type { Graph } from '../model/graph.ts'
import type { RecordedAction } from '../model/plan.ts'
import type { ActionResult, AppliedHost, ChangeRecord, Intent } from '../model/record.ts'
import type { Resource } from '../model/resource.ts'
import type { HostObservation } from '../observe/observe-host.ts'
import { appliedAfter } from './applied-after.ts'
import { applyFindings } from './apply-findings.ts'
import { type Begun, beginApply, endApply, pauseAsked, recordProgress } from './apply-records.ts'
import { bornTakingBack, planTakingBack, type TakingBack } from './auto-rollback.ts'
import { codes } from './codes.ts'
import { fillLifetime } from './fill-lifetimes.ts'
import { lookAtWork } from './look-at-work.ts'
import { hostLimits } from './observing.ts'
import type { Part } from './part-of-change.ts'
import type { PlannedChange } from './plan-change.ts'
import { expectGenesis } from './records.ts'
import { inConfidence, type Needs, type ResolvedSecrets, resolveSecrets } from './resolve-secrets.ts'
import { keepLooks } from './snapshot.ts'
import { targetsOf } from './targets.ts'
import { rulesOf, stagesOf } from './waves.ts'
import type { World } from './world.ts'

const report = reporter(codes)

export interface CarryOut {
  readonly record: ChangeRecord
  readonly planned: PlannedChange
  readonly todo: readonly (Todo & { readonly approved: RecordedAction })[]
  readonly settled: readonly ActionResult[]
  readonly approvers: readonly Address[]
  readonly takeOver: boolean
  readonly concurrency: number
  /** Why no wave may be begun any more (its window is over); undefined where one may. */
  readonly mayStart?: () => string | undefined
  /** The part of it that is carried out now; all of it where not given. */
  readonly part?: Part
}

export interface CarriedOut {
  readonly record?: ChangeRecord
  /** The change with which the engine took it back. */
  readonly takenBackBy?: ChangeRecord
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Takes the locks, writes down what is about to be done, does it wave by wave, and writes down what became of it. What the
 * ledger can't take does not happen: nothing starts before the intent is there, and no wave before the last one is recorded.
 * Where it fails and the rollout of its base says so, it is taken back under the same locks.
 */
export async function carryOut(world: World, job: CarryOut): Promise<CarriedOut> {
  const done = await inSecret(world, job, undefined)
  if (done.next === undefined) return { ...(done.record && { record: done.record }), diagnostics: done.diagnostics }
  const { begun, taking } = done.next
  const { id } = begun.record
  world.emit({ type: 'taking-back', change: job.record.id, by: id, actions: begun.record.actions.length })
  const back = await inSecret(world, takingBackJob(begun.record, taking, job), begun)
  const good = back.record?.state === 'implemented'
  const summary = good
    ? `${job.record.id} was taken back by ${id}`
    : `${id} could not take all of ${job.record.id} back`
  const detail = taking.left.length === 0 ? {} : { detail: taking.left.join('\n') }
  const diagnostics = [
    ...done.diagnostics,
    report(good ? 'taken-back' : 'take-back-failed', { summary, ...detail }),
    ...back.diagnostics,
  ]
  return {
    ...(done.record && { record: good ? { ...done.record, state: 'rolled-back', rolledBackBy: id } : done.record }),
    ...(back.record && { takenBackBy: back.record }),
    diagnostics,
  }
}

/** All that takes a change back is done at once in each environment, and whatever fails: it was worse before. */
function takingBackJob(record: ChangeRecord, { planned }: TakingBack, { concurrency }: CarryOut): CarryOut {
  const todo = record.actions.map((approved) => ({ approved, resumed: false }))
  return { record, planned, todo, settled: [], approvers: [], takeOver: false, concurrency }
}

interface Done {
  readonly record?: ChangeRecord
  readonly diagnostics: readonly Diagnostic[]
  readonly next?: { readonly begun: Begun; readonly taking: TakingBack }
}

async function inSecret(world: World, job: CarryOut, begun: Begun | undefined): Promise<Done> {
  const { desired } = job.planned
  const secrets = await resolveSecrets(world, needsOf(job), desired.compile.sealed)
  if ('refused' in secrets) return { diagnostics: secrets.refused }
  return inConfidence(world, secrets, (quiet) => carryOutKnowing(quiet, job, secrets, begun))
}

/** The resources that are to be set, with their hosts. */
function needsOf({ planned, todo }: CarryOut): Needs {
  const wanted = new Set(todo.map((t) => `${t.approved.host} ${t.approved.resource}`))
  return [...planned.hosts.wanted].flatMap(([host, resources]) =>
    resources.filter((r) => wanted.has(`${host} ${r.id}`)).map((resource) => ({ host, resource })),
  )
}

async function carryOutKnowing(
  world: World,
  job: CarryOut,
  secrets: ResolvedSecrets,
  already: Begun | undefined,
): Promise<Done> {
  const { planned, part } = job
  const { redactor } = secrets
  const { graph } = planned.desired
  const stages = stagesOfRecord(job)
  const begun =
    already ??
    (await beginApply(world, {
      record: job.record,
      environments: environmentsOf(job, stages),
      intents: intentsOf(job),
      settled: job.settled,
      takeOver: job.takeOver,
      ...(part !== undefined && part.later.length > 0 && { part: part.reason }),
    }))
  if ('refused' in begun) return { diagnostics: begun.refused }
  const seen = new Map<string, HostObservation>(planned.hosts.observations)
  const ledger = digestOf(world.sha256, await expectGenesis(world)).slice('sha256:'.length, 'sha256:'.length + 12)
  const { startedAt } = begun.record.deployment ?? {}
  const fill = (resource: Resource) =>
    fillLifetime(secrets.fill(resource), startedAt ?? world.clock.now().toISOString())
  const lookAt = lookAtWork(world, planned, seen, { ...secrets, fill })
  const targets = targetsOf(graph)
  const rules = rulesOf(graph, stages)
  const order = stages.map((stage) => ({ ...waveOf(stage, job, begun.fences, ledger), ...rules(stage) }))
  const late = order.filter((wave) => begun.tookOver.has(wave.environment)).flatMap((wave) => wave.work)
  const connector = await world.connector()
  await raiseFences(late, job.record.id, {
    connector,
    targets,
    concurrency: job.concurrency,
    deadline: hostLimits.deadlineMs,
    outputCap: hostLimits.outputCap,
  })
  const before = [...job.settled, ...(part?.later ?? [])]
  const done = await applyWaves(order, {
    change: job.record.id,
    types: world.types,
    connector,
    journal: await world.journal(),
    reach: world.reach,
    clock: world.clock,
    emit: world.emit,
    look: lookAt,
    digest: (state) => digestOf(world.sha256, state),
    stopping: world.stopping,
    wait: world.wait,
    deadline: hostLimits.actionDeadlineMs,
    outputCap: hostLimits.outputCap,
    targets,
    concurrency: job.concurrency,
    ...(job.mayStart !== undefined && { mayStart: job.mayStart }),
    ...(job.record.automatic === true && { regardless: true }),
    recordProgress: (results) => recordProgress(world, begun, [...before, ...redactor.value(results)]),
    pauseAsked: () => pauseAsked(world, begun),
    ...(job.mayStart !== undefined && { mayStart: job.mayStart }),
  })
  return settle(world, job, begun, done, { before, seen, redactor })
}

interface Aftermath {
  /** Results of what was not begun now. */
  readonly before: readonly ActionResult[]
  readonly seen: ReadonlyMap<string, HostObservation>
  readonly redactor: ResolvedSecrets['redactor']
}

/** Writes down what became of it; where it failed and is to be taken back, the change that does so is born with it. */
async function settle(
  world: World,
  job: CarryOut,
  begun: Begun,
  done: WavesResult,
  { before, seen, redactor }: Aftermath,
): Promise<Done> {
  const { planned } = job
  const results = [...before, ...redactor.value(done.results)]
  const stop = done.stopped === undefined ? undefined : { ...done.stopped, reason: redactor.text(done.stopped.reason) }
  const applied = (record: ChangeRecord): readonly AppliedHost[] =>
    appliedAfter(world, { record, planned, results, seen, approvers: job.approvers })
  const taking = await takingBack(world, job, asEnded(begun, results), stop, applied)
  const plan = taking !== undefined && 'proposal' in taking ? taking : undefined
  const { record, next } = await endApply(world, {
    id: begun.record.id,
    results,
    ...howItEnded(job, done.results, stop),
    ...(plan !== undefined && { notes: plan.left.slice(0, 20) }),
    holder: begun.holder,
    fences: begun.fences,
    desired: planned.desired,
    applied,
    ...(plan !== undefined && {
      successor: (view, failed, freed) => {
        const back = takingBackJob({ ...failed, actions: plan.proposal.actions, automatic: true }, plan, job)
        const { deployment: _, ...fresh } = back.record
        const environments = environmentsOf(back, stagesOfRecord(back))
        const intents = intentsOf({ ...back, record: fresh })
        return bornTakingBack(world, view, { taking: plan, failed, freed, environments, intents })
      },
    }),
  })
  await (await world.journal()).remove(job.record.id)
  await keepLooks(world, seen.values(), job.record.merge?.commit)
  // What lasts for hours has a start from now on: documents that were read before don't know it.
  if (lastsForHours(planned.desired.graph)) world.estates.clear()
  const refused = taking !== undefined && 'refused' in taking ? taking.refused : []
  const missed = plan !== undefined && next === undefined ? [lockMissing(record)] : []
  return {
    record,
    diagnostics: [...applyFindings(record, stop?.reason), ...refused, ...missed],
    ...(plan !== undefined && next !== undefined && { next: { begun: next, taking: plan } }),
  }
}

const lastsForHours = (graph: Graph): boolean =>
  graph.ofKind('AccessGrant').some((grant) => grant.document.spec['hours'] !== undefined)

const lockMissing = ({ id }: ChangeRecord): Diagnostic =>
  report('take-back-impossible', {
    summary: `${id} is not taken back by the engine: somebody else holds a lock that it needs`,
  })

/** The record as it will be, for whoever plans to take it back before its end is written. */
function asEnded({ record }: Begun, results: readonly ActionResult[]): ChangeRecord {
  return record.deployment === undefined ? record : { ...record, deployment: { ...record.deployment, results } }
}

/** What takes it back, if it went wrong and a rule says so; not without the secrets that this needs. */
async function takingBack(
  world: World,
  job: CarryOut,
  record: ChangeRecord,
  stop: Stop | undefined,
  applied: (record: ChangeRecord) => readonly AppliedHost[],
): Promise<TakingBack | { readonly refused: readonly Diagnostic[] } | undefined> {
  if (stop === undefined || !wentWrong(stop) || world.stopping()) return undefined
  const { planned } = job
  const { environment, reason } = stop
  const taking = await planTakingBack(world, { record, planned, applied: applied(record), environment, reason })
  if (taking === undefined || 'refused' in taking) return taking
  const needs = needsOf(takingBackJob({ ...record, actions: taking.proposal.actions }, taking, job))
  const secrets = await resolveSecrets(world, needs, taking.planned.desired.compile.sealed)
  return 'refused' in secrets ? secrets : taking
}

const wentWrong = ({ cause }: Stop): boolean => cause === 'failures' || cause === 'gate'

/** How it ends: what only went as far as was asked is paused; what takes another change back does not fail by a gate. */
export function howItEnded(
  { record, part }: Pick<CarryOut, 'record' | 'part'>,
  results: readonly ActionResult[],
  stop: Stop | undefined,
): { readonly stopped?: { readonly reason: string; readonly goesOn: boolean; readonly failed: boolean } } {
  if (stop === undefined) {
    const good = results.every((r) => r.outcome === 'applied')
    if (part === undefined || part.later.length === 0 || !good) return {}
    return { stopped: { reason: part.reason, goesOn: true, failed: false } }
  }
  const goesOn = stop.cause === 'paused' || stop.cause === 'held'
  return { stopped: { reason: stop.reason, goesOn, failed: wentWrong(stop) && record.automatic !== true } }
}

/**
 * The waves of all hosts that the change is about, so that they stay the same whoever goes on with it, without those that are
 * left for later. What takes a change back is done in one wave for each environment.
 */
function stagesOfRecord({
  record,
  planned,
  part,
}: Pick<CarryOut, 'record' | 'planned' | 'part'>): readonly PlannedWave[] {
  const hosts = new Set(record.actions.map((a) => a.host))
  const stages = stagesOf(planned.desired.graph, hosts)
  if (record.automatic === true) {
    const environments = [...new Set(stages.map((s) => s.environment))]
    return environments.map((environment) => ({
      name: 'take back',
      environment,
      hosts: stages.filter((s) => s.environment === environment).flatMap((s) => s.hosts),
    }))
  }
  const later = part?.laterHosts ?? new Set()
  return stages.map((stage) => ({ ...stage, hosts: stage.hosts.filter((h) => !later.has(h)) }))
}

/** Where locks are needed: where something is left to be done, now or later. */
function environmentsOf({ todo, part, planned }: CarryOut, stages: readonly PlannedWave[]): readonly string[] {
  const hosts = new Set([...todo.map((t) => t.approved.host), ...(part?.laterHosts ?? [])])
  const all = part === undefined ? stages : stagesOf(planned.desired.graph, hosts)
  return [...new Set(all.filter((s) => s.hosts.some((h) => hosts.has(h))).map((s) => s.environment))]
}

/** What is about to be done, with the state it starts from. An intent of an apply that did not end keeps its own. */
function intentsOf({ record, planned, todo }: CarryOut): readonly Intent[] {
  const earlier = new Map(record.deployment?.intents.map((i) => [i.action.id, i]) ?? [])
  const changes = new Map(
    planned.hosts.work.map((w) => [`${w.action.host} ${w.action.verb} ${w.action.resource}`, w.change]),
  )
  const fresh = todo.flatMap(({ approved, unseen }): Intent[] => {
    // Nobody knows the state before of what could not be seen: that is no intent to go back to.
    if (earlier.has(approved.id) || unseen !== undefined) return []
    const change = changes.get(`${approved.host} ${approved.verb} ${approved.resource}`)
    return [{ action: approved, state: change?.have ?? null }]
  })
  return [...earlier.values(), ...fresh]
}

function waveOf(
  stage: PlannedWave,
  job: CarryOut,
  fences: Readonly<Record<string, number>>,
  ledger: string,
): Pick<Wave, 'name' | 'environment' | 'hosts' | 'work'> {
  const work = stage.hosts.map((host): HostWork => {
    const resources = new Map((job.planned.hosts.wanted.get(host) ?? []).map((r) => [r.id, r]))
    return {
      host,
      lock: `${ledger}-${stage.environment}`,
      fence: fences[stage.environment] ?? 0,
      actions: job.todo
        .filter((t) => t.approved.host === host)
        .flatMap(({ approved, ...todo }) => {
          const resource = resources.get(approved.resource)
          return resource === undefined ? [] : [{ action: approved, resource, ...todo }]
        }),
    }
  })
  const { name, environment, hosts } = stage
  return { name, environment, hosts, work: work.filter((w) => w.actions.length > 0) }
}
