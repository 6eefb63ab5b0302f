import { nameOf } from '../../model/address.ts'
import { count } from '../../model/count.ts'
import type { ReportResult } from '../../model/practice.ts'
import type { Met, StockTake } from './take-stock.ts'

/** What taking stock came to, for people: what is not as it is written with both ways out, then what is. */
export function stockResult({ places, found, elsewhere, missing, unexpected }: StockTake): ReportResult {
  const mark = ({ tag, serial }: Met): string => tag ?? serial ?? '–'
  const wrong = [
    ...missing.map((m) => [
      ...['missing', nameOf(m.asset), mark(m), m.state, m.written ?? '–', '–', '–'],
      ...['find it', `write where it is into ${m.asset}, or retire it`],
    ]),
    ...elsewhere.map((m) => [
      ...['elsewhere', nameOf(m.asset), mark(m), m.state, m.written ?? '–', m.seen, m.line],
      ...[
        m.written === undefined ? 'find out whose it is' : `bring it back to ${m.written}`,
        `write ${m.seen} into the document that has its place`,
      ],
    ]),
    ...unexpected.map((u) => [
      ...['unexpected', u.asset === undefined ? '–' : nameOf(u.asset), u.mark, u.because, '–', u.seen ?? '–', u.line],
      ...['find out whose it is', u.asset === undefined ? 'write an Asset for it' : `correct ${u.asset}`],
    ]),
  ]
  return {
    title: 'Stock-take',
    tables: [
      {
        caption: `Not as it is written${places.length === 0 ? '' : `, at ${places.join(', ')}`}`,
        head: ['what', 'asset', 'mark', 'known as', 'written', 'seen', 'line', 'one way', 'the other way'],
        rows: wrong,
        empty: `all is where the documents have it: ${count(found.length, 'asset')}`,
      },
      {
        caption: 'Found',
        head: ['asset', 'mark', 'state', 'written', 'seen', 'line'],
        rows: found.map((m) => [nameOf(m.asset), mark(m), m.state, m.written ?? '–', m.seen ?? '–', m.line]),
        empty: 'nothing was found where the documents have it',
      },
    ],
    data: {
      places: [...places],
      missing: missing.map((m) => ({ ...m })),
      elsewhere: elsewhere.map((m) => ({ ...m })),
      unexpected: unexpected.map((u) => ({ ...u })),
      found: found.map((m) => ({ ...m })),
    },
  }
}
