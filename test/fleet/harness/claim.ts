import { randomBytes } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { cgroupsOf, removeCgroups } from './cgroups.ts'
import { withLock } from './lock.ts'
import { deleteLinks, networkOf, routesOverlap } from './network.ts'
import { childrenOf, endNow, isAlive, type ProcessRef, processRef } from './processes.ts'
import { runNow } from './run.ts'

/**
 * A fleet's name and its place in the world. Everything that a fleet makes (mounts, namespaces, links, processes) is named after the claim or recorded in its
 * folder, so that whoever comes later can remove it without having seen it made.
 */
export interface Claim {
  /** Four hexadecimal digits; they are also the middle of its 10.x.y.0/24. */
  readonly id: string
  readonly folder: string
}

const claims = '/run/plumbline-fleet'

const ownerFile = 'owner.json'
const supervisorFile = 'supervisor.json'

/** Takes an id that nobody has. A folder appears under its final name only with its owner in it, so a sweep never meets one without. */
export function claim(): Claim {
  mkdirSync(claims, { recursive: true, mode: 0o755 })
  const draft = mkdtempSync(join(claims, '.draft-'))
  writeFileSync(join(draft, ownerFile), JSON.stringify(processRef(process.pid)))
  for (let attempt = 0; attempt < 100; attempt++) {
    const id = randomBytes(2).toString('hex')
    if (routesOverlap(networkOf(id))) continue
    try {
      renameSync(draft, join(claims, id))
      return { id, folder: join(claims, id) }
    } catch {
      // Taken by another fleet.
    }
  }
  rmSync(draft, { recursive: true })
  throw new Error('there is no free network in 10.0.0.0/8 for a fleet')
}

export function hostFolder(claim: Claim, name: string): string {
  return join(claim.folder, 'hosts', name)
}

/** The name of a host's machine, network namespace and control group: unique on this machine. */
export function machineName(claim: Claim, name: string): string {
  return `plumbline-${claim.id}-${name}`
}

/** Notes the process that runs a host, for whoever has to end it. */
export function recordSupervisor(folder: string, pid: number): ProcessRef {
  const supervisor = processRef(pid)
  writeFileSync(join(folder, supervisorFile), JSON.stringify(supervisor))
  return supervisor
}

/**
 * Removes what fleets have left whose owners are gone. One at a time: a second sweep, still at an id that the first has freed, would hit the fleet that takes it
 * next.
 */
export function sweep(): Promise<void> {
  return withLock(join(claims, '.sweep.lock'), async () => {
    for (const id of list(claims).filter((name) => /^[0-9a-f]{4}$/.test(name))) {
      const owner = readRef(join(claims, id, ownerFile))
      if (owner && !isAlive(owner)) release({ id, folder: join(claims, id) })
    }
  })
}

/** Removes all of a fleet, whatever state it is in. Synchronous, because an exit handler calls it, too. Doing it twice is no harm. */
export function release(claim: Claim): void {
  const names = list(join(claim.folder, 'hosts'))
  for (const name of names) endHost(hostFolder(claim, name))
  for (const name of names) {
    removeLock(join(hostFolder(claim, name), 'root'))
    unmount(join(hostFolder(claim, name), 'root'))
    unmount(join(hostFolder(claim, name), 'disk'))
    const machine = machineName(claim, name)
    runNow('ip', ['netns', 'delete', machine])
    for (const cgroup of cgroupsOf(machine)) removeCgroups(cgroup)
    try {
      rmdirSync(`/run/systemd/nspawn/propagate/${machine}`)
    } catch {
      // systemd-nspawn has removed it, or never came so far.
    }
  }
  deleteLinks(claim.id)
  runNow('rm', ['-rf', '--one-file-system', claim.folder])
}

/** Ends a host's processes and waits for that, because a mount in use cannot be removed. */
function endHost(folder: string): void {
  const supervisor = readRef(join(folder, supervisorFile))
  if (!supervisor || !isAlive(supervisor)) return
  const processes = [...childrenOf(supervisor.pid).map(processRef), supervisor]
  for (const one of processes) endNow(one)
  const end = performance.now() + 10_000
  while (processes.some(isAlive) && performance.now() < end)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
}

/** systemd-nspawn locks a root by its device and inode and leaves the lock's file. While the root is mounted these are nobody else's. */
function removeLock(root: string): void {
  try {
    const { dev, ino } = statSync(root)
    rmSync(`/run/systemd/nspawn/locks/inode-${dev}:${ino}`, { force: true })
  } catch {
    // There is no such root.
  }
}

function unmount(folder: string): void {
  if (runNow('mountpoint', ['--quiet', folder]).code !== 0) return
  if (runNow('umount', [folder]).code !== 0) runNow('umount', ['--lazy', folder])
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function readRef(file: string): ProcessRef | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessRef
  } catch {
    return undefined
  }
}
