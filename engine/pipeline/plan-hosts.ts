import { planRollback, type Rollback, type TakeBack } from '../change/rollback.ts'
import { diffHost, type HostDiff } from '../diff/diff-host.ts'
import { leaveOut } from '../diff/leave-out.ts'
import { wantedOn } from '../diff/wanted.ts'
import { canonicalJson, digestOf } from '../model/canonical.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { JsonObject } from '../model/document.ts'
import type { Plan, ResourceOnHost, RollbackPromise, UnknownResource } from '../model/plan.ts'
import type { AppliedHost, Intent } from '../model/record.ts'
import type { Catalogue, Change, Observation, Resource, ResourceId } from '../model/resource.ts'
import type { HostObservation } from '../observe/observe-host.ts'
import { observeHosts } from '../observe/observe-hosts.ts'
import { massDeletes } from '../plan/mass-delete.ts'
import { planHost, type Work } from '../plan/plan-host.ts'
import type { EstateAt } from './estate-at.ts'
import { exceptionsIn } from './exceptions.ts'
import { hostLimits, observing } from './observing.ts'
import { lookBack } from './snapshot.ts'
import { proposedTargets, targetsOf } from './targets.ts'
import type { World } from './world.ts'

export interface Question {
  readonly base: EstateAt
  readonly desired: EstateAt
  readonly sameCommit: boolean
  /** Hosts to look at; of the desired state. */
  readonly hosts: readonly string[]
  readonly applied: ReadonlyMap<string, AppliedHost>
  /** The changes that are taken back, oldest first. */
  readonly rollback?: TakeBack
  /** Only these resources, whatever else differs. */
  readonly only?: readonly ResourceOnHost[]
  readonly concurrency?: number
  /** True where somebody agreed to the desired state: only then may looking at it run words of its documents. */
  readonly agreed?: boolean
}

/** What would be done on the hosts, in memory: with contents, for the plan's reader and for apply. */
export interface HostsPlan {
  /** In the order of hosts by name, on each in the order in which it is done. */
  readonly work: readonly Work[]
  readonly unknowns: readonly UnknownResource[]
  readonly unchanged: number
  readonly released: Plan['released']
  readonly ignored: NonNullable<Plan['ignored']>
  readonly diagnostics: readonly Diagnostic[]
  readonly observations: ReadonlyMap<string, HostObservation>
  /** What is wanted on each host, removals and restored resources included. */
  readonly wanted: ReadonlyMap<string, readonly Resource[]>
  /** What becomes of each thing that is taken back. */
  readonly promises: readonly RollbackPromise[]
}

/** Observes the hosts and works out what is to be done on them. */
export async function planHosts(world: World, question: Question): Promise<HostsPlan> {
  return planSeen(world, question, await look(world, question, holdBack(world, question, toLookAt(world, question))))
}

/** Everything to look at on each host: what is wanted there, and what the ledger knows of. */
export function toLookAt(world: World, question: Question): ReadonlyMap<string, Catalogue> {
  return withRecorded(cataloguesOf(question), question, world)
}

/** Leaves out of what is looked at whatever would run words of a change on a host that the target branch does not have. */
function holdBack(
  { types }: World,
  { base, sameCommit, agreed }: Question,
  catalogues: ReadonlyMap<string, Catalogue>,
): ReadonlyMap<string, Catalogue> {
  if (sameCommit || agreed === true) return catalogues
  const wordsOf = ({ type, spec }: Resource): string | undefined => {
    const words = types.get(type)?.runs?.words(spec)
    return words === undefined ? undefined : `${type} ${canonicalJson(words)}`
  }
  return new Map(
    [...catalogues].map(([host, catalogue]) => {
      const withWords = catalogue.resources.filter((resource) => wordsOf(resource) !== undefined)
      // Hosts that get the same share one list, and what is made of it is made once.
      if (withWords.length === 0) return [host, catalogue]
      const known = new Set((base.compile.has(host) ? base.compile.host(host).resources : []).map(wordsOf))
      const held = new Set(withWords.filter((resource) => !known.has(wordsOf(resource))))
      if (held.size === 0) return [host, catalogue]
      const resources = catalogue.resources.map((resource) => {
        const runs = held.has(resource) ? types.get(resource.type)?.runs : undefined
        return runs === undefined ? resource : { ...resource, spec: runs.without(resource.spec) }
      })
      return [host, { host, resources }]
    }),
  )
}

