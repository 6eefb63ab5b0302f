import type { Json } from '../../model/document.ts'
import { escapeControls } from '../../model/escape.ts'
import type { Compare, Compared, Difference } from '../../pipeline/compare.ts'
import type { Colors } from '../terminal.ts'
import { count } from './columns.ts'

/** Longest value that is shown; JSON has all of it. */
const widest = 60

/** What differs between two states: documents first, then host by host; hosts with the same differences share one paragraph. */
export function comparisonText(found: Compare, c: Colors): string {
  const { before, after, documents, hosts, unseen } = found
  const side = ({ named, at, commit }: Compare['before']): string =>
    `${named}  ${c.dim(`${at.slice(0, 16).replace('T', ' ')}, commit ${commit.slice(0, 12)}`)}`
  const lines = [`${c.red('-')} ${side(before)}`, `${c.green('+')} ${side(after)}`]
  if (documents.length > 0) lines.push('', c.bold('documents'), ...documents.flatMap((d) => linesOf(d, '', c)))
  const alike = new Map<string, string[]>()
  for (const host of hosts) {
    const text = [
      ...host.resources.flatMap((r) => linesOf(r, 'wanted ', c)),
      ...host.facts.flatMap((f) => linesOf(f, `${f.group} `, c)),
      ...host.states.flatMap((s) => linesOf(s, 'seen ', c)),
    ].join('\n')
    alike.set(text, [...(alike.get(text) ?? []), host.host])
  }
  for (const [text, names] of alike) lines.push('', c.bold(names.join(', ')), text)
  if (documents.length + hosts.length === 0) lines.push('', c.green('nothing differs'))
  if (unseen.length > 0)
    lines.push('', c.dim(`not seen on both sides: ${unseen.slice(0, 5).join(', ')}${more(unseen.length - 5)}`))
  else if (documents.length + hosts.length > 0)
    lines.push('', c.dim(`${count(documents.length, 'document')} and ${count(hosts.length, 'host')} differ`))
  return `${lines.join('\n')}\n`
}

const more = (n: number): string => (n > 0 ? ` and ${n} more` : '')

const marks = { added: '+', removed: '-', changed: '~', upgraded: '↑', downgraded: '↓' } as const

function linesOf({ what, name, fields }: Compared, group: string, c: Colors): string[] {
  const mark = what === 'added' ? c.green(marks[what]) : what === 'removed' ? c.red(marks[what]) : c.yellow(marks[what])
  const head = `  ${mark} ${c.dim(group)}${escapeControls(name)}`
  const [only] = fields
  if (fields.length === 1 && only !== undefined) return [`${head}  ${fieldText(only)}`]
  return [head, ...fields.map((field) => `      ${fieldText(field)}`)]
}

function fieldText({ path, before, after }: Difference): string {
  const shown = (value: Json | undefined): string => {
    if (value === undefined) return 'nothing'
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    return escapeControls(text.length > widest ? `${text.slice(0, widest - 1)}…` : text).replaceAll('\n', '⏎')
  }
  return `${escapeControls(path)}: ${shown(before)} → ${shown(after)}`
}
