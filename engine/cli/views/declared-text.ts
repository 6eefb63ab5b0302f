import type { DeclaredRecord, RecordType } from '../../model/declared-record.ts'
import { escapeControls } from '../../model/escape.ts'
import type { Standing } from '../../pipeline/desk/standing.ts'
import type { Colors } from '../terminal.ts'
import { minuteUtc } from './change-facts.ts'
import { clockText, wallTime } from './clock-text.ts'
import { columns } from './columns.ts'

/** A record of a declared type in one line: `INC-2026-00042 open: the shop is slow`. */
export const recordLine = ({ spec }: RecordType, { id, state, title }: DeclaredRecord, c: Colors): string =>
  `${c.bold(id)} ${spec.states[state]?.title.toLowerCase() ?? state}: ${escapeControls(title)}`

/** All that is known of one: fields, links, and what was done and said. */
export function recordText(
  type: RecordType,
  record: DeclaredRecord,
  c: Colors,
  { clocks = [], priority, now = new Date() }: Partial<Standing> = {},
): string {
  const { fields, links, log, openedAt, openedBy } = record
  const next = type.spec.states[record.state]?.next
  const facts = [
    ...(next === undefined ? [] : [['next', next]]),
    ...(priority === undefined ? [] : [['priority', priority]]),
    ...clocks.map((clock) => [
      clock.name,
      `${clockText(clock)}${clock.due === undefined ? '' : `, due ${wallTime(clock.due, now)}`}`,
    ]),
    [
      'opened',
      `${minuteUtc(openedAt)} by ${log[0]?.for ?? openedBy}${log[0]?.via === undefined ? '' : `, by ${log[0].via}`}`,
    ],
    ...Object.entries(fields).map(([name, value]) => [name, cell(value)]),
    ...links.map(({ relation, to }) => [relation, to]),
  ]
  const said = log.map((line) => {
    const who = line.for ?? line.by
    const head = `${minuteUtc(line.at)}  ${line.move} by ${who}`
    return line.text === undefined ? head : `${head}\n${indented(line.text)}`
  })
  return `${[
    recordLine(type, record, c),
    ...columns(
      facts.map((row) => row.map((text) => escapeControls(text).replaceAll('\n', ' '))),
      {
        indent: '  ',
        paint: (text, column) => (column === 0 ? c.dim(text) : text),
      },
    ),
    '',
    ...said.map((text) => escapeControls(text)),
  ].join('\n')}\n`
}

/** The states and moves of a type. */
export function recordTypeText({ name, spec }: RecordType, c: Colors): string {
  const states = Object.entries(spec.states).map(([state, { title, next, final }]) => [
    state,
    title,
    final === true ? 'the end' : (next ?? ''),
  ])
  const moves = Object.entries(spec.transitions).map(([move, { title, from, to }]) => [
    move,
    `${from?.join(', ') ?? (move === 'new' ? '' : 'any')} → ${to ?? 'the same'}`,
    title,
  ])
  return `${[
    `${c.bold(spec.title)} (${name}), numbers ${spec.prefix}-…`,
    '',
    'states',
    ...columns(states, { indent: '  ' }),
    '',
    'moves',
    ...columns(moves, { indent: '  ' }),
  ].join('\n')}\n`
}

const cell = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n')
