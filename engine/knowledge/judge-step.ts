import { escapeControls } from '../model/escape.ts'
import { linearPattern } from '../schema/linear-pattern.ts'
import type { RunbookStep } from './choose-steps.ts'

/** What a step on a host came to. Failed: it ended otherwise than it had to. Unknown: nobody saw how it ended. */
export interface StepResult {
  readonly step: string
  readonly host: string
  readonly outcome: 'done' | 'failed' | 'unknown'
  readonly exit?: number
  /** The first of what it printed, safe to be shown. */
  readonly output?: string
  readonly sha256?: string
  readonly bytes?: number
  readonly because?: string
}

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly timedOut: boolean
  readonly cutOff: boolean
  readonly notStarted?: { readonly detail: string }
}

/** Whether a step did what it has to do: by its status, and by what it printed where it says so. */
export function judgeStep(
  { status = 0, expect, timeout = usualTimeout }: RunbookStep,
  { code, stdout, timedOut, cutOff, notStarted }: Ended,
): Pick<StepResult, 'outcome' | 'because'> {
  if (notStarted !== undefined) return { outcome: 'failed', because: escapeControls(notStarted.detail).slice(0, 500) }
  if (cutOff) return { outcome: 'unknown', because: 'the connection broke before it ended' }
  if (timedOut || code === null) return { outcome: 'unknown', because: 'the host did not answer in time' }
  if (code === 124 && status !== 124) return { outcome: 'failed', because: `it did not end within ${timeout} seconds` }
  if (code !== status) return { outcome: 'failed', because: `it ended with ${code}, not ${status}` }
  if (expect === undefined) return { outcome: 'done' }
  const found = linearPattern(expect)
  if ('refused' in found) return { outcome: 'failed', because: `the pattern is refused: ${found.refused}` }
  return found.pattern.test(stdout.trimEnd())
    ? { outcome: 'done' }
    : { outcome: 'failed', because: `what it printed does not match ${expect}` }
}

/** Seconds that a step may take where it says nothing of it. */
export const usualTimeout = 300
