import { codes } from '../change/codes.ts'
import { emergencyFault } from '../change/emergency.ts'
import { type ApprovalQuestion, type ApprovalVerdict, judgeApprovals } from '../change/judge-approvals.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Plan, RecordedAction, Verdict } from '../model/plan.ts'
import type { ChangeRecord } from '../model/record.ts'
import { planDigest } from '../plan/plan-digest.ts'
import type { EstateAt } from './estate-at.ts'
import { standardMatch } from './standard.ts'
import type { World } from './world.ts'

const report = reporter(codes)

/** What a record is judged by: what it is about, who said what, and of which type it is. */
export type JudgedRecord = Pick<ChangeRecord, 'subject' | 'approvals'> &
  Partial<Pick<ChangeRecord, 'type' | 'state' | 'template' | 'emergency' | 'risk' | 'deployment' | 'actions' | 'only'>>

export interface TypeFacts {
  readonly question: ApprovalQuestion
  readonly base: EstateAt
  readonly merged: EstateAt
  readonly actions: readonly Pick<RecordedAction, 'host' | 'resource' | 'verb' | 'reversibility'>[]
  readonly risk?: Plan['risk']
  readonly verdict: Verdict
}

/**
 * Judges a record by what its type asks for: a normal change by its approvals; an emergency by the word of whoever broke the glass; a
 * standard change by the template that covers it. A rejection by somebody of the base holds all of them up.
 */
export async function judgeByType(world: World, record: JudgedRecord, facts: TypeFacts): Promise<ApprovalVerdict> {
  const { question } = facts
  const altered = faultOfActions(world, record)
  if (altered !== undefined) {
    const verdict = judgeApprovals(question)
    return { ...verdict, blocked: [...verdict.blocked, altered], holds: false, ranOut: false }
  }
  if (record.type === undefined || record.type === 'normal') return judgeApprovals(question)
  const said = judgeApprovals({ ...question, requirements: [], rule: 'solo' })
  const fault =
    record.type === 'emergency' ? faultOfEmergency(world, record, facts) : await faultOfStandard(world, record, facts)
  const blocked = fault === undefined ? said.blocked : [...said.blocked, fault]
  const breaker = record.emergency === undefined ? [] : [{ approver: record.emergency.person, at: record.emergency.at }]
  const counted = [...breaker, ...said.counted.filter((c) => c.approver !== record.emergency?.person)]
  // Documents of a base stay what they are: what held and holds no more did so for a time.
  const ranOut =
    said.blocked.length === 0 && (fault?.code === 'break-glass-over' || fault?.code === 'standard-not-covered')
  return { ...said, counted, missing: [], blocked, holds: blocked.length === 0, ranOut }
}

/** People agree to a plan by its digest: what a record lists beside it says nothing, unless it is the same. */
function faultOfActions(world: World, { subject, actions, only }: JudgedRecord): Diagnostic | undefined {
  if (actions === undefined) return undefined
  const { tree, policies, plan } = subject
  if (planDigest({ tree, policies, actions, only }, world.sha256) === plan) return undefined
  return report('plan-altered', { summary: 'the record lists other actions than the plan that it names' })
}

/** What was begun in time is brought to its end. */
const isBegun = ({ state }: JudgedRecord): boolean => state === 'implementing' || state === 'paused'

function faultOfEmergency(world: World, record: JudgedRecord, { question, base }: TypeFacts): Diagnostic | undefined {
  const { emergency } = record
  if (emergency === undefined)
    return report('break-glass-invalid', { summary: 'nobody is recorded as having broken it' })
  return emergencyFault({
    emergency,
    subject: question.subject,
    base: base.graph,
    verifyEnvelope: (envelope) => world.verifyEnvelope('break-glass', envelope),
    now: question.now,
    begun: isBegun(record),
    ...(question.replanned !== undefined && { replanned: question.replanned }),
  })
}

async function faultOfStandard(world: World, record: JudgedRecord, facts: TypeFacts): Promise<Diagnostic | undefined> {
  const { template } = record
  const { base, merged, question, verdict } = facts
  const started = isBegun(record) ? record.deployment?.startedAt : undefined
  const match = await standardMatch(world, {
    base,
    merged,
    tree: question.subject.tree,
    onto: question.subject.base,
    head: question.subject.head,
    commits: question.commits,
    actions: record.actions ?? facts.actions,
    // Never less than what documents and actions come to: whoever opened the record wrote its own down.
    risk: facts.risk?.score,
    verdict,
    at: started === undefined ? question.now : new Date(started),
    ...(template !== undefined && { named: template }),
  })
  if (template !== undefined && match.template === template) return undefined
  const because = match.nearly?.because ?? 'the base holds no such template, or it is about something else'
  return report('standard-not-covered', { summary: `${template ?? 'no template'}: ${because}` })
}
