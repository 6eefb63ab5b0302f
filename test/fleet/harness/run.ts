import { type SpawnOptions, spawn, spawnSync } from 'node:child_process'

/** What a finished command said. `code` is its exit status, or 255 where a signal ended it. */
export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly input?: string
  /** Milliseconds after which the command is killed. */
  readonly timeout?: number
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  /** Wakes the command up again where it stops itself, as nsenter does when the command inside is stopped. */
  readonly unstoppable?: boolean
}

/** Root's tools live in sbin, which the PATH of an ordinary account leaves out. */
const searchPath = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`

export function environment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { ...process.env, PATH: searchPath, LC_ALL: 'C.UTF-8', ...extra }
}

/** Runs a command to its end. Resolves whatever its exit status; rejects only where it could not be started or ran out of time. */
export function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { timeout = 60_000, input } = options
  const spawnOptions: SpawnOptions = { stdio: 'pipe', env: environment(options.env) }
  if (options.cwd !== undefined) spawnOptions.cwd = options.cwd
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, spawnOptions)
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString('utf8')
    const waker = options.unstoppable ? setInterval(() => child.kill('SIGCONT'), 200) : undefined
    const timer = setTimeout(() => {
      clearInterval(waker)
      child.kill('SIGKILL')
      const said = text(stdout) + text(stderr)
      reject(new Error(`${file} ${args.join(' ')}: still running after ${timeout} ms; it said: ${said.slice(-2000)}`))
    }, timeout)
    child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk))
    // A command that exits without reading its input closes the pipe under us; its exit status says what matters.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input ?? '')
    child.on('error', (error) => {
      clearTimeout(timer)
      clearInterval(waker)
      reject(error)
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      clearInterval(waker)
      resolve({ code: code ?? 255, stdout: text(stdout), stderr: text(stderr) })
    })
  })
}

/** Runs a command that has to succeed and returns its output. */
export async function must(file: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run(file, args, options)
  if (code === 0) return stdout
  throw new Error(`${file} ${args.join(' ')}: exit status ${code}\n${(stderr + stdout).slice(-4000)}`)
}

/** Runs a command at once, in an exit handler too, where nothing asynchronous runs any more. Its failure is the caller's to judge. */
export function runNow(file: string, args: readonly string[]): Outcome {
  const { status, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8', env: environment(), timeout: 30_000 })
  return { code: status ?? 255, stdout: stdout ?? '', stderr: stderr ?? '' }
}
