import type { Address } from '../model/address.ts'
import type { Action, RecordedAction, RiskFactor } from '../model/plan.ts'
import type { ChangeRecord } from '../model/record.ts'
import { listed } from './owners.ts'

/** What the ledger and the history of the branch know that bears on a change. */
export interface Past {
  /** Host → resources that were ever applied to it; a host to which nothing was is left out. Of the hosts of the plan. */
  readonly applied: ReadonlyMap<string, ReadonlySet<string>>
  /** Changes of the last `daysBack` days that went wrong, newest first. */
  readonly failures: readonly PastFailure[]
  /** Who changes documents of an owner of whom they never changed any. */
  readonly newcomers: readonly { readonly author: Address; readonly owner: Address }[]
}

export interface PastFailure {
  readonly id: string
  readonly actions: readonly Pick<RecordedAction, 'host' | 'resource'>[]
}

/** How far back failures count, in days, and how many of the newest records are read for them. */
export const lookBack = { days: 90, records: 200 } as const

type Doing = Pick<Action, 'host' | 'resource'>

/** What went wrong of a change; undefined where nothing did. What failed counts where that is known, else all that it did. */
export function failureIn(record: ChangeRecord): PastFailure | undefined {
  const { state, deployment, review } = record
  const outcomes = new Map((deployment?.results ?? []).map((r) => [r.id, r.outcome]))
  const failed = record.actions.filter((a) => ['failed', 'unknown'].includes(outcomes.get(a.id) ?? ''))
  const bad =
    state === 'failed' ||
    state === 'rolled-back' ||
    record.rolledBackBy !== undefined ||
    review?.outcome === 'unsuccessful'
  if (!bad && failed.length === 0) return undefined
  return { id: record.id, actions: failed.length > 0 ? failed : record.actions }
}

/** Hosts, types and resources that nothing was ever applied to, and people who are new to what they change. At most 6. */
export function noveltyOf(actions: readonly Doing[], past: Past | undefined): RiskFactor {
  if (past === undefined) return none
  const hosts = new Set(actions.map((a) => a.host).filter((host) => !past.applied.has(host)))
  const known = actions.filter((a) => !hosts.has(a.host))
  const seen = new Map(
    [...past.applied].map(([host, ids]) => [host, new Set([...ids].map((id) => typeOf({ resource: id })))]),
  )
  const types = new Set(known.filter((a) => seen.get(a.host)?.has(typeOf(a)) !== true).map(keyOf))
  const fresh = known.filter((a) => !types.has(keyOf(a)) && past.applied.get(a.host)?.has(a.resource) !== true)
  const resources = new Set(fresh.map((a) => `${a.host} ${a.resource}`))
  const people = past.newcomers.map((n) => n.author)
  const because = [
    ...(hosts.size > 0 ? [`nothing was applied to ${listed([...hosts])} before`] : []),
    ...(types.size > 0 ? [`the first ${listed([...types].map((t) => t.split(' ').reverse().join(' on ')))}`] : []),
    ...(resources.size > 0 ? [`${resources.size} new of a known type`] : []),
    ...past.newcomers.slice(0, 2).map((n) => `${n.author} never changed anything of ${n.owner} before`),
  ]
  const points =
    (hosts.size === 0 ? 0 : Math.min(4, 2 + Math.floor(Math.log2(hosts.size)))) +
    (types.size === 0 ? 0 : Math.min(3, 1 + Math.floor(Math.log2(types.size)))) +
    (resources.size === 0 ? 0 : 1) +
    (people.length === 0 ? 0 : 2)
  const evidence = [...hosts, ...types, ...resources, ...people].slice(0, 5)
  return { points: Math.min(6, points), because: because.join('; '), evidence }
}

/**
 * Changes that went wrong with a resource of a type, on a host or in an environment, where this one has an action of that type. 4
 * for one, 2 for each further, at most 8.
 */
export function failuresOf(
  actions: readonly Doing[],
  past: Past | undefined,
  environmentsOf: (host: string) => readonly string[],
): RiskFactor {
  if (past === undefined) return none
  const where = ({ host, resource }: Doing): readonly string[] => {
    const type = typeOf({ resource })
    return [`host ${host} ${type}`, ...environmentsOf(host).map((name) => `environment ${name} ${type}`)]
  }
  const here = new Set(actions.flatMap(where))
  const like = past.failures.filter((f) => f.actions.some((a) => where(a).some((place) => here.has(place))))
  if (like.length === 0) return none
  const many = like.length === 1 ? 'a change like it' : `${like.length} changes like it`
  return {
    points: Math.min(8, 2 + 2 * like.length),
    because: `${many} went wrong in the last ${lookBack.days} days, with the same type of resource in the same place`,
    evidence: like.slice(0, 5).map((f) => f.id),
  }
}

const none: RiskFactor = { points: 0, because: '' }

const typeOf = ({ resource }: { readonly resource: string }): string => resource.slice(0, resource.indexOf(':'))
const keyOf = (a: Doing): string => `${a.host} ${typeOf(a)}`
