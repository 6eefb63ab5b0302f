import { teamOf } from '../../incidents/escalation.ts'
import { type Figures, figuresOf, type IncidentTimes, timesOf } from '../../incidents/figures.ts'
import { named } from '../../incidents/on-call-of.ts'
import type { Suspect } from '../../incidents/suspects.ts'
import { nameOf } from '../../model/address.ts'
import type { DeclaredRecord, RecordType } from '../../model/declared-record.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { JsonObject } from '../../model/document.ts'
import type { ReportResult } from '../../model/practice.ts'
import type { IndexedRecord, RecordIndex } from '../../ports/record-index.ts'
import { loadCommit } from '../estate.ts'
import type { EstateAt } from '../estate-at.ts'
import { declaredRecord } from '../record-types/read.ts'
import { freshIndex } from '../record-types/record-index.ts'
import { recordTypesOf } from '../record-types/types.ts'
import { unknownRecord } from '../record-types/write.ts'
import { runReport } from '../report.ts'
import { targetBranch, targetTip } from '../target-branch.ts'
import type { World } from '../world.ts'
import { itemOf } from './escalate.ts'
import { type KnownError, knownErrorsFor } from './known-errors.ts'
import { suspectsOf } from './recent-changes.ts'
import { type TimelineEntry, timelineOf } from './timeline.ts'

type Refused = { readonly refused: readonly Diagnostic[] }

interface Here {
  readonly estate: EstateAt
  readonly types: ReadonlyMap<string, RecordType>
  readonly index: RecordIndex
}

const most = 100_000
const day = 86_400_000
/** Figures are of so many days where nobody says of when. */
const usual = 90

/** The target branch as it stands, with its records. */
export async function here(world: World): Promise<Here> {
  const branch = await targetBranch(world)
  const estate = await loadCommit(world, (await targetTip(world, branch)) ?? branch)
  const types = recordTypesOf(world, estate)
  return { estate, types, index: await freshIndex(world, types) }
}

async function incidentHere(
  world: World,
  id: string,
): Promise<(Here & { readonly type: RecordType; readonly record: DeclaredRecord }) | Refused> {
  const found = await here(world)
  const [type, shown] = [found.types.get('incident'), await declaredRecord(world, 'incident', id)]
  return type === undefined || shown === undefined
    ? { refused: [unknownRecord('incident', id)] }
    : { ...found, type, record: shown.record }
}

export async function incidentSuspects(
  world: World,
  id: string,
): Promise<{ readonly suspects: readonly Suspect[] } | Refused> {
  const found = await incidentHere(world, id)
  return 'refused' in found ? found : { suspects: await suspectsOf(world, found.type, found.record, found.estate) }
}

export async function incidentTimeline(
  world: World,
  id: string,
): Promise<{ readonly record: DeclaredRecord; readonly entries: readonly TimelineEntry[] } | Refused> {
  const found = await incidentHere(world, id)
  if ('refused' in found) return found
  const { types, type, record, estate } = found
  return { record, entries: await timelineOf(world, types, type, record, estate) }
}

export async function knownErrors(world: World, text: string, service?: string): Promise<readonly KnownError[]> {
  const { index } = await here(world)
  return knownErrorsFor(index, text, service === undefined ? undefined : named('Service', service))
}

/** Times of every incident, newest first; its team is that which answers for the service where none was named. */
export function timesOfAll(
  records: readonly IndexedRecord[],
  { estate }: Pick<Here, 'estate'>,
): readonly IncidentTimes[] {
  return records.map(({ record, service, team }) => {
    const said = { ...(service !== undefined && { service }), ...(team !== undefined && { team }) }
    const whose = teamOf(estate.graph, said, itemOf(record, estate.graph))
    return timesOf(record, { ...said, ...(whose !== undefined && { team: whose }) })
  })
}

export async function allIncidents({ index }: Pick<Here, 'index'>): Promise<readonly IndexedRecord[]> {
  return index.find({ types: ['incident'], order: 'newest', limit: most })
}

/** Means of times by service and team, and the availability that outages leave, against what is expected and promised. */
export async function incidentFigures(
  world: World,
  { from, to }: { readonly from?: string; readonly to?: string },
): Promise<ReportResult> {
  const found = await here(world)
  const until = to === undefined ? world.clock.now().getTime() : Date.parse(to)
  const period = { from: from === undefined ? until - usual * day : Date.parse(from), until }
  const times = timesOfAll(await allIncidents(found), found)
  const services = figuresOf(times, period, 'service')
  const teams = figuresOf(times, period, 'team')
  const expected = await expectedOf(world)
  return {
    title: 'Incidents',
    tables: [
      {
        caption: 'Services',
        head: [
          ...['service', 'incidents', 'to detect', 'to acknowledge', 'to restore', 'between failures'],
          ...['down', 'measured', 'expected', 'promised'],
        ],
        rows: services.map((f) => [
          ...[nameOf(named('Service', f.of)), f.incidents, ...meansOf(f), lengthText(f.betweenFailures)],
          ...[lengthText(f.down), percent(f.availability)],
          ...[percent(expected.get(f.of)?.expected), percent(expected.get(f.of)?.target)],
        ]),
        empty: 'no service was hit',
      },
      {
        caption: 'Teams',
        head: ['team', 'incidents', 'to detect', 'to acknowledge', 'to restore'],
        rows: teams.map((f) => [nameOf(named('Team', f.of)), f.incidents, ...meansOf(f)]),
        empty: 'no team had an incident',
      },
    ],
    data: {
      from: new Date(period.from).toISOString(),
      until: new Date(period.until).toISOString(),
      services: services.map((f) => ({ ...inSeconds(f), ...promised(expected.get(f.of)) })),
      teams: teams.map(inSeconds),
    },
  }
}

