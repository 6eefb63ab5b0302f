import type { Client, ClientChannel } from 'ssh2'
import { escapeControls } from '../../model/escape.ts'
import type { DeviceConnector, DeviceTerminal } from '../../ports/device-terminal.ts'
import type { HostConnector, HostSession, SessionFailure, Target } from '../../ports/host-session.ts'
import { passwordMethods, terminalOn } from './device-terminal.ts'
import { type Identities, type IdentityOptions, loadIdentities } from './identities.ts'
import { ScriptSession, type SudoPassword } from './script-session.ts'
import { connectClient, endClient, transportOver } from './ssh2-connection.ts'

interface Ssh2Options extends IdentityOptions {
  readonly sudoPassword?: SudoPassword
  /** Milliseconds between signs of life on an idle connection; 5,000 where not given; four unanswered end it. */
  readonly keepalive?: number
}

/**
 * SSH in this process. Host keys are pinned and proved before anything is sent about the user; no agent forwarding, a
 * password only where a network device has no other way, no SHA-1. Certificates, hardware keys and `~/.ssh/config` are for the OpenSSH connector.
 */
export class Ssh2Connector implements HostConnector, DeviceConnector {
  readonly #options: Ssh2Options
  #identities: Promise<Identities> | undefined
  /** Connections to jump hosts, shared by all targets behind them. */
  readonly #jumps = new Map<string, Promise<Client | SessionFailure>>()

  constructor(options: Ssh2Options) {
    this.#options = options
  }

  async connect(target: Target, options: { readonly deadline: number }): Promise<HostSession | SessionFailure> {
    await this.#loadIdentities() // A person may be typing a passphrase: that is not the host's time.
    const client = await this.#client(target, performance.now() + options.deadline, options.deadline)
    return 'failed' in client ? client : new ScriptSession(target, transportOver(client), this.#options.sudoPassword)
  }

  async openTerminal(
    target: Target,
    options: Parameters<DeviceConnector['openTerminal']>[1],
  ): Promise<DeviceTerminal | SessionFailure> {
    await this.#loadIdentities()
    const deadline = options.connect
    const client = await this.#client(target, performance.now() + deadline, deadline, options.password)
    return 'failed' in client ? client : terminalOn(client, options)
  }

  async close(): Promise<void> {
    const jumps = [...this.#jumps.values()]
    this.#jumps.clear()
    await Promise.all(
      jumps.map(async (jump) => {
        const client = await jump
        if (!('failed' in client)) await endClient(client)
      }),
    )
  }

  #loadIdentities(): Promise<Identities> {
    this.#identities ??= loadIdentities(this.#options)
    return this.#identities
  }

  async #client(target: Target, until: number, deadline: number, password?: string): Promise<Client | SessionFailure> {
    const identities = await this.#loadIdentities()
    const through = target.jump ? await this.#through(target.jump, target, until, deadline) : undefined
    if (through && 'failed' in through) return through
    return connectClient(target, {
      deadline: remaining(until),
      methods: password === undefined ? identities.methods(target.user) : passwordMethods(target.user, password),
      problems: password === undefined ? identities.problems : [],
      keepalive: this.#options.keepalive ?? 5_000,
      ...(through ? { through } : {}),
    })
  }

  /** A channel from the jump host to the target. */
  async #through(
    jump: Target,
    target: Target,
    until: number,
    deadline: number,
  ): Promise<ClientChannel | SessionFailure> {
    const late = { failed: 'deadline', detail: `no way through ${jump.host} within ${deadline} ms` } as const
    const client = await beforeDeadline(this.#jump(jump, until, deadline), until, late)
    if ('failed' in client) return { ...client, detail: `jump host ${jump.host}: ${client.detail}` }
    const channel = new Promise<ClientChannel | SessionFailure>((resolve) => {
      const blocked = (message: string) =>
        resolve({ failed: 'host-unreachable', detail: `from jump host ${jump.host}: ${escapeControls(message)}` })
      try {
        client.forwardOut('127.0.0.1', 0, target.address, target.port, (error, opened) =>
          error ? blocked(error.message) : resolve(opened),
        )
      } catch {
        blocked('the connection is gone')
      }
    })
    return beforeDeadline(channel, until, late)
  }

  #jump(jump: Target, until: number, deadline: number): Promise<Client | SessionFailure> {
    const key = JSON.stringify(jump)
    const known = this.#jumps.get(key)
    if (known) return known
    const connecting = this.#client(jump, until, deadline)
    this.#jumps.set(key, connecting)
    const forget = () => {
      if (this.#jumps.get(key) === connecting) this.#jumps.delete(key)
    }
    void connecting.then((client) => {
      if (!('failed' in client)) client.on('close', forget)
      // A jump host that is down is not asked again for each of the many targets behind it, but it is after a while.
      else setTimeout(forget, deadline).unref()
    })
    return connecting
  }
}

function remaining(until: number): number {
  return Math.max(1, Math.ceil(until - performance.now()))
}

function beforeDeadline<T>(work: Promise<T>, until: number, late: SessionFailure): Promise<T | SessionFailure> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(late), remaining(until))
    void work.then((value) => {
      clearTimeout(timer)
      resolve(value)
    })
  })
}
