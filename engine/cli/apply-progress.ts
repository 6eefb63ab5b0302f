import type { Emit, PipelineEvent } from '../model/event.ts'
import type { Terminal } from './terminal.ts'
import { count } from './views/columns.ts'

/** What an apply does, as it does it: lines that a person can follow, or one JSON object a line. */
export function applyProgress(terminal: Terminal, json: boolean): Emit {
  if (json) return (event) => terminal.out(`${JSON.stringify(event)}\n`)
  const summaries = new Map<string, string>()
  return (event) => {
    if (event.type === 'action-started') summaries.set(event.action, event.summary)
    const line = lineOf(event, summaries, terminal)
    if (line !== undefined) terminal.err(`${line}\n`)
  }
}

function lineOf(event: PipelineEvent, summaries: ReadonlyMap<string, string>, terminal: Terminal): string | undefined {
  const c = terminal.colors
  switch (event.type) {
    case 'lock':
      return c.dim(`${event.tookOver ? 'took over' : 'took'} the lock of ${event.environment} (fence ${event.fence})`)
    case 'wave':
      return `${c.bold(event.name)}  ${count(event.hosts.length, 'host')}: ${event.hosts.join(', ')}`
    case 'action-finished': {
      const mark = { applied: c.green('✓'), failed: c.red('✗'), unknown: c.yellow('?'), 'not-started': c.dim('·') }[
        event.outcome
      ]
      const detail = event.detail === undefined ? '' : c.dim(`  ${event.detail}`)
      return `  ${mark} ${event.host}  ${summaries.get(event.action) ?? event.action}${detail}`
    }
    case 'gate':
      return `  ${event.ok ? c.green('✓') : c.red('✗')} gate ${event.gate}  ${c.dim(event.detail)}`
    case 'stopped':
      return c.red(`stopped: ${event.reason}`)
    default:
      return undefined
  }
}
