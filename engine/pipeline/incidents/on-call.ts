import ical from 'ical-generator'
import { type OnCallSpec, onCallAt, type Shift, shiftsWithin } from '../../calendar/on-call.ts'
import { difference, type Span } from '../../calendar/span.ts'
import { named } from '../../incidents/on-call-of.ts'
import { type Address, nameOf } from '../../model/address.ts'
import { dayOrMoment } from '../../model/day-or-moment.ts'
import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { LoadedDocument } from '../../model/document.ts'
import { specOf } from '../../model/practice.ts'
import { loadCommit } from '../estate.ts'
import { targetBranch, targetTip } from '../target-branch.ts'
import type { World } from '../world.ts'
import { codes } from './codes.ts'

const report = reporter(codes)

export interface OnCallQuestion {
  /** Names of teams or of schedules; all where none is given. */
  readonly about: readonly string[]
  /** A date or a moment, as is `to`; now where nothing is said. */
  readonly from?: string
  /** Two weeks later where nothing is said. */
  readonly to?: string
}

/** Times of one schedule. Moments are ISO 8601, UTC. */
export interface OnCallTimes {
  readonly schedule: Address
  readonly team: Address
  readonly timeZone: string
  /** Who is on call when it begins. */
  readonly now?: Address
  readonly shifts: readonly OnCallShift[]
  /** When nobody is. */
  readonly gaps: readonly { readonly from: string; readonly until: string }[]
}

interface OnCallShift {
  readonly from: string
  readonly until: string
  readonly person: Address
  readonly layer?: string
  readonly reason?: string
}

const day = 86_400_000
const shown = 14 * day
const longest = 400 * day

type Refused = { readonly refused: readonly Diagnostic[] }

/** Who is on call when, by the documents of the target branch as it stands. */
export async function onCallTimes(
  world: World,
  { about, from, to }: OnCallQuestion,
): Promise<{ readonly estate: string; readonly schedules: readonly OnCallTimes[] } | Refused> {
  const branch = await targetBranch(world)
  const { graph, config } = await loadCommit(world, (await targetTip(world, branch)) ?? branch)
  const begin = from === undefined ? world.clock.now().getTime() : dayOrMoment(from, 'begin')
  const end = to === undefined ? (begin ?? 0) + shown : dayOrMoment(to, 'end')
  if (begin === undefined || end === undefined || end <= begin || end - begin > longest)
    return refuse('the time that is asked about is none, or longer than 400 days')
  const within = { from: begin, until: end }
  const all = graph.ofKind('OnCall')
  const unknown = about.find((name) => !all.some((d) => isMeant(d, name)))
  if (unknown !== undefined) return refuse(`nobody is on call for ${unknown}: there is no such schedule or team of one`)
  const meant = about.length === 0 ? all : all.filter((d) => about.some((name) => isMeant(d, name)))
  return { estate: config.id, schedules: meant.map((document) => timesOf(document, within)) }
}

const refuse = (summary: string): Refused => ({ refused: [report('on-call-unknown', { summary })] })

function isMeant(document: LoadedDocument, name: string): boolean {
  const wanted = name.toLowerCase()
  const { team } = specOf<OnCallSpec>(document)
  return [nameOf(document.address), document.address, nameOf(named('Team', team)), named('Team', team)].some(
    (n) => n.toLowerCase() === wanted,
  )
}

function timesOf(document: LoadedDocument, within: Span): OnCallTimes {
  const spec = specOf<OnCallSpec>(document)
  const shifts = shiftsWithin(spec, within)
  const now = onCallAt(spec, within.from)
  return {
    schedule: document.address,
    team: named('Team', spec.team),
    timeZone: spec.timeZone,
    ...(now !== undefined && { now: named('Person', now.person) }),
    shifts: shifts.map(shiftOf),
    gaps: difference([within], shifts).map(({ from, until }) => ({ from: iso(from), until: iso(until) })),
  }
}

const iso = (at: number): string => new Date(at).toISOString()

const shiftOf = ({ from, until, person, layer, reason }: Shift): OnCallShift => ({
  ...{ from: iso(from), until: iso(until), person: named('Person', person) },
  ...(layer !== undefined && { layer }),
  ...(reason !== undefined && { reason }),
})

/** The times as iCalendar (RFC 5545), in UTC: a shift keeps its UID as long as it begins at the same time. */
export function onCallFeed(schedules: readonly OnCallTimes[], estate: string, at: Date): string {
  const feed = ical({ name: 'on call', prodId: { company: 'plumbline', product: 'on-call', language: 'EN' } })
  for (const { schedule, shifts } of schedules)
    for (const { from, until, person, layer, reason } of shifts)
      feed.createEvent({
        id: `${nameOf(schedule)}-${from.replace(/[^0-9TZ]/g, '').toLowerCase()}@${estate}`,
        ...{ stamp: at, start: new Date(from), end: new Date(until) },
        summary: `${nameOf(person)} is on call (${nameOf(schedule)})`,
        description: reason ?? (layer === undefined ? 'stands in' : layer),
      })
  return feed.toString()
}
