import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ssh2, { type Connection, type ServerChannel, type Session } from 'ssh2'
import { generateKeyPair } from '../signing/key-pair.ts'
import { accepts } from './accepts.ts'
import { environmentOf, prepareRoot, type SimulatedRoot } from './simulated-root.ts'

/** A simulated host that answers SSH on this machine. */
export interface SimulatedHost {
  readonly name: string
  readonly port: number
  /** authorized_keys form, to be pinned. */
  readonly hostKey: string
  /** The account of the engine. */
  readonly user: string
  /** What the `Host` document says as `root`. */
  readonly root: string
  /** Lets a public key into the engine's account. */
  authorize(publicKey: string): void
  stop(): Promise<void>
}

const user = 'plumbline'

/**
 * Starts a host that is a folder: an SSH server in this process, on 127.0.0.1, whose commands run as the person who runs
 * the demo, with stand-ins for the tools that need root. Who gets in stands in the folder's own account files, as on a
 * real host: taking a key away locks out. The folder is made where it is not there, and kept.
 */
export async function startSimulatedHost(options: {
  readonly folder: string
  readonly name: string
  readonly port?: number
}): Promise<SimulatedHost> {
  const root = prepareRoot(options.folder, options.name)
  const key = hostKeyOf(root)
  const open = new Set<Connection>()
  const children = new Set<ChildProcess>()
  const server = new ssh2.Server({ hostKeys: [key.private], ident: 'plumbline-simulated' }, (connection) => {
    open.add(connection)
    connection.on('error', () => {}) // A client that goes away is no fault of ours.
    connection.on('close', () => open.delete(connection))
    connection.on('authentication', (context) => {
      if (accepts(context, root.folder)) context.accept()
      else context.reject(['publickey'])
    })
    connection.on('session', (accept) => serve(accept(), root, children))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const bound = server.address()
  return {
    name: options.name,
    port: bound !== null && typeof bound === 'object' ? bound.port : 0,
    hostKey: key.public,
    user,
    root: root.folder,
    authorize: (publicKey) => appendFileSync(authorizedKeysOf(root.folder), `${publicKey.trim()}\n`),
    stop: () =>
      new Promise((resolve) => {
        for (const child of children) endGroup(child)
        for (const connection of open) connection.end()
        server.close(() => resolve())
      }),
  }
}

const authorizedKeysOf = (folder: string): string => join(folder, 'home', user, '.ssh/authorized_keys')

/** Kept, so that a host started again is the same host. */
function hostKeyOf(root: SimulatedRoot): { readonly private: string; readonly public: string } {
  const file = join(root.folder, '.simulated/host-key')
  if (!existsSync(file)) {
    const made = generateKeyPair()
    mkdirSync(join(root.folder, '.simulated'), { recursive: true })
    writeFileSync(file, made.privateKey, { mode: 0o600 })
    writeFileSync(`${file}.pub`, `${made.publicKey}\n`)
  }
  return { private: readFileSync(file, 'utf8'), public: readFileSync(`${file}.pub`, 'utf8').trim() }
}

/** One command for each session; no terminals, no files, no forwarding. */
function serve(session: Session, root: SimulatedRoot, children: Set<ChildProcess>): void {
  session.on('error', () => {})
  session.on('exec', (accept, _reject, info) => run(accept(), info.command, root, children))
}

function run(channel: ServerChannel, command: string, root: SimulatedRoot, children: Set<ChildProcess>): void {
  const child = spawn('/bin/sh', ['-c', command], { cwd: root.folder, env: environmentOf(root), detached: true })
  children.add(child)
  channel.on('error', () => {})
  child.stdin.on('error', () => {}) // It may end before it has read everything.
  channel.pipe(child.stdin)
  child.stdout.pipe(channel, { end: false })
  child.stderr.pipe(channel.stderr, { end: false })
  channel.on('close', () => {
    if (child.exitCode === null && child.signalCode === null) endGroup(child)
  })
  child.on('error', () => channel.close())
  child.on('close', (code) => {
    children.delete(child)
    if (code !== null) channel.exit(code)
    channel.end()
  })
}

/** The shell and what it started. */
function endGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL') // The group has ended by itself.
  }
}
