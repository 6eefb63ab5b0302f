import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import { codes } from '../codes.ts'
import { bringHead } from '../merged-request.ts'
import type { Range } from '../plan-change.ts'
import { targetBranch } from '../target-branch.ts'
import type { World } from '../world.ts'
import type { RequestPlanned } from './plan.ts'
import { planRequest, type Telling } from './plan-request.ts'
import type { EventHint } from './read-event.ts'
import { expectForge, freshTip, passedOver } from './requests.ts'
import { showChecks } from './show-request.ts'

const report = reporter(codes)

/**
 * Plans what a merge queue made of a pull request, and says on that commit whether it is sound and agreed to: the checks that let it
 * through are asked for there. What the event says is believed as far as git makes the same of it.
 */
export async function ciPlanQueued(
  world: World,
  queued: NonNullable<EventHint['queued']>,
  telling: Telling,
): Promise<RequestPlanned> {
  const forge = await expectForge(world)
  const tip = await freshTip(world)
  const request = await forge.request(queued.request)
  const over = request === undefined ? undefined : passedOver(request, await targetBranch(world))
  const unknown = (diagnostic: Diagnostic): RequestPlanned => ({
    ...{ number: queued.request, url: request?.url ?? '', head: queued.commit, outcome: 'passed-over' },
    diagnostics: [diagnostic],
  })
  if (request === undefined)
    return unknown(report('request-missing', { summary: `there is no pull request ${queued.request}` }))
  if (over !== undefined) return unknown(over)
  const range = (await bringHead(world, request)) ? await rangeOfQueued(world, queued, request.head, tip) : undefined
  if (range === undefined) {
    const summary = `${queued.commit.slice(0, 12)} is not what git makes of pull request ${request.number} in the queue`
    return unknown(report('request-missing', { summary }))
  }
  const told = await planRequest(world, request, range, telling)
  const shown = await showChecks(forge, told, queued.commit)
  const { number, url } = request
  const outcome = 'refused' in told ? 'refused' : 'planned'
  return { number, url, head: queued.commit, outcome, told, shown, diagnostics: [] }
}

/** What stands in the queue, where it is the pull request merged into its base, and that base leads on from the branch. */
async function rangeOfQueued(
  world: World,
  { commit, base }: NonNullable<EventHint['queued']>,
  head: string,
  tip: string,
): Promise<Range | undefined> {
  const repository = await world.repository()
  for (const id of [commit, base]) if ((await repository.resolve(id)) === undefined) return undefined
  if (!(await repository.isAncestor(tip, base)) || !(await repository.isAncestor(base, commit))) return undefined
  const [merged, { tree }] = [await repository.mergeTree(base, head), await repository.commit(commit)]
  return 'tree' in merged && merged.tree === tree ? { base, head, tree } : undefined
}
