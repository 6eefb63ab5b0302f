import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

const program = '/usr/sbin/sshd'

/** Why there is no sshd to test against; undefined where there is. */
export function whyNoSshd(): string | undefined {
  if (existsSync(program)) return undefined
  if (process.env['PLUMBLINE_FLEET'] === 'required') throw new Error(`${program} is missing and the fleet is required`)
  return `${program} is not installed`
}

/** A real sshd on a loopback port, run as the current user. */
export interface TestSshd {
  readonly port: number
  readonly user: string
  readonly folder: string
  /** Public host keys: ed25519, ECDSA, RSA. */
  readonly hostKeys: readonly string[]
  /** Private key files: accepted kinds, one not accepted, and those with a forced command. */
  readonly key: (name: KeyName) => string
  log(): string
  stop(): void
}

type KeyName = 'ed25519' | 'ecdsa' | 'rsa' | 'encrypted' | 'stranger' | 'noisy' | 'no-shell'

const noise = `command="printf 'noise \\\\377 on out\\n'; printf 'noise on err\\n' >&2; eval \\"$SSH_ORIGINAL_COMMAND\\""`

export async function startSshd(): Promise<TestSshd> {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-sshd-'))
  const file = (name: string) => join(folder, name)
  const make = (name: string, type: string, passphrase = '') =>
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', name, '-f', file(name)])
  for (const type of ['ed25519', 'ecdsa', 'rsa']) make(`host_${type}`, type)
  for (const name of ['ed25519', 'ecdsa', 'rsa']) make(name, name)
  make('encrypted', 'ed25519', 'pass phrase')
  for (const name of ['stranger', 'noisy', 'no-shell']) make(name, 'ed25519')
  const publicKey = (name: string) => readFileSync(file(`${name}.pub`), 'utf8').trim()
  const accepted = ['ed25519', 'ecdsa', 'rsa', 'encrypted'].map(publicKey)
  const forced = [`${noise} ${publicKey('noisy')}`, `command="/bin/false" ${publicKey('no-shell')}`]
  writeFileSync(file('authorized_keys'), `${[...accepted, ...forced].join('\n')}\n`, { mode: 0o600 })
  const port = await freePort()
  writeFileSync(file('config'), config(port, file))
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const child = spawn(program, ['-D', '-e', '-f', file('config')], { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr.on('data', (chunk) => {
    log += chunk
  })
  await listening(child, () => log)
  return {
    port,
    user: userInfo().username,
    folder,
    hostKeys: ['ed25519', 'ecdsa', 'rsa'].map((type) => publicKey(`host_${type}`)),
    key: file,
    log: () => log,
    stop: () => {
      child.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function config(port: number, file: (name: string) => string): string {
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    ...['ed25519', 'ecdsa', 'rsa'].map((type) => `HostKey ${file(`host_${type}`)}`),
    `AuthorizedKeysFile ${file('authorized_keys')}`,
    `PidFile ${file('pid')}`,
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'AllowTcpForwarding yes',
    'AllowAgentForwarding yes',
    'MaxStartups 200',
    'MaxSessions 50',
    'UseDNS no',
    'LogLevel DEBUG1',
    '',
  ].join('\n')
}

function listening(child: ChildProcess, log: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`sshd ended with ${code}: ${log()}`)))
    child.stderr?.on('data', () => {
      if (log().includes('Server listening on')) resolve()
    })
  })
}

/** A loopback port that nothing listens on just now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const bound = server.address()
      server.close(() => (bound && typeof bound === 'object' ? resolve(bound.port) : reject(new Error('no port'))))
    })
  })
}
