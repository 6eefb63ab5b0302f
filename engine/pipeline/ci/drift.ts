import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { DriftFinding } from '../../model/drift.ts'
import type { RequestPage } from '../../model/pull-request.ts'
import type { Forge, Kept as KeptIssue } from '../../ports/forge.ts'
import { RepositoryError } from '../../ports/repository.ts'
import { dashboard, dashboardMarker } from '../../pull-request/dashboard.ts'
import type { DashboardTold, Links } from '../../pull-request/told.ts'
import { codes } from '../codes.ts'
import { type Drifted, findDrift } from '../drift.ts'
import { closeSettled } from '../proposals/close-settled.ts'
import { type KeptAdoption, keepAdoption } from '../proposals/keep-adoption.ts'
import { openOnes } from '../proposals/room-for-requests.ts'
import { recordUnauthorised } from '../unauthorised.ts'
import type { World } from '../world.ts'
import { dashboardTold } from './dashboard-told.ts'
import { ciPlan } from './plan.ts'

const report = reporter(codes)

export interface CiDrift extends Drifted {
  /** Findings with the numbers of their records. */
  readonly findings: readonly DriftFinding[]
  /** How the estate stands, for whoever is to be told. */
  readonly told: DashboardTold
  /** The same in Markdown. */
  readonly summary: string
  /** The issue that says so; none where there is no forge, or nothing to say and no issue yet. */
  readonly issue?: KeptIssue
  /** The pull request that takes over what drifted, where that was wanted. */
  readonly adoption?: KeptAdoption
  /** What could not be told or proposed. */
  readonly diagnostics: readonly Diagnostic[]
}

export interface CiDriftOptions {
  readonly links: Links
  /** Keep a pull request with what drifted and can be taken over. */
  readonly adopt?: boolean
}

/**
 * Looks at every host, writes down what was changed past all changes, and gathers how the estate stands. Run again, it writes nothing
 * that is written already.
 */
export async function ciDrift(
  world: World,
  options: CiDriftOptions,
): Promise<CiDrift | { readonly refused: readonly Diagnostic[] }> {
  const found = await findDrift(world, {})
  if ('refused' in found) return found
  const findings = await recordUnauthorised(world, found, { allHosts: true })
  const drifted = { ...found, findings }
  const forge = await world.forge()
  const kept: Tried<Kept> = forge === undefined ? {} : await guarded(() => keepRequests(world, forge, drifted, options))
  const { requests, open = [], limit, adoption, diagnostics } = kept.done ?? nothingOpen
  const about = { links: options.links, requests, open, ...(limit !== undefined && { limit }) }
  const told = await dashboardTold(world, drifted, about)
  const wanted = dashboard(told)
  // What is not known to be over is not said to be.
  const issue: Tried<KeptIssue | undefined> =
    forge === undefined || kept.done === undefined ? {} : await guarded(() => forge.keepIssue(dashboardMarker, wanted))
  const untold = [kept.untold, issue.untold].filter((d) => d !== undefined)
  return {
    ...drifted,
    told,
    summary: wanted.body,
    ...(issue.done !== undefined && { issue: issue.done }),
    ...(adoption !== undefined && { adoption }),
    diagnostics: [...diagnostics, ...untold],
  }
}

interface Kept {
  /** Those of the engine, and all that are open. */
  readonly requests: readonly RequestPage[]
  readonly open?: readonly RequestPage[]
  readonly limit?: DashboardTold['limit']
  readonly adoption?: KeptAdoption
  readonly diagnostics: readonly Diagnostic[]
}

const nothingOpen: Kept = { requests: [], diagnostics: [] }

/** Closes pull requests of the engine that are for nothing any more, and proposes what drifted, where that is wanted. */
async function keepRequests(
  world: World,
  forge: Forge,
  drifted: Drifted,
  { adopt = false, links }: CiDriftOptions,
): Promise<Kept> {
  const tip = drifted.plan.subject.base
  // Who only looks may not close: the issue lists what is left.
  const { untold: unclosed } = await guarded(() => closeSettled(world, forge, tip))
  const { done: adoption, untold: unproposed } = adopt
    ? await guarded(() => keepAdoption(world, forge, drifted))
    : { done: undefined, untold: undefined }
  const news = adoption?.done === 'opened' || adoption?.done === 'changed' ? adoption.request : undefined
  // What a job opens starts no other job: nobody else would plan it.
  const planned = news === undefined ? [] : await ciPlan(world, { links, wanted: { request: news.number } })
  const { most, requests } = await openOnes(world, forge, tip)
  return {
    requests,
    open: await forge.openRequests(),
    limit: { most, heldBack: adoption?.heldBack ?? [] },
    ...(adoption !== undefined && { adoption }),
    diagnostics: [
      ...(unclosed === undefined ? [] : [{ ...unclosed, severity: 'warning' as const }]),
      ...(unproposed === undefined ? [] : [unproposed]),
      ...(adoption?.diagnostics ?? []),
      ...planned.flatMap((p) => p.diagnostics),
    ],
  }
}

interface Tried<Value> {
  readonly done?: Value
  readonly untold?: Diagnostic
}

/** What was found is recorded, whatever the forge says. */
async function guarded<Value>(work: () => Promise<Value>): Promise<Tried<Value>> {
  try {
    return { done: await work() }
  } catch (error) {
    if (!(error instanceof RepositoryError)) throw error
    return { untold: report('dashboard-untold', { summary: error.message }) }
  }
}
