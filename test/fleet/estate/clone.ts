import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { must, run } from '../harness/run.ts'
import { makeKey } from '../harness/ssh-keys.ts'
import { type Finished, Running } from './running.ts'

export interface CloneParts {
  /** Name of the person, of their document and their account. */
  readonly name: string
  /** Folder that holds the home, the key and the clone. */
  readonly folder: string
  readonly remote: string
  readonly command: string
  /** The key with which hosts are reached. */
  readonly loginKey: string
}

/** A person at a machine of their own: a home, a key, a clone of the estate. */
export class Clone {
  readonly name: string
  readonly dir: string
  readonly keyFile: string
  readonly publicKey: string
  readonly env: NodeJS.ProcessEnv
  readonly #parts: CloneParts

  private constructor(parts: CloneParts, publicKey: string) {
    this.#parts = parts
    this.name = parts.name
    this.dir = join(parts.folder, 'estate')
    this.keyFile = keyFileOf(parts)
    this.publicKey = publicKey
    const home = join(parts.folder, 'home')
    this.env = {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      XDG_CONFIG_HOME: join(home, '.config'),
      GIT_CONFIG_GLOBAL: join(home, '.gitconfig'),
      GIT_CONFIG_NOSYSTEM: '1',
      NO_COLOR: '1',
      PLUMBLINE_DEBUG: '1',
      PLUMBLINE_SSH_KEY: parts.loginKey,
    }
  }

  /** Makes the person's key and settings; the clone comes with `fetchEstate`. */
  static async make(parts: CloneParts): Promise<Clone> {
    const publicKey = await makeKey(keyFileOf(parts), parts.name)
    const clone = new Clone(parts, publicKey)
    const home = join(parts.folder, 'home')
    mkdirSync(home, { recursive: true })
    writeFileSync(
      join(home, '.gitconfig'),
      `[user]
  name = ${parts.name}
  email = ${parts.name}@example.org
  signingkey = ${clone.keyFile}.pub
[gpg]
  format = ssh
[commit]
  gpgsign = true
[init]
  defaultBranch = main
[pull]
  ff = only
`,
    )
    return clone
  }

  async fetchEstate(): Promise<void> {
    await must('git', ['clone', '--quiet', this.#parts.remote, this.dir], { env: this.env })
  }

  /** Runs git in the clone and returns what it printed. */
  async git(...args: readonly string[]): Promise<string> {
    return (await must('git', ['-C', this.dir, ...args], { env: this.env })).trimEnd()
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.dir, path)), { recursive: true })
      writeFileSync(join(this.dir, path), text)
    }
  }

  read(path: string): string {
    return readFileSync(join(this.dir, path), 'utf8')
  }

  /** Commits files on a branch made from the remote's main, and pushes it. */
  async propose(branch: string, message: string, files: Readonly<Record<string, string>>): Promise<void> {
    await this.git('fetch', '--quiet')
    await this.git('switch', '--quiet', '--force-create', branch, '--no-track', 'origin/main')
    this.write(files)
    await this.git('add', '--all')
    await this.git('commit', '--quiet', '--message', message)
    await this.git('push', '--quiet', '--force', 'origin', branch)
  }

  /** Merges a pushed branch into main as a person does, and pushes main. */
  async merge(branch: string): Promise<string> {
    await this.git('fetch', '--quiet')
    await this.git('switch', '--quiet', 'main')
    await this.git('merge', '--quiet', '--ff-only', 'origin/main')
    await this.git('merge', '--quiet', '--no-ff', '--no-edit', `origin/${branch}`)
    await this.git('push', '--quiet', 'origin', 'main')
    return this.git('rev-parse', 'HEAD')
  }

  /** Brings main and all branches of the remote. */
  async pull(): Promise<void> {
    await this.git('fetch', '--quiet')
    await this.git('switch', '--quiet', 'main')
    await this.git('merge', '--quiet', '--ff-only', 'origin/main')
  }

  /** Starts the command. */
  start(args: readonly string[], extra: NodeJS.ProcessEnv = {}): Running {
    return new Running(process.execPath, [this.#parts.command, ...args], {
      cwd: this.dir,
      env: { ...this.env, ...extra },
    })
  }

  /** Starts the command as if on another machine than this one. */
  startElsewhere(args: readonly string[]): Running {
    const machine = join(this.#parts.folder, 'machine-id')
    writeFileSync(machine, `${'0123456789abcdef'.repeat(2)}\n`)
    const script = 'mount --bind "$1" /etc/machine-id && shift && exec "$@"'
    const inside = ['sh', '-c', script, 'sh', machine, process.execPath, this.#parts.command, ...args]
    return new Running('unshare', ['--mount', ...inside], { cwd: this.dir, env: this.env })
  }

  /** Runs the command to its end. */
  plumbline(...args: readonly string[]): Promise<Finished> {
    return this.start(args).ended
  }

  /** Runs the command, which has to end with this status, and returns what it printed. */
  async expects(code: number, ...args: readonly string[]): Promise<string> {
    const done = await this.plumbline(...args)
    if (done.code === code) return done.stdout
    throw new Error(
      `plumbline ${args.join(' ')}: exit status ${done.code}, not ${code}\n${done.stdout}\n${done.stderr}`,
    )
  }

  /** Logs in to a host with the person's own key and runs a command there. */
  ssh(address: string, hostKey: string, command: string, login = this.name) {
    const known = join(this.#parts.folder, 'known_hosts')
    writeFileSync(known, `${address} ${hostKey}\n`)
    const options = ['BatchMode=yes', 'StrictHostKeyChecking=yes', 'IdentitiesOnly=yes', 'ConnectTimeout=5']
    const flags = [`UserKnownHostsFile=${known}`, ...options].flatMap((o) => ['-o', o])
    return run('ssh', ['-F', '/dev/null', '-i', this.keyFile, ...flags, `${login}@${address}`, command])
  }
}

const keyFileOf = ({ folder }: CloneParts): string => join(folder, 'home/.ssh/id_ed25519')
