import { escapeControls } from '../../model/escape.ts'
import type { Replayed, ReplayedChange } from '../../pipeline/policy-replay.ts'
import type { PolicyTests } from '../../pipeline/policy-test.ts'
import type { Colors } from '../terminal.ts'
import { columns, count } from './columns.ts'
import { diagnosticsText } from './diagnostics-text.ts'

/** Examples as a table, those that fail once more with their place, and a line that sums up. */
export function policyTestsText({ results, untested, diagnostics }: PolicyTests, c: Colors): string {
  const holds = (row: number): boolean => results[row]?.got === results[row]?.expected
  const rows = results.map((r, i) => [holds(i) ? 'holds' : 'fails', r.policy, escapeControls(r.name), r.expected])
  const paint = (cell: string, column: number, row: number): string =>
    column === 0 ? (holds(row) ? c.green(cell) : c.red(cell)) : column === 3 ? c.dim(cell) : cell
  const table = columns(rows, { paint })
    .map((line) => `${line}\n`)
    .join('')
  const none = untested.length === 0 ? '' : `; ${count(untested.length, 'policy has', 'policies have')} none`
  const held = results.length - diagnostics.length
  const sum = `${held} of ${count(results.length, 'example')} ${held === 1 ? 'holds' : 'hold'}${none}`
  const findings = diagnostics.length === 0 ? '' : `\n${diagnosticsText(diagnostics, c)}`
  return `${table}${findings}${c.dim(sum)}\n`
}

/** Changes of which another thing would have been said, those that were not judged, and counts of all. */
export function policyReplayText({ since, changes, counts }: Replayed, c: Colors): string {
  const told = changes.filter((change) => !change.judged || change.result !== 'same')
  const lines = told.flatMap((change) => [
    `${c.bold(change.id)}  ${escapeControls(change.title)}`,
    ...changeLines(change, c),
  ])
  const judged = changes.length - counts['not-judged']
  const sums = [
    `${count(judged, 'change')} since ${since.slice(0, 10)} judged again`,
    `${counts.same} as then`,
    `${counts.stricter} stricter`,
    `${counts.looser} looser`,
    ...(counts.other > 0 ? [`${counts.other} otherwise`] : []),
    ...(counts['held-up'] > 0 ? [`${counts['held-up']} would have been held up`] : []),
    ...(counts['not-judged'] > 0 ? [`${counts['not-judged']} not judged`] : []),
  ]
  return `${lines.map((line) => `${line}\n`).join('')}${lines.length > 0 ? '\n' : ''}${c.dim(sums.join(', '))}\n`
}

function changeLines(change: ReplayedChange, c: Colors): readonly string[] {
  if (!change.judged) return [`  ${c.yellow('not judged')}  ${escapeControls(change.because)}`]
  const { was, now, heldUp, why } = change
  const lacks = now.lacks.length === 0 ? '' : `, and lacks ${now.lacks.join(', ')}`
  const paint = heldUp ? c.red : change.result === 'looser' ? c.green : c.yellow
  return [
    `  ${was.text} → ${paint(`${now.text}${heldUp ? lacks : ''}`)}`,
    ...why.map((line) => c.dim(`  ${escapeControls(line)}`)),
  ]
}
