import { userInfo } from 'node:os'
import type { HostConnector, HostSession, SessionFailure, Target } from '../../ports/host-session.ts'
import { startCommand } from '../ssh/child-command.ts'
import type { OpenCommand } from '../ssh/run-script.ts'
import { ScriptSession, type SudoPassword } from '../ssh/script-session.ts'

interface LocalOptions {
  readonly sudoPassword?: SudoPassword
}

/** This machine itself. Scripts get the bare surroundings that a login would give them, not the engine's. */
export class LocalConnector implements HostConnector {
  readonly #options: LocalOptions

  constructor(options: LocalOptions = {}) {
    this.#options = options
  }

  async connect(target: Target): Promise<HostSession | SessionFailure> {
    if (target.proposed === true) {
      const detail = `only the change says that ${target.host} is this machine, which holds the keys of the estate`
      return { failed: 'host-unreachable', detail }
    }
    return new ScriptSession(target, { open, close: async () => {} }, this.#options.sudoPassword)
  }

  async close(): Promise<void> {}
}

const open: OpenCommand = async (command) => {
  const { username, homedir } = userInfo()
  const env = {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: homedir,
    USER: username,
    LOGNAME: username,
  }
  const started = await startCommand('/bin/sh', ['-c', command], { env, cwd: '/' })
  return typeof started === 'string' ? { failed: 'no-shell', detail: started } : started
}
