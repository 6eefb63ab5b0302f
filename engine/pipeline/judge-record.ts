import { type ApprovalVerdict, judgeApprovals } from '../change/judge-approvals.ts'
import type { Subject } from '../model/plan.ts'
import type { ChangeRecord } from '../model/record.ts'
import { planDigest } from '../plan/plan-digest.ts'
import type { PlannedChange } from './plan-change.ts'
import type { World } from './world.ts'

/**
 * Judges the approvals of a record against what it is about now. Where the base moved since they were given, they hold only if
 * planning again gave the same patch, actions and policies. That the hosts still need all of it is not asked here: less is fine.
 */
export async function judgeRecord(
  world: World,
  record: Pick<ChangeRecord, 'subject' | 'approvals'>,
  planned: PlannedChange,
): Promise<ApprovalVerdict> {
  const { plan, base } = planned
  const moved = record.subject.base !== plan.subject.base
  const subject: Subject = moved ? plan.subject : { ...plan.subject, plan: record.subject.plan }
  return judgeApprovals({
    subject,
    approvals: record.approvals,
    commits: planned.commits,
    baseGraph: base.graph,
    requirements: plan.verdict.requirements,
    rule: base.config.rule ?? 'one-independent',
    verifyEnvelope: world.verifyEnvelope,
    now: world.clock.now(),
    ...(moved && {
      replanned: {
        content: plan.subject.content,
        policies: plan.subject.policies,
        plan: (tree) => planDigest(tree, plan.subject.policies, plan.actions, world.sha256),
      },
    }),
  })
}
