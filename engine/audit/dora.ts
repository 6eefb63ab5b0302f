import type { Address } from '../model/address.ts'
import { compareText } from '../model/diagnostic.ts'
import { repairDays } from './dora-definitions.ts'
import { type ChangeDetails, firstEvent, type PastChange, type Period, within } from './past-change.ts'

export interface DoraQuestion {
  /** All changes of the ledger: what repairs a change may lie outside the period. */
  readonly changes: readonly PastChange[]
  /** Of those that ended in the period. */
  readonly details: ReadonlyMap<string, ChangeDetails>
  readonly period: Period
  /** Only what was carried out in this environment. */
  readonly environment?: string
  readonly by?: 'service' | 'team' | 'environment'
}

export interface DoraFigures {
  readonly deployments: {
    readonly count: number
    readonly perDay: number
    readonly records: readonly { readonly change: string; readonly at: string }[]
  }
  /** Seconds. */
  readonly leadTime: Spread & {
    readonly records: readonly {
      readonly change: string
      readonly authoredAt: string
      readonly implementedAt: string
      readonly seconds: number
    }[]
    readonly leftOut: readonly { readonly change: string; readonly because: string }[]
  }
  readonly changeFailure: {
    /** 0 to 1; undefined where nothing was carried out. */
    readonly rate?: number
    readonly failed: readonly { readonly change: string; readonly because: string }[]
    readonly of: readonly string[]
  }
  readonly restore: Spread & {
    readonly records: readonly {
      readonly change: string
      readonly failedAt: string
      readonly restoredAt: string
      readonly by: string
      readonly seconds: number
    }[]
    readonly open: readonly { readonly change: string; readonly failedAt: string }[]
  }
}

/** Median (of an even number: the mean of the two in the middle) and 90th percentile (nearest rank), in seconds. */
export interface Spread {
  readonly median?: number
  readonly p90?: number
}

export interface Dora {
  readonly period: Period
  readonly days: number
  readonly environment?: string
  readonly all: DoraFigures
  readonly by?: 'service' | 'team' | 'environment'
  /** Sorted by name. A change that reaches several is counted in each. */
  readonly groups: readonly { readonly name: string; readonly figures: DoraFigures }[]
}

/** A deployment, with what became of it. */
interface Attempt {
  readonly change: PastChange
  /** End of the first attempt. */
  readonly endedAt: string
  readonly implementedAt?: string
  readonly failure?: string
  readonly repair?: { readonly at: string; readonly by: string }
}

/** Works out the four figures from what the ledger says happened. */
export function doraFigures(question: DoraQuestion): Dora {
  const { period, environment, by } = question
  const days = (Date.parse(period.to) - Date.parse(period.from) + 1) / 86_400_000
  const attempts = attemptsOf(question.changes).filter(
    ({ change }) => environment === undefined || change.record.deployment?.environments.includes(environment) === true,
  )
  const figures = (some: readonly Attempt[]): DoraFigures => figuresOf(some, question, days)
  return {
    period,
    days,
    ...(environment !== undefined && { environment }),
    ...(by !== undefined && { by }),
    all: figures(attempts),
    groups: groupsOf(attempts, question).map(([name, some]) => ({ name, figures: figures(some) })),
  }
}

function groupsOf(attempts: readonly Attempt[], { by, details, period }: DoraQuestion) {
  const groups = new Map<string, Attempt[]>()
  for (const attempt of attempts) {
    if (!within(period, attempt.endedAt) && !within(period, attempt.implementedAt)) continue
    const known = details.get(attempt.change.record.id)
    for (const name of namesOf(by, attempt, known)) groups.set(name, [...(groups.get(name) ?? []), attempt])
  }
  return [...groups].sort(([a], [b]) => compareText(a, b))
}

function namesOf(
  by: DoraQuestion['by'],
  { change }: Attempt,
  details: ChangeDetails | undefined,
): readonly (Address | string)[] {
  if (by === undefined) return []
  if (by === 'environment') return change.record.deployment?.environments ?? []
  const names = by === 'service' ? details?.services : details?.owners
  return names === undefined || names.length === 0 ? ['none'] : names
}

function attemptsOf(changes: readonly PastChange[]): readonly Attempt[] {
  const repairs = repairsOf(changes)
  const rollbacks = rollbacksOf(changes)
  return changes.flatMap((change): Attempt[] => {
    const end = deployed(change) ? firstEvent(change, ['finish', 'fail']) : undefined
    if (end === undefined) return []
    const implementedAt = firstEvent(change, ['finish'])?.at
    const [rollback, emergency] = [rollbacks.get(change.record.id), repairs.get(change.record.id)]
    const failure = failureOf(change, rollback, emergency)
    const repair = failure === undefined ? undefined : repairOf(change, end.at, [rollback, emergency])
    return [
      {
        change,
        endedAt: end.at,
        ...(implementedAt !== undefined && { implementedAt }),
        ...(failure !== undefined && { failure }),
        ...(repair !== undefined && { repair }),
      },
    ]
  })
}

const deployed = ({ record }: PastChange): boolean => record.rollbackOf === undefined && record.actions.length > 0

/** Change → the first change that took it back and was implemented, in whole or in part. */
function rollbacksOf(changes: readonly PastChange[]): ReadonlyMap<string, PastChange> {
  const found = new Map<string, PastChange>()
  const done = changes.flatMap((change) => {
    const at = change.record.rollbackOf === undefined ? undefined : firstEvent(change, ['finish'])?.at
    return at === undefined ? [] : [{ change, at: Date.parse(at) }]
  })
  for (const { change } of done.sort((a, b) => a.at - b.at))
    for (const id of change.record.rollbackOf ?? []) if (!found.has(id)) found.set(id, change)
  return found
}

