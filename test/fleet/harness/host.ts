import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeCgroups } from './cgroups.ts'
import { recordSupervisor } from './claim.ts'
import { fillDisk, freeDisk, type HostDisk, makeHostKey } from './host-disk.ts'
import { setLink } from './network.ts'
import { childrenOf, endNow, isInit, processRef } from './processes.ts'
import { environment, type Outcome, type RunOptions, run } from './run.ts'
import { sshBanner, waitFor } from './wait.ts'

/** What the fleet knows of a host before its first boot. */
export interface HostParts {
  readonly name: string
  readonly address: string
  readonly hostKey: string
  readonly disk: HostDisk
  readonly folder: string
  readonly machine: string
  readonly fleet: string
  readonly index: number
}

/** Milliseconds. Eight hosts on two cores take about ten seconds; the rest is for a busy machine. */
const bootDeadline = 120_000

/** The exit status by which systemd-nspawn asks whoever runs it to start it again: the host was rebooted from inside. */
const rebootStatus = 133

/** Enters the control groups named before "--" and becomes the command after it. */
const startScript = 'while [ "$1" != -- ]; do echo $$ >"$1/cgroup.procs"; shift; done; shift; exec "$@"'

/**
 * When our process ends, however that comes, the kernel ends unshare, so systemd-nspawn, so all of the process namespace that it is the first process of.
 * systemd-nspawn alone would leave its host running.
 */
const diesWithUs = [
  ...['setpriv', '--pdeathsig', 'KILL', '--'],
  ...['unshare', '--pid', '--fork', '--kill-child=KILL', '--mount-proc', '--propagation', 'slave'],
]

/** A Debian machine of its own: systemd, sshd, network, disk. Its kernel is this machine's. */
export class Host {
  readonly name: string
  readonly address: string
  readonly port = 22
  /** The host's root directory as seen from here. */
  readonly root: string
  readonly #parts: HostParts
  #hostKey: string
  #supervisor: ChildProcess | undefined
  #isCutOff = false

  constructor(parts: HostParts) {
    this.name = parts.name
    this.address = parts.address
    this.root = parts.disk.root
    this.#parts = parts
    this.#hostKey = parts.hostKey
  }

  /** "ssh-ed25519 AAAA…": what the host now shows. */
  get hostKey(): string {
    return this.#hostKey
  }

  get isRunning(): boolean {
    return this.#supervisor !== undefined
  }

