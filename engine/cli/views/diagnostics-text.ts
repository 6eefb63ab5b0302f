import type { Diagnostic } from '../../model/diagnostic.ts'
import { escapeControls } from '../../model/escape.ts'
import type { Colors } from '../terminal.ts'
import { count } from './columns.ts'

/** Findings for a person: place and verdict on one line, then the why and the next step. */
export function diagnosticsText(diagnostics: readonly Diagnostic[], colors: Colors): string {
  return diagnostics.map((d) => `${one(d, colors)}\n`).join('')
}

function one(d: Diagnostic, c: Colors): string {
  const mark = { error: c.red('error'), warning: c.yellow('warning'), info: c.cyan('info') }[d.severity]
  const place = d.file === undefined ? d.host : `${d.file}${d.line === undefined ? '' : `:${d.line}:${d.column ?? 1}`}`
  const lines = [`${mark} ${c.dim(`[${d.code}]`)} ${escapeControls(d.summary)}`]
  if (place !== undefined)
    lines.push(`  ${c.dim('at')}   ${escapeControls(place)}${d.subject === undefined ? '' : c.dim(`  ${d.subject}`)}`)
  if (d.detail !== undefined) lines.push(...escapeLines(d.detail).map((l) => `       ${l}`))
  if (d.hint !== undefined) lines.push(`  ${c.dim('next')} ${escapeControls(d.hint)}`)
  return lines.join('\n')
}

const escapeLines = (text: string): string[] => text.split('\n').map(escapeControls)

/** `2 errors, 1 warning`; empty where there is nothing to say. */
export function tally(diagnostics: readonly Diagnostic[]): string {
  const of = (severity: Diagnostic['severity']): number => diagnostics.filter((d) => d.severity === severity).length
  const parts = [
    of('error') > 0 ? count(of('error'), 'error') : '',
    of('warning') > 0 ? count(of('warning'), 'warning') : '',
    of('info') > 0 ? count(of('info'), 'remark') : '',
  ]
  return parts.filter((p) => p !== '').join(', ')
}
