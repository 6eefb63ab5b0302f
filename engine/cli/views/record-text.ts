import { escapeControls } from '../../model/escape.ts'
import type { ChangeRecord } from '../../model/record.ts'
import { stateColor } from '../commands/log.ts'
import type { Colors } from '../terminal.ts'
import { changeFacts, minute } from './change-facts.ts'
import { columns } from './columns.ts'

/** One transition of a record, as its commit on the ledger tells it. */
export interface HistoryLine {
  readonly at: string
  readonly transition: string
  readonly actor: string
  readonly commit: string
}

/** A change for a person: what it was, who agreed, what was done where, and how it came to this. */
export function recordText(record: ChangeRecord, history: readonly HistoryLine[], c: Colors): string {
  const head = `${c.bold(record.id)}  ${stateColor(c, record.state)(record.state)}  ${escapeControls(record.title)}`
  const facts = columns(changeFacts(record), { paint: (cell, column) => (column === 0 ? c.dim(cell) : cell) })
  return `${[head, ...facts, '', ...actionLines(record, c), '', ...historyLines(history, c)].join('\n')}\n`
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
    history.map((h) => [minute(h.at), h.transition, h.actor, h.commit.slice(0, 12)]),
    { paint: (cell, column) => (column === 0 || column === 3 ? c.dim(cell) : cell) },
  )
}
