import { readFileSync } from 'node:fs'

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessRef {
  readonly pid: number
  /** In clock ticks since boot, as /proc says. */
  readonly started: string
}

/** The fields of /proc/PID/stat after the name, which may itself hold blanks and brackets; undefined for a process that is gone or only waits to be reaped. */
function liveStat(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields
  } catch {
    return undefined
  }
}

export function processRef(pid: number): ProcessRef {
  return { pid, started: liveStat(pid)?.[19] ?? 'ended' }
}

export function isAlive({ pid, started }: ProcessRef): boolean {
  return liveStat(pid)?.[19] === started
}

/** Its direct children. */
export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** Whether it is the first process of a namespace below ours: of a host, its systemd. */
export function isInit(pid: number): boolean {
  try {
    return /^NSpid:.*\s1$/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'))
  } catch {
    return false
  }
}

/** Ends a process at once, if it is still that one. */
export function endNow(process_: ProcessRef): void {
  if (!isAlive(process_)) return
  try {
    process.kill(process_.pid, 'SIGKILL')
  } catch {
    // It ended between the two calls.
  }
}

/** User and system time in milliseconds of a process and of those of its children that have ended. Linux counts it in hundredths of a second. */
export function cpuTimeOf(pid: number): number {
  const ticks = (liveStat(pid) ?? []).slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  return ticks * 10
}
