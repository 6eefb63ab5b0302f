import type { Script } from '../model/script.ts'

/** How to reach a host. Made from its `Host` document. */
export interface Target {
  /** Name of the `Host` document. */
  readonly host: string
  readonly address: string
  readonly port: number
  readonly user: string
  /** Public host keys in `ssh-ed25519 AAAA…` form; the host must prove one of them before any authentication. */
  readonly hostKeys: readonly string[]
  readonly jump?: Target
  /** Whether scripts run through sudo (never for root). */
  readonly sudo: boolean
  /** Prefix below which the target's files lie: empty for a running host, a folder for an offline or simulated one. */
  readonly root: string
  readonly transport: 'ssh' | 'openssh' | 'local'
  /** Only a change that nobody agreed to says that the host is reached so: it gets no password, and is not this machine itself. */
  readonly proposed?: true
}

export interface RunOptions {
  /** Whole milliseconds for this script; over it the output so far comes back with `timedOut`. */
  readonly deadline: number
  /** Bytes kept of each stream; the rest is read and thrown away, `truncated` says so. */
  readonly outputCap: number
}

/** What came back. Failure has the shape of success. */
export interface Output {
  /** null: no exit status arrived (cut off, killed). */
  readonly code: number | null
  readonly stdout: Uint8Array
  readonly stderr: Uint8Array
  readonly truncated: boolean
  readonly timedOut: boolean
  /** The connection broke before the script ended: what it did is unknown. */
  readonly cutOff: boolean
  /** The script never began, so it did nothing: sudo refused, or no shell would take it. `code` is null then. */
  readonly notStarted?: SessionFailure
}

/** An open way to one host. Scripts get `$R` (the target's root prefix) and run under /bin/sh as root or the session's user. */
export interface HostSession {
  readonly target: Target
  /** Runs a script that only looks; throws (a bug of ours) for any other. */
  read(script: Script, options: RunOptions): Promise<Output>
  /** Runs a script that may change the host. */
  run(script: Script, options: RunOptions): Promise<Output>
  close(): Promise<void>
}

/** Why no session could be had. The codes are those of `engine/observe/codes.ts`. */
export interface SessionFailure {
  readonly failed:
    | 'host-unreachable'
    | 'host-key-unknown'
    | 'host-key-mismatch'
    | 'auth-failed'
    | 'sudo-refused'
    | 'no-shell'
    | 'deadline'
  readonly detail: string
}

export interface HostConnector {
  /** Never throws for anything a host or network can do. */
  connect(target: Target, options: { readonly deadline: number }): Promise<HostSession | SessionFailure>
  /** Ends what is kept open. */
  close(): Promise<void>
}

export function isFailure(value: HostSession | SessionFailure): value is SessionFailure {
  return 'failed' in value
}
