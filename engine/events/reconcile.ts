import type { DeclaredRecord, RecordLink } from '../model/declared-record.ts'
import { compareText } from '../model/diagnostic.ts'
import type { JsonObject } from '../model/document.ts'
import { isFailing, type JudgedSignal, type Situation, sinceOf } from './situations.ts'

/** An incident that is to be opened, or one that is to be moved. Several moves of one incident stand in their order. */
export type Wanted =
  | {
      readonly do: 'open'
      readonly title: string
      readonly fields: JsonObject
      readonly links: readonly RecordLink[]
      readonly text: string
      readonly source: string
    }
  | {
      readonly do: 'move'
      readonly id: string
      /** A move of the type; `comment` and `link` as well. */
      readonly move: string
      readonly fields?: JsonObject
      readonly links?: readonly RecordLink[]
      readonly text?: string
      readonly source: string
    }

export interface Incidents {
  /** Those that are not closed, oldest first. */
  readonly open: readonly DeclaredRecord[]
  /** Fingerprint → the newest incident that it raised, whatever became of it. */
  readonly latest: ReadonlyMap<string, DeclaredRecord>
}

/** By which an incident is linked to what raised it: `event:` and the fingerprint. */
export const raisedBy = 'raised-by'
export const eventLink = (fingerprint: string): RecordLink => ({ relation: raisedBy, to: `event:${fingerprint}` })

/** States in which somebody may be at work on an incident. */
const alive: ReadonlySet<string> = new Set(['open', 'acknowledged', 'waiting'])

/** What one turn says of an incident, and what events may say of one at all: after that only its end is told. */
const mostLines = 40
const mostLog = 1_000
const mostLinks = 900

/**
 * What has to be done so that incidents say what events do. It asks for nothing that was done: an incident holds itself what it was
 * told, so that neither a crash in the middle nor two engines that hear the same do anything twice.
 */
export function reconcile(
  situations: readonly Situation[],
  signals: readonly JudgedSignal[],
  incidents: Incidents,
  now: number,
): readonly Wanted[] {
  const bySignal = raisedIncidents(incidents.open)
  const used = new Set<string>()
  const wanted = situations.flatMap((situation) => keptUp(situation, incidents, bySignal, used, now))
  const known = new Map(signals.map((s) => [s.signal.fingerprint, s]))
  return [...wanted, ...incidents.open.flatMap((incident) => overIn(incident, known, used))]
}

/** Incidents that are alive, by the fingerprints that raised them; oldest first. */
function raisedIncidents(open: readonly DeclaredRecord[]): ReadonlyMap<string, readonly DeclaredRecord[]> {
  const found = new Map<string, DeclaredRecord[]>()
  for (const incident of [...open].sort((a, b) => compareText(a.openedAt, b.openedAt) || compareText(a.id, b.id)))
    for (const fingerprint of raisedOf(incident)) found.set(fingerprint, [...(found.get(fingerprint) ?? []), incident])
  return found
}

/** Fingerprints of what raised an incident. */
export const raisedOf = ({ links }: DeclaredRecord): readonly string[] => [
  ...new Set(links.flatMap((l) => (l.relation === raisedBy && l.to.startsWith('event:') ? [l.to.slice(6)] : []))),
]

function keptUp(
  situation: Situation,
  incidents: Incidents,
  bySignal: ReadonlyMap<string, readonly DeclaredRecord[]>,
  used: Set<string>,
  now: number,
): readonly Wanted[] {
  const raised = [...new Set(situation.members.flatMap((m) => bySignal.get(m.signal.fingerprint) ?? []))].sort(
    (a, b) => compareText(a.openedAt, b.openedAt) || compareText(a.id, b.id),
  )
  const [primary, ...others] = raised.filter((r) => alive.has(r.state))
  if (primary !== undefined) {
    used.add(primary.id)
    return [...updated(primary, situation), ...others.flatMap((other) => sameCause(other, primary, situation))]
  }
  const news = situation.members.filter((m) => !isHandled(m, incidents))
  if (news.length === 0) return []
  const again = raised.find((r) => r.state === 'resolved' && now - Date.parse(r.transition.at) <= situation.reopen)
  const source = sourceOf(situation)
  if (again !== undefined) {
    used.add(again.id)
    const text = ['it fails again', ...linesOf(situation.members)].join('\n')
    return [{ do: 'move', id: again.id, move: 'reopen', text, links: newLinks(again, situation.members), source }]
  }
  const { title, fields, members } = situation
  const earlier = members.flatMap((m) => incidents.latest.get(m.signal.fingerprint)?.id ?? [])
  const links = [
    ...members.slice(0, mostLinks / 2).map((m) => eventLink(m.signal.fingerprint)),
    ...[...new Set(earlier)].slice(0, 5).map((to) => ({ relation: 'follows', to })),
  ]
  const [first] = members
  const more = first?.signal.url === undefined ? [] : [first.signal.url]
  return [{ do: 'open', title, fields, links, text: [...linesOf(members), ...more].join('\n'), source }]
}

/**
 * Whoever resolved or closed an incident while a signal that raised it was failing has seen it as it is. There is another incident once
 * it fails anew, or where it is still told of when the time to open it again is over.
 */
function isHandled({ signal, rule }: JudgedSignal, { latest }: Incidents): boolean {
  const known = latest.get(signal.fingerprint)
  if (known === undefined || alive.has(known.state) || toldIn(known).get(signal.fingerprint) === 'is over') return false
  const done = known.log[known.log.findLastIndex((line) => alive.has(line.state)) + 1]
  const at = Date.parse(done?.at ?? known.transition.at)
  return Math.max(0, ...signal.began) <= at && signal.seen <= at + (rule?.reopen ?? 0)
}

