import { nameOf } from '../../model/address.ts'
import { escapeControls } from '../../model/escape.ts'
import type { Queue, QueueRow } from '../../pipeline/desk/queue.ts'
import type { Suggestion } from '../../pipeline/desk/suggest.ts'
import type { IndexedRecord } from '../../ports/record-index.ts'
import type { Colors } from '../terminal.ts'
import { minute } from './change-facts.ts'
import { clockText, wallTime } from './clock-text.ts'
import { columns } from './columns.ts'

/** Longest title in a table: whoever wrote it may have been carried away. */
const longest = 60

/** A text of a stranger in one cell. */
const cell = (text: string): string => {
  const line = escapeControls(text.replaceAll('\n', ' '))
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line
}

const bare = (address: string | undefined): string => (address === undefined ? '–' : cell(nameOf(address)))

/** A queue as a table, what presses most first. */
export function queueText({ rows, total }: Queue, now: Date, c: Colors): string {
  if (rows.length === 0) return 'nothing is waiting\n'
  const head = ['', 'NUMBER', 'STATE', 'TEAM', 'WHO', 'SERVICE', 'TIME LEFT', 'DUE', 'WHAT']
  const lines = rows.map((row) => [
    row.priority ?? '',
    row.record.id,
    stateOf(row),
    bare(row.team),
    bare(row.assignee),
    bare(row.service),
    timeLeft(row),
    row.pressing?.due === undefined ? '' : wallTime(row.pressing.due, now),
    cell(row.record.title),
  ])
  const paint = (text: string, column: number, row: number): string => {
    if (row === 0) return c.dim(text)
    return column === 6 && rows[row - 1]?.pressing?.state === 'breached' ? c.red(text) : text
  }
  const more = total > rows.length ? `${total - rows.length} more (--limit shows more)\n` : ''
  return `${columns([head, ...lines], { paint }).join('\n')}\n${more}`
}

const stateOf = ({ type, record }: QueueRow): string =>
  (type.spec.states[record.state]?.title ?? record.state).toLowerCase()

function timeLeft({ pressing, clocks }: QueueRow): string {
  const shown = pressing ?? clocks.find((clock) => clock.state === 'paused')
  return shown === undefined ? '' : clockText(shown)
}

/** What somebody asked for themselves: number, state, next step. */
export function mineText(rows: readonly QueueRow[], c: Colors): string {
  if (rows.length === 0) return 'you have asked for nothing\n'
  const lines = rows.map((row) => [row.record.id, stateOf(row), bare(row.team), cell(row.record.title), row.next ?? ''])
  const paint = (text: string, _column: number, row: number): string => (row === 0 ? c.dim(text) : text)
  return `${columns([['NUMBER', 'STATE', 'WITH', 'WHAT', 'NEXT'], ...lines], { paint }).join('\n')}\n`
}

/** What may help, by sort. */
export function suggestionsText(found: readonly Suggestion[], c: Colors): string {
  const lines = found.flatMap(({ sort, name, title, about, command }) => [
    `${c.dim(sort)}  ${c.bold(cell(name))}  ${cell(title)}`,
    ...(about === undefined ? [] : [`    ${escapeControls(about.slice(0, 300)).replaceAll('\n', '\n    ')}`]),
    `    ${c.dim(cell(command))}`,
  ])
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

/** One line of a list of records. */
export const listRow = ({ record, priority, team }: IndexedRecord): readonly string[] => [
  record.id,
  priority ?? '–',
  record.state,
  minute(record.openedAt),
  bare(team),
  cell(record.title),
]

/** Records that were found by words, open or not. */
export function foundText(found: readonly IndexedRecord[]): string {
  const rows = found.map(({ record, team }) => [
    record.id,
    record.state,
    record.openedAt.slice(0, 10),
    bare(team),
    cell(record.title),
  ])
  return rows.length === 0 ? '' : `${columns(rows).join('\n')}\n`
}
