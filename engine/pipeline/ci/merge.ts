import { findBranch } from '../../ledger/find-records.ts'
import { type Diagnostic, hasErrors, reporter } from '../../model/diagnostic.ts'
import { mayWrite, type RequestPage } from '../../model/pull-request.ts'
import type { ChangeRecord } from '../../model/record.ts'
import type { Forge } from '../../ports/forge.ts'
import { comesFirst } from '../apply.ts'
import { approveReviews, followReviews } from '../approve-reviews.ts'
import { codes } from '../codes.ts'
import { expectOwnKey } from '../engine-keys.ts'
import { bringHead } from '../merged-request.ts'
import { setAside } from '../overtaken.ts'
import { recogniseMerges } from '../recognise.ts'
import { expectGenesis, openRecords, trusted } from '../records.ts'
import { targetBranch } from '../target-branch.ts'
import type { World } from '../world.ts'
import { markOutdated } from './outdated.ts'
import { ciPlan, type RequestPlanned } from './plan.ts'
import type { Telling } from './plan-request.ts'
import { plannedOf } from './planned-mark.ts'
import { expectForge, freshTip, passedOver } from './requests.ts'
import type { ChangeTold } from './tell-change.ts'
import { tellRecent } from './tell-recent.ts'
import { untilLinked } from './until-linked.ts'

const report = reporter(codes)

