import type { AnyAuthMethod, ClientChannel, Client as Ssh2Client } from 'ssh2'
import { escapeControls } from '../../model/escape.ts'
import type { SessionFailure, Target } from '../../ports/host-session.ts'
import { fingerprintOf, hostKeyAlgorithms, type PinnedKey, parseHostKey } from './host-key.ts'
import { gatheringSocket, quicken } from './quick-client.ts'
import type { CommandEnd, OpenCommand, RunningCommand } from './run-script.ts'
import type { Transport } from './script-session.ts'
import { fastAlgorithms } from './ssh-algorithms.ts'
import { Client } from './ssh2-client.ts'

interface ConnectionOptions {
  /** Milliseconds for all of it. */
  readonly deadline: number
  readonly methods: AnyAuthMethod[]
  /** A way through another host, where there is one. */
  readonly through?: ClientChannel
  /** Milliseconds between signs of life; three unanswered ones end the connection. */
  readonly keepalive: number
  /** Said beside a refused login: keys that could not be used. */
  readonly problems: readonly string[]
}

/** The pinned keys of a target, read; a failure where there is none that we could check. */
export function pinnedKeys(target: Target): readonly PinnedKey[] | SessionFailure {
  const keys = target.hostKeys.map(parseHostKey).filter((key) => key !== undefined)
  if (keys.length > 0) return keys
  const detail =
    target.hostKeys.length === 0
      ? `no host key is pinned for ${target.host}`
      : `the pinned host keys of ${target.host} are not ed25519, ECDSA or RSA public keys`
  return { failed: 'host-key-unknown', detail }
}

/** Connects and logs in; the host has proved a pinned key before anything about the user is sent. */
export function connectClient(target: Target, options: ConnectionOptions): Promise<Ssh2Client | SessionFailure> {
  const pinned = pinnedKeys(target)
  if ('failed' in pinned) return Promise.resolve(pinned)
  return new Promise((resolve) => {
    const client = new Client()
    let mismatch: string | undefined
    let greeted = false
    const settle = (answer: Ssh2Client | SessionFailure) => {
      clearTimeout(timer)
      resolve(answer)
      if (answer !== client) client.destroy()
    }
    const fail = (failed: SessionFailure['failed'], detail: string) =>
      settle({ failed, detail: escapeControls(detail) })
    const late = () => fail('deadline', `no session with ${target.host} within ${options.deadline} ms`)
    const timer = setTimeout(late, options.deadline)
    client.on('handshake', () => {
      greeted = true
      quicken(client, options.methods)
    })
    client.once('ready', () => settle(client))
    client.on('close', () => {
      closed.add(client)
      fail('host-unreachable', greeted ? 'the host closed the connection' : 'connection closed')
    })
    client.on('error', (error) => {
      if (error.level === 'agent') return // The next way to log in is tried.
      if (mismatch !== undefined) return fail('host-key-mismatch', mismatch)
      if (error.level !== 'client-authentication') return fail('host-unreachable', error.message)
      fail('auth-failed', refusal(target, options))
    })
    client.connect({
      sock: options.through ?? gatheringSocket(target.address, target.port),
      username: target.user,
      readyTimeout: 0,
      keepaliveInterval: options.keepalive,
      keepaliveCountMax: 4,
      agentForward: false,
      algorithms: { ...fastAlgorithms(), serverHostKey: hostKeyAlgorithms(pinned) },
      authHandler: options.methods,
      hostVerifier: (key: Buffer) => {
        if (pinned.some((pin) => pin.blob.equals(key))) return true
        mismatch = `pinned ${pinned.map((pin) => pin.fingerprint).join(', ')}; the host shows ${fingerprintOf(key)}`
        return false
      },
    })
  })
}

function refusal(target: Target, options: ConnectionOptions): string {
  const tried = options.methods.some((method) => typeof method === 'object' && method.type === 'password')
    ? 'the password was not accepted'
    : options.methods.length === 0
      ? 'no usable key'
      : 'none of the keys was accepted'
  return [`${target.user} at ${target.host}: ${tried}`, ...options.problems].join('; ')
}

/** Says goodbye, and does not wait long for an answer: the other side may be gone. */
export function endClient(client: Ssh2Client): Promise<void> {
  return new Promise((resolve) => {
    if (closed.has(client)) return resolve()
    const timer = setTimeout(() => client.destroy(), 500)
    client.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
    client.end()
  })
}

const closed = new WeakSet<Ssh2Client>()

/** Runs command lines over a connection, one channel each. */
export function transportOver(client: Ssh2Client): Transport {
  return { open: openOn(client), close: () => endClient(client) }
}

function openOn(client: Ssh2Client): OpenCommand {
  return (command) =>
    new Promise((resolve) => {
      if (closed.has(client)) return resolve('cut-off')
      const refused = (message: string) =>
        setImmediate(() => resolve(closed.has(client) ? 'cut-off' : noShell(message)))
      try {
        client.exec(command, (error, channel) => {
          if (error) refused(error.message)
          else resolve(runningOn(channel))
        })
      } catch {
        resolve('cut-off') // The socket is no longer writable.
      }
    })
}

function noShell(message: string): SessionFailure {
  return { failed: 'no-shell', detail: escapeControls(message) }
}

function runningOn(channel: ClientChannel): RunningCommand {
  const ended = new Promise<CommandEnd>((resolve) => {
    let end: CommandEnd = { code: null, cutOff: true }
    let waiting = 2
    const one = () => {
      waiting -= 1
      if (waiting === 0) resolve(end)
    }
    channel.on('exit', (code: number | null) => {
      end = { code, cutOff: false }
    })
    channel.stderr.once('end', one)
    channel.once('close', one)
  })
  return {
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    ended,
    kill: () => {
      channel.signal('KILL') // sshd obeys for other users than root; else it runs on until it prints or ends.
      channel.close()
    },
    letGo: () => {}, // The channel stays until the connection is closed.
  }
}
