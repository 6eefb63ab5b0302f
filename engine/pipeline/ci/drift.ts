import type { Diagnostic } from '../../model/diagnostic.ts'
import type { DriftFinding } from '../../model/drift.ts'
import type { RequestPage } from '../../model/pull-request.ts'
import type { ChangeRecord } from '../../model/record.ts'
import { dashboard } from '../../pull-request/dashboard.ts'
import type { DashboardTold, Links } from '../../pull-request/told.ts'
import { type Drifted, findDrift } from '../drift.ts'
import { openRecords } from '../records.ts'
import { recordUnauthorised, unauthorisedRecords } from '../unauthorised.ts'
import type { World } from '../world.ts'

/** So many of the changes that nothing has settled are told of. */
const mostOpen = 500

export interface CiDrift extends Drifted {
  /** Findings with the numbers of their records. */
  readonly findings: readonly DriftFinding[]
  /** How the estate stands, for whoever is to be told. */
  readonly told: DashboardTold
  /** The same in Markdown. */
  readonly summary: string
}

/**
 * Looks at every host, writes down what was changed past all changes, and gathers how the estate stands. Run again, it writes nothing
 * that is written already.
 */
export async function ciDrift(
  world: World,
  { links, requests = [] }: { readonly links: Links; readonly requests?: readonly RequestPage[] },
): Promise<CiDrift | { readonly refused: readonly Diagnostic[] }> {
  const drifted = await findDrift(world, {})
  if ('refused' in drifted) return drifted
  const findings = await recordUnauthorised(world, drifted, { allHosts: true })
  const told = await dashboardTold(world, { ...drifted, findings }, { links, requests })
  return { ...drifted, findings, told, summary: dashboard(told).body }
}

async function dashboardTold(
  world: World,
  { plan, findings }: Drifted,
  { links, requests }: { readonly links: Links; readonly requests: readonly RequestPage[] },
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
    unauthorised: await unauthorisedRecords(world, { limit: mostOpen, state: 'open' }),
    failed: records
      .filter((r) => r.state === 'failed' || r.state === 'paused')
      .map((r) => ({ id: r.id, title: r.title, state: r.state, ...because(r) })),
    waiting: records.flatMap((r) => waitingFor(r)),
    links,
    engine: world.engineVersion,
  }
}

function because({ deployment, reasons }: ChangeRecord): { readonly because?: string } {
  const why = deployment?.pause?.reason ?? reasons?.join('; ')
  return why === undefined ? {} : { because: why }
}

function waitingFor({ id, title, state, schedule, openedAt }: ChangeRecord): DashboardTold['waiting'] {
  if (state === 'proposed') return [{ what: id, title, for: 'approval', since: openedAt }]
  if (state === 'scheduled') return [{ what: id, title, for: schedule?.window ?? 'its time', since: openedAt }]
  return state === 'implemented' ? [{ what: id, title, for: 'review', since: openedAt }] : []
}
