import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from './measure-command.ts'
import { outputOf } from './measure-command.ts'

/** What a goal's measurement gets. */
export interface Context {
  /** Root of the engine's checkout. */
  readonly checkout: string
  /** The JavaScript file that is the command under test. */
  readonly plumbline: string
  readonly rounds: number
  /** Smaller sizes, to see that everything works. */
  readonly quick: boolean
  /** A folder of this run, removed at its end. */
  readonly scratch: string
  /** Tells what is going on, on standard error. */
  readonly say: (text: string) => void
}

/** The command under test, as its user starts it. */
export function plumbline(context: Context, args: readonly string[], rest: Partial<Command> = {}): Command {
  const home = join(context.scratch, 'home')
  const env = { HOME: home, XDG_CONFIG_HOME: join(home, '.config'), XDG_CACHE_HOME: join(home, '.cache') }
  return { file: process.execPath, args: [context.plumbline, ...args], env, ...rest }
}

/** What the engine keeps between runs under git's folder; cold means without it. */
export function removeCaches(root: string): void {
  rmSync(join(root, '.git', 'plumbline'), { recursive: true, force: true })
}

/** `validate` over the estate at `root`, cold or with what the run before has left. */
export function validateCommand(context: Context, root: string, kind: 'cold' | 'warm'): Command {
  const before = kind === 'cold' ? { before: () => removeCaches(root) } : {}
  return plumbline(context, ['validate', '--json'], { cwd: root, ...before })
}

/** Fails where an estate that should be in order is not: then the time would be that of something else. */
export async function mustBeValid(command: Command): Promise<void> {
  const { diagnostics } = JSON.parse(await outputOf({ ...command, accept: [0, 1] })) as {
    diagnostics: { severity: string; code: string; summary: string; file?: string }[]
  }
  const error = diagnostics.find((d) => d.severity === 'error')
  if (error) throw new Error(`the estate is not valid: ${error.file ?? ''} ${error.code}: ${error.summary}`)
}
