import type { HostWork, Todo } from '../apply/apply-host.ts'
import { applyWaves, type Wave } from '../apply/apply-waves.ts'
import { raiseFences } from '../apply/raise-fences.ts'
import { diffHost } from '../diff/diff-host.ts'
import { asCarriedOut, leaveOut } from '../diff/leave-out.ts'
import type { Address } from '../model/address.ts'
import { digestOf } from '../model/canonical.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { reporter } from '../model/diagnostic.ts'
import type { RecordedAction, WavePlan } from '../model/plan.ts'
import type { ActionResult, ChangeRecord, Intent } from '../model/record.ts'
import type { Resource, ResourceId } from '../model/resource.ts'
import type { HostObservation } from '../observe/observe-host.ts'
import { observeHost } from '../observe/observe-host.ts'
import { appliedAfter } from './applied-after.ts'
import { beginApply, endApply, recordProgress } from './apply-records.ts'
import { codes } from './codes.ts'
import { exceptionsIn } from './exceptions.ts'
import { hostLimits, observing } from './observing.ts'
import type { PlannedChange } from './plan-change.ts'
import { expectGenesis } from './records.ts'
import { inConfidence, type Needs, quietSession, type ResolvedSecrets, resolveSecrets } from './resolve-secrets.ts'
import { keepLooks } from './snapshot.ts'
import { targetsOf } from './targets.ts'
import { gatesOf, rolloutOf, wavesOf } from './waves.ts'
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
}

export interface CarriedOut {
  readonly record?: ChangeRecord
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Takes the locks, writes down what is about to be done, does it wave by wave, and writes down what became of it. What the
 * ledger can't take does not happen: nothing starts before the intent is there, and no wave before the last one is recorded.
 */
export async function carryOut(world: World, job: CarryOut): Promise<CarriedOut> {
  const { desired } = job.planned
  const secrets = await resolveSecrets(world, needsOf(job), desired.compile.sealed)
  if ('refused' in secrets) return { diagnostics: secrets.refused }
  return inConfidence(world, secrets, (quiet) => carryOutKnowing(quiet, job, secrets))
}

/** The resources that are to be set, with their hosts. */
function needsOf({ planned, todo }: CarryOut): Needs {
  const wanted = new Set(todo.map((t) => `${t.approved.host} ${t.approved.resource}`))
  return [...planned.hosts.wanted].flatMap(([host, resources]) =>
    resources.filter((r) => wanted.has(`${host} ${r.id}`)).map((resource) => ({ host, resource })),
  )
}

async function carryOutKnowing(world: World, job: CarryOut, secrets: ResolvedSecrets): Promise<CarriedOut> {
  const { planned, todo } = job
  const { redactor } = secrets
  const { graph } = planned.desired
  const waves = wavesOf(graph, new Set(todo.map((t) => t.approved.host)))
  const begun = await beginApply(world, {
    record: job.record,
    environments: [...new Set(waves.map((w) => w.environment))],
    intents: intentsOf(job),
    settled: job.settled,
    takeOver: job.takeOver,
  })
  if ('refused' in begun) return { diagnostics: begun.refused }
  const seen = new Map<string, HostObservation>(planned.hosts.observations)
  const ledger = digestOf(world.sha256, await expectGenesis(world)).slice('sha256:'.length, 'sha256:'.length + 12)
  const lookAt = looker(world, planned, seen, secrets)
  const targets = targetsOf(graph)
  const order = waves.map((wave) => waveOf(wave, job, begun.fences, ledger))
  const late = order.filter((wave) => begun.tookOver.has(wave.environment)).flatMap((wave) => wave.work)
  const connector = await world.connector()
  await raiseFences(late, job.record.id, {
    connector,
    targets,
    concurrency: job.concurrency,
    deadline: hostLimits.deadlineMs,
    outputCap: hostLimits.outputCap,
  })
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
    deadline: hostLimits.actionDeadlineMs,
    outputCap: hostLimits.outputCap,
    targets,
    concurrency: job.concurrency,
    recordProgress: (results) => recordProgress(world, begun, [...job.settled, ...redactor.value(results)]),
  })
  const results = [...job.settled, ...redactor.value(done.results)]
  const stopped = done.stopped === undefined ? undefined : redactor.text(done.stopped)
  const ended = await endApply(world, {
    id: begun.record.id,
    results,
    ...(stopped !== undefined && { stopped }),
    holder: begun.holder,
    fences: begun.fences,
    applied: (record) => appliedAfter(world, { record, planned, results, seen, approvers: job.approvers }),
  })
  await (await world.journal()).remove(job.record.id)
  await keepLooks(world, seen.values(), job.record.merge?.commit)
  return { record: ended, diagnostics: failures(ended, stopped) }
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

