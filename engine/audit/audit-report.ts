import { compareText } from '../model/diagnostic.ts'
import type { ChangeRecord, UnauthorisedRecord } from '../model/record.ts'
import type { PromotionNote } from '../model/release.ts'
import { controlResults } from './checks.ts'
import { emergencyOf } from './emergencies.ts'
import { failureOf } from './failures.ts'
import { frameworks } from './frameworks.ts'
import { firstEvent, isMerged, type PastChange, type Period, within } from './past-change.ts'
import type { AuditReport, ChangeLine, ForcedLine, ReportQuestion } from './report-shape.ts'
import { drawSample, samplingRule } from './sample.ts'
import { dutiesOf } from './separation.ts'

/** What makes a change one of the period. */
export const criterion =
  'A change belongs to the population where the ledger recognised its merge in the period, or where it was started, held, failed or finished on hosts in the period. What was merged and what was carried out are told apart. Times are those that engines wrote and signed.'

/** When its merge was recognised, where the branch moved for it. */
const mergedAt = (change: PastChange): string | undefined =>
  isMerged(change) ? change.record.merge?.recognisedAt : undefined

const carried = ['start', 'resume', 'hold', 'fail', 'finish']

/** Why a change belongs to a period; empty where it does not. */
export function membership(change: PastChange, period: Period): ChangeLine['because'] {
  return [
    ...(within(period, mergedAt(change)) ? (['merged'] as const) : []),
    ...(change.events.some((e) => carried.includes(e.transition) && within(period, e.at))
      ? (['carried-out'] as const)
      : []),
  ]
}

/** Puts a report together. Nothing in it is measured twice: its numbers are counts of the lines that it shows. */
export function auditReport(question: ReportQuestion): AuditReport {
  const { period, changes, verification, estate } = question
  const inside = changes
    .filter((c) => membership(c, period).length > 0)
    .sort((a, b) => compareText(a.record.id, b.record.id))
  const ids = inside.map((c) => c.record.id)
  const drawn =
    question.sample === undefined
      ? undefined
      : drawSample(ids, question.sample.size, question.sample.seed, question.sha256)
  const population = inside.map((c) => lineOf(c, question, drawn?.includes(c.record.id) === true))
  const authors = (c: PastChange) => question.details.get(c.record.id)?.authors ?? []
  const opened = changes.filter((c) => within(period, c.record.openedAt) && !ids.includes(c.record.id))
  const { controls, ...framework } = frameworks[question.framework]
  const report: Omit<AuditReport, 'controls'> = {
    version: 1,
    framework: { id: question.framework, ...framework },
    period,
    madeAt: question.madeAt.toISOString(),
    engine: question.engine,
    estate,
    verification,
    criterion,
    population,
    counts: countsOf(population),
    outside: opened.map(({ record: { id, title, state } }) => ({ id, title, state })),
    ...(question.sample !== undefined &&
      drawn !== undefined && { sample: { ...question.sample, rule: samplingRule, ids: drawn } }),
    promotions: promotionsIn(question).map(({ release, note: { stage, environments, by, at, forced } }) => ({
      ...{ release, stage, environments, by, at },
      forced: forced !== undefined,
    })),
    exceptions: exceptionsOf(question, population),
    emergencies: inside.flatMap((c) => emergencyOf(c, authors(c), question.madeAt) ?? []),
    failures: inside.flatMap((c) => failureOf(c, changes) ?? []),
    access: question.access,
  }
  return { ...report, controls: controlResults(controls, report, inside) }
}

