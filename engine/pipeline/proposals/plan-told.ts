import type { ApprovalVerdict } from '../../change/judge-approvals.ts'
import { peopleOf } from '../../change/people.ts'
import type { Forge } from '../../ports/forge.ts'
import type { PlanTold } from '../../pull-request/told.ts'
import { approversOf, namesOf } from '../ci/told-people.ts'
import { reachTold, servicesOf } from '../ci/told-services.ts'
import { timesTold } from '../ci/told-times.ts'
import type { PlannedChange } from '../plan-change.ts'
import type { World } from '../world.ts'

/** What a pull request that is yet to be opened tells of its plan. */
export async function planTold(
  world: World,
  forge: Forge,
  planned: PlannedChange,
  standing: ApprovalVerdict,
): Promise<PlanTold> {
  const { plan, base, rules, desired } = planned
  return {
    plan,
    standing,
    approvers: approversOf(standing, rules.graph, peopleOf(rules.graph), forge.place.host),
    names: namesOf(rules.graph),
    times: await timesTold(world, planned, undefined),
    services: servicesOf([base, desired], plan.actions),
    reach: reachTold(base, desired, plan.reach),
    head: plan.subject.head,
    findings: [],
    links: { repository: forge.place.url },
    engine: world.engineVersion,
  }
}