  /** What the host has printed on its console since its latest boot. */
  consoleLog(): string {
    return readFileSync(join(this.#parts.folder, 'console.log'), 'utf8')
  }

  /** Switches the host on and waits until it answers SSH and its systemd says `running`. Its disk is as it was left. */
  async boot(): Promise<void> {
    if (this.#supervisor) throw new Error(`${this.name} is running already`)
    this.#start('w')
    await this.waitUntilReady()
  }

  #start(consoleMode: 'w' | 'a'): void {
    const console_ = openSync(join(this.#parts.folder, 'console.log'), consoleMode)
    const machine = this.#parts.machine
    const supervise = [...diesWithUs, 'systemd-nspawn', ...nspawnOptions(machine, this.root)]
    const supervisor = spawn('sh', ['-c', startScript, 'sh', ...makeCgroups(machine), '--', ...supervise], {
      // Of its own session: an interrupt typed at our terminal is for us to act on.
      detached: true,
      stdio: ['ignore', console_, console_],
      // The host's /tmp stays on its disk, and of the kernel's settings it may change those of its network.
      env: environment({ SYSTEMD_NSPAWN_TMPFS_TMP: '0', SYSTEMD_NSPAWN_API_VFS_WRITABLE: 'network' }),
    })
    closeSync(console_)
    if (supervisor.pid === undefined) throw new Error(`${this.name}: no process could be started`)
    recordSupervisor(this.#parts.folder, supervisor.pid)
    supervisor.unref()
    supervisor.once('exit', (code) => {
      this.#supervisor = undefined
      // Without its folder the fleet has been removed meanwhile.
      if (code === rebootStatus && existsSync(this.#parts.folder)) this.#start('a')
    })
    this.#supervisor = supervisor
  }

  /** Waits until the host answers SSH and its systemd says `running`; needed after a reboot from inside, once `bootId` is another. */
  async waitUntilReady(deadline = bootDeadline): Promise<void> {
    const evidence = () => `console of ${this.name}:\n${this.consoleLog().slice(-4000)}`
    let state = 'not yet started'
    const probe = async () => {
      if (!this.#supervisor) throw new Error(`${this.name} has ended while booting\n${evidence()}`)
      const init = this.#init()
      if (init === undefined) return undefined
      state = (await enter(init, 'systemctl is-system-running')).stdout.trim()
      if (state === 'degraded') throw new Error(`${this.name}: ${await this.#failures()}\n${evidence()}`)
      return state === 'running' || undefined
    }
    await waitFor({
      what: `${this.name}, running`,
      deadline,
      probe,
      evidence: () => `its state: ${state}\n${evidence()}`,
    })
    if (!this.#isCutOff) await this.#waitForSsh()
  }

  async #waitForSsh(): Promise<void> {
    const probe = () => sshBanner(this.address, this.port)
    await waitFor({
      what: `${this.name}, SSH at ${this.address}`,
      deadline: 30_000,
      probe,
      evidence: () => this.consoleLog(),
    })
  }

  async #failures(): Promise<string> {
    return (await this.exec('systemctl --failed --no-legend --plain; journalctl --no-pager --priority=err')).stdout
  }

  /**
   * Another one after each boot; undefined while the host is off or has hardly started. Read from outside: a host that shuts down waits ten seconds for a
   * process that was put into it.
   */
  get bootId(): string | undefined {
    const init = this.#init()
    const id = init === undefined ? undefined : readBootId(`/proc/${init}/root`)
    return id === readBootId('') ? undefined : id
  }

  /** The process id of the host's systemd. */
  #init(): number | undefined {
    const pid = this.#supervisor?.pid
    return pid === undefined ? undefined : childrenOf(pid).flatMap(childrenOf).find(isInit)
  }

  /** Runs a shell command in the host as root, not through SSH: to look at what a test has done, and to break things. */
  async exec(command: string, options: RunOptions = {}): Promise<Outcome> {
    const init = this.#init()
    if (init === undefined) throw new Error(`${this.name} is not running`)
    return enter(init, command, options)
  }

  /** Pulls the network cable: connections hang, new ones find nobody. */
  async cutOff(): Promise<void> {
    await setLink(this.#parts.fleet, this.#parts.index, 'down')
    this.#isCutOff = true
  }

  /** Puts the network cable back and waits until SSH answers. */
  async reconnect(): Promise<void> {
    await setLink(this.#parts.fleet, this.#parts.index, 'up')
    this.#isCutOff = false
    if (this.#supervisor) await this.#waitForSsh()
  }

  /** A power cut: every process of the host is gone at once, nothing is told beforehand. */
  async kill(): Promise<void> {
    const supervisor = this.#supervisor
    if (!supervisor) return
    const init = this.#init() ?? supervisor.pid
    if (init !== undefined) endNow(processRef(init))
    await this.#ended(supervisor)
  }

  /** Shuts the host down in order. */
  async shutdown(): Promise<void> {
    const supervisor = this.#supervisor
    if (!supervisor) return
    await this.exec('systemctl poweroff')
    await this.#ended(supervisor)
  }

  async #ended(supervisor: ChildProcess): Promise<void> {
    const probe = () => (this.#supervisor === supervisor ? undefined : true)
    await waitFor({ what: `${this.name}, off`, deadline: 60_000, probe, evidence: () => this.consoleLog() })
  }

  /** Leaves the host's disk without a free block until `freeDisk`. */
  fillDisk(): Promise<void> {
    return fillDisk(this.#parts.disk)
  }

  freeDisk(): Promise<void> {
    return freeDisk(this.#parts.disk)
  }

  /** Gives the host another SSH host key, as a reinstalled or an impostor's host would have. The fleet's known_hosts file goes on naming the former. */
  async changeHostKey(): Promise<void> {
    this.#hostKey = await makeHostKey(this.root, this.name)
    if (!this.#supervisor) return
    const { code, stderr } = await this.exec('systemctl restart ssh')
    if (code !== 0) throw new Error(`${this.name}: sshd did not restart: ${stderr}`)
    if (!this.#isCutOff) await this.#waitForSsh()
  }
}

const rootPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

function readBootId(root: string): string | undefined {
  try {
    return readFileSync(`${root}/proc/sys/kernel/random/boot_id`, 'latin1').trim()
  } catch {
    return undefined
  }
}

/** Runs a shell command beside a host's first process, with the environment of a service. */
function enter(init: number, command: string, options: RunOptions = {}): Promise<Outcome> {
  const namespaces = ['--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup', '--root', '--wd']
  const clean = ['env', '-i', 'HOME=/root', 'USER=root', 'LANG=C.UTF-8', `PATH=${rootPath}`]
  const args = ['--target', String(init), ...namespaces, ...clean, 'sh', '-c', command]
  // A host that shuts down stops all of its processes for a moment: the command inside, and nsenter with it, which it cannot wake again.
  return run('nsenter', args, { ...options, unstoppable: true })
}

function nspawnOptions(machine: string, root: string): string[] {
  const independent = ['--quiet', '--register=no', '--keep-unit', '--settings=no', '--link-journal=no']
  const asIs = ['--resolv-conf=off', '--timezone=off', '--console=passive']
  // A host is master of its own network, though of no other: it has its own firewall, addresses and routes.
  const network = [`--network-namespace-path=/run/netns/${machine}`, '--capability=CAP_NET_ADMIN']
  return [...independent, ...asIs, ...network, '--boot', `--machine=${machine}`, `--directory=${root}`]
}
