import type { Emit } from '../model/event.ts'
import type { Terminal } from './terminal.ts'

/** One line on the terminal that says how far the work is; nothing where nobody looks. */
export function progress(terminal: Terminal): Emit {
  if (!terminal.interactive) return () => {}
  const show = (text: string): void => terminal.err(`\r\u001B[2K${text}`)
  return (event) => {
    if (event.type === 'observing' && event.hosts > 0) show(`looking at ${event.hosts} hosts…`)
    else if (event.type === 'observed')
      show(event.done === event.of ? '' : `looking at hosts… ${event.done} of ${event.of}`)
  }
}