function updated(incident: DeclaredRecord, situation: Situation): readonly Wanted[] {
  const source = sourceOf(situation)
  const { id } = incident
  const told = toldIn(incident)
  const news = situation.members.filter((m) => told.get(m.signal.fingerprint) !== wordOf(m)).slice(0, mostLines)
  const links = newLinks(incident, situation.members)
  const deeper = deeperItem(incident, situation)
  if (incident.log.length >= mostLog) return []
  return [
    ...links.map((link): Wanted => ({ do: 'move', id, move: 'link', links: [link], source })),
    ...(deeper === undefined
      ? []
      : [
          {
            do: 'move',
            id,
            move: 'assign',
            fields: { item: deeper },
            text: `${deeper} fails as well, and the others stand on it: it is the likely cause`,
            source,
          } as const,
        ]),
    ...(news.length === 0
      ? []
      : [{ do: 'move', id, move: 'comment', text: linesOf(news).join('\n'), source } as const]),
  ]
}

/** What is to blame, where events named something above it before; what a person wrote stays. */
function deeperItem(
  { fields, log }: DeclaredRecord,
  { cause, fields: wanted, members }: Situation,
): string | undefined {
  const item = wanted['item']
  if (item === undefined || item !== cause || fields['item'] === item) return undefined
  const byPerson = log.some((line) => line.by !== 'engine' && (line.move === 'assign' || line.move === 'new'))
  const named = members.some((m) => m.documents.some((d) => d === fields['item']))
  return !byPerson && named ? item : undefined
}

/** Two incidents that turn out to have one cause: the later one says so, and is resolved on its own. */
function sameCause(other: DeclaredRecord, primary: DeclaredRecord, situation: Situation): readonly Wanted[] {
  if (other.links.some((l) => l.to === primary.id)) return []
  const link = { relation: 'caused-by', to: primary.id }
  return [{ do: 'move', id: other.id, move: 'link', links: [link], source: sourceOf(situation) }]
}

/** What is over in an incident, and the end of it where everything is. What is not known any more, or silenced, is not over. */
function overIn(
  incident: DeclaredRecord,
  known: ReadonlyMap<string, JudgedSignal>,
  used: ReadonlySet<string>,
): readonly Wanted[] {
  const raised = raisedOf(incident)
  if (raised.length === 0 || !alive.has(incident.state)) return []
  const signals = raised.map((fingerprint) => known.get(fingerprint))
  const clear = signals.filter(
    (s) => s !== undefined && s.rule !== undefined && s.standing.state === 'clear',
  ) as readonly JudgedSignal[]
  const source = clear[0]?.source ?? 'ledger'
  const { id } = incident
  const allOver = clear.length === raised.length && !used.has(id)
  if (allOver && clear.every((s) => s.rule?.resolve !== false)) {
    const resolution = `everything that raised it is over: ${clear
      .map((s) => s.title)
      .slice(0, 3)
      .join('; ')}${clear.length > 3 ? ` and ${clear.length - 3} more` : ''}`
    return [{ do: 'move', id, move: 'resolve', fields: { resolution }, text: linesOf(clear).join('\n'), source }]
  }
  const told = toldIn(incident)
  const news = clear.filter((s) => told.get(s.signal.fingerprint) !== wordOf(s)).slice(0, mostLines)
  if (news.length === 0 || incident.log.length >= mostLog) return []
  return [{ do: 'move', id, move: 'comment', text: linesOf(news).join('\n'), source }]
}

const newLinks = (incident: DeclaredRecord, members: readonly JudgedSignal[]): readonly RecordLink[] => {
  const there = new Set(raisedOf(incident))
  return members
    .filter((m) => !there.has(m.signal.fingerprint))
    .slice(0, Math.max(0, Math.min(mostLines, mostLinks - incident.links.length)))
    .map((m) => eventLink(m.signal.fingerprint))
}

type Word = 'fails' | 'comes and goes' | 'is over'

const wordOf = (s: JudgedSignal): Word =>
  s.standing.state === 'flapping' ? 'comes and goes' : isFailing(s) ? 'fails' : 'is over'

/** One line for each signal; what it says last of a signal can be read back. */
function linesOf(members: readonly JudgedSignal[]): readonly string[] {
  const lines = members.slice(0, mostLines).map((m) => {
    const where = m.documents.length === 0 ? '' : ` (${m.documents.join(', ')})`
    const word = wordOf(m)
    const since = word === 'is over' ? '' : ` since ${new Date(sinceOf(m)).toISOString()}`
    return `${word}${since}: ${m.title}${where} [${m.signal.fingerprint}]`
  })
  return members.length > mostLines ? [...lines, `and ${members.length - mostLines} more`] : lines
}

/** What an incident was told of each signal last. */
function toldIn({ log }: DeclaredRecord): ReadonlyMap<string, Word> {
  const told = new Map<string, Word>()
  for (const { by, text = '' } of log) {
    if (by !== 'engine') continue
    for (const [, word, fingerprint] of text.matchAll(/^(fails|comes and goes|is over)\b.* \[([0-9a-f]{32})\]$/gm))
      if (fingerprint !== undefined) told.set(fingerprint, word as Word)
  }
  return told
}

const sourceOf = ({ members }: Situation): string => members[0]?.source ?? 'ledger'