function failureOf(
  change: PastChange,
  rollback: PastChange | undefined,
  emergency: PastChange | undefined,
): string | undefined {
  if (firstEvent(change, ['fail']) !== undefined) return 'failed'
  if (rollback !== undefined)
    return `rolled back${rollback.record.partial === true ? ' in part' : ''} by ${rollback.record.id}`
  return emergency === undefined ? undefined : `repaired by ${emergency.record.id}`
}

/** The first thing that put right what a change did. */
function repairOf(change: PastChange, endedAt: string, others: readonly (PastChange | undefined)[]): Attempt['repair'] {
  const after = Date.parse(endedAt)
  const candidates = [change, ...others].flatMap((by) => {
    const finished = by === undefined ? undefined : firstEvent(by, ['finish'], after)
    // What ended well at the first attempt has repaired nothing by that.
    if (by === undefined || finished === undefined || (by === change && finished.at === endedAt)) return []
    return [{ at: finished.at, by: by.record.id }]
  })
  return candidates.sort((a, b) => Date.parse(a.at) - Date.parse(b.at))[0]
}

/** Change → the first emergency that acted on what it was the last to touch. */
function repairsOf(changes: readonly PastChange[]): ReadonlyMap<string, PastChange> {
  const repairs = new Map<string, PastChange>()
  const last = new Map<string, { readonly change: PastChange; readonly at: number }>()
  const ended = changes.flatMap((change) => {
    const end = firstEvent(change, ['finish', 'fail'])
    return end === undefined ? [] : [{ change, at: Date.parse(end.at) }]
  })
  for (const { change, at } of ended.sort((a, b) => a.at - b.at)) {
    const started = Date.parse(firstEvent(change, ['start'])?.at ?? '')
    for (const key of touched(change)) {
      const before = last.get(key)
      const soon = before !== undefined && started - before.at <= repairDays * 86_400_000 && started >= before.at
      if (
        change.record.type === 'emergency' &&
        soon &&
        deployed(before.change) &&
        !repairs.has(before.change.record.id)
      )
        repairs.set(before.change.record.id, change)
    }
    for (const key of touched(change)) last.set(key, { change, at })
  }
  return repairs
}

/** Resources of hosts that it did something to, or may have. */
function touched({ record }: PastChange): readonly string[] {
  const outcomes = new Map(record.deployment?.results.map((r) => [r.id, r.outcome]))
  return record.actions
    .filter((a) => (outcomes.get(a.id) ?? 'not-started') !== 'not-started')
    .map((a) => `${a.host} ${a.resource}`)
}

function figuresOf(attempts: readonly Attempt[], question: DoraQuestion, days: number): DoraFigures {
  const { period } = question
  const done = attempts.flatMap(({ change, implementedAt }) =>
    implementedAt !== undefined && within(period, implementedAt) ? [{ change, implementedAt }] : [],
  )
  const ended = attempts.filter((a) => within(period, a.endedAt))
  const failed = ended.flatMap((a) => (a.failure === undefined ? [] : [{ ...a, failure: a.failure }]))
  return {
    deployments: {
      count: done.length,
      perDay: done.length / days,
      records: done.map(({ change, implementedAt }) => ({ change: change.record.id, at: implementedAt })),
    },
    leadTime: leadTimes(done, question.details),
    changeFailure: {
      ...(ended.length > 0 && { rate: failed.length / ended.length }),
      failed: failed.map(({ change, failure }) => ({ change: change.record.id, because: failure })),
      of: ended.map(({ change }) => change.record.id),
    },
    restore: restores(failed),
  }
}

function leadTimes(
  done: readonly { readonly change: PastChange; readonly implementedAt: string }[],
  details: DoraQuestion['details'],
): DoraFigures['leadTime'] {
  const records: DoraFigures['leadTime']['records'][number][] = []
  const leftOut: { change: string; because: string }[] = []
  for (const { change, implementedAt } of done) {
    const { id } = change.record
    const authoredAt = details.get(id)?.firstAuthoredAt
    const seconds = authoredAt === undefined ? Number.NaN : secondsBetween(authoredAt, implementedAt)
    if (authoredAt === undefined) leftOut.push({ change: id, because: 'no commits of its own' })
    else if (seconds < 0) leftOut.push({ change: id, because: `its first commit is dated ${authoredAt}` })
    else records.push({ change: id, authoredAt, implementedAt, seconds })
  }
  return { ...spread(records.map((r) => r.seconds)), records, leftOut }
}

function restores(failed: readonly Attempt[]): DoraFigures['restore'] {
  const records = failed.flatMap(({ change, endedAt, repair }) =>
    repair === undefined
      ? []
      : [
          {
            change: change.record.id,
            failedAt: endedAt,
            restoredAt: repair.at,
            by: repair.by,
            seconds: secondsBetween(endedAt, repair.at),
          },
        ],
  )
  const open = failed
    .filter((a) => a.repair === undefined)
    .map(({ change, endedAt }) => ({ change: change.record.id, failedAt: endedAt }))
  return { ...spread(records.map((r) => r.seconds)), records, open }
}

const secondsBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 1000

function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (index: number): number => sorted[index] ?? 0
  const middle = (sorted.length - 1) / 2
  if (sorted.length === 0) return {}
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    p90: at(Math.ceil(0.9 * sorted.length) - 1),
  }
}
