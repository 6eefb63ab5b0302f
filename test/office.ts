import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import { openRepository } from '../engine/adapters/git/git-repository.ts'
import { generateKeyPair } from '../engine/adapters/signing/key-pair.ts'
import { memorySigner } from '../engine/adapters/signing/signer.ts'
import { type SimulatedHost, startSimulatedHost } from '../engine/adapters/simulated/simulated-host.ts'
import type { ChangeRecord } from '../engine/model/record.ts'
import type { Signer } from '../engine/ports/repository.ts'
import { type Desk, openDesk } from './cli.ts'

/** Somebody with a key. */
export interface Colleague {
  readonly name: string
  readonly email: string
  readonly keyFile: string
  readonly publicKey: string
  readonly signer: Signer
}

export interface OfficeOptions {
  /** Names of simulated hosts, with the environment each is in; `web-01` in prod where nothing is said. */
  readonly hosts?: Readonly<Record<string, string>>
  /** Names of people; ana, ben and cleo where nothing is said. All are in Team/operations, the last one in Team/security as well. */
  readonly people?: readonly string[]
  /** Accounts of somebody, as their document lists them; two on git.example.org where nothing is said. */
  readonly accounts?: (name: string) => readonly string[]
  /** ISO 8601: the time it begins. */
  readonly at?: string
  /** What the clock shows where it was turned to `at`: time can pass in the middle of a command. */
  readonly clock?: (at: Date) => Date
  /** More settings of the estate, and files of its first commit. */
  readonly estate?: object
  readonly files?: Readonly<Record<string, string>>
}

/** A change on a branch: who writes it, what it changes (null removes a file), and who agrees. */
export interface Work {
  readonly branch: string
  readonly author: string
  readonly files: Readonly<Record<string, string | null>>
  readonly message?: string
  readonly approvers?: readonly string[]
}

/** A company with people, hosts that are folders, and a clock that can be turned on: command lines run as their users type them. */
export interface Office {
  readonly desk: Desk
  readonly hosts: ReadonlyMap<string, SimulatedHost>
  readonly now: () => Date
  /** Turns the clock to a moment (ISO 8601), or on by so many minutes. */
  turn(to: string | number): void
  colleague(name: string): Colleague
  /** Runs a command line that has to succeed (a status among these; 0 and 2 where nothing is said), and returns what it prints. */
  must(argv: readonly string[], accept?: readonly number[]): Promise<string>
  /** Commits files on a branch (of main, where it is new), signed by their author. */
  write(work: Omit<Work, 'approvers'>): Promise<string>
  /** Merges a branch into main, as anybody may. */
  merge(branch: string): void
  /** Writes, has it approved, merges: the number of its record. */
  approved(work: Work): Promise<string>
  record(change: string): Promise<ChangeRecord>
  /** A file of a simulated host. */
  on(host: string, path: string): string
  close(): Promise<void>
}

/** Documents as one file. */
export const documents = (...all: readonly object[]): string =>
  all.map((d) => stringify({ apiVersion: 'plumbline/v1', ...d })).join('---\n')

