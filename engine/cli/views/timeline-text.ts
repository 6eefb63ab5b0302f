import type { DeclaredRecord } from '../../model/declared-record.ts'
import { escapeControls } from '../../model/escape.ts'
import type { TimelineEntry } from '../../pipeline/incidents/timeline.ts'
import type { Colors } from '../terminal.ts'
import { minute } from './change-facts.ts'
import { columns } from './columns.ts'

/** The timeline of an incident, a line for each thing that happened; of texts the first line. */
export function timelineText(
  { id, title }: DeclaredRecord,
  entries: readonly TimelineEntry[],
  { bold, dim }: Colors,
): string {
  const rows = entries.map((e) => [
    minute(e.at),
    e.id === id ? '' : e.id,
    e.what,
    escapeControls(e.who),
    escapeControls(e.text.split('\n')[0] ?? ''),
  ])
  const paint = (cell: string, column: number): string => (column === 0 ? dim(cell) : cell)
  return `${bold(id)}  ${escapeControls(title)}\n${columns(rows, { indent: '  ', paint }).join('\n')}\n`
}

/** The same as a table of Markdown (CommonMark with tables), with times in UTC. */
export function timelineMarkdown({ id, title }: DeclaredRecord, entries: readonly TimelineEntry[]): string {
  const rows = entries.map((e) => [minute(e.at), e.id, e.what, e.who, e.text].map(cell).join(' | '))
  return [
    `# ${cell(`${id}: ${title}`)}`,
    '',
    '| when (UTC) | what | move | who | text |',
    '|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
    '',
  ].join('\n')
}

/** Nothing that somebody wrote becomes Markdown or HTML. */
const cell = (text: string): string =>
  escapeControls(text.replaceAll('\n', ' ')).replace(/[\\`*_{}[\]<>#|!&~]/g, (sign) =>
    sign === '<' ? '&lt;' : sign === '>' ? '&gt;' : sign === '&' ? '&amp;' : `\\${sign}`,
  )
