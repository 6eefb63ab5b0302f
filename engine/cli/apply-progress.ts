import type { Emit, PipelineEvent } from '../model/event.ts'
import type { Terminal } from './terminal.ts'
import { count } from './views/columns.ts'

/**
 * How an apply is told while it goes on.
 * - `text`: lines for a person, on standard error
 * - `json`: one JSON object a line on standard error, with its time; `docs/reference/progress.schema.json` says what is in it
 * - `events`: the same objects without times on standard output, before the result
 */
export type ProgressStyle = 'text' | 'json' | 'events'

export const progressStyles = ['text', 'json'] as const

/** What an apply does, as it does it. */
export function applyProgress(terminal: Terminal, style: ProgressStyle, now: () => number = Date.now): Emit {
  if (style === 'events') return (event) => terminal.out(`${JSON.stringify(event)}\n`)
  if (style === 'json')
    return (event) => terminal.err(`${JSON.stringify({ at: new Date(now()).toISOString(), ...event })}\n`)
  const text = new ProgressText(terminal, now)
  return (event) => text.tell(event)
}

/** Lines that stay, and on a terminal one that says what is under way. */
class ProgressText {
  readonly #terminal: Terminal
  readonly #now: () => number
  readonly #begun: number
  /** Action → what it does, where and since when. */
  readonly #actions = new Map<string, { readonly host: string; readonly summary: string; readonly since: number }>()
  #wave = ''

  constructor(terminal: Terminal, now: () => number) {
    this.#terminal = terminal
    this.#now = now
    this.#begun = now()
  }

  tell(event: PipelineEvent): void {
    if (event.type === 'action-started')
      this.#actions.set(event.action, { host: event.host, summary: event.summary, since: this.#now() })
    if (event.type === 'wave') this.#wave = `${event.environment} ${event.name}`
    const line = this.#lineOf(event)
    if (event.type === 'action-finished') this.#actions.delete(event.action)
    if (line !== undefined) this.#terminal.err(`${this.#terminal.interactive ? wipe : ''}${line}\n`)
    this.#showUnderWay(event)
  }

  #lineOf(event: PipelineEvent): string | undefined {
    const c = this.#terminal.colors
    switch (event.type) {
      case 'lock':
        return c.dim(`${event.tookOver ? 'took over' : 'took'} the lock of ${event.environment} (fence ${event.fence})`)
      case 'wave': {
        const { name, environment, hosts, number, of } = event
        const place = c.dim(`${environment} ${number}/${of}, after ${span(this.#now() - this.#begun)}`)
        return `${c.bold(name)}  ${count(hosts.length, 'host')}: ${hosts.join(', ')}  ${place}`
      }
      case 'action-finished': {
        const { action, host, outcome, detail } = event
        const known = this.#actions.get(action)
        const mark = { applied: c.green('✓'), failed: c.red('✗'), unknown: c.yellow('?'), 'not-started': c.dim('·') }[
          outcome
        ]
        const took = known === undefined ? 0 : this.#now() - known.since
        const more = [...(took >= 1000 ? [span(took)] : []), ...(detail === undefined ? [] : [detail])]
        return `  ${mark} ${host}  ${known?.summary ?? action}${more.length === 0 ? '' : c.dim(`  ${more.join('  ')}`)}`
      }
      case 'gate':
        return `  ${event.ok ? c.green('✓') : c.red('✗')} gate ${event.gate}  ${c.dim(event.detail)}`
      case 'waiting': {
        const { what, milliseconds, attempt, of } = event
        const again = attempt === undefined ? '' : `, attempt ${attempt} of ${of}`
        return c.dim(`  … waiting ${span(milliseconds)} for ${what}${again}`)
      }
      case 'taking-back':
        return c.yellow(`taking ${event.change} back as ${event.by}: ${count(event.actions, 'action')}`)
      case 'stopped':
        return c.red(`stopped: ${event.reason}`)
      default:
        return undefined
    }
  }

  /** Nothing where nobody looks. */
  #showUnderWay(event: PipelineEvent): void {
    if (!this.#terminal.interactive || (event.type !== 'action-started' && event.type !== 'action-finished')) return
    const [first, ...others] = [...this.#actions.values()]
    if (first === undefined) {
      this.#terminal.err(wipe)
      return
    }
    const more = others.length === 0 ? '' : `, and ${others.length} more`
    const words = `${this.#wave} · ${span(this.#now() - this.#begun)} · ${first.host}  ${first.summary}${more}`
    this.#terminal.err(`${wipe}${this.#terminal.colors.dim(words.slice(0, this.#terminal.width - 1))}`)
  }
}

/** Takes back the line that the cursor is on. */
const wipe = '\r\u001B[2K'

/** `4 s`, `3 min 20 s`, `2 h 5 min` */
function span(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