function waveOf(wave: WavePlan, job: CarryOut, fences: Readonly<Record<string, number>>, ledger: string): Wave {
  const { graph } = job.planned.desired
  const work = wave.hosts.map((host): HostWork => {
    const resources = new Map((job.planned.hosts.wanted.get(host) ?? []).map((r) => [r.id, r]))
    return {
      host,
      lock: `${ledger}-${wave.environment}`,
      fence: fences[wave.environment] ?? 0,
      actions: job.todo
        .filter((t) => t.approved.host === host)
        .flatMap(({ approved, ...todo }) => {
          const resource = resources.get(approved.resource)
          return resource === undefined ? [] : [{ action: approved, resource, ...todo }]
        }),
    }
  })
  return {
    ...wave,
    work,
    gates: gatesOf(graph, wave.environment),
    maxFailures: rolloutOf(graph, wave.environment).maxFailures ?? 0,
  }
}

/** Looks at what a host's actions are about; remembers what it saw for the record. */
function looker(world: World, planned: PlannedChange, seen: Map<string, HostObservation>, secrets: ResolvedSecrets) {
  const targets = targetsOf(planned.desired.graph)
  const exceptions = exceptionsIn(planned.desired.graph, world.clock.now())
  return async (work: HostWork) => {
    const target = targets.get(work.host)
    if (target === undefined) return { unseen: 'it has no Host document' }
    const resources: readonly Resource[] = [...new Map(work.actions.map((a) => [a.resource.id, a.resource])).values()]
    const observed = await observeHost(
      target,
      { host: work.host, resources },
      { ...(await observing(world)), keepOpen: true },
    )
    if (observed.failure !== undefined || observed.session === undefined)
      return { unseen: `${observed.failure?.reason ?? 'unreachable'}: ${observed.failure?.detail ?? ''}` }
    const before = seen.get(work.host)
    seen.set(work.host, {
      ...observed,
      observations: new Map([...(before?.observations ?? []), ...observed.observations]),
    })
    // Looked at as everybody may, judged by what the values are.
    const all = diffHost(work.host, resources.map(secrets.fill), observed.observations, world.types)
    const diff = leaveOut(all, { exceptions: exceptions(work.host) })
    const differing = diff.changes.filter((c) => c.verb !== 'restart')
    const changes = new Map(differing.map((c) => [c.resource.id, asCarriedOut(c, diff.ignored, world.types)]))
    const unknown = new Set<ResourceId>(diff.unknowns.map((u) => u.resource))
    return {
      session: quietSession(observed.session, secrets.redactor),
      fill: secrets.fill,
      change: (action: RecordedAction) =>
        unknown.has(action.resource) ? ('unknown' as const) : changes.get(action.resource),
    }
  }
}

function failures(record: ChangeRecord, stopped: string | undefined): readonly Diagnostic[] {
  const bad = record.deployment?.results.filter((r) => r.outcome !== 'applied') ?? []
  if (bad.length === 0) return []
  const actions = new Map(record.actions.map((a) => [a.id, a]))
  const lines = bad.map((r) => {
    const action = actions.get(r.id)
    return `${r.outcome}  ${action?.host ?? '?'}  ${action?.resource ?? r.id}${r.detail === undefined ? '' : `  ${r.detail}`}`
  })
  const summary = `${record.id}: ${record.actions.length - bad.length} of ${record.actions.length} actions applied${stopped === undefined ? '' : `; ${stopped}`}`
  return [report('apply-failed', { summary, detail: lines.slice(0, 20).join('\n') })]
}
