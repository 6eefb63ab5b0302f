import { spawn } from 'node:child_process'
import { type codes, repositoryError } from './codes.ts'
import { jobLogin } from './job-login.ts'

export interface GitResult {
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: string
}

interface RunOptions {
  readonly input?: string | Uint8Array
  /** Milliseconds, for what talks to a remote. */
  readonly deadline?: number
}

/** What git gets to see of our environment: what it needs to find itself, its user, keys and proxies. No GIT_*, no editor. */
const passedOn = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'TMPDIR',
  'XDG_CONFIG_HOME',
  'XDG_RUNTIME_DIR',
  'SSH_AUTH_SOCK',
  'http_proxy',
  'https_proxy',
  'HTTPS_PROXY',
  'all_proxy',
  'ALL_PROXY',
  'no_proxy',
  'NO_PROXY',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
]

/** No hook, monitor or helper of a repository's configuration runs, and what we write is on the disk when git returns. */
const always = [
  ...['core.hooksPath=/dev/null', 'core.fsmonitor=false', 'core.fsync=all', 'protocol.ext.allow=never'],
  ...[
    'gc.auto=0',
    'maintenance.auto=false',
    'push.followTags=false',
    'push.gpgSign=false',
    'merge.verifySignatures=false',
  ],
  ...['merge.renames=true', 'merge.directoryRenames=conflict', 'merge.renameLimit=7000', 'advice.detachedHead=false'],
].flatMap((setting) => ['-c', setting])

/** How long a fetch or push may take. */
export const networkDeadline = 120_000

export function gitEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const clean = Object.fromEntries(passedOn.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
  return {
    ...clean,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    // Replacements and grafts would show another history than the one that is signed.
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_GRAFT_FILE: '/dev/null',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_ALLOW_PROTOCOL: 'file:https:ssh',
    GIT_EDITOR: 'true',
    GIT_PAGER: 'cat',
  }
}

/** Runs git in one folder with nothing inherited but what it needs. */
export class GitProcess {
  readonly dir: string
  /** The remote is on this machine itself, so that http without TLS may be used. */
  plainHttp = false

  constructor(dir: string) {
    this.dir = dir
  }

  spawn(args: readonly string[]) {
    const env: NodeJS.ProcessEnv = { ...gitEnvironment(), ...jobLogin(args[0], process.env) }
    if (this.plainHttp) env['GIT_ALLOW_PROTOCOL'] += ':http'
    return spawn('git', [...always, ...args], { cwd: this.dir, env, stdio: 'pipe' })
  }

  /** Ends with git's exit status, whatever it is; throws `RepositoryError` only where git can't be started. */
  run(args: readonly string[], options: RunOptions = {}): Promise<GitResult> {
    return new Promise((resolve, reject) => {
      const child = this.spawn(args)
      const out: Buffer[] = []
      const err: Buffer[] = []
      const timer = options.deadline === undefined ? undefined : setTimeout(() => child.kill(), options.deadline)
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
      child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
      child.stdin.on('error', () => undefined) // git may end before it has read everything; its status says so
      child.on('error', (error: NodeJS.ErrnoException) => reject(startFailure(error, this.dir)))
      child.on('close', (code) => {
        clearTimeout(timer)
        resolve({ code: code ?? 255, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() })
      })
      child.stdin.end(options.input ?? '')
    })
  }

  /** Standard output of a command that has to succeed. Throws `RepositoryError`. */
  async output(args: readonly string[], options: RunOptions = {}): Promise<Buffer> {
    const result = await this.run(args, options)
    if (result.code !== 0) throw failure(result, args[0] ?? 'git')
    return result.stdout
  }

  async line(args: readonly string[]): Promise<string> {
    return (await this.output(args)).toString().replace(/\n$/, '')
  }
}

function startFailure(error: NodeJS.ErrnoException, dir: string): Error {
  if (error.code === 'ENOENT') return repositoryError('git-missing', `git can't be started in ${dir}`)
  return repositoryError('git-failed', `git can't be started in ${dir}: ${error.code ?? error.message}`)
}

const signs: readonly (readonly [RegExp, keyof typeof codes])[] = [
  [/not a git repository|does not appear to be a git repository/, 'repository-missing'],
  [/dubious ownership/, 'repository-untrusted'],
  [/usage: git|unknown option/, 'git-missing'],
  [/unrelated histories/, 'histories-unrelated'],
  [/No space left|Read-only file system|Permission denied|insufficient permission/, 'repository-unwritable'],
  [
    /bad object|corrupt|is empty|inflate|unable to read|could not read|bad tree|missing (blob|tree|commit)|not a tree object|packfile|invalid object|unable to find|hash mismatch|bad revision|bad config|broken/i,
    'repository-corrupt',
  ],
]

/** The error behind a failed command. */
export function failure(result: GitResult, command: string): Error {
  const code = signs.find(([sign]) => sign.test(result.stderr))?.[1] ?? 'git-failed'
  return repositoryError(code, `git ${command} failed: ${said(result.stderr)}`)
}

/** What git said, fit to print: few lines, no control bytes, no passwords of addresses. */
export function said(stderr: string): string {
  const lines = stderr
    .split(/\r?\n/)
    .map((line) => line.replace(/[\x00-\x1f\x7f-\x9f]/g, '?').replace(/\/\/[^/@\s]+@/g, '//***@'))
    .map((line) => line.replace(/^(fatal|error|remote): ?/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('hint:'))
  return [...new Set(lines)].slice(0, 3).join('; ').slice(0, 400) || 'it gave no reason'
}