/**
 * Without the text of files that others on their host may not read and that nobody has agreed to keep: else a change that only
 * names one, such as a private key, would bring its content into the plan for everybody to read.
 */
function closed({ base, applied, sameCommit, agreed }: Question, host: string, changes: readonly Change[]) {
  if (sameCommit || agreed === true) return changes
  const declared = base.compile.has(host) ? base.compile.host(host).resources : []
  const known = new Set<ResourceId>([
    ...declared.map((r) => r.id),
    ...(Object.keys(applied.get(host)?.resources ?? {}) as ResourceId[]),
  ])
  return changes.map((change): Change => {
    const mode = change.have?.['mode']
    const open = typeof mode === 'string' && (Number.parseInt(mode, 8) & 0o004) !== 0
    if (change.have === null || open || known.has(change.resource.id)) return change
    return { ...change, fields: change.fields.map(({ text: _text, ...field }) => field) }
  })
}

const cataloguesAt = ({ compile }: EstateAt, hosts: readonly string[]): ReadonlyMap<string, Catalogue> =>
  new Map(hosts.flatMap((host) => (compile.has(host) ? [[host, compile.host(host)] as const] : [])))

const cataloguesOf = ({ hosts, desired }: Question): ReadonlyMap<string, Catalogue> =>
  new Map(hosts.map((host) => [host, desired.compile.host(host)]))

/** Works out what is to be done on hosts that were looked at. */
export function planSeen(world: World, question: Question, looked: ReadonlyMap<string, HostObservation>): HostsPlan {
  const { desired, applied } = question
  const catalogues = cataloguesOf(question)
  const back = takeBack(world, question, catalogues, looked)
  const exceptions = exceptionsIn(desired.graph, world.clock.now())
  const diagnostics: Diagnostic[] = [...back.refusals]
  const parts = question.hosts.map((host) => {
    const catalogue = catalogues.get(host) ?? { host, resources: [] }
    const wanted = wantedOn(catalogue, applied.get(host), back.extra.get(host) ?? [], world.types)
    const observation = looked.get(host)
    const all = diffHost(host, wanted.resources, observation?.observations ?? new Map(), world.types, {
      applied: applied.get(host),
      digest: (value) => digestOf(world.sha256, value),
    })
    const only = question.only?.filter((o) => o.host === host).map((o) => o.resource)
    const diff = leaveOut(all, { exceptions: exceptions(host), ...(only !== undefined && { only: new Set(only) }) })
    const planned = planHost(
      {
        host,
        changes: closed(question, host, diff.changes),
        base: question.base.compile.has(host) ? question.base.compile.host(host) : undefined,
        sameCommit: question.sameCommit,
        applied: applied.get(host),
        rollback: question.rollback !== undefined,
      },
      world.types,
      world.sha256,
    )
    diagnostics.push(...planned.diagnostics, ...(observation?.notices ?? []))
    return { host, wanted, diff, planned, failure: observation?.failure }
  })
  const work = parts.flatMap((p) => p.planned.work)
  const existing = parts.flatMap((p) => p.wanted.resources.map((r) => r.id))
  const declared = [...catalogues.values()].reduce((sum, c) => sum + c.resources.length, 0)
  // A rollback removes what its change made: the record says exactly what, so nothing of that got lost. What else goes counts.
  const made = madeBy(question.rollback)
  const lost = work.map((w) => w.action).filter((a) => !made.has(`${a.host} ${a.resource}`))
  diagnostics.push(...massDeletes(lost, existing, declared))
  return {
    work,
    unknowns: parts.flatMap((p) => unknownsOf(p.host, p.diff, p.failure)),
    unchanged: parts.reduce((sum, p) => sum + p.diff.unchanged.length, 0),
    released:
      question.only === undefined
        ? parts.flatMap((p) => p.wanted.released.map((resource) => ({ host: p.host, resource })))
        : [],
    ignored: parts.flatMap((p) => p.diff.ignored),
    diagnostics,
    observations: looked,
    wanted: new Map(parts.map((p) => [p.host, p.wanted.resources])),
    promises: back.promises,
  }
}

