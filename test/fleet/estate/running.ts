import { type ChildProcess, spawn } from 'node:child_process'
import type { Diagnostic } from '../../../engine/model/diagnostic.ts'
import type { ActionOutcome, PipelineEvent } from '../../../engine/model/event.ts'
import type { ChangeState } from '../../../engine/model/record.ts'
import { waitFor } from '../harness/wait.ts'

/** The last line of `apply --json`. */
export interface ApplyResult {
  readonly type: 'result'
  readonly changes: readonly {
    readonly change: string
    readonly state: ChangeState
    readonly counts: Readonly<Record<ActionOutcome, number>>
  }[]
  readonly diagnostics: readonly Diagnostic[]
}

/** What a command left behind. `signal` is set where one ended it. */
export interface Finished {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A command under way: its events as they come, and the means to end, pause or wake it. */
export class Running {
  readonly ended: Promise<Finished>
  readonly #child: ChildProcess
  #stdout = ''
  #stderr = ''

  constructor(file: string, args: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv }) {
    // A process group of its own, so that a signal reaches its children, too, as one typed at a terminal does.
    this.#child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.#stdout += chunk.toString()
    })
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#stderr += chunk.toString()
    })
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject)
      this.#child.once('close', (code, signal) => resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr }))
    })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  get events(): readonly PipelineEvent[] {
    return jsonLines(this.#stdout) as PipelineEvent[]
  }

  /** Waits for an event of `--json`. */
  event<T extends PipelineEvent['type']>(
    type: T,
    matches: (event: Extract<PipelineEvent, { type: T }>) => boolean = () => true,
  ): Promise<Extract<PipelineEvent, { type: T }>> {
    return waitFor({
      what: `event ${type}`,
      deadline: 60_000,
      probe: () => {
        const found = this.events.find((e) => e.type === type && matches(e as never))
        if (found === undefined && (this.#child.exitCode !== null || this.#child.signalCode !== null))
          throw new Error(`the command ended before the event ${type}\n${this.#stdout}\n${this.#stderr}`)
        return found as Extract<PipelineEvent, { type: T }> | undefined
      },
      evidence: () => `${this.#stdout}\n${this.#stderr}`,
    })
  }

  /** Ends the process alone, at once: it gets to do nothing any more. */
  async kill(): Promise<Finished> {
    this.#child.kill('SIGKILL')
    return this.ended
  }

  /** What Ctrl-C does: the signal goes to the process and to all of its children. */
  interrupt(): void {
    process.kill(-this.pid, 'SIGINT')
  }

  pause(): void {
    this.#child.kill('SIGSTOP')
  }

  wake(): void {
    this.#child.kill('SIGCONT')
  }
}

/** The lines that are whole. */
export function jsonLines(text: string): unknown[] {
  return text
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as unknown]
      } catch {
        return []
      }
    })
}

export function resultOf(finished: Finished): ApplyResult {
  const result = (jsonLines(finished.stdout) as { type?: string }[]).find((line) => line.type === 'result')
  if (result === undefined) throw new Error(`no result:\n${finished.stdout}\n${finished.stderr}`)
  return result as ApplyResult
}
