import { authorsOf, type JudgedCommit } from '../change/authors.ts'
import { contentDigest } from '../change/content.ts'
import type { ApprovalQuestion, ApprovalVerdict } from '../change/judge-approvals.ts'
import { judgePolicies } from '../change/judge-policies.ts'
import { peopleOf } from '../change/people.ts'
import { policyDigest } from '../change/policy-digest.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Plan, Subject } from '../model/plan.ts'
import type { ChangeRecord } from '../model/record.ts'
import { planDigest } from '../plan/plan-digest.ts'
import { ruleFaults, rulesOfRecord } from './agreed-rules.ts'
import { approvalTerms } from './approval-terms.ts'
import { loadCommit } from './estate.ts'
import type { EstateAt } from './estate-at.ts'
import { ruleOf } from './estate-rule.ts'
import { type JudgedRecord, judgeByType } from './judge-type.ts'
import { judgedCommits } from './judged-commits.ts'
import { ownedPaths } from './owned-paths.ts'
import type { Range } from './plan-change.ts'
import { riskOfRecord } from './plan-risk.ts'
import type { World } from './world.ts'

/** What approvals are judged by: who wrote what, and what the base asks for. */
export interface Facts {
  readonly base: EstateAt
  /** Documents that judge it: see `rulesFor`. */
  readonly rules: EstateAt
  /** Documents of the merge result. */
  readonly desired: EstateAt
  readonly commits: readonly JudgedCommit[]
  readonly plan: Pick<Plan, 'subject' | 'actions' | 'only' | 'verdict' | 'risk'>
}

/**
 * Judges the approvals of a record against what it is about now. Where the base moved since they were given, they hold only if
 * planning again gave the same patch, actions and policies. That the hosts still need all of it is not asked here: less is fine.
 */
export async function judgeRecord(
  world: World,
  record: JudgedRecord,
  { base, rules, desired, commits, plan }: Facts,
): Promise<ApprovalVerdict> {
  const rule = await ruleOf(world, rules)
  const { actions } = plan
  // What was asked for when the record was opened is asked for still, whatever the hour and the history are by now.
  const risk =
    record.risk === undefined
      ? plan.risk
      : riskOfRecord({ risk: record.risk, actions: record.actions ?? actions }, rules, desired)
  const authorship = authorsOf(commits, peopleOf(rules.graph), world.clock.now())
  const verdict =
    risk === plan.risk
      ? plan.verdict
      : judgePolicies({
          ...{ base: rules.graph, merged: desired.graph, actions, authorship, rule, risk },
          ...(await ownedPaths(world, rules, plan.subject.tree)),
        })
  const moved = record.subject.base !== plan.subject.base
  const subject: Subject = moved ? plan.subject : { ...plan.subject, plan: record.subject.plan }
  const question: ApprovalQuestion = {
    subject,
    ...(await approvalTerms(world, rules, record)),
    commits,
    baseGraph: rules.graph,
    requirements: verdict.requirements,
    rule,
    verifyEnvelope: (envelope) => world.verifyEnvelope('approval', envelope),
    now: world.clock.now(),
    ...(moved && {
      replanned: {
        content: plan.subject.content,
        policies: plan.subject.policies,
        plan: (tree) => planDigest({ ...plan, tree, policies: plan.subject.policies }, world.sha256),
      },
    }),
  }
  const judged = await judgeByType(world, record, { question, base: rules, merged: desired, actions, risk, verdict })
  return unlessUnapproved(judged, await ruleFaults(world, rules, base, desired))
}

/**
 * Judges a record whose base did not move, without a look at any host: what it asked to do is what its approvals are about,
 * whatever the hosts need of it by now.
 */
export async function judgeUnmoved(world: World, record: ChangeRecord, range: Range): Promise<ApprovalVerdict> {
  const base = await loadCommit(world, range.base)
  const merged = await loadCommit(world, range.tree, { base })
  const rules = await rulesOfRecord(world, record, range.base)
  const commits = await judgedCommits(world, range.base, range.head)
  const rule = await ruleOf(world, rules)
  const authorship = authorsOf(commits, peopleOf(rules.graph), world.clock.now())
  const { actions } = record
  const risk = riskOfRecord(record, rules, merged)
  const verdict = judgePolicies({
    ...{ base: rules.graph, merged: merged.graph, actions, authorship, rule, risk },
    ...(await ownedPaths(world, rules, range.tree)),
  })
  const repository = await world.repository()
  const content = contentDigest(await repository.changes(base.treeish, range.tree), world.sha256)
  const policies = policyDigest(rules.graph, world.sha256, rules.codeOwners)
  const subject: Subject = { ...record.subject, ...range, content, policies }
  const question: ApprovalQuestion = {
    subject,
    ...(await approvalTerms(world, rules, record)),
    commits,
    baseGraph: rules.graph,
    requirements: verdict.requirements,
    rule,
    verifyEnvelope: (envelope) => world.verifyEnvelope('approval', envelope),
    now: world.clock.now(),
  }
  const judged = await judgeByType(world, record, { question, base: rules, merged, actions, risk, verdict })
  return unlessUnapproved(judged, await ruleFaults(world, rules, base, merged))
}

/** Whatever was said for it, nothing holds on rules that nobody agreed to. */
function unlessUnapproved(judged: ApprovalVerdict, faults: readonly Diagnostic[]): ApprovalVerdict {
  if (faults.length === 0) return judged
  return { ...judged, holds: false, ranOut: false, blocked: [...judged.blocked, ...faults] }
}
