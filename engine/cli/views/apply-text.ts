import type { ActionOutcome } from '../../model/event.ts'
import type { Colors } from '../terminal.ts'
import { minuteUtc } from './change-facts.ts'
import { columns, count } from './columns.ts'

/** What became of the changes of one apply. */
export interface AppliedChange {
  readonly change: string
  readonly title: string
  readonly state: string
  readonly counts: Readonly<Record<ActionOutcome, number>>
  /** Of an emergency that nobody looked back at; ISO 8601, UTC. */
  readonly reviewDue?: string
}

/** The outcome of an apply: one line for each change, and what to do next. */
export function applyText(report: { readonly changes: readonly AppliedChange[] }, c: Colors): string {
  if (report.changes.length === 0) return 'nothing pending\n'
  const rows = report.changes.map((change) => [change.change, change.state, countsText(change.counts), change.title])
  const paint = (cell: string, column: number): string =>
    column === 0
      ? c.bold(cell)
      : column === 1
        ? cell === 'implemented'
          ? c.green(cell)
          : cell === 'paused'
            ? c.yellow(cell)
            : c.red(cell)
        : cell
  const owed = report.changes.flatMap(({ change, reviewDue }) =>
    reviewDue === undefined
      ? []
      : [
          `${change} is emergency/unreviewed: somebody else reviews it by ${minuteUtc(reviewDue)} (plumbline review ${change})`,
        ],
  )
  return `${[...columns(rows, { paint }), ...owed.map(c.yellow)].join('\n')}\n`
}

function countsText(counts: AppliedChange['counts']): string {
  const parts = (['applied', 'failed', 'unknown', 'not-started'] as const).filter((o) => counts[o] > 0)
  return parts.length === 0 ? 'nothing to do' : parts.map((o) => `${count(counts[o], 'action')} ${o}`).join(', ')
}