function lineOf(change: PastChange, question: ReportQuestion, sampled: boolean): ChangeLine {
  const { record, events } = change
  const details = question.details.get(record.id)
  const duties = dutiesOf(change, { authors: details?.authors ?? [] }, question.estate.rule)
  const [start, end] = [
    firstEvent(change, ['start']),
    events.findLast((e) => ['finish', 'fail'].includes(e.transition)),
  ]
  const merged = mergedAt(change)
  const by = details?.mergedBy
  return {
    id: record.id,
    title: record.title,
    type: record.type,
    state: record.state,
    because: membership(change, question.period),
    openedAt: record.openedAt,
    openedBy: record.openedBy,
    ...(merged !== undefined && { mergedAt: merged }),
    ...(merged !== undefined && record.merge !== undefined && { mergeCommit: record.merge.commit }),
    ...(merged !== undefined && by !== undefined && { mergedBy: by.person ?? `${by.name} <${by.email}>` }),
    head: record.subject.head,
    ...(start !== undefined && { startedAt: start.at }),
    ...(end !== undefined && { endedAt: end.at }),
    ...(record.deployment !== undefined && { appliedBy: record.deployment.by }),
    engineKeys: [...new Set([start, end].flatMap((e) => e?.signedBy ?? []))].sort(compareText),
    authors: details?.authors ?? [],
    strangers: details?.strangers ?? [],
    words: duties.words,
    separation: duties.verdict,
    separationBecause: duties.because,
    environments: details?.environments ?? [],
    services: details?.services ?? [],
    owners: details?.owners ?? [],
    ...(record.risk !== undefined && { risk: record.risk.level }),
    actions: actionsOf(record),
    ...(record.template !== undefined && { template: record.template }),
    rollbackOf: record.rollbackOf ?? [],
    ...(record.rolledBackBy !== undefined && { rolledBackBy: record.rolledBackBy }),
    reasons: record.reasons ?? [],
    sampled,
    events,
  }
}

function actionsOf(record: ChangeRecord): ChangeLine['actions'] {
  const results = record.deployment?.results ?? []
  const count = (outcome: string): number => results.filter((r) => r.outcome === outcome).length
  const [planned, applied, failed] = [record.actions.length, count('applied'), count('failed')]
  return { planned, applied, failed, other: planned - applied - failed }
}

function countsOf(population: readonly ChangeLine[]): AuditReport['counts'] {
  const tally = (names: (line: ChangeLine) => readonly string[]): Readonly<Record<string, number>> => {
    const counts = new Map<string, number>()
    for (const name of population.flatMap(names)) counts.set(name, (counts.get(name) ?? 0) + 1)
    return Object.fromEntries([...counts].sort(([a], [b]) => compareText(a, b)))
  }
  const orNone = (names: readonly string[]): readonly string[] => (names.length === 0 ? ['none'] : names)
  return {
    total: population.length,
    merged: population.filter((l) => l.because.includes('merged')).length,
    carriedOut: population.filter((l) => l.because.includes('carried-out')).length,
    byType: tally((l) => [l.type]),
    byState: tally((l) => [l.state]),
    byEnvironment: tally((l) => orNone(l.environments)),
    byService: tally((l) => orNone(l.services)),
    bySeparation: tally((l) => [l.separation]),
  }
}

function exceptionsOf(question: ReportQuestion, population: readonly ChangeLine[]): AuditReport['exceptions'] {
  const { period } = question
  return {
    unapproved: population.filter((l) => l.state === 'unapproved').map((l) => l.id),
    unrecorded: question.unrecorded,
    drift: question.driftExceptions,
    unauthorised: question.unauthorised
      .filter((u) => openIn(u, period))
      .map((u) => ({
        ...{ id: u.id, host: u.host, resource: u.resource, fields: u.fields, foundAt: u.foundAt, state: u.state },
        ...(u.settled !== undefined && {
          settledAt: u.settled.at,
          settledBy: u.settled.change ?? u.settled.because,
        }),
      })),
    forced: promotionsIn(question).flatMap(({ release, note }) =>
      note.forced === undefined ? [] : [forcedOf(release, note)],
    ),
  }
}

/** Promotions of the period, with their releases. */
function promotionsIn({ releases, period }: ReportQuestion) {
  return releases.flatMap((release) =>
    release.promotions.filter((p) => within(period, p.at)).map((note) => ({ release: release.id, note })),
  )
}

function forcedOf(release: string, { stage, environments, by, at, forced = '', readiness }: PromotionNote): ForcedLine {
  const unmet = readiness.filter((r) => r.outcome === 'unmet').map((r) => `${r.criterion}: ${r.evidence}`)
  return { release, stage, environments, by, at, because: forced, unmet }
}

/** Found before the end of the period, and not settled before its beginning. */
const openIn = ({ foundAt, settled }: UnauthorisedRecord, { from, to }: Period): boolean =>
  Date.parse(foundAt) <= Date.parse(to) && (settled === undefined || Date.parse(settled.at) >= Date.parse(from))
