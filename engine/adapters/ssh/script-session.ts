import { randomBytes } from 'node:crypto'
import type { Script } from '../../model/script.ts'
import type { HostSession, Output, RunOptions, Target } from '../../ports/host-session.ts'
import { type OpenCommand, runScript } from './run-script.ts'
import type { Elevation } from './shell-frame.ts'

/** Gives the password for sudo on a host; undefined where none is needed. Asked once for each session, when it is needed. */
export type SudoPassword = (host: string) => Promise<string | undefined>

/** What a transport brings. */
export interface Transport {
  readonly open: OpenCommand
  close(): Promise<void>
  readonly markExit255?: boolean
}

/** The session that all transports share: framing, sudo, and the refusal to change anything while looking. */
export class ScriptSession implements HostSession {
  readonly target: Target
  readonly #transport: Transport
  readonly #sudoPassword: SudoPassword | undefined
  readonly #nonce = `plumb${randomBytes(12).toString('hex')}`
  #elevation: Promise<Elevation | 'unusable'> | undefined
  #refused: Output | undefined
  #closed: Promise<void> | undefined

  constructor(target: Target, transport: Transport, sudoPassword?: SudoPassword) {
    this.target = target
    this.#transport = transport
    this.#sudoPassword = sudoPassword
  }

  async read(script: Script, options: RunOptions): Promise<Output> {
    if (!script.readOnly) throw new Error('a script that changes the host was given to a session that only looks')
    return this.#run(script, options)
  }

  async run(script: Script, options: RunOptions): Promise<Output> {
    return this.#run(script, options)
  }

  close(): Promise<void> {
    this.#closed ??= this.#transport.close()
    return this.#closed
  }

  async #run(script: Script, options: RunOptions): Promise<Output> {
    this.#elevation ??= elevationFor(this.target, this.#sudoPassword)
    const elevation = await this.#elevation
    if (elevation === 'unusable') return unusablePassword
    if (this.#refused) return this.#refused
    const output = await runScript(
      this.#transport.open,
      script,
      {
        root: this.target.root,
        nonce: this.#nonce,
        elevation,
        ...(this.#transport.markExit255 === true ? { markExit255: true } : {}),
      },
      options,
    )
    // Not asked again: every wrong password counts towards a locked account.
    if (output.notStarted?.failed === 'sudo-refused') this.#refused = output
    return output
  }
}

async function elevationFor(target: Target, ask: SudoPassword | undefined): Promise<Elevation | 'unusable'> {
  if (!target.sudo || target.user === 'root') return { kind: 'none' }
  const password = target.proposed === true ? undefined : await ask?.(target.host)
  if (password === undefined) return { kind: 'sudo' }
  // sudo reads one line, and the shell behind it the lines after: a line break would end up in the script.
  return /[\n\r\0]/.test(password) ? 'unusable' : { kind: 'sudo-password', password }
}

const unusablePassword: Output = {
  code: null,
  stdout: new Uint8Array(),
  stderr: new Uint8Array(),
  truncated: false,
  timedOut: false,
  cutOff: false,
  notStarted: { failed: 'sudo-refused', detail: 'the sudo password has a line break or NUL in it' },
}
