import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import {
  addApproval,
  type By,
  breakGlass,
  fail,
  finish,
  markRolledBack,
  propose,
  recogniseMerge,
  start,
} from '../ledger/fold-change.ts'
import type { Outcome } from '../ledger/record-text.ts'
import { by, expectRecord, sampleApproval, sampleSubject } from '../ledger/test-records.ts'
import type { Address } from '../model/address.ts'
import type { RecordedAction } from '../model/plan.ts'
import type { ActionResult, ChangeRecord } from '../model/record.ts'
import { type DoraFigures, doraFigures } from './dora.ts'
import type { ChangeDetails, ChangeEvent, PastChange } from './past-change.ts'

/** The figures, from records that the ledger's own moves have made. */

interface Told {
  readonly n: number
  readonly authored?: string
  readonly start: string
  readonly finish?: string
  readonly fail?: string
  readonly again?: { readonly start: string; readonly finish: string }
  readonly on?: readonly string[]
  readonly environments?: readonly string[]
  readonly services?: readonly Address[]
  readonly rollbackOf?: readonly number[]
  readonly partial?: true
  readonly emergency?: true
}

interface Case {
  readonly name: string
  readonly period: readonly [number, number]
  readonly environment?: string
  readonly by?: 'service'
  readonly changes: readonly Told[]
  readonly expect: {
    readonly deployments: object
    readonly leadTime: { readonly median?: number; readonly p90?: number; readonly leftOut?: readonly number[] }
    readonly changeFailure: {
      readonly rate?: number
      readonly failed: readonly number[]
      readonly of: readonly number[]
    }
    readonly restore: { readonly median?: number; readonly p90?: number; readonly open?: readonly number[] }
    readonly groups?: Readonly<Record<string, object>>
  }
}

const cases = parse(readFileSync(new URL('cases/dora.yaml', import.meta.url), 'utf8')) as readonly Case[]
const id = (n: number): string => `CHG-2026-${String(n).padStart(5, '0')}`
const at = (text: string): string => `2026-10-${text.replace(' ', 'T')}:00Z`
const two = (n: number): string => String(n).padStart(2, '0')

function actionsOf({ n, on = [`web-01 file:/etc/${n}`] }: Told): readonly RecordedAction[] {
  return on.map((text, i) => {
    const [host = '', resource = ''] = text.split(' ')
    return {
      id: `act-${String(n * 100 + i).padStart(12, '0')}`,
      host,
      resource: resource as RecordedAction['resource'],
      verb: 'update',
      reversibility: 'exact',
      before: `sha256:${'4'.repeat(64)}`,
      after: `sha256:${'5'.repeat(64)}`,
    }
  })
}

/** Lives the life that a case tells, by the moves of the ledger. */
function lived(told: Told): PastChange {
  const events: ChangeEvent[] = []
  const take = (outcome: Outcome<ChangeRecord>): ChangeRecord => {
    const record = expectRecord(outcome)
    const { name: transition, at, actor } = record.transition
    events.push({ at, transition, actor, commit: 'f'.repeat(40) })
    return record
  }
  const begun = at(told.start)
  const actions = actionsOf(told)
  const proposal = {
    ...{ id: id(told.n), title: `change ${told.n}`, subject: sampleSubject, actions },
    ...(told.rollbackOf !== undefined && { rollbackOf: told.rollbackOf.map(id) }),
    ...(told.partial === true && { partial: true as const }),
  }
  const engine = (when: string): By => by('engine', when)
  let record = told.emergency === true ? take(broken(proposal, begun)) : take(propose(proposal, engine(begun)))
  if (told.emergency !== true)
    record = take(
      addApproval(record, sampleApproval('Person/ben', begun), by('Person/ben', begun), { state: 'approved' }),
    )
  const merge = { commit: 'd'.repeat(40), base: sampleSubject.base }
  record = take(recogniseMerge(record, merge, engine(begun), { approved: true }))
  const attempt = (from: string, to: string, how: 'finish' | 'fail', fence: number): void => {
    const environments = told.environments ?? ['prod']
    const fences = Object.fromEntries(environments.map((e) => [e, fence]))
    const intents = actions.map((action) => ({ action, state: null }))
    record = take(start(record, { environments, fences, startedAt: from, by: 'ops-1', intents }, engine(from)))
    const results = actions.map(
      (a): ActionResult => ({ id: a.id, outcome: how === 'finish' ? 'applied' : 'failed', at: to }),
    )
    record = take(
      how === 'finish' ? finish(record, results, engine(to)) : fail(record, results, engine(to), ['a gate']),
    )
  }
  if (told.finish !== undefined) attempt(begun, at(told.finish), 'finish', 1)
  if (told.fail !== undefined) attempt(begun, at(told.fail), 'fail', 1)
  if (told.again !== undefined) attempt(at(told.again.start), at(told.again.finish), 'finish', 2)
  return { record, events }
}

