import type { DeclaredRecord } from '../../model/declared-record.ts'
import { escapeControls } from '../../model/escape.ts'
import { daysLeft, linesOf } from '../../pipeline/access-review/standing.ts'
import type { Colors } from '../terminal.ts'
import { columns, count } from './columns.ts'

/** Open reviews, one on a line. */
export function reviewsText(records: readonly DeclaredRecord[], now: Date, c: Colors): string {
  if (records.length === 0) return 'no access reviews are open\n'
  const rows = records.map((record) => [
    record.id,
    record.state,
    ...standing(record, now),
    escapeControls(record.title),
  ])
  return `${columns(rows, { paint: (cell, i) => (i === 3 && cell.startsWith('overdue') ? c.red(cell) : cell) }).join('\n')}\n`
}

/** One review with all of its lines. */
export function reviewText(record: DeclaredRecord, now: Date, c: Colors): string {
  const lines = linesOf(record)
  const head = ['line', 'grant', 'who', 'what', 'via', 'until', 'last use', 'decision', 'who decides, or did']
  const rows = lines.map((l) => [
    ...[l.line, l.grant, l.who, l.what, l.via.join(' < ') || 'itself', l.until?.slice(0, 10) ?? '–'],
    ...[l.lastUse?.slice(0, 10) ?? '–', l.decided?.decision ?? 'open'],
    l.decided === undefined
      ? l.reviewers.join(' or ')
      : `${l.decided.by}${l.decided.because === undefined ? '' : `: ${l.decided.because}`}`,
  ])
  const [decided, due] = standing(record, now)
  const links = record.links.map(({ relation, to }) => `${relation} ${to}`)
  return `${[
    `${c.bold(record.id)} ${record.state}: ${escapeControls(record.title)}`,
    `${decided}, ${due}`,
    ...links.map(escapeControls),
    '',
    ...columns([head, ...rows.map((row) => row.map((cell) => escapeControls(cell).replaceAll('\n', ' ')))], {
      paint: (cell, _, row) => (row === 0 ? c.dim(cell) : cell),
    }),
  ].join('\n')}\n`
}

function standing(record: DeclaredRecord, now: Date): readonly [decided: string, due: string] {
  const lines = linesOf(record)
  const decided = lines.filter((l) => l.decided !== undefined).length
  const left = daysLeft(record, now)
  const due = String(record.fields['due']).slice(0, 10)
  const late = record.state === 'open' && left < 0
  return [
    `${decided} of ${count(lines.length, 'line')} decided`,
    late ? `overdue since ${due}` : record.state === 'open' ? `due ${due} (${count(left, 'day')})` : `due ${due}`,
  ]
}
