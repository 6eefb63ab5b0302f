import type { ApprovalVerdict } from '../../change/judge-approvals.ts'
import { peopleOf } from '../../change/people.ts'
import { readReviews } from '../../change/read-reviews.ts'
import { listChanges } from '../../ledger/find-records.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { PullRequest } from '../../model/pull-request.ts'
import type { ChangeRecord } from '../../model/record.ts'
import { bornFor } from '../approve.ts'
import { recordAbout } from '../approve-reviews.ts'
import { judgeRecord } from '../judge-record.ts'
import type { PlannedChange } from '../plan-change.ts'
import { recordReviews } from '../record-reviews.ts'
import { openRecords } from '../records.ts'
import type { World } from '../world.ts'

/** So many of the newest changes are looked through for other plans of the same commits. */
const looked = 1000

export interface RequestStanding {
  readonly standing: ApprovalVerdict
  /** The record that is judged for this plan, where the ledger has one. */
  readonly record?: ChangeRecord
  readonly findings: readonly Diagnostic[]
}

/**
 * Who agreed to a plan so far: what the ledger holds, with what the reviews of its pull request would add. Nothing is
 * written: whoever may write records comes to the same once they do.
 */
export async function standingOfRequest(
  world: World,
  planned: PlannedChange,
  request: PullRequest,
): Promise<RequestStanding> {
  const { plan, rules, commits } = planned
  const { head } = plan.subject
  const record = recordAbout(world, await openRecords(world), plan)
  const at = world.clock.now().toISOString()
  const read = readReviews([request], head, commits, peopleOf(rules.graph), at)
  const { changes } = await listChanges(await (await world.ledger()).view(), { limit: looked })
  const { steps, findings } = await recordReviews(
    world,
    record ?? bornFor(world, unnumbered, request.head, planned, 'engine'),
    read.statements,
    {
      others: changes.filter((r) => r.subject.head === head && r.id !== record?.id),
      judge: (r, approvals) => judgeRecord(world, { ...r, approvals }, planned),
    },
  )
  const after = steps.at(-1) ?? record ?? bornFor(world, unnumbered, request.head, planned, 'engine')
  return {
    standing: await judgeRecord(world, after, planned),
    ...(record !== undefined && { record }),
    findings: [...read.findings, ...findings],
  }
}

/** Stands for the number of a record that is not written. */
const unnumbered = 'CHG-0001-00000'
