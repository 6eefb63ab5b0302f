import { escapeControls } from '../../model/escape.ts'
import type { ChangeRecord } from '../../model/record.ts'
import { stateColor } from '../commands/log.ts'
import type { Colors, Terminal } from '../terminal.ts'
import { changeFacts, minute } from './change-facts.ts'
import { columns } from './columns.ts'
import { wrap } from './wrap.ts'

/** One transition of a record, as its commit on the ledger tells it. */
export interface HistoryLine {
  readonly at: string
  readonly transition: string
  readonly actor: string
  readonly commit: string
}

/** A change for a person: what it was, who agreed, what was done where, and how it came to this. */
export function recordText(
  record: ChangeRecord,
  history: readonly HistoryLine[],
  { colors: c, width }: Pick<Terminal, 'colors' | 'width'>,
): string {
  const head = `${c.bold(record.id)}  ${stateColor(c, record.state)(record.state)}  ${escapeControls(record.title)}`
  const facts = columns(folded(changeFacts(record), width), {
    paint: (cell, column) => (column === 0 ? c.dim(cell) : cell),
  })
  return `${[head, ...facts, '', ...actionLines(record, c), '', ...historyLines(history, c)].join('\n')}\n`
}

/** Facts whose text fits beside the longest label; what goes on in another line stands below the words, not below the points of a risk. */
function folded(facts: readonly (readonly [string, string])[], width: number): string[][] {
  const left = Math.max(width - 2 - Math.max(...facts.map(([label]) => label.length)), 40)
  return facts.flatMap(([label, text]) => {
    if (text.length <= left) return [[label, text]]
    const [lead] = /^ *\d+ {2}|/.exec(text) ?? ['']
    const indent = ' '.repeat(lead.length)
    const lines = wrap(text.slice(lead.length), left - lead.length)
    return lines.map((line, i) => (i === 0 ? [label, `${lead}${line}`] : ['', `${indent}${line}`]))
  })
}

function actionLines(record: ChangeRecord, c: Colors): string[] {
  const results = new Map(record.deployment?.results.map((r) => [r.id, r]) ?? [])
  const rows = record.actions.map((action) => {
    const result = results.get(action.id)
    return [
      result?.outcome ?? 'planned',
      action.host,
      `${action.verb} ${escapeControls(action.resource)}`,
      action.reversibility,
      escapeControls(result?.detail ?? ''),
    ]
  })
  const paint = (cell: string, column: number): string =>
    column === 0
      ? cell === 'applied'
        ? c.green(cell)
        : cell === 'failed'
          ? c.red(cell)
          : c.yellow(cell)
      : column === 3
        ? c.dim(cell)
        : cell
  return columns(rows, { paint })
}

export function historyLines(history: readonly HistoryLine[], c: Colors): string[] {
  return columns(
    history.map((h) => [minute(h.at), h.transition, h.actor, h.commit.slice(0, 12)].map(escapeControls)),
    { paint: (cell, column) => (column === 0 || column === 3 ? c.dim(cell) : cell) },
  )
}