export interface CiMerge {
  /** Merged changes of late, and what their pull requests were told. */
  readonly changes: readonly ChangeTold[]
  /** Pull requests whose approvals were recorded, planned anew so that they say so. */
  readonly planned: readonly RequestPlanned[]
  /** Numbers of open pull requests whose plan is of a base that moved. */
  readonly outdated: readonly number[]
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Brings the ledger up to what happened on the forge: records approvals of open pull requests as their reviews come, and gives
 * merges their records. Each pull request is told the number of its record; open ones that were planned on what the branch was
 * before are marked as out of date. Needs the engine's key. Run again, it writes nothing.
 */
export async function ciMerge(world: World, telling: Telling): Promise<CiMerge> {
  const forge = await expectForge(world)
  await expectOwnKey(world, await expectGenesis(world))
  const before = await freshTip(world)
  const branch = await targetBranch(world)
  const diagnostics: Diagnostic[] = []
  const requests = await openOnes(world, forge, branch)
  // Whoever sees no host can't say of which plan a review is, and must not write over the plan of who does.
  const sees = telling.desiredOnly === undefined
  const reviewed = await recordOpenReviews(world, requests, sees)
  await untilLinked(world, forge, before)
  diagnostics.push(...reviewed.diagnostics, ...(await recogniseReady(world, before)))
  const changes = await tellRecent(world, forge, telling)
  diagnostics.push(...changes.flatMap((c) => c.diagnostics))
  const tip = await freshTip(world)
  const planned: RequestPlanned[] = []
  for (const number of sees ? reviewed.numbers : [])
    planned.push(...(await ciPlan(world, { ...telling, wanted: { request: number } })))
  const outdated: number[] = []
  for (const request of requests) {
    const { number } = request
    if (reviewed.numbers.includes(number) || !(await markOutdated(forge, request, tip))) continue
    // Somebody may have planned it anew meanwhile: then that is what has to be seen.
    if (!sees || (await plannedOf(forge, number))?.base !== tip) outdated.push(number)
    else planned.push(...(await ciPlan(world, { ...telling, wanted: { request: number } })))
  }
  diagnostics.push(...planned.flatMap((p) => p.diagnostics))
  return { changes, planned, outdated, diagnostics }
}

/** Open pull requests into the target branch, with their reviews; heads that are here or can be brought. */
async function openOnes(world: World, forge: Forge, branch: string): Promise<readonly RequestPage[]> {
  const found: RequestPage[] = []
  for (const { number } of await forge.openRequests()) {
    const request = await forge.request(number)
    if (request === undefined || passedOver(request, branch) !== undefined) continue
    if (await bringHead(world, request)) found.push(request)
  }
  return found
}

/** Records what reviews say now: in records that are there, and in new ones where somebody spoke of a pull request that has none. */
async function recordOpenReviews(
  world: World,
  requests: readonly RequestPage[],
  sees: boolean,
): Promise<{ readonly numbers: readonly number[]; readonly diagnostics: readonly Diagnostic[] }> {
  const before = stepsOf(await openRecords(world))
  const diagnostics = [...(await followReviews(world))]
  await setAsideReplaced(world, requests)
  const known = new Set((await openRecords(world)).map((r) => r.subject.head))
  for (const request of requests) {
    const { head } = request
    if (!sees || !isSpokenOf(request) || known.has(head)) continue
    const done = await approveReviews(world, { head })
    diagnostics.push(...('refused' in done ? done.refused.map(asRemark) : done.findings))
  }
  const after = (await openRecords(world)).filter((r) => before.get(r.id) !== r.transition.uuid)
  const moved = new Set(after.map((r) => r.subject.head))
  return { numbers: requests.filter((r) => moved.has(r.head)).map((r) => r.number), diagnostics }
}

/**
 * Somebody who may write agreed to its newest commit, or objected. What strangers say to one another opens no record, and has no host
 * looked at: of a fork, somebody has to have agreed to what is planned.
 */
function isSpokenOf({ head, reviews, fork }: RequestPage): boolean {
  return reviews.some(
    ({ commit, account, permission, state }) =>
      commit === head &&
      !account.bot &&
      (permission === undefined || mayWrite(permission)) &&
      (state === 'approved' || (state === 'changes-requested' && !fork)),
  )
}

/** What was approved of commits that a pull request no longer ends in waits for a merge that does not come. */
async function setAsideReplaced(world: World, requests: readonly RequestPage[]): Promise<void> {
  const heads = new Set(requests.map((r) => r.head))
  for (const record of await openRecords(world)) {
    const { subject, merge, state, approvals } = record
    if (merge !== undefined || heads.has(subject.head) || !['proposed', 'approved', 'rejected'].includes(state))
      continue
    const numbers = approvals.flatMap((a) => (a.assertion === 'forge-asserted' ? [a.forge.request] : []))
    const request = requests.find((r) => numbers.includes(r.number))
    if (request !== undefined)
      await setAside(world, record, `pull request ${request.number} got newer commits: ${request.head.slice(0, 12)}`)
  }
}

const stepsOf = (records: readonly ChangeRecord[]): ReadonlyMap<string, string> =>
  new Map(records.map((r) => [r.id, r.transition.uuid]))

/** That a plan is forbidden is for its author to mend: what else there is to do goes on. */
const asRemark = (d: Diagnostic): Diagnostic => (d.severity === 'error' ? { ...d, severity: 'warning' } : d)

/**
 * Recognises merges as long as nothing is to be applied first: what was approved side by side is judged on top of what comes before it,
 * and that has to be on the hosts by then.
 */
async function recogniseReady(world: World, tip: string): Promise<readonly Diagnostic[]> {
  const diagnostics: Diagnostic[] = []
  for (;;) {
    const due = (await openRecords(world)).find(comesFirst)
    if (due !== undefined) {
      const known = trusted(await findBranch(await (await world.ledger()).view()))?.recognised
      if (known !== undefined && known !== tip)
        diagnostics.push(report('merges-waiting', { summary: `${due.id} is ${due.state}, and merges after it wait` }))
      return diagnostics
    }
    const { diagnostics: found, more } = await recogniseMerges(world, { one: true })
    // What nobody approved is recorded, told and not applied: that is no failure of who records it.
    diagnostics.push(...found.map((d) => (d.code === 'commit-missing' ? d : asRemark(d))))
    if (!more || hasErrors(found.filter((d) => d.code === 'commit-missing'))) return diagnostics
  }
}
