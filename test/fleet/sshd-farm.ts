import { type ChildProcess, spawn } from 'node:child_process'
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { cpuTimeOf } from './harness/processes.ts'
import { environment } from './harness/run.ts'
import { knownHost, makeKey } from './harness/ssh-keys.ts'
import { sshBanner, waitFor } from './harness/wait.ts'

/** One sshd on a loopback port. */
export interface FarmHost {
  readonly name: string
  /** 127.0.1.1 and on: each its own, for an estate has no two hosts with one address. */
  readonly address: string
  readonly port: number
  /** "ssh-ed25519 AAAA…" */
  readonly hostKey: string
  /** The account that runs the farm: a plain sshd can let in no other. */
  readonly user: string
  /** The listening process. */
  readonly pid: number
}

/** Many SSH servers on one machine: no systemd, no network of their own. For measuring what a connection costs. */
export interface SshdFarm {
  readonly hosts: readonly FarmHost[]
  readonly identityFile: string
  readonly knownHostsFile: string
  /** Milliseconds of CPU that the servers have used, without connections that are still open. */
  cpuTime(): number
  /** Ends every sshd and removes their files. May be called twice. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const sshd = '/usr/sbin/sshd'

function addressOf(index: number): string {
  return `127.0.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`
}

/** Starts n servers and waits until each answers. Needs Debian's openssh-server, not root. */
export async function bootSshdFarm(n: number): Promise<SshdFarm> {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-sshd-'))
  const running: ChildProcess[] = []
  const stopNow = () => {
    for (const child of running) child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', stopNow)
  const stop = async () => {
    process.off('exit', stopNow)
    const ended = running.filter(isRunning).map((child) => {
      // They have not kept us from ending; now there is something to wait for.
      child.ref()
      return new Promise((resolve) => child.once('exit', resolve))
    })
    stopNow()
    await Promise.all(ended)
  }
  const identityFile = join(folder, 'id_ed25519')
  const knownHostsFile = join(folder, 'known_hosts')
  try {
    writeFileSync(join(folder, 'authorized_keys'), `${await makeKey(identityFile, 'sshd-farm')}\n`)
    writeFileSync(knownHostsFile, '')
    // As root, sshd wants the folder that the service's start would have made.
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true })
    const hosts = await growAll(n, folder, running)
    for (const host of hosts) appendFileSync(knownHostsFile, knownHost(host))
    const cpuTime = () => hosts.reduce((sum, { pid }) => sum + cpuTimeOf(pid), 0)
    return { hosts, identityFile, knownHostsFile, cpuTime, stop, [Symbol.asyncDispose]: stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Eight at a time: a farm may be larger than the machine can start at once. */
async function growAll(n: number, folder: string, running: ChildProcess[]): Promise<FarmHost[]> {
  const ports = await freePorts(n)
  const hosts: FarmHost[] = []
  const waiting = [...ports.entries()]
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, port] = next
      const seat = { name: `sshd-${String(index + 1).padStart(3, '0')}`, address: addressOf(index), port }
      hosts[index] = await grow(seat, folder, running)
    }
  }
  await Promise.all(Array.from({ length: 8 }, worker))
  return hosts
}

type Seat = Pick<FarmHost, 'name' | 'address' | 'port'>

async function grow(seat: Seat, folder: string, running: ChildProcess[]): Promise<FarmHost> {
  const { name, address, port } = seat
  const hostKey = await makeKey(join(folder, `${name}.key`), name)
  writeFileSync(join(folder, `${name}.conf`), configuration(seat, folder))
  const logFile = join(folder, `${name}.log`)
  const log = openSync(logFile, 'w')
  // sshd starts itself anew for each connection, so it insists on its full path; setpriv ends it with us, however we end.
  const args = ['--pdeathsig', 'KILL', '--', sshd, '-D', '-e', '-f', join(folder, `${name}.conf`)]
  const child = spawn('setpriv', args, { stdio: ['ignore', log, log], env: environment() })
  closeSync(log)
  child.unref()
  running.push(child)
  const evidence = () => readFileSync(logFile, 'utf8')
  const failure = new Promise<never>((_, reject) => child.once('error', reject))
  const probe = async () => {
    if (!isRunning(child)) throw new Error(`${name} has ended\n${evidence()}`)
    return sshBanner(address, port)
  }
  await Promise.race([waitFor({ what: `${name}, SSH at port ${port}`, deadline: 30_000, probe, evidence }), failure])
  return { ...seat, hostKey, user: userInfo().username, pid: child.pid ?? 0 }
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null
}

function configuration({ name, address, port }: Seat, folder: string): string {
  const settings = {
    ListenAddress: address,
    Port: port,
    HostKey: join(folder, `${name}.key`),
    AuthorizedKeysFile: join(folder, 'authorized_keys'),
    // Who may write to the folder for temporary files is none of sshd's business here.
    StrictModes: 'no',
    PermitRootLogin: 'prohibit-password',
    PasswordAuthentication: 'no',
    KbdInteractiveAuthentication: 'no',
    UsePAM: 'no',
    UseDNS: 'no',
    PidFile: 'none',
    // What the account's own login files do (some wait for locks of each other) is not what a connection costs.
    SetEnv: `HOME=${folder}`,
    MaxStartups: 500,
    MaxSessions: 200,
    LogLevel: 'ERROR',
    Subsystem: 'sftp internal-sftp',
  }
  return Object.entries(settings)
    .map(([key, value]) => `${key} ${value}\n`)
    .join('')
}

/** Ports that were free a moment ago, all different because all of them are held until the last is found. */
async function freePorts(n: number): Promise<number[]> {
  const servers = Array.from({ length: n }, () => createServer())
  const ports = servers.map(
    (server) =>
      new Promise<number>((resolve, reject) => {
        server.once('error', reject)
        server.listen(0, '127.0.0.1', () => {
          const bound = server.address()
          resolve(typeof bound === 'object' && bound ? bound.port : 0)
        })
      }),
  )
  try {
    return await Promise.all(ports)
  } finally {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  }
}
