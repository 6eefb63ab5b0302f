import { count } from '../../model/count.ts'
import type { RequestPage } from '../../model/pull-request.ts'
import type { ChangeRecord } from '../../model/record.ts'
import { RepositoryError } from '../../ports/repository.ts'
import type { DashboardTold } from '../../pull-request/told.ts'
import type { Drifted } from '../drift.ts'
import { judgeUnmoved } from '../judge-record.ts'
import { rangeOfRecord } from '../range-of-record.ts'
import { openRecords } from '../records.ts'
import { unauthorisedRecords } from '../unauthorised.ts'
import type { World } from '../world.ts'

/** So many of the changes that nothing has settled are told of. */
const mostOpen = 500

interface About extends Pick<DashboardTold, 'links' | 'requests' | 'limit'> {
  /** All pull requests that are open. */
  readonly open: readonly RequestPage[]
}

/** How the estate stands, for one issue that says it. */
export async function dashboardTold(
  world: World,
  { plan, findings }: Drifted,
  { links, requests, open, limit }: About,
): Promise<DashboardTold> {
  const records = await openRecords(world)
  return {
    at: world.clock.now().toISOString(),
    commit: plan.subject.head,
    hosts: { looked: plan.hosts.planned.length, total: plan.hosts.total },
    drift: findings,
    unknowns: plan.unknowns,
    ignored: plan.ignored ?? [],
    requests,
    ...(limit !== undefined && { limit }),
    unauthorised: await unauthorisedRecords(world, { limit: mostOpen, state: 'open' }),
    failed: records
      .filter((r) => r.state === 'failed' || r.state === 'paused')
      .map((r) => ({ id: r.id, title: r.title, state: r.state, ...because(r) })),
    waiting: await waitingOnes(world, records, open),
    links,
    engine: world.engineVersion,
  }
}

function because({ deployment, reasons }: ChangeRecord): { readonly because?: string } {
  const why = deployment?.pause?.reason ?? reasons?.join('; ')
  return why === undefined ? {} : { because: why }
}

/** So many changes are asked for whom they wait. */
const mostJudged = 50

async function waitingOnes(
  world: World,
  records: readonly ChangeRecord[],
  open: readonly RequestPage[],
): Promise<DashboardTold['waiting']> {
  const waiting: DashboardTold['waiting'][number][] = []
  for (const record of records) {
    const { id, title, openedAt, subject } = record
    const whom = waiting.length < mostJudged ? await waitsFor(world, record) : 'somebody'
    const request = open.find((r) => r.head === subject.head)
    if (whom !== undefined)
      waiting.push({ what: id, title, for: whom, since: openedAt, ...(request !== undefined && { url: request.url }) })
  }
  return waiting
}

async function waitsFor(world: World, record: ChangeRecord): Promise<string | undefined> {
  const { state, schedule } = record
  if (state === 'proposed') return approversOf(world, record)
  if (state === 'scheduled') return schedule?.window ?? 'its time'
  return state === 'implemented' ? 'review' : undefined
}

/** Teams that have yet to agree, as things stood when it was planned. */
async function approversOf(world: World, record: ChangeRecord): Promise<string> {
  try {
    const { missing, blocked } = await judgeUnmoved(world, record, await rangeOfRecord(world, record))
    const teams = missing.map(({ requirement, have, need }) => {
      const of = requirement.teams.length === 0 ? '' : ` of ${requirement.teams.join(' or ')}`
      return `${count(need - have, 'approval')}${of}`
    })
    if (teams.length > 0) return teams.join(', ')
    return blocked.length > 0 ? 'somebody who clears it' : 'merge'
  } catch (error) {
    // Its commits may be gone with their branch.
    if (!(error instanceof RepositoryError)) throw error
    return 'approval'
  }
}
