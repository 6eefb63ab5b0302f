import type { DeclaredRecord } from '../../model/declared-record.ts'
import { compareText } from '../../model/diagnostic.ts'
import { type Graph, targets } from '../../model/graph.ts'
import type { Report } from '../../model/practice.ts'

/** Work on halls and what stands in them: what is ahead, by whom, and whether whoever comes runs it for us. */
export const maintenanceReport: Report = {
  name: 'maintenance',
  summary: 'maintenance that is announced, agreed or under way, in the order of time, and what of it overlaps',
  about: 'Site',
  records: ['maintenance'],
  run: ({ graph, records, now }, about) => {
    const sites = new Set<string>(about.map((d) => d.address))
    const open = (records?.('maintenance') ?? []).filter((r) => ['announced', 'agreed', 'under-way'].includes(r.state))
    const rows = open
      .map((r) => ({ ...shown(graph, r), late: String(r.fields['until']) < now.toISOString() }))
      .filter((r) => r.site === null || sites.has(r.site))
      .sort((a, b) => compareText(a.from, b.from) || compareText(a.record, b.record))
    const told = rows.map((r) => ({
      ...r,
      overlaps: rows
        .filter((o) => o.record !== r.record && o.site === r.site && o.from < r.until && r.from < o.until)
        .map((o) => o.record),
    }))
    return {
      title: 'Maintenance',
      tables: [
        {
          caption: 'Ahead and under way',
          head: ['record', 'state', 'item', 'site', 'from', 'until', 'partner', 'runs it', 'overlaps'],
          rows: told.map((r) => [
            ...[r.record, r.late ? `${r.state}, late` : r.state, r.item, r.site ?? '–'],
            ...[r.from.slice(0, 16), r.until.slice(0, 16), r.supplier ?? '–'],
            r.supplier === null ? '–' : r.runsIt ? 'yes' : 'no',
            r.overlaps.join(', ') || '–',
          ]),
          empty: 'none is ahead',
        },
      ],
      data: { maintenance: told },
    }
  },
}

function shown(graph: Graph, { id, state, fields }: DeclaredRecord) {
  const item = addressIn(graph, String(fields['item']))
  const around = item === undefined ? [] : placesOf(graph, item)
  const supplier = typeof fields['supplier'] === 'string' ? fields['supplier'].replace(/^.*\//, '') : null
  const run = supplier === null ? [] : targets(graph, `Supplier/${supplier}`, 'spec.runs')
  return {
    ...{ record: id, state, item: String(fields['item']), supplier },
    ...{ from: String(fields['from']), until: String(fields['until']) },
    site: around.find((a) => a.startsWith('Site/')) ?? null,
    runsIt: run.some((address) => around.includes(address)),
  }
}

const kinds = ['Site', 'Room', 'Rack', 'PowerFeed', 'Pdu', 'CoolingUnit', 'Equipment', 'Host', 'NetworkDevice'] as const

/** A bare name means the first kind that has it. */
function addressIn(graph: Graph, text: string) {
  const slash = text.indexOf('/')
  const [kind, name] = slash === -1 ? [undefined, text] : [text.slice(0, slash).toLowerCase(), text.slice(slash + 1)]
  return kinds
    .filter((k) => kind === undefined || k.toLowerCase() === kind)
    .map((k) => `${k}/${name}` as const)
    .find((address) => graph.documents.has(address))
}

/** A thing and where it stands, from the nearest to the widest. */
function placesOf(graph: Graph, item: Parameters<typeof targets>[1]): readonly string[] {
  const found = new Set([item])
  for (const address of found)
    for (const label of ['spec.site', 'spec.room', 'spec.rack', 'spec.rack.rack', 'spec.mounted.rack'])
      for (const place of targets(graph, address, label)) found.add(place)
  return [...found]
}
