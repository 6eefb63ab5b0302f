import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import picocolors from 'picocolors'
import { GitProcess } from '../../adapters/git/git-process.ts'
import { type OpenRepository, openRepository } from '../../adapters/git/git-repository.ts'
import { generateKeyPair } from '../../adapters/signing/key-pair.ts'
import { memorySigner } from '../../adapters/signing/signer.ts'
import type { RunProgram } from '../../cli/context.ts'
import type { ChangeRecord } from '../../model/record.ts'
import type { World } from '../../pipeline/world.ts'
import type { Signer } from '../../ports/repository.ts'
import { type OpenedWorld, openWorld } from '../../wiring.ts'
import type { DemoFolder } from '../demo-folder.ts'
import { keyEnvironment } from '../demo-folder.ts'

/** Somebody with a key. */
interface Colleague {
  readonly email: string
  readonly keyFile: string
  readonly publicKey: string
  readonly signer: Signer
}

interface Ran {
  readonly status: number
  readonly out: string
  readonly err: string
}

/** Files of a commit on a branch of main. */
interface Writing {
  readonly branch: string
  readonly author: string
  readonly files: Readonly<Record<string, string>>
  readonly message?: string
}

export interface CompanyOptions {
  readonly folder: DemoFolder
  readonly people: readonly string[]
  /** ISO 8601: when it begins. */
  readonly at: string
  readonly runProgram: RunProgram
  readonly version: string
  /** Writes the estate as it is on the first day. */
  readonly found: (folder: string, keys: { people: ReadonlyMap<string, string>; engine: string }) => void
  /** Puts its hosts into the world of a command line. */
  readonly outside: (world: World) => World
}

/** A company whose clock can be turned: command lines run as its people type them, and its commits carry its time. */
export class Company {
  readonly #options: CompanyOptions
  readonly #people = new Map<string, Colleague>()
  #at: Date

  private constructor(options: CompanyOptions) {
    this.#options = options
    this.#at = new Date(options.at)
  }

  /** Founds it: its keys, its first commit and the beginning of its ledger. */
  static async found(options: CompanyOptions): Promise<Company> {
    const company = new Company(options)
    const { folder, people, found } = options
    for (const name of people)
      company.#people.set(name, { email: `${name}@example.org`, ...(await keyFor(folder, name)) })
    const engine = await keyFor(folder, 'engine')
    await keyFor(folder, 'login')
    const git = new GitProcess(folder.estate)
    await git.output(['init', '--quiet', '--initial-branch=main'])
    const keys = new Map([...company.#people].map(([name, { publicKey }]) => [name, publicKey]))
    found(folder.estate, { people: keys, engine: engine.publicKey })
    await git.output(['add', '--all'])
    const tree = await git.line(['write-tree'])
    await company.#inRepository(async (repository) => {
      const author = company.#authorOf(people[0] ?? '')
      const { signer } = company.colleague(people[0] ?? '')
      const id = await repository.writeCommit({ tree, parents: [], author, message: 'The estate as it is\n', signer })
      await git.output(['update-ref', 'HEAD', id])
    })
    await company.must(['init'])
    return company
  }

  readonly now = (): Date => this.#at

  /** Turns the clock to a moment (ISO 8601), or on by so many minutes. */
  turn(to: string | number): void {
    this.#at = typeof to === 'number' ? new Date(this.#at.getTime() + to * 60_000) : new Date(to)
  }

  colleague(name: string): Colleague {
    const found = this.#people.get(name)
    if (found === undefined) throw new Error(`nobody is called ${name}`)
    return found
  }

  /** Runs a command line in the estate. */
  async run(argv: readonly string[]): Promise<Ran> {
    const { folder, runProgram, version, outside } = this.#options
    const env = { ...process.env, ...keyEnvironment(folder) }
    const ran = { out: '', err: '' }
    const worlds: OpenedWorld[] = []
    const status = await runProgram(argv, {
      version,
      terminal: {
        out: (text) => {
          ran.out += text
        },
        err: (text) => {
          ran.err += text
        },
        cwd: folder.estate,
        env,
        interactive: false,
        width: 100,
        readSecret: async () => '',
        colors: picocolors.createColors(false),
      },
      open: async (options) => {
        const at = { clock: { now: this.now }, version, start: folder.estate, env }
        const world = await openWorld({ ...options, ...at })
        worlds.push(world)
        return outside(world)
      },
    })
    for (const world of worlds) await world.close()
    return { status, ...ran }
  }

  /** Runs one that has to end so, and returns what it prints. */
  async must(argv: readonly string[], accept: readonly number[] = [0, 2]): Promise<string> {
    const ran = await this.run(argv)
    if (accept.includes(ran.status)) return ran.out
    throw new Error(`plumbline ${argv.join(' ')} ended with ${ran.status}\n${ran.out}${ran.err}`)
  }

  /** Commits files on a new branch of main, signed by their author. */
  async write({ branch, author, files, message }: Writing): Promise<void> {
    await this.#inRepository(async (repository) => {
      const main = await repository.resolve('refs/heads/main')
      if (main === undefined) throw new Error('there is no main')
      const contents = new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]))
      const id = await repository.writeCommit({
        tree: await repository.writeTree((await repository.commit(main)).tree, contents),
        parents: [main],
        author: this.#authorOf(author),
        message: `${message ?? branch}\n`,
        signer: this.colleague(author).signer,
      })
      await repository.moveBranch(branch, null, id)
    })
  }

  /** Merges a branch into main, as anybody may: what counts is what was approved. */
  async merge(branch: string, by: string): Promise<void> {
    await this.#inRepository(async (repository) => {
      const [main, head] = await Promise.all(['main', branch].map((name) => repository.resolve(`refs/heads/${name}`)))
      if (main === undefined || head === undefined) throw new Error(`there is no ${branch}`)
      const merged = await repository.mergeTree(main, head)
      if ('conflicts' in merged) throw new Error(`${branch} is in conflict in ${merged.conflicts.join(', ')}`)
      const id = await repository.writeCommit({
        tree: merged.tree,
        parents: [main, head],
        author: this.#authorOf(by),
        message: `Merge branch '${branch}'\n`,
      })
      await repository.moveBranch('main', main, id)
    })
  }

  async record(change: string): Promise<ChangeRecord> {
    return (JSON.parse(await this.must(['show', change, '--json'])) as { record: ChangeRecord }).record
  }

  /** Brings the folder to where main is. */
  async checkOut(): Promise<void> {
    await new GitProcess(this.#options.folder.estate).output(['reset', '--quiet', '--hard', 'main'])
  }

  #authorOf(name: string) {
    return { name, email: this.colleague(name).email, at: this.#at.toISOString() }
  }

  async #inRepository(work: (repository: OpenRepository) => Promise<void>): Promise<void> {
    const repository = await openRepository(this.#options.folder.estate)
    try {
      await work(repository)
    } finally {
      repository.close()
    }
  }
}

async function keyFor({ keys }: DemoFolder, name: string): Promise<Omit<Colleague, 'email'>> {
  const pair = generateKeyPair(name)
  const keyFile = join(keys, name)
  await mkdir(keys, { recursive: true, mode: 0o700 })
  await writeFile(keyFile, pair.privateKey, { mode: 0o600 })
  await writeFile(`${keyFile}.pub`, `${pair.publicKey} ${name}\n`)
  return { keyFile, publicKey: pair.publicKey, signer: memorySigner(pair) }
}
