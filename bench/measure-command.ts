import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Exit statuses that mean that the work was done; only 0 where not given. */
  readonly accept?: readonly number[]
  /** Done before the clock starts, such as removing a cache. */
  readonly before?: () => void
}

export interface Sample {
  /** Milliseconds from just before the start to the end. */
  readonly wall: number
  /** Milliseconds of CPU, user and system, of the command and everything it started and waited for. Counted in steps of 10. */
  readonly cpu: number
}

/** The environment of everything that is measured: ours without what a package manager or a loader left in it. */
export function cleanEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([key]) => !/^(npm_|NODE_OPTIONS$|NODE_V8|TSX|GIT_|SSH_)/i.test(key))
  return { ...Object.fromEntries(kept), LC_ALL: 'C.UTF-8', NO_COLOR: '1', ...extra }
}

/** Runs a command once, with its output thrown away, and tells what it cost. Fails where the command does. */
export async function measureCommand(command: Command): Promise<Sample> {
  command.before?.()
  const cpuBefore = reapedCpuTime()
  const started = performance.now()
  const child = spawn(command.file, command.args, {
    stdio: 'ignore',
    cwd: command.cwd,
    env: cleanEnvironment(command.env),
  })
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (status) => resolve(status ?? 255))
  })
  const wall = performance.now() - started
  if (!(command.accept ?? [0]).includes(code)) throw new Error(`${commandLine(command)}: exit status ${code}`)
  return { wall, cpu: reapedCpuTime() - cpuBefore }
}

/** Runs a command once and returns what it says, to see that it does what is going to be measured. */
export async function outputOf(command: Command): Promise<string> {
  command.before?.()
  const child = spawn(command.file, command.args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: command.cwd,
    env: cleanEnvironment(command.env),
  })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status) => resolve(status ?? 255))
  })
  const said = Buffer.concat(out).toString('utf8')
  if ((command.accept ?? [0]).includes(code)) return said
  const evidence = `${Buffer.concat(err).toString('utf8')}${said}`.trim().slice(0, 600)
  throw new Error(`${commandLine(command)}: exit status ${code}: ${evidence}`)
}

/** The largest amount of memory, in MB, that the command itself held while it ran once. */
export async function peakMemory(command: Command): Promise<Sample & { readonly peak: number }> {
  command.before?.()
  const cpuBefore = reapedCpuTime()
  const started = performance.now()
  const child = spawn(command.file, command.args, {
    stdio: 'ignore',
    cwd: command.cwd,
    env: cleanEnvironment(command.env),
  })
  let peak = 0
  const look = setInterval(() => {
    peak = Math.max(peak, highWaterMark(child.pid ?? 0))
  }, 10)
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (status) => resolve(status ?? 255))
    })
    const wall = performance.now() - started
    if (!(command.accept ?? [0]).includes(code)) throw new Error(`${commandLine(command)}: exit status ${code}`)
    return { wall, cpu: reapedCpuTime() - cpuBefore, peak }
  } finally {
    clearInterval(look)
  }
}

export function commandLine({ file, args }: Command): string {
  return [file, ...args].join(' ').slice(0, 300)
}

/** User and system time of all children of this process that have ended, in milliseconds; those still running don't count. */
function reapedCpuTime(): number {
  const stat = readFileSync('/proc/self/stat', 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13]) + Number(fields[14])) * 10
}

function highWaterMark(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}
