import { stillWanted } from '../change/still-wanted.ts'
import { appliedHost } from '../ledger/find-records.ts'
import { type Digest, digestOf } from '../model/canonical.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { RecordedAction } from '../model/plan.ts'
import type { AppliedHost, ChangeRecord } from '../model/record.ts'
import type { ResourceId } from '../model/resource.ts'
import type { LedgerView } from '../ports/ledger.ts'
import { codes } from './codes.ts'
import { loadCommit } from './estate.ts'
import type { EstateAt } from './estate-at.ts'
import { openIn, openRecords, trusted } from './records.ts'
import type { World } from './world.ts'

const report = reporter(codes)

/** Changes that the engine took back by itself, and whose documents nobody has reverted or applied again since. */
const isTakenBack = ({ state, rolledBackBy }: ChangeRecord): boolean =>
  state === 'rolled-back' && rolledBackBy !== undefined

/**
 * Warns of what was taken back by the engine and is wanted by these documents all the same: bringing hosts to them brings it
 * again, and somebody has to know.
 */
export async function broughtBack(
  world: World,
  documents: () => EstateAt | Promise<EstateAt>,
): Promise<readonly Diagnostic[]> {
  const records = (await openRecords(world)).filter(isTakenBack)
  if (records.length === 0) return []
  const desired = await documents()
  return records.flatMap((record) => {
    const wanted = stillWanted(record, specsOf(world, desired))
    if (wanted.length === 0) return []
    const what = `${wanted.length} ${wanted.length === 1 ? 'thing' : 'things'}`
    return report('rolled-back-on-branch', {
      summary: `${record.id} was taken back by ${record.rolledBackBy}, and the branch still wants ${what} of it`,
      detail: listed(wanted),
      hint: `plumbline rollback ${record.id} reverts its documents; or mend them in another change`,
    })
  })
}

/** Of those, the ones that a change which has just ended well has settled: applied again, or no longer wanted. */
export async function settledBacks(
  world: World,
  view: LedgerView,
  desired: EstateAt,
  after: readonly AppliedHost[],
): Promise<readonly ChangeRecord[]> {
  const records = (await openIn(view)).filter(isTakenBack)
  if (records.length === 0) return []
  const now = new Map(after.map((host) => [host.host, host]))
  const settled: ChangeRecord[] = []
  for (const record of records) {
    const wanted = stillWanted(record, specsOf(world, desired))
    const standing = await Promise.all(
      wanted.map(async ({ host, resource, verb, after: spec }) => {
        const applied = now.get(host) ?? trusted(await appliedHost(view, host, world.sha256))
        const known = applied?.resources[resource]
        return verb === 'delete' ? known === undefined : known?.spec === spec
      }),
    )
    if (standing.every((stands) => stands)) settled.push(record)
  }
  return settled
}

/**
 * Whether documents no longer want anything of what a change brought: else it is not taken back, whatever a commit says. What its own
 * base wanted alike was drift, and stays; what no document speaks of is put back from what was recorded.
 */
export async function isGone(world: World, desired: EstateAt, record: ChangeRecord): Promise<boolean> {
  const { subject, merge } = record
  const base = subject.base === subject.head ? undefined : await loadCommit(world, merge?.base ?? subject.base)
  const before = base === undefined ? undefined : specsOf(world, base)
  const now = specsOf(world, desired)
  return stillWanted(record, now).every(
    ({ host, resource, after }) => now(host, resource) !== after || before?.(host, resource) === after,
  )
}

function specsOf(world: World, { compile }: EstateAt): (host: string, resource: ResourceId) => Digest | undefined {
  const hosts = new Map<string, ReadonlyMap<ResourceId, Digest>>()
  return (host, resource) => {
    const known =
      hosts.get(host) ??
      new Map(
        (compile.has(host) ? compile.host(host).resources : []).map((r) => [r.id, digestOf(world.sha256, r.spec)]),
      )
    hosts.set(host, known)
    return known.get(resource)
  }
}

const listed = (actions: readonly RecordedAction[]): string =>
  [
    ...actions.slice(0, 10).map((a) => `${a.host}  ${a.verb} ${a.resource}`),
    ...(actions.length > 10 ? [`and ${actions.length - 10} more`] : []),
  ].join('\n')
