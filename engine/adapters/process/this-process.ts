import { readFileSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import type { LockHolder } from '../../model/record.ts'

/** This process, as a lock names its holder. */
export function thisProcess(): Pick<LockHolder, 'by' | 'machine' | 'pid' | 'started'> {
  return {
    by: `${userInfo().username}@${hostname()}`,
    machine: machineId(),
    pid: process.pid,
    started: startOf(process.pid) ?? new Date(Date.now() - process.uptime() * 1000).toISOString(),
  }
}

/** True where the holder ran on this machine and is seen to be gone. On another machine nobody can tell. */
export function hasDied(holder: LockHolder): boolean {
  if (holder.machine !== machineId()) return false
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
  const started = startOf(holder.pid)
  // The number was given to another process since.
  return started !== undefined && started !== holder.started
}

function machineId(): string {
  try {
    return readFileSync('/etc/machine-id', 'utf8').trim() || hostname()
  } catch {
    return hostname()
  }
}

/** Start of a process as the kernel counts it, with the boot it belongs to; undefined where there is no /proc. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return ticks === undefined ? undefined : `${boot}/${ticks}`
  } catch {
    return undefined
  }
}
