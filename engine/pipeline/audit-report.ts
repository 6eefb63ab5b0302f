import { auditReport, membership } from '../audit/audit-report.ts'
import type { FrameworkId } from '../audit/frameworks.ts'
import { type ChangeDetails, type PastChange, type Period, within } from '../audit/past-change.ts'
import type { AuditReport, DriftExceptionLine, ReportQuestion, Verification } from '../audit/report-shape.ts'
import type { DriftExceptionSpec } from '../generated/types.ts'
import type { VerifyReport } from '../ledger/verify.ts'
import { compareText, type Diagnostic, hasErrors } from '../model/diagnostic.ts'
import { RepositoryError } from '../ports/repository.ts'
import { momentAt } from './as-of.ts'
import { type AuditOptions, auditVerify } from './audit.ts'
import { accessAt } from './audit-access.ts'
import { changeDetails } from './change-details.ts'
import { loadCommit, readConfig } from './estate.ts'
import type { EstateAt } from './estate-at.ts'
import { PastReader } from './past-changes.ts'
import { readPeriod } from './period.ts'
import { expectGenesis } from './records.ts'
import { targetBranch, targetTip } from './target-branch.ts'
import type { World } from './world.ts'

type Refused = { readonly refused: readonly Diagnostic[] }

export interface ReportOptions extends Omit<AuditOptions, 'watch'> {
  readonly from: string
  readonly to: string
  readonly framework: FrameworkId
  readonly sample?: { readonly size: number; readonly seed: string }
}

/** Verifies the ledger, then tells what happened in a period and which controls it speaks for. Needs a clone and nothing else. */
export async function makeAuditReport(world: World, options: ReportOptions): Promise<AuditReport | Refused> {
  const now = world.clock.now()
  const period = readPeriod(options, now)
  if ('refused' in period) return period
  const genesis = await expectGenesis(world)
  const branch = await targetBranch(world)
  const tip = (await targetTip(world, branch)) ?? genesis.adoption
  const reader = new PastReader(world)
  const verified = await auditVerify(world, { ...options, watch: (steps) => reader.watching(steps) })
  const { changes, unauthorised, releases } = reader.records()
  return auditReport({
    framework: options.framework,
    period,
    madeAt: now,
    engine: world.engineVersion,
    estate: { repository: genesis.repository, branch, tip, adoption: genesis.adoption, rule: genesis.rule },
    verification: verificationOf(verified),
    changes,
    details: await detailsOf(
      world,
      changes.filter((c) => membership(c, period).length > 0),
    ),
    unrecorded: await unrecordedIn(world, verified.unrecorded, period),
    unauthorised,
    releases,
    ...(await documentsOf(world, period, now)),
    ...(options.sample !== undefined && { sample: options.sample }),
    sha256: world.sha256,
  })
}

/** The estate's template for links to commits, from the tip of its branch. */
export async function commitLinks(world: World): Promise<string | undefined> {
  const branch = await targetBranch(world)
  return (await readConfig(world, (await targetTip(world, branch)) ?? branch)).links?.commit
}

function verificationOf(report: VerifyReport): Verification {
  const { trust, witnessed, entries, tip, firstBad, findings } = report
  return {
    ok: !hasErrors(findings),
    intact: !findings.some((f) => f.code === 'ledger-tampered'),
    ...{ trust, witnessed, entries },
    ...(tip !== undefined && { tip }),
    ...(firstBad !== undefined && { firstBad }),
    findings: findings.map(({ code, severity, summary }) => ({ code, severity, summary })),
  }
}

/** Of each change in turn: neighbours share their commits. What a tampered record names may not be there. */
export async function detailsOf(
  world: World,
  changes: readonly PastChange[],
): Promise<ReadonlyMap<string, ChangeDetails>> {
  const details = new Map<string, ChangeDetails>()
  for (const change of changes) {
    const found = await orNothing(() => changeDetails(world, change))
    if (found !== undefined) details.set(change.record.id, found)
  }
  return details
}

async function unrecordedIn(
  world: World,
  ids: readonly string[],
  period: Period,
): Promise<ReportQuestion['unrecorded']> {
  const repository = await world.repository()
  const commits = await Promise.all(ids.map((id) => repository.commit(id)))
  return commits
    .map(({ id, committer }) => ({
      commit: id,
      at: new Date(Date.parse(committer.at)).toISOString(),
      by: `${committer.name} <${committer.email}>`,
    }))
    .filter(({ at }) => within(period, at))
}

/** Access at the end of the period, and exceptions that stood in the documents at its beginning or its end. */
async function documentsOf(
  world: World,
  period: Period,
  now: Date,
): Promise<Pick<ReportQuestion, 'access' | 'driftExceptions'>> {
  const end = new Date(Math.min(Date.parse(period.to), now.getTime()))
  const moments = await Promise.all([new Date(period.from), end].map((at) => orNothing(() => momentAt(world, at))))
  const estates: EstateAt[] = []
  for (const moment of moments)
    if (moment !== undefined && 'commit' in moment) estates.push(await loadCommit(world, moment.commit))
  const [, last] = moments
  const access = last === undefined || 'refused' in last ? undefined : await orNothing(() => accessAt(world, last))
  const known = access === undefined || 'refused' in access ? undefined : access
  return {
    driftExceptions: exceptionsOf(estates, period),
    access: { at: known?.at ?? end.toISOString(), rows: known?.rows ?? [], leftOver: known?.leftOver ?? [] },
  }
}

function exceptionsOf(estates: readonly EstateAt[], { from }: Period): readonly DriftExceptionLine[] {
  const lines = new Map<string, DriftExceptionLine>()
  for (const { graph } of estates)
    for (const { address, document } of graph.ofKind('DriftException')) {
      const { owner, reason, expires, resources } = document.spec as unknown as DriftExceptionSpec
      // What can't be read as a time has passed.
      if (Date.parse(expires) >= Date.parse(from))
        lines.set(address, { exception: address, owner, reason, expires, resources })
    }
  return [...lines.values()].sort((a, b) => compareText(a.exception, b.exception))
}

/** A ledger that does not verify may name what is not there: the report is made all the same, without it. */
async function orNothing<Value>(ask: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof RepositoryError) return undefined
    throw error
  }
}
