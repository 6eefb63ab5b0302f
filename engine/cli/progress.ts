import type { Emit } from '../model/event.ts'
import type { Terminal } from './terminal.ts'
import { diagnosticsText } from './views/diagnostics-text.ts'

/** One line on the terminal that says how far the work is; nothing where nobody looks. */
export function progress(terminal: Terminal): Emit {
  const show = (text: string): void => void (terminal.interactive && terminal.err(`\r\u001B[2K${text}`))
  return (event) => {
    if (event.type === 'diagnostic') terminal.err(diagnosticsText([event.diagnostic], terminal.colors))
    if (event.type === 'observing' && event.hosts > 0) show(`looking at ${event.hosts} hosts…`)
    else if (event.type === 'observed')
      show(event.done === event.of ? '' : `looking at hosts… ${event.done} of ${event.of}`)
    else if (event.type === 'indexing') show(event.done === true ? '' : `finding records… ${event.records}`)
    else if (event.type === 'judged')
      show(event.done === event.of ? '' : `judging changes… ${event.done} of ${event.of}, ${event.change}`)
  }
}
