import type { Readable, Writable } from 'node:stream'
import { escapeControls } from '../../model/escape.ts'
import { type Script, sh } from '../../model/script.ts'
import type { Output, RunOptions, SessionFailure } from '../../ports/host-session.ts'
import { OutputCollector } from './output-collector.ts'
import { exit255, type Framing, frame } from './shell-frame.ts'

/** A command that runs on the host. */
export interface RunningCommand {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** Settles when the command has ended and both streams have been read to their end. */
  readonly ended: Promise<CommandEnd>
  /** Ends it as far as that is possible from here; `ended` need not settle. */
  kill(): void
  /** Waits for it no longer, and lets it finish: whatever it prints is thrown away. */
  letGo(): void
}

export interface CommandEnd {
  /** null: ended by a signal, or no status came. */
  readonly code: number | null
  readonly cutOff: boolean
}

/** Starts a command line in the account's login shell. */
export type OpenCommand = (command: string) => Promise<RunningCommand | SessionFailure | 'cut-off'>

/** A read-only script that prints this many times the cap is stopped: one babbling host must not cost the others time. */
const floodFactor = 4

const nothing = new Uint8Array()

/** Runs a script over any transport: sends it, collects what it prints, minds the deadline, and says why it never began. */
export async function runScript(
  open: OpenCommand,
  script: Script,
  framing: Framing,
  options: RunOptions,
): Promise<Output> {
  const { command, input } = frame(script, framing)
  const deadline = new Deadline(options.deadline)
  try {
    const opening = open(command)
    const running = await deadline.over(opening)
    if (running === 'deadline') {
      void opening.then((late) => late !== 'cut-off' && !('failed' in late) && late.kill())
      return outcome({ timedOut: true })
    }
    if (running === 'cut-off') return outcome({ cutOff: true })
    if ('failed' in running) return outcome({ notStarted: running })
    const gathered = await gather(running, input, script, framing, options, deadline)
    if (gathered.started || gathered.output.timedOut || gathered.output.cutOff) return gathered.output
    const notStarted = await whyNotStarted(open, framing, gathered, options, deadline)
    return notStarted === 'cut-off' ? outcome({ cutOff: true }) : outcome({ notStarted })
  } finally {
    deadline.clear()
  }
}

interface Gathered {
  readonly started: boolean
  readonly output: Output
  readonly code: number | null
  readonly noise: { readonly stdout: string; readonly stderr: string }
}

async function gather(
  running: RunningCommand,
  input: Uint8Array,
  script: Script,
  framing: Framing,
  options: RunOptions,
  deadline: Deadline,
): Promise<Gathered> {
  const stdout = new OutputCollector(framing.nonce, options.outputCap)
  const stderr = new OutputCollector(framing.nonce, options.outputCap)
  let flood: (() => void) | undefined
  const flooded = new Promise<'flood'>((resolve) => {
    flood = () => resolve('flood')
  })
  const limit = script.readOnly ? options.outputCap * floodFactor + 65536 : Number.POSITIVE_INFINITY
  const listen = (stream: Readable, collector: OutputCollector) =>
    stream.on('data', (chunk: Buffer) => {
      collector.add(chunk)
      if (collector.seen > limit) flood?.()
    })
  listen(running.stdout, stdout)
  listen(running.stderr, stderr)
  running.stdin.on('error', () => {}) // It ended before it read everything: its status tells.
  running.stdin.write(input)
  const end = await deadline.over(Promise.race([running.ended, flooded]))
  running.stdout.removeAllListeners('data').resume()
  running.stderr.removeAllListeners('data').resume()
  // Half a change is worse than a late one, and killing it would take the timers along that undo it.
  if (end === 'deadline' || end === 'flood') script.readOnly ? running.kill() : running.letGo()
  const started = stdout.started
  const { bytes, marked } = stderr.finish(framing.markExit255 ? framing.nonce + exit255 : undefined)
  const stopped = end === 'deadline' || end === 'flood'
  // Status 255 without our mark is the transport's own: the connection broke, unless it says that no shell was had.
  const transportFailed = framing.markExit255 === true && !stopped && end.code === 255 && !marked
  const lost = transportFailed && !(!started && /request failed|prohibited/.test(stderr.noise()))
  const code = stopped || lost ? null : end.code
  return {
    started,
    code,
    noise: { stdout: stdout.noise(), stderr: stderr.noise() },
    output: {
      code,
      stdout: stdout.finish().bytes,
      stderr: bytes,
      truncated: stdout.truncated || stderr.truncated || end === 'flood',
      timedOut: end === 'deadline',
      cutOff: lost || (!stopped && end.cutOff),
    },
  }
}

/** Asked only where a script did not begin, so that the ordinary way stays one round trip. */
async function whyNotStarted(
  open: OpenCommand,
  framing: Framing,
  gathered: Gathered,
  options: RunOptions,
  deadline: Deadline,
): Promise<SessionFailure | 'cut-off'> {
  const said = excerpt(gathered.noise.stderr) || excerpt(gathered.noise.stdout) || `exit status ${gathered.code}`
  if (framing.elevation.kind === 'none') return { failed: 'no-shell', detail: said }
  if (/(^|\n)sudo: |(^|\n)Sorry, user /.test(gathered.noise.stderr)) return { failed: 'sudo-refused', detail: said }
  const plain: Framing = { ...framing, elevation: { kind: 'none' } }
  const probe = await runScript(open, sh`:`, plain, { outputCap: options.outputCap, deadline: deadline.left() })
  if (probe.cutOff) return 'cut-off'
  if (probe.notStarted) return probe.notStarted
  return { failed: probe.timedOut ? 'no-shell' : 'sudo-refused', detail: said }
}

function outcome(flags: Partial<Pick<Output, 'timedOut' | 'cutOff' | 'notStarted'>>): Output {
  return { code: null, stdout: nothing, stderr: nothing, truncated: false, timedOut: false, cutOff: false, ...flags }
}

/** The end of what a host said, fit for a detail. */
export function excerpt(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return escapeControls(lines.slice(-3).join(' | ').slice(-300))
}

/** One deadline over several waits; its timer keeps the process alive only while somebody waits. */
export class Deadline {
  readonly #until: number
  readonly #promise: Promise<'deadline'>
  #timer: NodeJS.Timeout | undefined

  constructor(ms: number) {
    this.#until = performance.now() + ms
    this.#promise = new Promise((resolve) => {
      this.#timer = setTimeout(() => resolve('deadline'), ms)
    })
  }

  over<T>(work: Promise<T>): Promise<T | 'deadline'> {
    return Promise.race([work, this.#promise])
  }

  /** Milliseconds left, at least 1. */
  left(): number {
    return Math.max(1, Math.ceil(this.#until - performance.now()))
  }

  clear(): void {
    clearTimeout(this.#timer)
  }
}