/** Opens an office whose estate is committed and whose ledger has begun. */
export async function openOffice(options: OfficeOptions = {}): Promise<Office> {
  const { hosts: wanted = { 'web-01': 'prod' }, people = ['ana', 'ben', 'cleo'] } = options
  let at = new Date(options.at ?? '2026-10-05T08:00:00Z')
  const keys = { PLUMBLINE_SSH_KEY: '', PLUMBLINE_ENGINE_KEY: '' }
  const desk = openDesk(keys, { now: () => options.clock?.(at) ?? at })
  const folder = dirname(desk.folder)
  const keyFor = (name: string) => {
    const pair = generateKeyPair(name)
    const keyFile = join(folder, `${name}-key`)
    writeFileSync(keyFile, pair.privateKey, { mode: 0o600 })
    writeFileSync(`${keyFile}.pub`, `${pair.publicKey}\n`)
    return { keyFile, publicKey: pair.publicKey, signer: memorySigner(pair) }
  }
  const colleagues = new Map(
    people.map((name): [string, Colleague] => [name, { name, email: `${name}@example.org`, ...keyFor(name) }]),
  )
  const [engine, login] = [keyFor('engine'), keyFor('login')]
  desk.env['PLUMBLINE_SSH_KEY'] = login.keyFile
  desk.env['PLUMBLINE_ENGINE_KEY'] = engine.keyFile
  const hosts = new Map<string, SimulatedHost>()
  for (const name of Object.keys(wanted)) {
    const host = await startSimulatedHost({ folder: join(folder, 'hosts', name), name })
    host.authorize(login.publicKey)
    hosts.set(name, host)
  }
  const branches = (): readonly string[] =>
    execFileSync('git', ['-C', desk.folder, 'branch', '--format=%(refname:short)'], { encoding: 'utf8' }).split('\n')
  const office: Office = {
    desk,
    hosts,
    now: () => at,
    turn: (to) => {
      at = typeof to === 'number' ? new Date(at.getTime() + to * 60_000) : new Date(to)
    },
    colleague: (name) => {
      const found = colleagues.get(name)
      if (found === undefined) throw new Error(`nobody is called ${name}`)
      return found
    },
    async must(argv, accept = [0, 2]) {
      const ran = await desk.run(...argv)
      if (!accept.includes(ran.status))
        throw new Error(`plumbline ${argv.join(' ')} ended with ${ran.status}\n${ran.out}${ran.err}`)
      return ran.out + ran.err
    },
    async write({ branch, author, files, message }) {
      const { email, signer } = office.colleague(author)
      if (branches().includes(branch)) desk.git('switch', '--quiet', branch)
      else desk.git('switch', '--quiet', '--create', branch, 'main')
      for (const [path, text] of Object.entries(files)) {
        if (text === null) rmSync(join(desk.folder, path))
        else desk.write(path, text)
      }
      desk.git('add', '--all')
      const line = (...args: string[]) => execFileSync('git', ['-C', desk.folder, ...args], { encoding: 'utf8' }).trim()
      const repository = await openRepository(desk.folder)
      try {
        const id = await repository.writeCommit({
          tree: line('write-tree'),
          parents: [line('rev-parse', 'HEAD')],
          author: { name: author, email, at: at.toISOString() },
          message: `${message ?? branch}\n`,
          signer,
        })
        desk.git('update-ref', 'HEAD', id)
        return id
      } finally {
        repository.close()
        if (branch !== 'main') desk.git('switch', '--quiet', 'main')
      }
    },
    merge: (branch) => desk.git('merge', '--quiet', '--no-ff', '--no-edit', branch),
    async approved(work) {
      await office.write(work)
      let change = ''
      for (const approver of work.approvers ?? ['ben']) {
        const key = office.colleague(approver).keyFile
        const out = await office.must(['approve', work.branch, '--key', key, '--json'])
        change = /CHG-\d{4}-\d{5,}/.exec(out)?.[0] ?? change
      }
      office.merge(work.branch)
      return change
    },
    async record(change) {
      const { record } = JSON.parse(await office.must(['show', change, '--json'])) as { record: ChangeRecord }
      return record
    },
    on: (host, path) => join(hosts.get(host)?.root ?? '', path),
    async close() {
      for (const host of hosts.values()) await host.stop()
      desk.close()
    },
  }
  await furnish(office, engine.publicKey, wanted, [...colleagues.values()], options)
  return office
}

const twoAccounts = (name: string): readonly string[] => [`git.example.org/${name}`, `git.example.org/${name}-second`]

async function furnish(
  { desk, hosts, must }: Office,
  engineKey: string,
  wanted: Readonly<Record<string, string>>,
  people: readonly Colleague[],
  { estate, files = {}, accounts = twoAccounts }: OfficeOptions,
): Promise<void> {
  const names = people.map((p) => p.name)
  const environments = [...new Set(Object.values(wanted))]
  const id = '3f1c2b1e-6d1f-4a55-9f0e-2a7c1b9d4e10'
  const first: Readonly<Record<string, string>> = {
    'plumbline.yaml': documents({
      kind: 'Estate',
      metadata: { name: 'office' },
      spec: { id, engineKeys: [`${engineKey} engine`], ...estate },
    }),
    'inventory/people.yaml': documents(
      ...people.map(({ name, email, publicKey }) => ({
        kind: 'Person',
        metadata: { name },
        spec: {
          fullName: `${name[0]?.toUpperCase()}${name.slice(1)}`,
          email,
          login: name,
          accounts: accounts(name),
          sshKeys: [{ key: publicKey }],
        },
      })),
      { kind: 'Team', metadata: { name: 'operations' }, spec: { members: names } },
      { kind: 'Team', metadata: { name: 'security' }, spec: { members: names.slice(-1) } },
    ),
    'inventory/environments.yaml': documents(
      ...environments.map((name) => ({
        kind: 'Environment',
        metadata: { name },
        spec: { purpose: `What is ${name}`, rollout: 'careful', criticality: name === 'prod' ? 4 : 2 },
      })),
      { kind: 'Rollout', metadata: { name: 'careful' }, spec: { batch: '100%', maxFailures: 0 } },
    ),
    'inventory/hosts.yaml': documents(
      ...[...hosts].map(([name, host]) => ({
        kind: 'Host',
        metadata: { name, labels: { role: name.replace(/-.*/, '') } },
        spec: {
          address: '127.0.0.1',
          environment: wanted[name],
          root: host.root,
          hostKeys: [host.hostKey],
          ssh: { port: host.port, user: host.user },
        },
      })),
    ),
    ...files,
  }
  desk.git('init', '--quiet', '--initial-branch=main')
  for (const [path, text] of Object.entries(first)) {
    mkdirSync(dirname(join(desk.folder, path)), { recursive: true })
    desk.write(path, text)
  }
  desk.commit('The estate as it is')
  await must(['init'])
}
