import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HostConnector, HostSession, SessionFailure, Target } from '../../ports/host-session.ts'
import { childEnvironment } from '../process/child-environment.ts'
import { startCommand } from './child-command.ts'
import { parseHostKey } from './host-key.ts'
import { opensshFiles } from './openssh-config.ts'
import { Deadline, excerpt, type OpenCommand } from './run-script.ts'
import { ScriptSession, type SudoPassword } from './script-session.ts'

interface OpensshOptions {
  readonly sudoPassword?: SudoPassword
  /** Private key files tried before those of the user's configuration. */
  readonly identityFiles?: readonly string[]
  /** The user's configuration; `~/.ssh/config` where not given, null for none. */
  readonly userConfig?: string | null
  /** The program; `ssh` on the PATH where not given. */
  readonly program?: string
}

/**
 * The system's own `ssh`: for certificates, hardware keys and what `~/.ssh/config` knows. One connection for each session
 * (a control master), whose host key and that of every jump host is pinned all the same.
 */
export class OpensshConnector implements HostConnector {
  readonly #options: OpensshOptions
  readonly #open = new Set<HostSession>()

  constructor(options: OpensshOptions = {}) {
    this.#options = options
  }

  async connect(target: Target, options: { readonly deadline: number }): Promise<HostSession | SessionFailure> {
    // The path of a control socket may have about 100 bytes: the system's folder, not one of ours.
    const folder = await mkdtemp(join(tmpdir(), 'plumb-'))
    const remove = () => rm(folder, { recursive: true, force: true })
    const failure = await this.#start(target, folder, options.deadline)
    if (failure) {
      await remove()
      return failure
    }
    const close = async () => {
      await this.#exit(target, folder)
      await remove()
      this.#open.delete(session)
    }
    const transport = { open: this.#opener(target, folder), close, markExit255: true }
    const session = new ScriptSession(target, transport, this.#options.sudoPassword)
    this.#open.add(session)
    return session
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open].map((session) => session.close()))
  }

  /** Writes the files and brings the master connection up; undefined where it stands. */
  async #start(target: Target, folder: string, deadline: number): Promise<SessionFailure | undefined> {
    const files = opensshFiles(target, {
      knownHosts: join(folder, 'known_hosts'),
      controlPath: join(folder, 's'),
      identityFiles: this.#options.identityFiles ?? [],
      include: [this.#userConfig(), '/etc/ssh/ssh_config'].filter((file) => file !== null),
    })
    if ('failed' in files) return files
    await writeFile(join(folder, 'known_hosts'), files.knownHosts, { mode: 0o600 })
    await writeFile(join(folder, 'config'), files.config, { mode: 0o600 })
    // The master ends by itself when idle for long: nothing stays behind where we are killed.
    const master = ['-f', '-N', '-o', 'ControlMaster=yes', '-o', 'ControlPersist=300']
    const limit = new Deadline(deadline)
    try {
      const failure = await this.#login(target, folder, master, limit)
      if (failure?.failed !== 'host-unreachable' || !target.jump) return failure
      // A master keeps to itself what its jump hosts said: ask again without one, only to hear why.
      const once = ['-o', 'ControlMaster=no', '-o', 'ControlPath=none', '-n']
      return (await this.#login(target, folder, once, limit, ':')) ?? failure
    } finally {
      limit.clear()
    }
  }

  /** Runs `ssh` once to its end. */
  async #login(
    target: Target,
    folder: string,
    args: readonly string[],
    limit: Deadline,
    ...command: readonly string[]
  ): Promise<SessionFailure | undefined> {
    const all = ['-F', join(folder, 'config'), ...args, '--', target.host, ...command]
    const started = await startCommand(this.#program(), all, { env: env() })
    if (typeof started === 'string') return { failed: 'host-unreachable', detail: `ssh can't be started: ${started}` }
    let said = ''
    started.stderr.on('data', (chunk: Buffer) => {
      if (said.length < 16_384) said += chunk.toString('utf8')
    })
    started.stdout.resume()
    const end = await limit.over(started.ended)
    if (end !== 'deadline') return end.code === 0 ? undefined : failureOf(said, target)
    started.kill()
    return { failed: 'deadline', detail: `no session with ${target.host} in time` }
  }

  #opener(target: Target, folder: string): OpenCommand {
    // Only over the master: a new connection would be a new login that nobody asked for.
    const args = ['-F', join(folder, 'config'), '-o', 'ControlMaster=no', '-o', 'ProxyCommand=false', '--', target.host]
    return async (command) => {
      if (!existsSync(join(folder, 's'))) return 'cut-off' // The master takes its socket away when it ends.
      const started = await startCommand(this.#program(), [...args, command], { env: env() })
      return typeof started === 'string' ? { failed: 'no-shell', detail: started } : started
    }
  }

  async #exit(target: Target, folder: string): Promise<void> {
    const args = ['-F', join(folder, 'config'), '-O', 'exit', '--', target.host]
    const started = await startCommand(this.#program(), args, { env: env() })
    if (typeof started === 'string') return
    started.stdout.resume()
    started.stderr.resume()
    await started.ended
  }

  #program(): string {
    return this.#options.program ?? 'ssh'
  }

  #userConfig(): string | null {
    return this.#options.userConfig === undefined ? join(homedir(), '.ssh', 'config') : this.#options.userConfig
  }
}

/** The user's own surroundings (agent socket), with messages in the language we read. */
function env(): NodeJS.ProcessEnv {
  return { ...childEnvironment(), LC_ALL: 'C' }
}

function failureOf(said: string, target: Target): SessionFailure {
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed|No \S+ host key is known/.test(said)) {
    const shown = /SHA256:[A-Za-z0-9+/]{43}/.exec(said)?.[0]
    const hops = hopsOf(target).flatMap((hop) => hop.hostKeys.map((line) => parseHostKey(line)?.fingerprint ?? line))
    return {
      failed: 'host-key-mismatch',
      detail: `pinned ${hops.join(', ')}; ${shown ? `the host shows ${shown}` : excerpt(said)}`,
    }
  }
  const refused = /Permission denied|Too many authentication failures|authentication methods? (?:failed|available)/
  return {
    failed: refused.test(said) ? 'auth-failed' : 'host-unreachable',
    detail: excerpt(said) || 'ssh gave no reason',
  }
}

function hopsOf(target: Target): Target[] {
  return target.jump ? [target, ...hopsOf(target.jump)] : [target]
}
