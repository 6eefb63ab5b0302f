import { type HostFacts, hostFacts, isAbout, isFor } from '../calendar/scope.ts'
import { overlap, type Span } from '../calendar/span.ts'
import { isTimeZone } from '../calendar/time-zone.ts'
import { type Clockwork, timesOf as timesOfDocument } from '../calendar/timetable.ts'
import type { Address } from '../model/address.ts'
import { dayOrMoment } from '../model/day-or-moment.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import type { ChangeRecord } from '../model/record.ts'
import { codes } from './codes.ts'
import { dueNow, spanOf } from './due.ts'
import { loadCommit } from './estate.ts'
import { openRecords } from './records.ts'
import { conflictsAmong, timed } from './schedule-conflicts.ts'
import { targetBranch, targetTip } from './target-branch.ts'
import { clockworkFor } from './times.ts'
import type { World } from './world.ts'

const report = reporter(codes)

export interface CalendarOptions {
  readonly from?: string
  readonly to?: string
  /** Only what is about hosts of this environment. */
  readonly environment?: string
  /** Clocks by which days are meant that stand there without a time. */
  readonly timeZone: string
}

/** Something that has a time. Moments are ISO 8601, UTC. */
export interface CalendarEntry {
  readonly what: 'window' | 'freeze' | 'change'
  /** `ChangeWindow/evenings`, `Freeze/year-end`, `CHG-2026-00042` */
  readonly id: string
  readonly from: string
  readonly until: string
  /** What it is about, in a few words: environments and the like, hosts of a change. */
  readonly about: string
  /** Why, or the title of a change. */
  readonly text: string
  /** Freezes that hold for some of a window's hosts while it is open. */
  readonly frozenBy?: readonly Address[]
}

export interface EstateCalendar {
  /** UUID of the estate: names of entries are its own. */
  readonly estate: string
  readonly from: string
  readonly until: string
  /** By when they begin. */
  readonly entries: readonly CalendarEntry[]
  /** Changes that reach the same things at the same time. */
  readonly conflicts: readonly Diagnostic[]
  /** Windows and freezes whose times can't be worked out. */
  readonly unreadable: readonly Diagnostic[]
  /** Changes that are merged and may not be carried out yet. */
  readonly waiting: readonly Diagnostic[]
}

/** So many days are shown where nobody says until when. */
const shown = 14
const longest = 400
const day = 86_400_000

/** Windows and freezes of the branch as it stands, changes that have a time, and those that wait for one. */
export async function readCalendar(
  world: World,
  options: CalendarOptions,
): Promise<EstateCalendar | { readonly refused: readonly Diagnostic[] }> {
  const branch = await targetBranch(world)
  const estate = await loadCommit(world, (await targetTip(world, branch)) ?? branch)
  const within = await stretchOf(world, options)
  if ('refused' in within) return within
  const { graph } = estate
  const { environment } = options
  if (environment !== undefined && !graph.documents.has(`Environment/${environment}`))
    return { refused: [report('document-unknown', { summary: `there is no Environment/${environment}` })] }
  const clockwork = await clockworkFor([graph])
  const hosts = graph.ofKind('Host').map((h) => hostFacts(h.document.metadata.name, [graph]))
  const meant = environment === undefined ? hosts : hosts.filter((h) => h.environment === environment)
  const records = (await openRecords(world)).filter((r) =>
    touchesOneOf(r, environment === undefined ? undefined : meant),
  )
  const unreadable: Diagnostic[] = []
  const read = (what: 'window' | 'freeze', kind: string): readonly WithHosts[] =>
    graph.ofKind(kind).flatMap((document) => {
      const found = entriesOf(what, document, graph, meant, within, clockwork)
      if (!('fault' in found)) return found
      unreadable.push(found.fault)
      return []
    })
  const [windows, freezes] = [read('window', 'ChangeWindow'), read('freeze', 'Freeze')]
  const now = world.clock.now().getTime()
  const entries = [...windows.map((w) => frozenIn(w, freezes)), ...freezes].map(({ hosts: _, ...entry }) => entry)
  return {
    estate: estate.config.id,
    from: iso(within.from),
    until: iso(within.until),
    entries: [...entries, ...records.flatMap((r) => changeEntry(r, within))].sort(compareEntries),
    unreadable,
    conflicts: conflictsAmong(timed(records, now), graph),
    waiting: await waitingOf(world, records),
  }
}

async function stretchOf(
  world: World,
  { from, to, timeZone }: CalendarOptions,
): Promise<Span | { readonly refused: readonly Diagnostic[] }> {
  const { momentIn } = await import('../calendar/expand.ts')
  const now = world.clock.now().getTime()
  const at = (text: string): number | undefined => momentIn(isDay(text) ? `${text}T00:00[${timeZone}]` : text)
  const begins = from === undefined ? now : at(from)
  // A day that ends it is meant to its end, which is where the next one begins: days are not always of 24 hours.
  const ends = to === undefined ? (begins ?? now) + shown * day : at(isDay(to) ? nextDay(to) : to)
  const wrong = begins === undefined ? from : ends === undefined ? to : undefined
  const summary =
    wrong !== undefined
      ? `${wrong} is no date, such as 2026-12-01, and no time with an offset or a zone`
      : (begins ?? 0) >= (ends ?? 0)
        ? 'the calendar ends before it begins'
        : (ends ?? 0) - (begins ?? 0) > longest * day
          ? `a calendar is of ${longest} days at most`
          : undefined
  const hint = 'give days (2026-12-01) or moments (2026-12-01T20:00+01:00), the earlier one with --from'
  if (summary !== undefined) return { refused: [report('schedule-invalid', { summary, hint })] }
  return { from: begins ?? now, until: ends ?? now }
}

