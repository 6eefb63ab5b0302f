import { explainApprovals } from '../change/explain-approvals.ts'
import type { ApprovalVerdict } from '../change/judge-approvals.ts'
import { peopleOf } from '../change/people.ts'
import { changeEntry } from '../ledger/entries.ts'
import { nextChangeId } from '../ledger/find-records.ts'
import { addApproval, type By, propose, reject } from '../ledger/fold-change.ts'
import type { Address } from '../model/address.ts'
import { canonicalJson } from '../model/canonical.ts'
import { type Diagnostic, hasErrors, reporter } from '../model/diagnostic.ts'
import { signStatement } from '../model/dsse.ts'
import type { Plan } from '../model/plan.ts'
import type { ApprovalPredicate, ChangeRecord, RecordedApproval } from '../model/record.ts'
import { recordedAction } from '../plan/plan-digest.ts'
import { recordedPlan } from '../plan/recorded-plan.ts'
import type { LedgerEntry } from '../ports/ledger.ts'
import type { Signer } from '../ports/repository.ts'
import { codes } from './codes.ts'
import { judgeRecord } from './judge-record.ts'
import type { PlannedChange, Range } from './plan-change.ts'
import { planChange } from './plan-change.ts'
import { rangeOfRevision } from './plan-revision.ts'
import { append, branchAfter, by, expectGenesis, moved, openIn } from './records.ts'
import type { World } from './world.ts'

const report = reporter(codes)

export interface ApproveOptions {
  /** A plan that was read before: the fresh one must be the same. */
  readonly saved?: Plan
  readonly head?: string
  readonly base?: string | undefined
  readonly decision: 'approve' | 'reject'
  readonly comment?: string
  readonly allowMassDelete?: boolean
}

export interface Approved {
  readonly plan: Plan
  readonly record: ChangeRecord
  readonly approver: Address
  readonly standing: ApprovalVerdict
  /** Why it does not hold yet, or whose approval does not count. */
  readonly findings: readonly Diagnostic[]
}

type Refused = { readonly refused: readonly Diagnostic[] }

/** Plans again, signs the plan with the approver's own key, and appends the approval; a record is born where there is none. */
export async function approve(world: World, options: ApproveOptions): Promise<Approved | Refused> {
  const genesis = await expectGenesis(world)
  const range =
    options.saved === undefined ? await rangeOfRevision(world, options) : await rangeOfPlan(world, options.saved)
  if ('refused' in range) return range
  const planned = await planChange(world, range, {
    ...(options.allowMassDelete === true && { allowMassDelete: true }),
    ...(options.saved?.only !== undefined && { only: options.saved.only }),
  })
  if ('refused' in planned) return planned
  const stale = options.saved === undefined ? [] : sameAsSaved(options.saved, planned.plan)
  if (stale.length > 0) return { refused: stale }
  const forbidden = forbids(planned.plan, options.decision)
  if (forbidden.length > 0) return { refused: forbidden }
  const signer = await world.personSigner()
  const approver = whoseKey(planned, signer)
  if (approver === undefined)
    return {
      refused: [
        report('person-unknown', {
          summary: `the key ${world.fingerprint(signer.publicKey) ?? ''} is of nobody in the base commit`,
        }),
      ],
    }
  const statement = await sign(world, planned, signer, approver, options)
  const useless = await whyUseless(world, planned, statement)
  if (useless.length > 0 && options.decision === 'approve') return { refused: useless }
  const title = await titleOf(world, range, planned.plan)
  const { record, standing } = await append(world, async (view) => {
    const open = await openIn(view)
    const found = open.find((r) => r.merge === undefined && r.state !== 'implementing' && sameSubject(r, planned.plan))
    const id = found?.id ?? (await nextChangeId(view, world.clock.now().getUTCFullYear()))
    const entries: LedgerEntry[] = []
    const before = found ?? bornFor(world, id, title, planned, approver)
    if (found === undefined)
      entries.push(
        changeEntry(before, signer, { branch: await branchAfter(view, genesis, planned.plan.subject.ref, [before]) }),
      )
    const judged = await judgeRecord(world, { ...before, approvals: [...before.approvals, statement] }, planned)
    const now = moveOf(world, before, statement, judged, options.decision)
    entries.push(changeEntry(now, signer))
    return { entries, result: { record: now, standing: judged } }
  })
  return { plan: planned.plan, record, approver, standing, findings: explainApprovals(standing) }
}

/** An approval that can't count is refused at once, and not recorded: by an author, a bot, somebody who left. */
async function whyUseless(
  world: World,
  planned: PlannedChange,
  statement: RecordedApproval,
): Promise<readonly Diagnostic[]> {
  const judged = await judgeRecord(world, { subject: planned.plan.subject, approvals: [statement] }, planned)
  // An earlier rejection of theirs that this lifts is no fault of it.
  const refused = judged.refused.filter((r) => r.code !== 'approval-repeated')
  const why = explainApprovals({ ...judged, refused, holds: false, missing: [], blocked: [] })
  return why.map((d) => ({ ...d, severity: 'error' as const }))
}

function moveOf(
  world: World,
  before: ChangeRecord,
  statement: RecordedApproval,
  judged: ApprovalVerdict,
  decision: ApproveOptions['decision'],
): ChangeRecord {
  const who = by(world, statement.approver)
  const reasons = judged.holds ? [] : explainApprovals(judged).map((d) => d.summary)
  if (decision === 'reject') return moved(reject(before, statement, who, reasons))
  return moved(addApproval(before, statement, who, { state: stateAfter(before, judged), reasons }))
}

