import { peopleOf } from '../change/people.ts'
import { branchEntry, genesisEntry } from '../ledger/entries.ts'
import { findGenesis } from '../ledger/find-records.ts'
import { nameOf } from '../model/address.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { BranchRecord, GenesisRecord } from '../model/record.ts'
import { canonicalSshKey } from '../model/ssh-key.ts'
import type { Signer } from '../ports/repository.ts'
import { catalogOf } from '../records/catalog.ts'
import { codes } from './codes.ts'
import { loadCommit, readConfig } from './estate.ts'
import { estateFile } from './estate-file.ts'
import { estateTemplate } from './estate-template.ts'
import { type GithubOptions, type GithubWritten, githubFiles, writeGithubFiles } from './github-files.ts'
import { issueForms } from './issues/template.ts'
import { append, by, trusted } from './records.ts'
import type { World } from './world.ts'

const report = reporter(codes)

type Refused = { readonly refused: readonly Diagnostic[] }

export interface InitOptions {
  readonly name: string
  readonly branch: string
  readonly solo: boolean
  /** Writes workflows for GitHub, too. */
  readonly github?: GithubOptions
}

export interface Initialised {
  /** Files written; of the estate itself none where there was one already. */
  readonly files: readonly string[]
  /** `waiting`: the rule asks for somebody independent, and there are not two people yet who could sign. */
  readonly ledger: 'started' | 'there already' | 'waiting'
  readonly genesis: GenesisRecord
  readonly github?: GithubWritten
}

/**
 * Makes an estate: files, a first commit and the genesis record of its ledger. In an estate without a ledger, the ledger alone
 * is started, from the branch as it stands. It waits until somebody could agree to something: before, everything that reaches
 * the branch, the second person first, would stand in the ledger as approved by nobody. Files for GitHub are part of the first commit; in an
 * estate that is there already they are written into the folder, for somebody to look at and propose.
 */
export async function init(world: World, options: InitOptions): Promise<Initialised | Refused> {
  const engine = await world.engineSigner()
  const made = await makeFiles(world, options, engine)
  if ('refused' in made) return made
  const config = await readConfig(world, 'HEAD')
  const adoption = await (await world.repository()).resolve(config.branch ?? 'main')
  if (adoption === undefined)
    return { refused: [report('commit-missing', { summary: `there is no branch ${config.branch ?? 'main'}` })] }
  const genesis: GenesisRecord = {
    apiVersion: 'plumbline/v1',
    kind: 'Genesis',
    repository: config.id,
    adoption,
    // Without comments: the ledger holds keys in one form only.
    engineKeys: (config.engineKeys ?? [engine.publicKey]).map((key) => canonicalSshKey(key) ?? key),
    rule: config.rule ?? 'one-independent',
    at: world.clock.now().toISOString(),
  }
  const enough = genesis.rule === 'solo' || (await signers(world, adoption)) > 1
  return append<Initialised>(world, async (view) => {
    const before = trusted(await findGenesis(view))
    if (before !== undefined) return { entries: [], result: { ...made, ledger: 'there already', genesis: before } }
    if (!enough) return { entries: [], result: { ...made, ledger: 'waiting', genesis } }
    const branch: BranchRecord = {
      apiVersion: 'plumbline/v1',
      kind: 'Branch',
      ref: `refs/heads/${config.branch ?? 'main'}`,
      recognised: adoption,
      open: [],
    }
    const entries = [genesisEntry(genesis, world.uuid(), engine), branchEntry(branch, by(world), engine)]
    return { entries, result: { ...made, ledger: 'started', genesis } }
  })
}

/** The estate's own files, where it has none, in a first commit; and those for GitHub. */
async function makeFiles(
  world: World,
  { name, branch, solo, github }: InitOptions,
  engine: Signer,
): Promise<Pick<Initialised, 'files' | 'github'> | Refused> {
  const { folder } = world
  const known = await folder.exists(estateFile)
  const occupied = known ? [] : await folder.occupied()
  if (occupied.length > 0) {
    const summary = `the folder holds files already: ${occupied.slice(0, 3).join(', ')}`
    return { refused: [report('folder-occupied', { summary })] }
  }
  const target = known ? ((await readConfig(world, 'HEAD')).branch ?? 'main') : branch
  const forGithub = github === undefined ? undefined : githubFiles(target, github)
  if (forGithub !== undefined && 'refused' in forGithub) return forGithub
  const template = known
    ? new Map<string, string>()
    : estateTemplate({
        ...{ id: world.uuid(), name, branch, rule: solo ? 'solo' : 'one-independent' },
        engineKey: `${engine.publicKey} engine`,
        founder: await folder.founder(),
        engineVersion: world.engineVersion,
      })
  await folder.write(template)
  const written =
    forGithub === undefined
      ? undefined
      : await writeGithubFiles(world, target, new Map([...forGithub, ...(known ? await formsOf(world) : [])]))
  if (!known) await folder.commitAll(branch, `Start the estate ${name}`)
  return {
    files: [...template.keys(), ...(written?.written ?? [])],
    ...(written !== undefined && { github: written }),
  }
}

/** Issue forms of what the catalogue of the newest commit has. */
async function formsOf(world: World): Promise<ReadonlyMap<string, string>> {
  const { graph } = await loadCommit(world, 'HEAD')
  return issueForms(
    catalogOf(graph),
    graph.ofKind('Service').map((d) => nameOf(d.address)),
  )
}

/** How many people could sign an approval. */
async function signers(world: World, commit: string): Promise<number> {
  const people = [...peopleOf((await loadCommit(world, commit)).graph).byAddress.values()]
  const signs = people.filter((p) => p.active && !p.bot && p.keys.some((k) => k.use !== 'login' && !k.revoked))
  return signs.length
}
