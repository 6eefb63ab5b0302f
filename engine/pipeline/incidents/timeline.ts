import { listChanges } from '../../ledger/find-records.ts'
import { changePath } from '../../ledger/paths.ts'
import { unauthorisedPath } from '../../ledger/unauthorised.ts'
import { addressOf } from '../../model/address.ts'
import type { DeclaredRecord, RecordType } from '../../model/declared-record.ts'
import type { EstateAt } from '../estate-at.ts'
import { freshIndex } from '../record-types/record-index.ts'
import { recordHistory } from '../records.ts'
import { unauthorisedRecords } from '../unauthorised.ts'
import type { World } from '../world.ts'
import { beganAt, suspectsOf, waysOf } from './recent-changes.ts'

/** Something that happened to an incident, or while it lasted to what it stands on. */
export interface TimelineEntry {
  /** ISO 8601, UTC. */
  readonly at: string
  /** Its number. */
  readonly id: string
  readonly who: string
  readonly what: string
  readonly text: string
}

const day = 86_400_000
const linkedMost = 200
const changesMost = 500

/** Moves of a change that somebody who looks for a cause wants to know of. */
const telling: ReadonlySet<string> = new Set(['start', 'finish', 'fail', 'roll-back', 'pause', 'resume', 'break-glass'])

/**
 * Everything that is known to have happened, in order: what was done and said about the incident, records that are linked to
 * it, changes of what it stands on from a day before it began, and what was found there that nobody approved.
 */
export async function timelineOf(
  world: World,
  types: ReadonlyMap<string, RecordType>,
  type: RecordType,
  record: DeclaredRecord,
  estate: EstateAt,
): Promise<readonly TimelineEntry[]> {
  const from = new Date(beganAt(record) - day).toISOString()
  const until = record.log.findLast((l) => l.state === 'closed')?.at ?? world.clock.now().toISOString()
  const entries = [
    ...saidOf(record),
    ...noted(record),
    ...(await linkedRecords(world, types, record)),
    ...(await changesOf(world, type, record, estate)),
    ...(await driftOf(world, type, record, estate)),
  ].filter((e) => e.id === record.id || (from <= e.at && e.at <= until))
  return entries.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
}

function saidOf({ id, log }: DeclaredRecord): readonly TimelineEntry[] {
  return log.map(({ at, by, for: behalf, move, text }) => ({
    ...{ at, id, who: behalf ?? by, what: move, text: text ?? '' },
  }))
}

/** What its fields say of times before anybody told of it. */
function noted({ id, fields, openedBy }: DeclaredRecord): readonly TimelineEntry[] {
  const times = [
    ['startedAt', 'began'],
    ['detectedAt', 'noticed'],
  ] as const
  return times.flatMap(([field, what]) => {
    const at = fields[field]
    return typeof at === 'string' && !Number.isNaN(Date.parse(at))
      ? [{ at: new Date(at).toISOString(), id, who: openedBy, what, text: '' }]
      : []
  })
}

async function linkedRecords(
  world: World,
  types: ReadonlyMap<string, RecordType>,
  { id, links }: DeclaredRecord,
): Promise<readonly TimelineEntry[]> {
  const index = await freshIndex(world, types)
  const toIt = await index.find({ linkedTo: { to: id }, order: 'newest', limit: linkedMost })
  const itself = new Set(links.map((l) => l.to))
  return toIt.filter(({ record }) => record.id !== id && !itself.has(record.id)).flatMap(({ record }) => saidOf(record))
}

async function changesOf(
  world: World,
  type: RecordType,
  record: DeclaredRecord,
  estate: EstateAt,
): Promise<readonly TimelineEntry[]> {
  const suspects = await suspectsOf(world, type, record, estate)
  const linked = record.links.map((l) => l.to).filter((to) => to.startsWith('CHG-'))
  const ways = waysOf(type, record, estate)
  const view = await (await world.ledger()).view()
  const since = new Date(beganAt(record) - 14 * day).toISOString()
  const { changes } = await listChanges(view, { limit: changesMost, since })
  const touching = changes.filter((c) => c.actions.some((a) => ways.has(addressOf('Host', a.host)))).map((c) => c.id)
  const ids = new Set([...suspects.filter((s) => s.what === 'change').map((s) => s.id), ...linked, ...touching])
  const titles = new Map(changes.map((c) => [c.id, c.title]))
  const all = await Promise.all(
    [...ids].map(async (id) =>
      (await recordHistory(world, changePath(id)))
        .filter((s) => telling.has(s.transition))
        .map((s) => ({ at: utc(s.at), id, who: s.actor, what: s.transition, text: titles.get(id) ?? '' })),
    ),
  )
  return all.flat()
}

async function driftOf(
  world: World,
  type: RecordType,
  record: DeclaredRecord,
  estate: EstateAt,
): Promise<readonly TimelineEntry[]> {
  const ways = waysOf(type, record, estate)
  const records = await unauthorisedRecords(world, { limit: linkedMost })
  const near = records.filter((r) => ways.has(addressOf('Host', r.host)))
  const all = await Promise.all(
    near.map(async ({ id, host, resource, foundAt }) => [
      { at: utc(foundAt), id, who: 'engine', what: 'drift', text: `${resource} on ${host} is not as it was applied` },
      ...(await recordHistory(world, unauthorisedPath(id)))
        .filter((s) => s.at > foundAt)
        .map((s) => ({ at: utc(s.at), id, who: s.actor, what: s.transition, text: `${resource} on ${host}` })),
    ]),
  )
  return all.flat()
}

/** Commits may say their time with an offset. */
const utc = (at: string): string => new Date(at).toISOString()
