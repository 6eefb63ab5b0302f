import { expand, momentOf } from '../../calendar/expand.ts'
import { patternEvents, patternSource } from '../../events/patterns.ts'
import { type Incidents, raisedOf, reconcile, type Wanted } from '../../events/reconcile.ts'
import { type EventRule, eventRules } from '../../events/rules.ts'
import { silencesAt } from '../../events/silences.ts'
import { type JudgedSignal, judged, seenSignals, situations } from '../../events/situations.ts'
import type { DeclaredRecord } from '../../model/declared-record.ts'
import { reporter } from '../../model/diagnostic.ts'
import type { Graph } from '../../model/graph.ts'
import type { IncomingEvent, Signal } from '../../model/signal.ts'
import type { EventStore } from '../../ports/event-store.ts'
import type { RecordIndex } from '../../ports/record-index.ts'
import { RepositoryError } from '../../ports/repository.ts'
import { type RecordDesk, writeRecords } from '../record-types/write.ts'
import type { Part, Turn } from '../work/part.ts'
import type { World } from '../world.ts'
import { codes } from './codes.ts'
import { expiryEvents, expirySource } from './expiries.ts'
import { ledgerEvents } from './ledger-events.ts'
import { keepEvents } from './receive.ts'
import { eventSources } from './sources.ts'

const report = reporter(codes)

/** How long what is over is remembered, so that what comes again is known. */
const rememberedDays = 30
const day = 86_400_000
/** So many incidents are looked at, and opened in one turn: what is more waits for the next one. */
const mostOpen = 5_000
const mostOpened = 100

/**
 * Has incidents say what events do: opens, keeps up and resolves them. What time alone brings (a pattern that no longer holds, a silence that
 * ends, something that stops to come and go) is looked after as well, so it does something in turns in which nothing came.
 */
export const events: Part = {
  name: 'events',
  async run(world, turn) {
    const { graph } = turn.hand.estate
    const rules = eventRules(graph)
    if (rules.length === 0) return 0
    const store = await world.eventStore()
    const now = world.clock.now().getTime()
    const { events: moved, kept } = await ledgerEvents(world, rules)
    if (keepEvents(store, moved, now) === 'accepted') await kept()
    keepWorkedOut(store, expiryEvents(graph, rules, world.clock.now(), world.sha256), now, (s) => s === expirySource)
    const before = seen(graph, store)
    const patterns = patternEvents(rules, before, { now, listening: store.listening, sha256: world.sha256 })
    const sources = new Set(rules.filter((r) => r.pattern !== undefined).map(patternSource))
    keepWorkedOut(store, patterns, now, (source) => sources.has(source))
    const done = await keepIncidents(world, turn, await judgedSignals(world, graph, rules, store))
    store.forget(now - rememberedDays * day)
    return done
  },
}

/** Keeps what was worked out: what is not among it any more is over. */
function keepWorkedOut(
  store: EventStore,
  found: readonly IncomingEvent[],
  now: number,
  isOurs: (source: string) => boolean,
): void {
  const holding = new Set(found.map((e) => e.fingerprint))
  const over = store
    .all()
    .filter((s) => isOurs(s.source) && isUp(s) && !holding.has(s.fingerprint))
    .map(({ began: _, ended: __, seen: ___, ...event }): IncomingEvent => ({ ...event, ended: now }))
  keepEvents(store, [...found, ...over], now)
}

const isUp = ({ began, ended }: Signal): boolean => (began[0] ?? 0) > (ended[0] ?? 0)

function seen(graph: Graph, store: EventStore) {
  const labels = new Map(eventSources(graph).map((s) => [s.name, s.documents]))
  return seenSignals(graph, store.all(), (source) => labels.get(source) ?? plainNames)
}

/** What patterns and the engine itself call documents. */
const plainNames = [
  { label: 'host', kind: 'Host' },
  { label: 'instance', kind: 'Host' },
  { label: 'service', kind: 'Service' },
] as const

