import { appliedHost } from '../ledger/find-records.ts'
import type { Address } from '../model/address.ts'
import { digestOf } from '../model/canonical.ts'
import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Json } from '../model/document.ts'
import type { Resource, ResourceId } from '../model/resource.ts'
import { observeHosts } from '../observe/observe-hosts.ts'
import { nearest } from '../schema/nearest.ts'
import { codes } from './codes.ts'
import { loadCommit } from './estate.ts'
import type { EstateAt } from './estate-at.ts'
import { observing } from './observing.ts'
import { addressIn } from './queries.ts'
import { trusted } from './records.ts'
import { lookBack } from './snapshot.ts'
import { targetBranch, targetTip } from './target-branch.ts'
import { targetsOf } from './targets.ts'
import type { World } from './world.ts'

const report = reporter(codes)
type Refused = { readonly refused: readonly Diagnostic[] }

export interface BlameLine {
  readonly resource: ResourceId
  /** `so`: the host still shows what was applied; `moved`: something else. */
  readonly now: 'so' | 'moved' | 'unknown' | 'not-looked'
  readonly change: string
  readonly commit: string
  readonly approvers: readonly Address[]
  readonly at: string
  /** Documents that want it today, with their places. */
  readonly declaredBy: readonly string[]
  /** The state that is there now, where it moved. */
  readonly state?: Json
}

/** Which commit, change and approvers put the settings of a host there, and whether they are still so. */
export async function blame(
  world: World,
  options: { readonly host: string; readonly resource?: string; readonly offline: boolean },
): Promise<{ readonly lines: readonly BlameLine[] } | Refused> {
  const branch = await targetBranch(world)
  const estate = await loadCommit(world, (await targetTip(world, branch)) ?? branch)
  const host = addressIn(estate, options.host.includes('/') ? options.host : `Host/${options.host}`)
  if (typeof host === 'object') return host
  const name = host.slice('Host/'.length)
  const applied = trusted(await appliedHost(await (await world.ledger()).view(), name, world.sha256))
  const ids = Object.keys(applied?.resources ?? {}).filter(
    (id) => options.resource === undefined || id === options.resource,
  ) as ResourceId[]
  if (ids.length === 0) {
    const near =
      options.resource === undefined ? undefined : nearest(options.resource, Object.keys(applied?.resources ?? {}))
    const summary =
      options.resource === undefined
        ? `nothing was applied to ${name} yet`
        : `nothing was applied to ${options.resource} on ${name}`
    return {
      refused: [report('nothing-applied', { summary, ...(near !== undefined && { hint: `did you mean ${near}?` }) })],
    }
  }
  const catalogue = estate.compile.host(name)
  const wanted = new Map(catalogue.resources.map((r) => [r.id, r]))
  const seen = options.offline
    ? undefined
    : await look(
        world,
        estate,
        name,
        catalogue.resources.filter((r) => ids.includes(r.id)),
      )
  return {
    lines: ids.sort(compareText).flatMap((id): BlameLine[] => {
      const last = applied?.resources[id]
      if (last === undefined) return []
      const { change, commit, approvers, at } = last
      const declaredBy = (wanted.get(id)?.declaredBy ?? []).map((d) => `${d.address} ${d.place.file}:${d.place.line}`)
      return [{ resource: id, change, commit, approvers, at, declaredBy, ...nowOf(world, last.state, seen, id) }]
    }),
  }
}

type Seen = Awaited<ReturnType<typeof look>>

function nowOf(world: World, applied: string, seen: Seen, id: ResourceId): Pick<BlameLine, 'now' | 'state'> {
  if (seen === undefined) return { now: 'not-looked' }
  const observation = seen.observations.get(id)
  if (observation === undefined || observation.status === 'unknown') return { now: 'unknown' }
  const state = observation.status === 'present' ? observation.state : null
  return digestOf(world.sha256, state) === applied ? { now: 'so' } : { now: 'moved', state }
}

async function look(world: World, estate: EstateAt, host: string, resources: readonly Resource[]) {
  if (world.asOf !== undefined) return (await lookBack(world, new Map([[host, { host, resources }]]))).get(host)
  const target = targetsOf(estate.graph).get(host)
  if (target === undefined) return undefined
  const [seen] = await observeHosts({
    targets: [target],
    catalogues: new Map([[host, { host, resources }]]),
    ...(await observing(world)),
    emit: world.emit,
  })
  return seen
}
