import { quote } from '../../model/script.ts'

/** Words of a command, or a text for /bin/sh. */
export type CommandLine = string | readonly string[]

export type CommandSpec = {
  readonly name: string
  readonly run?: readonly string[]
  readonly script?: string
  readonly check?: CommandLine
  readonly checkAs?: string
  readonly creates?: string
  readonly inverse?: CommandLine
  readonly user?: string
  readonly workingDirectory?: string
  readonly environment?: { readonly [name: string]: string }
  readonly timeout?: number
  // ---
  /** Added by a removal: what the host kept of the inverse is run. */
  readonly ensure?: 'absent'
  /** Added while nobody has agreed to the check: it is not run. */
  readonly waits?: true
}

export type CommandState = {
  /** What the host keeps to take the command back; null where it was not this engine that ran it. */
  readonly kept: string | null
}

/** Seconds that a check may take: it runs in every observation. */
export const checkSeconds = 10

/** Where the host keeps how a command is taken back. */
export const noteOf = (name: string): string => `/var/lib/plumbline/commands/${encodeURIComponent(name)}`

/** Words that run a command line; a text is one word of /bin/sh's. */
export const wordsOf = (line: CommandLine): readonly string[] =>
  typeof line === 'string' ? ['/bin/sh', '-c', line] : line

/** What is kept on the host when the command has run: account, seconds and folder, a line each, then shell text or nothing. */
export function noteText(spec: CommandSpec): string {
  const { inverse, user = 'root', timeout = 300, workingDirectory = '' } = spec
  const text = inverse === undefined ? '' : typeof inverse === 'string' ? inverse : inverse.map(quote).join(' ')
  return `${user}\n${timeout}\n${workingDirectory}\n${text}`
}

/** True where the note says how the command is taken back. */
export const hasInverse = (note: string): boolean => note.split('\n').slice(3).join('\n') !== ''