const isDay = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text)

/** The day after `2026-12-31`; what is no day stays as it is. */
function nextDay(text: string): string {
  const midnight = dayOrMoment(text, 'begin')
  return midnight === undefined ? text : new Date(midnight + day).toISOString().slice(0, 10)
}

type WithHosts = CalendarEntry & { readonly hosts: ReadonlySet<string> }

function entriesOf(
  what: 'window' | 'freeze',
  document: LoadedDocument,
  graph: Graph,
  meant: readonly HostFacts[],
  within: Span,
  clockwork: Clockwork,
): readonly WithHosts[] | { readonly fault: Diagnostic } {
  const { kinds } = (document.document.spec['on'] ?? {}) as { readonly kinds?: readonly string[] }
  const touched = (host: HostFacts) => ({ hosts: new Map([[host.name, new Set(kinds)]]), documents: [] })
  const names = meant.filter((h) =>
    what === 'window' ? isFor(document, h) : isAbout(document, touched(h), [h], graph),
  )
  // One that is for nobody here is shown all the same where everything is: somebody wrote it for a purpose.
  if (names.length === 0 && meant.length < graph.ofKind('Host').length) return []
  const found = timesOfDocument(document, within, clockwork)
  if ('fault' in found) return { fault: report('time-unreadable', { summary: `${document.address}: ${found.fault}` }) }
  const { spec } = document.document
  return found.spans.map(({ from, until }) => ({
    what,
    id: document.address,
    from: iso(from),
    until: iso(until),
    about: scopeText(what === 'window' ? spec['for'] : spec['on']),
    text: String(spec['reason'] ?? spec['purpose'] ?? document.document.metadata.description ?? ''),
    hosts: new Set(names.map((h) => h.name)),
  }))
}

function frozenIn(window: WithHosts, freezes: readonly WithHosts[]): WithHosts {
  const by = freezes.filter((f) => overlap(spanIn(f), spanIn(window)) && [...f.hosts].some((h) => window.hosts.has(h)))
  return by.length === 0 ? window : { ...window, frozenBy: [...new Set(by.map((f) => f.id as Address))] }
}

const spanIn = ({ from, until }: CalendarEntry): Span => ({ from: Date.parse(from), until: Date.parse(until) })

/** A scope in a few words: `prod; role=db`. */
function scopeText(scope: unknown): string {
  const words = Object.entries((scope ?? {}) as Record<string, unknown>).map(([key, value]) => {
    if (key === 'all') return 'every host'
    if (Array.isArray(value)) return key === 'kinds' ? `kinds ${value.join(', ')}` : value.join(', ')
    return Object.entries(value as Record<string, unknown>)
      .map(([label, wanted]) => `${label}=${[wanted].flat().join('|')}`)
      .join(', ')
  })
  return words.join('; ')
}

function changeEntry(record: ChangeRecord, within: Span): readonly CalendarEntry[] {
  const span = spanOf(record)
  if (span === undefined || !overlap(span, within)) return []
  const hosts = [...new Set(record.actions.map((a) => a.host))]
  const about = hosts.length > 3 ? `${hosts.slice(0, 3).join(', ')} and ${hosts.length - 3} more` : hosts.join(', ')
  return [{ what: 'change', id: record.id, from: iso(span.from), until: iso(span.until), about, text: record.title }]
}

function touchesOneOf(record: ChangeRecord, hosts: readonly HostFacts[] | undefined): boolean {
  return hosts === undefined || record.actions.some((a) => hosts.some((h) => h.name === a.host))
}

async function waitingOf(world: World, records: readonly ChangeRecord[]): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = []
  for (const record of records) {
    if (record.merge === undefined || !['approved', 'scheduled', 'paused', 'failed'].includes(record.state)) continue
    const due = await dueNow(world, record, [])
    if ('held' in due && due.held.code !== 'waiting-for-schedule') found.push(due.held)
  }
  return found
}

const iso = (at: number): string => new Date(at).toISOString()

const compareEntries = (a: CalendarEntry, b: CalendarEntry): number =>
  Date.parse(a.from) - Date.parse(b.from) || (a.what < b.what ? -1 : a.what > b.what ? 1 : a.id < b.id ? -1 : 1)

/** The zone that a person names, or that of this machine. */
export function zoneOf(named: string | undefined): string | { readonly refused: readonly Diagnostic[] } {
  const zone = named ?? new Intl.DateTimeFormat().resolvedOptions().timeZone
  if (isTimeZone(zone)) return zone
  const hint = 'name a zone such as Europe/Amsterdam or UTC'
  return { refused: [report('schedule-invalid', { summary: `there is no time zone ${zone}`, hint })] }
}
