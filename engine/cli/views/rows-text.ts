import type { Json } from '../../model/document.ts'
import { escapeControls } from '../../model/escape.ts'
import type { Queried } from '../../pipeline/query.ts'
import type { Colors } from '../terminal.ts'
import { columns } from './columns.ts'

/** Longest cell that a person gets to see; JSON and CSV have all of it. */
const widest = 70

/** Rows as a table for people: what hosts say is escaped. Columns are spelled as a condition has to spell them. */
export function rowsText({ rows, columns: names, valuesOf }: Queried, c: Colors): string {
  if (rows.length === 0) return ''
  const cells = rows.map((row) =>
    valuesOf(row).map((value) => shortened(escapeControls(cellOf(value).replaceAll('\n', ' ')))),
  )
  const paint = (cell: string, _column: number, row: number): string => (row === 0 ? c.dim(cell) : cell)
  return `${columns([names, ...cells], { paint }).join('\n')}\n`
}

/** Rows as RFC 4180 has them. What a spreadsheet would take for a formula gets an apostrophe before it. */
export function rowsCsv({ rows, columns: names, valuesOf }: Queried): string {
  const lines = [names, ...rows.map((row) => valuesOf(row))]
  return lines.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('')
}

function cellOf(value: Json): string {
  if (value === null) return ''
  if (typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return value.map((v: Json) => cellOf(v)).join(', ')
  const entries = Object.entries(value)
  return entries.every(([, v]) => typeof v !== 'object')
    ? entries.map(([k, v]) => `${k}=${String(v)}`).join(' ')
    : JSON.stringify(value)
}

const shortened = (text: string): string => (text.length > widest ? `${text.slice(0, widest - 1)}…` : text)

function csvCell(value: Json): string {
  const text = cellOf(value)
  const safe = typeof value !== 'number' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
