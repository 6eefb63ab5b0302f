import type { ExplainedPlan, ExplainedStep } from '../../pipeline/explain-plan.ts'
import type { Colors } from '../terminal.ts'
import { count } from './columns.ts'

const marks = { create: '+', update: '~', delete: '-', restart: '>' } as const

/** The order on each host, each step with what it waits for and where it is declared. */
export function explainedPlanText(plan: ExplainedPlan, c: Colors): string {
  if (plan.hosts.length === 0) return 'nothing is planned\n'
  return plan.hosts.map(({ host, steps }) => hostText(host, steps, c)).join('\n')
}

function hostText(host: string, steps: readonly ExplainedStep[], c: Colors): string {
  const place = new Map<string, number>()
  for (const [i, step] of steps.entries()) if (step.verb !== 'restart') place.set(step.resource, i + 1)
  const numbered = (id: string): string => (place.has(id) ? `${id} (${place.get(id)})` : id)
  const width = String(steps.length).length
  const indent = ' '.repeat(width + 4)
  const lines = steps.flatMap((step, i) => {
    const mark = step.verb === undefined ? '' : `${marks[step.verb]} `
    const declared = step.declaredBy.map((d) => `${d.address} at ${d.place.file}:${d.place.line}`)
    return [
      `  ${String(i + 1).padStart(width)}  ${mark}${c.bold(step.resource)}${step.summary === undefined ? '' : `  ${step.summary}`}`,
      ...declared.map((d) => c.dim(`${indent}from ${d}`)),
      ...step.after.map(({ resource, because }) =>
        c.dim(
          `${indent}after ${numbered(resource)}${because === 'known' ? ', which nobody had to write' : ', as written'}`,
        ),
      ),
      ...step.restartOn.map((id) => c.dim(`${indent}restarts when ${numbered(id)} changes`)),
    ]
  })
  return `${c.bold(host)}  ${count(steps.length, 'step')}\n${lines.join('\n')}\n`
}
