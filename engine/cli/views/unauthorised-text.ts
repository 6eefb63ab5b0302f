import { escapeControls } from '../../model/escape.ts'
import type { UnauthorisedRecord } from '../../model/record.ts'
import { stateColor } from '../commands/log.ts'
import type { Colors } from '../terminal.ts'
import { minute } from './change-facts.ts'
import { columns } from './columns.ts'
import { cluesText } from './drift-text.ts'
import { type HistoryLine, historyLines } from './record-text.ts'

/** A change on a host that no change record knows: what it is, what the host knew of it, and what became of it. */
export function unauthorisedText(record: UnauthorisedRecord, history: readonly HistoryLine[], c: Colors): string {
  const { id, state, host, resource, attribution, fields, intended, found, clues, settled } = record
  const head = `${c.bold(id)}  ${stateColor(c, state)(state)}  ${escapeControls(resource)} on ${host}`
  const said = cluesText(clues)
  const by = intended.approvers.length === 0 ? '' : `, approved by ${intended.approvers.join(', ')}`
  const rows = [
    [
      'found',
      `${minute(record.foundAt)}${fields.length === 0 ? '' : `, off in ${fields.map(escapeControls).join(', ')}`}`,
    ],
    ['made', [attribution === 'outside' ? 'outside' : 'nobody can tell how', ...said].join(' · ')],
    ['intended', `${intended.change}, commit ${intended.commit.slice(0, 12)}${by}`],
    ['state', found],
    ...(settled === undefined
      ? []
      : [
          [
            'settled',
            escapeControls([minute(settled.at), settled.change, settled.because].filter(Boolean).join(' · ')),
          ],
        ]),
  ]
  const facts = columns(rows, { paint: (cell, column) => (column === 0 ? c.dim(cell) : cell) })
  return `${[head, ...facts, '', ...historyLines(history, c)].join('\n')}\n`
}