function broken(proposal: Parameters<typeof propose>[0], when: string): Outcome<ChangeRecord> {
  const until = new Date(Date.parse(when) + 3_600_000).toISOString()
  const { envelope } = sampleApproval('Person/ana') as Extract<ReturnType<typeof sampleApproval>, { envelope: object }>
  const said = { person: 'Person/ana', role: 'Team/operations', reason: 'The shop is down', incident: 'INC-1' } as const
  return breakGlass(proposal, { ...said, at: when, until, envelope }, by('Person/ana', when))
}

/** What was taken back knows it. */
function settled(changes: readonly PastChange[]): readonly PastChange[] {
  return changes.map((change) => {
    const back = changes.find(
      (c) => c.record.rollbackOf?.includes(change.record.id) === true && c.record.partial !== true,
    )
    if (back === undefined) return change
    const record = expectRecord(markRolledBack(change.record, back.record.id, by('engine', '2026-10-31T00:00:00Z')))
    return { ...change, record }
  })
}

const detailsOf = ({ authored, services = [], environments = ['prod'] }: Told): ChangeDetails => ({
  authors: ['Person/ana'],
  strangers: [],
  ...(authored !== undefined && { firstAuthoredAt: at(authored) }),
  environments,
  services,
  owners: [],
})

const numbers = (records: readonly { readonly change: string }[]): readonly number[] =>
  records.map((r) => Number(r.change.slice(-5)))

describe('figures', () => {
  it.each(cases)('$name', ({ period: [from, to], environment, by: group, changes, expect: wanted }) => {
    const dora = doraFigures({
      changes: settled(changes.map(lived)),
      details: new Map(changes.map((c) => [id(c.n), detailsOf(c)])),
      period: { from: `2026-10-${two(from)}T00:00:00.000Z`, to: `2026-10-${two(to)}T23:59:59.999Z` },
      ...(environment !== undefined && { environment }),
      ...(group !== undefined && { by: group }),
    })
    const { deployments, leadTime, changeFailure, restore } = dora.all
    expect({ count: deployments.count, perDay: deployments.perDay }).toEqual(wanted.deployments)
    expect(deployments.records).toHaveLength(deployments.count)
    expect(spreadOf(leadTime)).toEqual(spreadOf(wanted.leadTime))
    expect(numbers(leadTime.leftOut)).toEqual(wanted.leadTime.leftOut ?? [])
    expect(changeFailure.rate).toEqual(wanted.changeFailure.rate)
    expect(numbers(changeFailure.failed)).toEqual(wanted.changeFailure.failed)
    expect(changeFailure.of.map((change) => Number(change.slice(-5)))).toEqual(wanted.changeFailure.of)
    expect(spreadOf(restore)).toEqual(spreadOf(wanted.restore))
    expect(numbers(restore.open)).toEqual(wanted.restore.open ?? [])
    const groups = dora.groups.map(({ name, figures }) => [name, brief(figures)])
    expect(Object.fromEntries(groups)).toEqual(wanted.groups ?? {})
  })
})

const spreadOf = ({ median, p90 }: { readonly median?: number; readonly p90?: number }) => ({ median, p90 })
const brief = ({ deployments, changeFailure }: DoraFigures) => ({ count: deployments.count, rate: changeFailure.rate })
