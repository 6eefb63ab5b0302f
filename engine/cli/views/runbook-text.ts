import type { RunbookSpec } from '../../generated/types.ts'
import type { StepResult } from '../../knowledge/judge-step.ts'
import { escapeControls } from '../../model/escape.ts'
import type { PreparedRun } from '../../pipeline/knowledge/prepare-run.ts'
import type { Colors } from '../terminal.ts'
import { columns } from './columns.ts'

type Step = NonNullable<RunbookSpec['steps']>[number]

/** A runbook as somebody reads it who is about to run it. */
export function runbookText(
  {
    name,
    document,
    spec,
  }: { readonly name: string; readonly document: { readonly file: string }; readonly spec: RunbookSpec },
  colors: Colors,
): string {
  const lines = [`${colors.bold(escapeControls(spec.title))}  ${name}  ${document.file}`]
  if (spec.services !== undefined) lines.push(`services  ${spec.services.join(', ')}`)
  if (spec.review !== undefined) lines.push(`review    ${spec.review}`)
  const required = new Set(spec.required ?? [])
  const inputs = Object.entries(spec.inputs ?? {}).map(([input, schema]) => [
    ...[`  --input ${input}=…`, String(schema['type'] ?? schema['ref'] ?? ''), required.has(input) ? 'required' : ''],
    escapeControls(String(schema['description'] ?? '')),
  ])
  if (inputs.length > 0) lines.push('inputs', ...columns(inputs))
  if ((spec.steps ?? []).length === 0) lines.push('it has no steps that can be run: read it')
  for (const step of spec.steps ?? []) lines.push('', stepHead(step, colors), ...scriptLines(step))
  return `${lines.join('\n')}\n`
}

/** What would be run, and where. */
export function runPlanText({ steps, runbook }: PreparedRun, colors: Colors): string {
  const lines = steps.flatMap(({ step, hosts }) => [
    '',
    `${stepHead(step, colors)}`,
    ...scriptLines(step),
    `  on ${hosts.join(', ')}`,
  ])
  return `${colors.bold(runbook.name)}: nothing is run yet\n${lines.join('\n').trimStart()}\n`
}

function stepHead({ name, title, as, timeout, confirm, expect, undo, local }: Step, colors: Colors): string {
  const marks = [
    ...(local === true ? ['on this machine'] : []),
    ...(as === undefined ? [] : [`as ${as}`]),
    ...(timeout === undefined ? [] : [`within ${timeout} s`]),
    ...(confirm === undefined ? [] : ['asks before']),
    ...(expect === undefined ? [] : [`has to print ${escapeControls(expect)}`]),
    ...(undo === undefined ? [] : [`taken back by ${undo}`]),
  ]
  const under = title === undefined ? '' : `  ${escapeControls(title)}`
  return `${colors.bold(name)}${under}${marks.length === 0 ? '' : `  (${marks.join(', ')})`}`
}

const scriptLines = ({ script }: Step): readonly string[] =>
  script.split('\n').map((line) => `  | ${escapeControls(line)}`)

/** What came of a step on a host. */
export function stepResultText({ host, outcome, exit, because, output }: StepResult, colors: Colors): string {
  const word = outcome === 'done' ? colors.green(outcome) : colors.red(outcome)
  const why = because ?? (exit === undefined ? '' : `status ${exit}`)
  const printed = (output ?? '').split('\n').filter((line) => line !== '')
  return [`  ${host}  ${word}  ${why}`, ...printed.slice(0, 20).map((line) => `    ${line}`)]
    .map((l) => `${l.trimEnd()}\n`)
    .join('')
}
