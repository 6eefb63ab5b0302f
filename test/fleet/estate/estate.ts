import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChangeRecord } from '../../../engine/model/record.ts'
import type { Fleet } from '../fleet.ts'
import { must } from '../harness/run.ts'
import { Clone } from './clone.ts'
import { builtCommand } from './command.ts'
import { document, file, hostDocument, personDocument } from './documents.ts'
import { type Finished, resultOf } from './running.ts'

export interface EstateOptions {
  readonly fleet: Fleet
  /** How the environment is rolled out; a canary first and then one host after the other, where nothing is said. */
  readonly rollout?: unknown
  readonly files?: Readonly<Record<string, string>>
}

/** A company with a repository, people and hosts. */
export interface Estate {
  /** Bare repository that everybody pushes to. */
  readonly remote: string
  /** Writes changes. */
  readonly ana: Clone
  /** Approve them. */
  readonly ben: Clone
  readonly cleo: Clone
  /** The machine that applies. */
  readonly engine: Clone
  /** A fresh clone, of another repository if one is named, as an auditor makes it who knows nobody. */
  auditor(name: string, remote?: string): Promise<Clone>
  /** The record of a change as the ledger on the remote has it. */
  record(change: string): Promise<ChangeRecord>
  /** Has a change written by ana, approved by ben, merged and pushed; returns its number. */
  approved(branch: string, files: Readonly<Record<string, string>>): Promise<string>
  remove(): void
}

export const labelsOf = (name: string): Readonly<Record<string, string>> => ({
  role: name.split('-')[0] ?? name,
  ...(name === 'web-01' && { canary: 'true' }),
})

/** Makes an estate for a fleet: a bare remote, three people with keys and clones, a machine that applies, a ledger. */
export async function makeEstate(options: EstateOptions): Promise<Estate> {
  const command = await builtCommand()
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-estate-'))
  const remove = () => {
    rmSync(folder, { recursive: true, force: true })
    command.remove()
  }
  try {
    return { ...(await furnish(folder, command.file, options)), remove }
  } catch (error) {
    remove()
    throw error
  }
}

async function furnish(
  folder: string,
  command: string,
  { fleet, rollout, files = {} }: EstateOptions,
): Promise<Omit<Estate, 'remove'>> {
  const remote = join(folder, 'remote.git')
  await must('git', ['init', '--quiet', '--bare', '--initial-branch=main', remote])
  const make = (name: string, from = remote) =>
    Clone.make({
      name,
      folder: join(folder, name),
      remote: `file://${from}`,
      command,
      loginKey: fleet.identityFile,
    })
  const [ana, ben, cleo, engine] = await Promise.all([make('ana'), make('ben'), make('cleo'), make('engine')])
  const engineKey = await makeEngineKey(engine)
  await Promise.all([ana, ben, cleo, engine].map((clone) => clone.fetchEstate()))
  ana.write({
    'plumbline.yaml': estateDocument(engineKey),
    'inventory/people.yaml': file(
      ...[ana, ben, cleo].map((p) => personDocument(p.name, p.publicKey)),
      document('Team', 'operations', { members: ['ana', 'ben', 'cleo'] }),
    ),
    'inventory/environments.yaml': file(
      document('Environment', 'prod', { purpose: 'What people use', rollout: 'careful', criticality: 4 }),
      document('Rollout', 'careful', rollout ?? { canary: { labels: { canary: 'true' } }, batch: 1, maxFailures: 0 }),
    ),
    'inventory/hosts.yaml': file(...fleet.hosts.map((host) => hostDocument(host, labelsOf(host.name)))),
    ...files,
  })
  await ana.git('add', '--all')
  await ana.git('commit', '--quiet', '--message', 'Start the estate')
  await ana.git('push', '--quiet', 'origin', 'HEAD:main')
  await Promise.all([ben, cleo, engine].map((clone) => clone.git('pull', '--quiet', 'origin', 'main')))
  await ana.git('fetch', '--quiet')
  await engine.expects(0, 'init', '.')
  const estate: Omit<Estate, 'remove'> = {
    remote,
    ana,
    ben,
    cleo,
    engine,
    auditor: async (name, from) => {
      const clone = await make(name, from)
      await clone.fetchEstate()
      return clone
    },
    record: async (change) => {
      const shown = JSON.parse(await engine.expects(0, 'show', change, '--json')) as { record: ChangeRecord }
      return shown.record
    },
    approved: async (branch, changed) => {
      await ana.propose(branch, `Change: ${branch}`, changed)
      const id = await approve(ben, branch)
      await ana.merge(branch)
      await engine.pull()
      return id
    },
  }
  return estate
}

/** Has somebody approve a pushed branch; returns the number of the change. */
export async function approve(by: Clone, branch: string): Promise<string> {
  await by.git('fetch', '--quiet')
  const said = await by.expects(0, 'approve', `origin/${branch}`, '--json')
  return (JSON.parse(said) as { change: string }).change
}

/** Applies what is due. */
export const apply = (by: Clone, ...args: readonly string[]): Promise<Finished> =>
  by.plumbline('apply', '--json', ...args)

/** Applies, which has to end well, and returns what it says of the changes. */
export async function applied(by: Clone, ...args: readonly string[]) {
  const done = await apply(by, ...args)
  if (done.code !== 0) throw new Error(`apply: exit status ${done.code}\n${done.stdout}\n${done.stderr}`)
  return resultOf(done)
}

async function makeEngineKey(engine: Clone): Promise<string> {
  const { makeKey } = await import('../harness/ssh-keys.ts')
  const folder = join(engine.env['XDG_CONFIG_HOME'] ?? '', 'plumbline')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return makeKey(join(folder, 'engine_ed25519'), 'engine')
}

const estateDocument = (engineKey: string): string => `apiVersion: plumbline/v1
kind: Estate
metadata: { name: acme }
spec:
  id: 7d0e2f5c-5b0f-4a5e-9d55-0a8f2c1b7e11
  branch: main
  rule: one-independent
  documents: ["inventory/**/*.yaml", "policies/**/*.yaml"]
  engineKeys: ["${engineKey}"]
`