/** Where a record is once its statements were judged anew. What was given a time keeps it. */
export function stateAfter(
  before: ChangeRecord,
  judged: Pick<ApprovalVerdict, 'holds' | 'blocked'>,
): 'proposed' | 'approved' | 'scheduled' | 'rejected' {
  if (judged.holds) return before.state === 'scheduled' ? 'scheduled' : 'approved'
  return judged.blocked.length > 0 && before.state === 'rejected' ? 'rejected' : 'proposed'
}

export function bornFor(
  world: World,
  id: string,
  title: string,
  { plan }: PlannedChange,
  actor: By['actor'],
): ChangeRecord {
  const template = plan.standard?.template
  const about = { id, title, ...recordedPlan(plan), ...(template !== undefined && { template }) }
  return moved(propose(about, by(world, actor), template === undefined ? 'proposed' : 'approved'))
}

async function sign(
  world: World,
  { plan }: PlannedChange,
  signer: Signer,
  approver: Address,
  options: ApproveOptions,
): Promise<RecordedApproval> {
  const predicate: ApprovalPredicate = {
    subject: plan.subject,
    approver,
    decision: options.decision,
    at: world.clock.now().toISOString(),
    ...(options.comment !== undefined && { comment: options.comment }),
  }
  return {
    assertion: 'approver-signed',
    approver,
    at: predicate.at,
    envelope: await signStatement('approval', predicate, signer, world.fingerprint),
  }
}

/** The person whose key it is, by the documents that judge the change. */
export function whoseKey({ rules }: PlannedChange, signer: Signer): Address | undefined {
  const [owner, other] = peopleOf(rules.graph).ownersOfKey(signer.publicKey)
  return other === undefined ? owner?.address : undefined
}

/** Whether a record is about a plan, and lists its actions: what somebody wrote by hand may name one and list others. */
export const sameSubject = (record: ChangeRecord, { subject, actions }: Plan): boolean =>
  record.subject.plan === subject.plan &&
  record.subject.head === subject.head &&
  record.subject.base === subject.base &&
  record.subject.tree === subject.tree &&
  canonicalJson(record.actions) === canonicalJson(actions.map(recordedAction))

/** A plan that must not be carried out is not approved either; it may be rejected. */
export function forbids(plan: Plan, decision: ApproveOptions['decision']): readonly Diagnostic[] {
  if (decision === 'reject') return []
  // Where nothing could be seen, nobody knows how the hosts are.
  const nothing = plan.subject.base === plan.subject.head && plan.actions.length === 0 && !hasErrors(plan.diagnostics)
  return [
    ...plan.verdict.denials,
    ...(hasErrors(plan.diagnostics) ? plan.diagnostics : unapprovedRules(plan)),
    ...(nothing ? [report('plan-empty', { summary: 'the hosts are as the branch wants them' })] : []),
  ]
}

const unapprovedRules = ({ diagnostics }: Plan): readonly Diagnostic[] =>
  diagnostics.filter((d) => d.code === 'rules-unapproved').map((d) => ({ ...d, severity: 'error' as const }))

async function rangeOfPlan(world: World, plan: Plan): Promise<Range | Refused> {
  const { base, head, tree } = plan.subject
  const repository = await world.repository()
  if ((await repository.resolve(base)) === undefined || (await repository.resolve(head)) === undefined)
    return {
      refused: [
        report('commit-missing', {
          summary: `the plan is about commits that are not here: ${head.slice(0, 12)} into ${base.slice(0, 12)}`,
        }),
      ],
    }
  return { base, head, tree }
}

function sameAsSaved(saved: Plan, fresh: Plan): readonly Diagnostic[] {
  if (saved.subject.repository !== fresh.subject.repository)
    return [
      report('plan-of-another-estate', {
        summary: `the plan is of estate ${saved.subject.repository}, this is ${fresh.subject.repository}`,
      }),
    ]
  if (saved.subject.plan === fresh.subject.plan) return []
  const left = fresh.hosts.planned.filter((host) => !saved.hosts?.planned.includes(host))
  if (left.length > 0)
    return [
      report('plan-moved', {
        summary: `the plan was saved without ${left.slice(0, 5).join(', ')}; what is approved is everything a change does`,
        hint: 'make it again without --host: plumbline plan -o plan.json',
      }),
    ]
  return [
    report('plan-moved', {
      summary: 'the hosts or documents moved since the plan was saved',
      detail: `saved ${saved.subject.plan}\nnow   ${fresh.subject.plan}`,
    }),
  ]
}

export async function titleOf(world: World, range: Range, { only }: Plan): Promise<string> {
  const { message } = await (await world.repository()).commit(range.head)
  const subject = (message.split('\n')[0] ?? '').slice(0, 200)
  if (only !== undefined) {
    const [first, ...rest] = only
    const others = rest.length === 0 ? '' : ` and ${rest.length} more`
    return `bring ${first?.resource ?? ''} on ${first?.host ?? ''}${others} back`.slice(0, 200)
  }
  return range.base === range.head
    ? `bring hosts to ${range.head.slice(0, 12)} (${subject})`
    : subject || range.head.slice(0, 12)
}
