import { canonicalJson, type Digest, digestOf, type Sha256 } from '../model/canonical.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { reporter } from '../model/diagnostic.ts'
import type { Action, Origin, SetBy } from '../model/plan.ts'
import type { AppliedHost } from '../model/record.ts'
import type { Catalogue, Change, Resource, ResourceId, ResourceType } from '../model/resource.ts'
import { nameTokens, secretsIn } from '../model/secret-ref.ts'
import { codes } from './codes.ts'
import { orderChanges } from './order-changes.ts'

const report = reporter(codes)

/** Everything that decides one host's part of a plan. */
export interface HostInput {
  readonly host: string
  readonly changes: readonly Change[]
  /** What the base wants of the host: tells a change of this branch from drift. */
  readonly base: Catalogue | undefined
  /** True where base and desired state are the same commit: nothing can be caused by the branch then. */
  readonly sameCommit: boolean
  readonly applied: AppliedHost | undefined
  /** True where the whole plan takes a change back. */
  readonly rollback: boolean
}

/** One action with what it takes to carry it out. The change holds contents and stays in memory. */
export interface Work {
  readonly action: Action
  readonly change: Change
}

/** Orders and explains what is to be done on one host. */
export function planHost(
  input: HostInput,
  types: ReadonlyMap<string, ResourceType>,
  sha256: Sha256,
): { readonly work: readonly Work[]; readonly diagnostics: readonly Diagnostic[] } {
  const ordered = orderChanges(input.changes, types)
  if ('cycle' in ordered) {
    const loop = ordered.cycle.join(' → ')
    return {
      work: [],
      diagnostics: [report('resource-cycle', { host: input.host, summary: `resources wait for each other: ${loop}` })],
    }
  }
  const base = new Map(input.base?.resources.map((r) => [r.id, r]) ?? [])
  const ids = new Map<ResourceId, string>()
  const work: Work[] = []
  for (const change of ordered.changes) {
    const action = actionOf(change, input, base, ids, types, sha256)
    if (change.verb !== 'restart') ids.set(change.resource.id, action.id)
    work.push({ action, change })
  }
  return { work, diagnostics: [] }
}

function actionOf(
  change: Change,
  input: HostInput,
  base: ReadonlyMap<ResourceId, Resource>,
  ids: ReadonlyMap<ResourceId, string>,
  types: ReadonlyMap<string, ResourceType>,
  sha256: Sha256,
): Action {
  const { resource, verb } = change
  const type = types.get(resource.type)
  if (type === undefined) throw new Error(`no resource type ${resource.type}`)
  const step = type.steps(change)
  const secrets = [...new Set(secretsIn(resource.spec).map((s) => s.reference))]
  const before = digestOf(sha256, change.have)
  const after = digestOf(sha256, resource.spec)
  const known = (wanted: readonly ResourceId[]): string[] => wanted.flatMap((r) => ids.get(r) ?? [])
  const causedBy = verb === 'restart' ? known(resource.restartOn) : []
  const inferred = known(resource.inferred ?? [])
  return {
    id: actionId({ host: input.host, resource: resource.id, verb, before, after }, sha256),
    host: input.host,
    resource: resource.id,
    verb,
    summary: nameTokens(step.summary),
    fields: change.fields,
    origin: originOf(change, input, base, sha256),
    reversibility: step.reversibility,
    before,
    after,
    requires: [...new Set([...known(resource.requires), ...causedBy])],
    ...(inferred.length > 0 && { inferred }),
    ...(causedBy.length > 0 && { causedBy }),
    ...(step.access === true && { access: true }),
    ...(secrets.length > 0 && { secrets }),
  }
}

function actionId(
  parts: { host: string; resource: ResourceId; verb: string; before: Digest; after: Digest },
  sha256: Sha256,
): string {
  return `act-${sha256(canonicalJson(parts)).slice(0, 12)}`
}

/** Tells what the branch changes from what was merged and never applied, and from what moved on the host. */
function originOf(change: Change, input: HostInput, base: ReadonlyMap<ResourceId, Resource>, sha256: Sha256): Origin {
  const { resource } = change
  const last = input.applied?.resources[resource.id]
  const declaredBy = resource.declaredBy
  const setBy: SetBy | undefined =
    last === undefined
      ? undefined
      : { change: last.change, commit: last.commit, approvers: last.approvers, at: last.at }
  const origin = (cause: Origin['cause']): Origin => ({ cause, declaredBy, ...(setBy !== undefined && { setBy }) })
  if (input.rollback) return origin('rollback')
  const inBase = base.get(resource.id)
  const wanted = digestOf(sha256, resource.spec)
  const baseWanted = inBase === undefined ? undefined : digestOf(sha256, inBase.spec)
  const changedHere =
    !input.sameCommit && (wanted !== baseWanted || (change.verb === 'restart' && causedHere(change, base, input)))
  // The state right after the last apply is what the host showed then: another one now has moved.
  const moved = last !== undefined && digestOf(sha256, change.have) !== last.state
  if (changedHere) return origin(moved && change.verb !== 'restart' ? 'both' : 'this-change')
  if (last === undefined || last.spec !== wanted) return origin('pending')
  return origin('drift')
}

function causedHere(change: Change, base: ReadonlyMap<ResourceId, Resource>, input: HostInput): boolean {
  const changed = new Map(input.changes.map((c) => [c.resource.id, c.resource]))
  return change.resource.restartOn.some((id) => {
    const cause = changed.get(id)
    return cause !== undefined && canonicalJson(base.get(id)?.spec) !== canonicalJson(cause.spec)
  })
}
