import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2, { type AuthContext, type Connection, Server, type ServerChannel, type Session } from 'ssh2'
import { generateKeyPair } from '../signing/key-pair.ts'

/** An SSH server in this process, so that the contract is tested on any machine. */
export interface TestServer {
  readonly port: number
  readonly hostKey: string
  /** Private key that may log in, in OpenSSH's form. */
  readonly userKey: string
  /** User names that have been asked for, in order. */
  readonly users: readonly string[]
  stop(): Promise<void>
}

/** How a user of that name is treated; every other name gets a shell. */
const accounts = {
  noisy: `printf 'noise \\377 on out\\n'; printf 'noise on err\\n' >&2; `,
  'no-exec': 'refused',
  'no-shell': "echo 'This account is currently not available.'; exit 1; ",
} as const

/** Stands in for sudo: each account has a rule of its own. */
const sudo = `#!/bin/sh
case $PLUMB_USER in
free) while [ "$1" != -- ]; do shift; done; shift; exec env AS=root "$@" ;;
asked)
  [ "$1" = -S ] || { echo 'sudo: a password is required' >&2; exit 1; }
  IFS= read -r given
  [ "$given" = 'pass  word\\' ] || { echo 'sudo: 1 incorrect password attempt' >&2; exit 1; }
  while [ "$1" != -- ]; do shift; done; shift; exec env AS=root "$@" ;;
odd) echo 'der Zugang ist gesperrt' >&2; exit 1 ;;
*) echo 'sudo: a password is required' >&2; exit 1 ;;
esac
`

export async function startServer(): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-server-'))
  writeFileSync(join(folder, 'sudo'), sudo)
  chmodSync(join(folder, 'sudo'), 0o755)
  const host = generateKeyPair()
  const user = generateKeyPair()
  const users: string[] = []
  const open = new Set<Connection>()
  const server = new Server({ hostKeys: [host.privateKey] }, (connection) => {
    open.add(connection)
    serve(connection, user.publicKey, folder, users)
    connection.on('close', () => open.delete(connection))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  return {
    port: bound && typeof bound === 'object' ? bound.port : 0,
    hostKey: host.publicKey,
    userKey: user.privateKey,
    users,
    stop: () =>
      new Promise((resolve) => {
        for (const connection of open) connection.end()
        server.close(() => {
          rmSync(folder, { recursive: true, force: true })
          resolve()
        })
      }),
  }
}

function serve(connection: Connection, userKey: string, folder: string, users: string[]): void {
  let name = ''
  connection.on('error', () => {})
  connection.on('authentication', (context) => {
    name = context.username
    users.push(name)
    if (accepts(context, userKey)) context.accept()
    else context.reject(['publickey'])
  })
  connection.on('session', (accept) => onSession(accept(), name, folder))
  connection.on('tcpip', (accept, reject, info) => {
    const far = connect(info.destPort, info.destIP)
    far.once('error', () => reject())
    far.once('connect', () => {
      const near = accept()
      near.pipe(far).pipe(near)
      near.on('close', () => far.destroy())
      far.on('error', () => near.close())
    })
  })
}

function accepts(context: AuthContext, publicKey: string): boolean {
  const allowed = ssh2.utils.parseKey(publicKey)
  if (context.method !== 'publickey' || allowed instanceof Error) return false
  if (!allowed.getPublicSSH().equals(context.key.data)) return false
  return context.signature === undefined || allowed.verify(context.blob ?? Buffer.alloc(0), context.signature)
}

function onSession(session: Session, name: string, folder: string): void {
  session.on('exec', (accept, reject, info) => {
    const before = name in accounts ? accounts[name as keyof typeof accounts] : ''
    if (before === 'refused') reject()
    else execute(accept(), session, before + info.command, name, folder)
  })
}

function execute(channel: ServerChannel, session: Session, command: string, name: string, folder: string): void {
  const env = { PATH: `${folder}:${process.env['PATH']}`, PLUMB_USER: name }
  const child = spawn('/bin/sh', ['-c', command], { env, cwd: '/', detached: true })
  const kill = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {} // It has ended.
  }
  channel.pipe(child.stdin)
  child.stdin.on('error', () => {})
  child.stdout.on('data', (chunk) => channel.write(chunk) || pauseUntilDrained(child.stdout, channel))
  child.stderr.on('data', (chunk) => channel.stderr.write(chunk))
  channel.on('close', kill)
  session.on('signal', (accept) => {
    accept?.()
    kill()
  })
  child.on('close', (code, signal) => {
    if (code === null) channel.exit(signal ?? 'KILL')
    else channel.exit(code)
    channel.end()
  })
}

function pauseUntilDrained(from: NodeJS.ReadableStream, to: NodeJS.WritableStream): void {
  from.pause()
  to.once('drain', () => from.resume())
}
