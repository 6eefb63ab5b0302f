import { nameOf } from '../../model/address.ts'
import { compareText } from '../../model/diagnostic.ts'
import { type Report, specOf } from '../../model/practice.ts'
import { holdingsAt } from './holdings.ts'

/** Who may enter which room: what a system of badges takes as comma-separated values. */
const entry: Report = {
  name: 'entry',
  summary: 'who may enter which room, by which grant and until when; as csv, the export for badges',
  about: 'Zone',
  run: (input, about) => {
    const { graph } = input
    const wanted = new Set(about.map((d) => d.address))
    const rows = holdingsAt(input)
      .filter((h) => wanted.has(h.what))
      .flatMap((h) => {
        const person = graph.documents.get(h.who)
        const { badge, fullName } =
          person === undefined ? {} : specOf<{ readonly badge?: string; readonly fullName?: string }>(person)
        const rooms = graph
          .outgoing(h.what)
          .filter((e) => e.label === 'spec.rooms')
          .map((e) => nameOf(e.to))
        return rooms.map((room) => ({
          ...{ badge: badge ?? '', person: nameOf(h.who), name: fullName ?? '', zone: nameOf(h.what), room },
          ...{ until: h.until ?? '', escorted: h.escorted === true, grant: h.by.address },
        }))
      })
      .sort((a, b) => compareText(a.room, b.room) || compareText(a.person, b.person) || compareText(b.until, a.until))
    return {
      title: 'Entry',
      tables: [
        {
          caption: 'Who may enter',
          head: ['badge', 'person', 'name', 'room', 'zone', 'until', 'escorted', 'grant'],
          rows: rows.map((r) => [
            r.badge || '–',
            r.person,
            r.name,
            r.room,
            r.zone,
            r.until,
            r.escorted ? 'yes' : 'no',
            r.grant,
          ]),
          empty: 'nobody may enter anything',
        },
      ],
      data: rows,
    }
  },
}

export const reports: readonly Report[] = [entry]