/** What the changes that are taken back created. */
function madeBy(rollback: TakeBack | undefined): ReadonlySet<string> {
  const intents = rollback?.records.flatMap((r) => r.deployment?.intents ?? []) ?? []
  return new Set(intents.filter((i) => i.state === null).map((i) => `${i.action.host} ${i.action.resource}`))
}

/** A host of which nothing is known is one unknown, not one for each resource. */
function unknownsOf(host: string, diff: HostDiff, failure: HostObservation['failure']): readonly UnknownResource[] {
  if (failure !== undefined) return [{ host, unknown: failure }]
  return diff.unknowns.map((u) => ({ host, ...u }))
}

async function look(
  world: World,
  question: Question,
  catalogues: ReadonlyMap<string, Catalogue>,
): Promise<ReadonlyMap<string, HostObservation>> {
  if (world.asOf !== undefined) return lookBack(world, catalogues)
  const { desired, base, sameCommit, agreed } = question
  // Where nobody sits who knows better, the keys and passwords at hand are not for whatever a change calls a host.
  const marked = world.unattended === true && !sameCommit && agreed !== true
  const targets = marked ? proposedTargets(desired.graph, base.graph) : targetsOf(desired.graph)
  const observed = await observeHosts({
    targets: question.hosts.flatMap((host) => targets.get(host) ?? []),
    catalogues,
    ...(await observing(world)),
    concurrency: question.concurrency ?? hostLimits.concurrency,
    emit: world.emit,
  })
  return new Map(observed.map((o) => [o.host, o]))
}

/** Adds to what is looked at whatever the ledger knows of a host, so that removals and rollbacks are judged on what is there. */
function withRecorded(
  catalogues: ReadonlyMap<string, Catalogue>,
  question: Question,
  world: World,
): ReadonlyMap<string, Catalogue> {
  const recorded = new Map<string, Resource[]>()
  for (const intent of question.rollback?.records.flatMap((r) => r.deployment?.intents ?? []) ?? []) {
    const resource = bareResource(intent, world)
    if (resource !== undefined) push(recorded, intent.action.host, resource)
  }
  return new Map(
    [...catalogues].map(([host, catalogue]) => {
      const wanted = wantedOn(catalogue, question.applied.get(host), recorded.get(host) ?? [], world.types)
      return [host, { host, resources: wanted.resources }]
    }),
  )
}

/** Enough of a resource to look at it: its absence, or where there is none (a host always has a time zone) what it was. */
function bareResource({ action, state }: Intent, world: World): Resource | undefined {
  const id = action.resource
  const name = id.slice(id.indexOf(':') + 1)
  const type = world.types.get(id.slice(0, id.indexOf(':')))
  if (type === undefined) return undefined
  const spec = type.restore(name, null) ?? type.restore(name, state as JsonObject | null)
  return spec === null ? undefined : { id, type: type.name, name, spec, declaredBy: [], requires: [], restartOn: [] }
}

function takeBack(
  world: World,
  question: Question,
  catalogues: ReadonlyMap<string, Catalogue>,
  looked: ReadonlyMap<string, HostObservation>,
): Pick<Rollback, 'promises' | 'refusals'> & { readonly extra: ReadonlyMap<string, Resource[]> } {
  const extra = new Map<string, Resource[]>()
  if (question.rollback === undefined) return { extra, promises: [], refusals: [] }
  const rollback = planRollback({
    ...question.rollback,
    before: cataloguesAt(question.base, question.hosts),
    catalogues,
    applied: question.applied,
    observed: (host, resource): Observation | undefined => looked.get(host)?.observations.get(resource),
    types: world.types,
    sha256: world.sha256,
  })
  for (const { host, resource } of rollback.extra) push(extra, host, resource)
  return { extra, promises: rollback.promises, refusals: rollback.refusals }
}

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}
