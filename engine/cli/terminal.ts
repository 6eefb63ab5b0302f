import picocolors from 'picocolors'
import type { Prompter } from './forms/prompter.ts'

/** Where a command reads from and writes to. Handed in, so that commands can be run by tests. */
export interface Terminal {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Both ends are a terminal: questions may be asked and progress shown. */
  readonly interactive: boolean
  readonly width: number
  readonly colors: Colors
  /** Reads a value that is never shown: asked for without echo, or all of standard input. */
  readonly readSecret?: (question: string) => Promise<string>
  /** Asks questions; called only where it is interactive. */
  readonly prompter?: () => Promise<Prompter>
}

export type Colors = ReturnType<typeof picocolors.createColors>

/** The process's own terminal. Colour honours NO_COLOR, FORCE_COLOR and whether somebody looks. */
export function processTerminal(flags: { readonly color: boolean }): Terminal {
  const env = process.env
  const colored =
    flags.color &&
    (env['NO_COLOR'] ?? '') === '' &&
    (Boolean(env['FORCE_COLOR']) || (process.stdout.isTTY && env['TERM'] !== 'dumb'))
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    cwd: process.cwd(),
    env,
    interactive: Boolean(process.stdin.isTTY && process.stderr.isTTY && (env['CI'] ?? '') === ''),
    width: process.stdout.columns ?? 100,
    colors: picocolors.createColors(Boolean(colored)),
    readSecret: async (question) => (await import('./read-secret.ts')).readSecret(question),
    prompter: async () => (await import('./forms/clack-prompter.ts')).clackPrompter(),
  }
}

/** Exit statuses, the same for every command. */
export const exit = {
  ok: 0,
  error: 1,
  changes: 2,
  usage: 64,
  interrupted: 130,
} as const
