import { escapeControls } from '../../model/escape.ts'
import type { CheckConclusion } from '../../model/pull-request.ts'
import type { Colors } from '../terminal.ts'
import { columns, count } from './columns.ts'

/** One pull request, as far as a line tells of it. */
export interface RequestLine {
  readonly number: number
  readonly outcome: string
  readonly head: string
  readonly url: string
  readonly shown?: { readonly checks: readonly { readonly name: string; readonly conclusion: CheckConclusion }[] }
}

/** What became of each pull request that was planned. */
export function ciPlanText(planned: readonly RequestLine[], c: Colors): string {
  if (planned.length === 0) return 'no pull request to plan\n'
  const rows = planned.map(({ number, outcome, head, url, shown }) => [
    `#${number}`,
    outcome,
    head.slice(0, 12),
    (shown?.checks ?? []).map((check) => `${check.name} ${check.conclusion}`).join(', '),
    escapeControls(url),
  ])
  return lines(rows, c)
}

/** A merged change, and the pull request that was told of it. */
export interface ChangeLine {
  readonly change: string
  readonly state: string
  readonly request?: number
  readonly told: { readonly change: { readonly title: string } }
}

/** Changes, with the pull requests that brought them. */
export function ciChangesText(changes: readonly ChangeLine[], c: Colors): string {
  const rows = changes.map(({ change, state, request, told }) => [
    change,
    state,
    request === undefined ? '' : `#${request}`,
    escapeControls(told.change.title),
  ])
  return changes.length === 0 ? 'nothing was merged of late\n' : lines(rows, c)
}

/** `2 pull requests have to be planned anew: #4, #7` */
export function outdatedText(numbers: readonly number[]): string {
  if (numbers.length === 0) return ''
  const all = numbers.map((n) => `#${n}`).join(', ')
  const several = numbers.length === 1 ? 'has' : 'have'
  return `${count(numbers.length, 'pull request')} ${several} to be planned anew, for the branch moved: ${all}\n`
}

const lines = (rows: readonly (readonly string[])[], c: Colors): string =>
  `${columns(rows, { paint: (cell, column) => (column === 0 ? c.bold(cell) : cell) }).join('\n')}\n`