interface Expected {
  readonly expected?: number
  readonly target?: number
}

/** What the documents let one expect of services, as the report on availability works it out. */
async function expectedOf(world: World): Promise<ReadonlyMap<string, Expected>> {
  const made = await runReport(world, 'availability', { about: [] })
  if ('refused' in made || !Array.isArray(made.result.data)) return new Map()
  return new Map(
    (made.result.data as readonly JsonObject[]).map((row): [string, Expected] => [
      named('Service', String(row['service'])),
      {
        ...(typeof row['expected'] === 'number' && { expected: row['expected'] }),
        ...(typeof row['target'] === 'number' && { target: row['target'] }),
      },
    ]),
  )
}

const promised = ({ expected, target }: Expected = {}): JsonObject => ({
  expected: expected ?? null,
  promised: target ?? null,
})

const meansOf = (f: Figures): readonly string[] => [f.detect, f.acknowledge, f.restore].map(lengthText)

/** Times in seconds, as programs want them. */
function inSeconds({ of, incidents, availability, ...times }: Figures): JsonObject {
  const { detect, acknowledge, restore, betweenFailures, down } = times
  const seconds = (value: number | undefined): number | null => (value === undefined ? null : Math.round(value / 1000))
  return {
    ...{ of, incidents, availability: availability ?? null },
    ...{ detect: seconds(detect), acknowledge: seconds(acknowledge), restore: seconds(restore) },
    ...{ betweenFailures: seconds(betweenFailures), down: seconds(down) },
  }
}

/** `12 min`, `3.5 h`, `4.0 d`. */
function lengthText(length: number | undefined): string {
  if (length === undefined) return '–'
  const minutes = length / 60_000
  if (minutes < 120) return `${Math.round(minutes)} min`
  return minutes < 48 * 60 ? `${(minutes / 60).toFixed(1)} h` : `${(minutes / 1440).toFixed(1)} d`
}

const percent = (share: number | undefined): string => (share === undefined ? '–' : `${(share * 100).toFixed(3)} %`)

/** How many problems were proposed, and how many incidents belong to them, by months; and which are still there. */
export async function problemTrend(world: World): Promise<ReportResult> {
  const found = await here(world)
  const problems = await found.index.find({ types: ['problem'], order: 'newest', limit: most })
  const incidents = await allIncidents(found)
  const parts = new Map<string, DeclaredRecord[]>()
  for (const { record } of incidents)
    for (const { relation, to } of record.links)
      if (relation === 'part-of') parts.set(to, [...(parts.get(to) ?? []), record])
  const months = [...new Set([...incidents, ...problems].map((i) => i.record.openedAt.slice(0, 7)))].sort()
  const byMonth = months.map((month) => {
    const of = (records: readonly DeclaredRecord[]) => records.filter((r) => r.openedAt.startsWith(month)).length
    const reached = (state: string) =>
      problems.filter((p) => p.record.log.some((l, i, log) => at(l, log[i - 1], state) && l.at.startsWith(month)))
        .length
    return {
      month,
      incidents: of(incidents.map((i) => i.record)),
      partOfProblems: of([...parts.values()].flat()),
      proposed: of(problems.map((p) => p.record)),
      known: reached('known-error'),
      resolved: reached('resolved'),
    }
  })
  const rows = problems.map(({ record, service }) => {
    const its = (parts.get(record.id) ?? []).map((r) => r.openedAt).sort()
    return {
      ...{ id: record.id, state: record.state, title: record.title, service: service ?? null },
      ...{ incidents: its.length, last: its.at(-1) ?? null },
      reopened: record.log.filter((l) => l.move === 'reopen').length,
    }
  })
  return {
    title: 'Problems',
    tables: [
      {
        caption: 'Months',
        head: ['month', 'incidents', 'of problems', 'problems', 'known errors', 'resolved'],
        rows: byMonth.map((m) => [m.month, m.incidents, m.partOfProblems, m.proposed, m.known, m.resolved]),
        empty: 'nothing happened yet',
      },
      {
        caption: 'Problems',
        head: ['problem', 'state', 'service', 'incidents', 'last', 'reopened', 'title'],
        rows: rows.map((r) => [
          ...[r.id, r.state, r.service ?? '–', r.incidents, r.last?.slice(0, 10) ?? '–', r.reopened, r.title],
        ]),
        empty: 'there are no problems',
      },
    ],
    data: { months: byMonth, problems: rows },
  }
}

type Line = DeclaredRecord['log'][number]

/** It came to be in a state with this line. */
const at = (line: Line, before: Line | undefined, state: string): boolean =>
  line.state === state && before?.state !== state