/** Everything that was heard of, with what rules and silences make of it now. */
export async function judgedSignals(
  world: World,
  graph: Graph,
  rules: readonly EventRule[],
  store: EventStore,
): Promise<readonly JudgedSignal[]> {
  const now = world.clock.now().getTime()
  return judged(seen(graph, store), rules, silencesAt(graph, now, { expand, momentOf }), now)
}

async function keepIncidents(world: World, turn: Turn, signals: readonly JudgedSignal[]): Promise<number> {
  if (signals.length === 0) return 0
  const { graph } = turn.hand.estate
  const now = world.clock.now().getTime()
  const wanted = situations(graph, signals)
  const ask = async (): Promise<readonly Wanted[]> =>
    reconcile(
      wanted,
      signals,
      await incidentsOf(
        await turn.index(),
        wanted.flatMap((s) => s.members),
      ),
      now,
    )
  const first = await ask()
  const bySource = [...new Set(first.map((w) => w.source))]
  let done = 0
  for (const source of bySource) done += await write(world, turn, source, ask)
  return done
}

/** What is wanted because of one source, all at once; where that is refused one after the other, so that one holds up no other. */
async function write(world: World, turn: Turn, source: string, ask: () => Promise<readonly Wanted[]>): Promise<number> {
  const via = eventSources(turn.hand.estate.graph).find((s) => s.name === source)?.format
  const hand = { ...turn.hand, who: { ...turn.hand.who, ...(via !== undefined && { via }) } }
  const ofSource = async (): Promise<readonly Wanted[]> => (await ask()).filter((w) => w.source === source)
  const some = async (only?: string): Promise<number> =>
    writeRecords(world, hand, async (desk) => {
      // Asked again after a lost race, with the incidents as they are then.
      const wanted = (await ofSource()).filter((w) => only === undefined || keyOf(w) === only)
      const opened = wanted.filter((w) => w.do === 'open').slice(0, mostOpened)
      const moves = [...opened, ...wanted.filter((w) => w.do === 'move')]
      for (const one of moves) await carryOut(desk, one)
      return moves.length
    })
  try {
    return await some()
  } catch (error) {
    if (!(error instanceof RepositoryError)) throw error
  }
  let done = 0
  for (const key of new Set((await ofSource()).map(keyOf))) {
    try {
      done += await some(key)
    } catch (error) {
      if (!(error instanceof RepositoryError)) throw error
      turn.tell(report('event-incident-failed', { summary: `${key}: ${error.message}` }))
    }
  }
  return done
}

const keyOf = (wanted: Wanted): string => (wanted.do === 'move' ? wanted.id : wanted.title)

async function carryOut(desk: RecordDesk, wanted: Wanted): Promise<void> {
  if (wanted.do === 'open') {
    const { title, fields, links, text } = wanted
    await desk.open('incident', { title, fields, links, text })
    return
  }
  const { id, move, text, fields, links = [] } = wanted
  if (move === 'comment') await desk.comment('incident', id, text ?? '')
  else if (move === 'link') for (const link of links) await desk.link('incident', id, link)
  else
    await desk.move('incident', id, {
      name: move,
      ...(fields !== undefined && { fields }),
      ...(text !== undefined && { text }),
      ...(links.length > 0 && { links }),
    })
}

async function incidentsOf(index: RecordIndex, members: readonly JudgedSignal[]): Promise<Incidents> {
  const found = await index.find({ types: ['incident'], open: true, order: 'newest', limit: mostOpen })
  const open = found.map(({ record }) => record).filter((record) => raisedOf(record).length > 0)
  const latest = new Map<string, DeclaredRecord>()
  for (const { signal } of members) {
    const to = `event:${signal.fingerprint}`
    const [newest] = await index.find({
      types: ['incident'],
      linkedTo: { to, relation: 'raised-by' },
      order: 'newest',
      limit: 1,
    })
    if (newest !== undefined) latest.set(signal.fingerprint, newest.record)
  }
  return { open, latest }
}
