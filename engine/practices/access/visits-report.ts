import { type Address, addressOf, nameOf } from '../../model/address.ts'
import { compareText } from '../../model/diagnostic.ts'
import { targets } from '../../model/graph.ts'
import type { Report, ReportInput } from '../../model/practice.ts'
import { inStateSince } from '../../model/record-moment.ts'
import { holdingsAt } from './holdings.ts'

/** Who from outside is in which room, and whether whoever is with them may be there. */
export const visitsReport: Report = {
  name: 'visits',
  summary: 'visitors who are announced or inside, by room, with their hosts and whether these may enter it',
  about: 'Room',
  records: ['visit'],
  run: (input, about) => {
    const wanted = new Set(about.map((d) => d.address))
    const mayEnter = entrants(input)
    const rows = (input.records?.('visit') ?? [])
      .filter((visit) => visit.state === 'announced' || visit.state === 'inside')
      .flatMap((visit) => {
        const { rooms, host, visitor, company, on, badge } = visit.fields
        return (Array.isArray(rooms) ? rooms : []).map(String).flatMap((name) => {
          const room = addressOf('Room', nameOf(name))
          if (!wanted.has(room)) return []
          const person = addressOf('Person', nameOf(String(host)))
          return [
            {
              ...{ record: visit.id, state: visit.state, room: nameOf(room), visitor: String(visitor) },
              company: typeof company === 'string' ? company : null,
              host: nameOf(person),
              hostMayEnter: mayEnter.get(room)?.has(person) === true,
              since: visit.state === 'inside' ? inStateSince(visit) : null,
              on: typeof on === 'string' ? on : null,
              badge: typeof badge === 'string' ? badge : null,
            },
          ]
        })
      })
      .sort((a, b) => compareText(a.room, b.room) || compareText(a.record, b.record))
    return {
      title: 'Visits',
      tables: [
        {
          caption: 'Announced and inside',
          head: ['room', 'visitor', 'from', 'state', 'since', 'badge', 'host', 'may enter', 'record'],
          rows: rows.map((r) => [
            ...[r.room, r.visitor, r.company ?? '–', r.state, r.since?.slice(0, 16) ?? r.on ?? '–', r.badge ?? '–'],
            ...[r.host, r.hostMayEnter ? 'yes' : 'no: no grant of theirs opens it', r.record],
          ]),
          empty: 'nobody is announced or inside',
        },
      ],
      data: { visits: rows },
    }
  },
}

/** People who may enter rooms at the moment, by room, and not only with somebody else. */
function entrants(input: ReportInput): ReadonlyMap<Address, ReadonlySet<Address>> {
  const found = new Map<Address, Set<Address>>()
  for (const { who, what, escorted } of holdingsAt(input)) {
    if (escorted === true || !what.startsWith('Zone/')) continue
    for (const room of targets(input.graph, what, 'spec.rooms')) {
      const people = found.get(room) ?? new Set()
      found.set(room, people.add(who))
    }
  }
  return found
}
