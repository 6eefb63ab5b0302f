import { alikeTo, type Likeness, type Similarity } from '../../incidents/similar.ts'
import type { DeclaredRecord, RecordType } from '../../model/declared-record.ts'
import type { Json } from '../../model/document.ts'
import { escapeControls } from '../../model/escape.ts'
import type { RecordIndex } from '../../ports/record-index.ts'
import { indexedRecord } from '../../records/index-record.ts'
import { followLedger } from '../record-types/follow.ts'
import { type RecordDesk, writeRecords } from '../record-types/write.ts'
import type { Part, Turn } from '../work/part.ts'
import type { World } from '../world.ts'
import { itemOf } from './escalate.ts'
import { knownErrorsFor } from './known-errors.ts'

/** So many incidents that are alike, in so long, are taken for a problem. */
const enough = 3
const window = 60 * 86_400_000
const compared = 1_000

/** Moves after which an incident may be alike to others. */
const telling: ReadonlySet<string> = new Set(['new', 'assign', 'link'])

/**
 * Takes incidents that come again and again for a problem: proposes one where three in sixty days are alike, adds to one that
 * is known, opens one again that was taken for solved. Of one that was rejected nothing is said any more.
 */
export const problems: Part = {
  name: 'problems',
  async run(world, turn) {
    let done = 0
    const type = turn.types.get('incident')
    if (type === undefined || !turn.types.has('problem')) return 0
    await followLedger(world, 'problems', 'now', async (move) => {
      if (move.type !== 'declared' || move.record.type !== 'incident' || !telling.has(move.move)) return
      done += await judge(world, turn, type, move.record)
    })
    return done
  },
}

/** An incident as it is compared, by the fields of its type. */
function likenessOf(type: RecordType, record: DeclaredRecord, turn: Pick<Turn, 'hand'>): Likeness {
  const { service } = indexedRecord(type, record)
  const item = itemOf(record, turn.hand.estate.graph)
  const { description } = record.fields
  return {
    id: record.id,
    text: `${record.title} ${typeof description === 'string' ? description.slice(0, 2_000) : ''}`,
    ...(service !== undefined && { service }),
    ...(item !== undefined && { item }),
    causes: record.links.filter((l) => l.relation === 'caused-by').map((l) => l.to),
  }
}

const problemOf = ({ links }: DeclaredRecord): string | undefined =>
  links.find((l) => l.relation === 'part-of' && /^PRB-/.test(l.to))?.to

async function judge(world: World, turn: Turn, type: RecordType, incident: DeclaredRecord): Promise<number> {
  if (problemOf(incident) !== undefined) return 0
  const index = await turn.index()
  const near = await recent(index, world)
  const records = new Map(near.map((r) => [r.id, r]))
  const one = likenessOf(type, incident, turn)
  const found = alikeTo(
    one,
    near.map((r) => likenessOf(type, r, turn)),
  )
  const known =
    found.flatMap(({ id }) => problemOf(records.get(id) ?? incident) ?? [])[0] ??
    (await knownErrorsFor(index, one.text, one.service))[0]?.id
  if (known === undefined && found.length + 1 < enough) return 0
  return writeRecords(world, turn.hand, async (desk) => {
    const now = await desk.find('incident', incident.id)
    if (now === undefined || problemOf(now) !== undefined) return 0
    // Somebody else may have proposed it in the meantime.
    const meant = known ?? (await problemAmong(desk, found))
    return meant === undefined ? propose(desk, now, found) : join(desk, now, meant, found)
  })
}

async function recent(index: RecordIndex, world: World): Promise<readonly DeclaredRecord[]> {
  const since = new Date(world.clock.now().getTime() - window).toISOString()
  const newest = await index.find({ types: ['incident'], order: 'newest', limit: compared })
  return newest.map((i) => i.record).filter((r) => r.openedAt >= since)
}

async function problemAmong(desk: RecordDesk, found: readonly Similarity[]): Promise<string | undefined> {
  for (const { id } of found) {
    const record = await desk.find('incident', id)
    const problem = record === undefined ? undefined : problemOf(record)
    if (problem !== undefined) return problem
  }
  return undefined
}

async function propose(desk: RecordDesk, incident: DeclaredRecord, found: readonly Similarity[]): Promise<number> {
  const members = [incident.id, ...found.map((s) => s.id)].sort()
  const { service, item, team, impact } = incident.fields
  const fields: Record<string, Json> = {}
  for (const [name, value] of Object.entries({ service, item, team, impact }))
    if (value !== undefined) fields[name] = value
  const problem = await desk.open('problem', {
    title: incident.title,
    fields: { urgency: 'low', impact: 'medium', ...fields, similarity: explained(incident, found).slice(0, 10_000) },
    links: [],
    text: `${members.length} incidents are alike: ${members.slice(0, 20).join(', ')}`,
  })
  for (const id of members) await desk.link('incident', id, { relation: 'part-of', to: problem.id })
  return 1
}

async function join(
  desk: RecordDesk,
  incident: DeclaredRecord,
  problem: string,
  found: readonly Similarity[],
): Promise<number> {
  const known = await desk.find('problem', problem)
  if (known === undefined || known.state === 'rejected') return 0
  await desk.link('incident', incident.id, { relation: 'part-of', to: problem })
  const { workaround } = known.fields
  if (known.state === 'known-error' && typeof workaround === 'string')
    await desk.comment('incident', incident.id, `known error ${problem}; what helps until it is gone: ${workaround}`)
  if (known.state === 'resolved' || known.state === 'closed') {
    const [first] = found
    const text = `it is back: ${incident.id} ${escapeControls(incident.title)} (${first?.because.join('; ') ?? ''})`
    await desk.move('problem', problem, { name: 'reopen', text })
  }
  return 1
}

/** Which fields and words make them one. */
function explained(incident: DeclaredRecord, found: readonly Similarity[]): string {
  return found
    .map(({ id, score, because }) => `${incident.id} and ${id}: ${Math.round(score * 100)} %; ${because.join('; ')}`)
    .join('\n')
}
