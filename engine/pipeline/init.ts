import { peopleOf } from '../change/people.ts'
import { branchEntry, genesisEntry } from '../ledger/entries.ts'
import { findGenesis } from '../ledger/find-records.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { BranchRecord, GenesisRecord } from '../model/record.ts'
import { canonicalSshKey } from '../model/ssh-key.ts'
import { codes } from './codes.ts'
import { loadCommit, readConfig } from './estate.ts'
import { estateFile } from './estate-file.ts'
import { estateTemplate } from './estate-template.ts'
import { append, by, trusted } from './records.ts'
import type { World } from './world.ts'

const report = reporter(codes)

export interface InitOptions {
  readonly name: string
  readonly branch: string
  readonly solo: boolean
}

export interface Initialised {
  /** Files written; none where there was an estate already. */
  readonly files: readonly string[]
  /** `waiting`: the rule asks for somebody independent, and there are not two people yet who could sign. */
  readonly ledger: 'started' | 'there already' | 'waiting'
  readonly genesis: GenesisRecord
}

/**
 * Makes an estate: files, a first commit and the genesis record of its ledger. In an estate without a ledger, the ledger alone
 * is started, from the branch as it stands. It waits until somebody could agree to something: before, everything that reaches
 * the branch, the second person first, would stand in the ledger as approved by nobody.
 */
export async function init(
  world: World,
  options: InitOptions,
): Promise<Initialised | { readonly refused: readonly Diagnostic[] }> {
  const engine = await world.engineSigner()
  const { folder } = world
  const files: string[] = []
  if (!(await folder.exists(estateFile))) {
    const occupied = await folder.occupied()
    if (occupied.length > 0)
      return {
        refused: [
          report('folder-occupied', { summary: `the folder holds files already: ${occupied.slice(0, 3).join(', ')}` }),
        ],
      }
    const template = estateTemplate({
      id: world.uuid(),
      name: options.name,
      branch: options.branch,
      rule: options.solo ? 'solo' : 'one-independent',
      engineKey: `${engine.publicKey} engine`,
      founder: await folder.founder(),
      engineVersion: world.engineVersion,
    })
    await folder.write(template)
    files.push(...template.keys())
    await folder.commitAll(options.branch, `Start the estate ${options.name}`)
  }
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
    if (before !== undefined) return { entries: [], result: { files, ledger: 'there already', genesis: before } }
    if (!enough) return { entries: [], result: { files, ledger: 'waiting', genesis } }
    const branch: BranchRecord = {
      apiVersion: 'plumbline/v1',
      kind: 'Branch',
      ref: `refs/heads/${config.branch ?? 'main'}`,
      recognised: adoption,
      open: [],
    }
    const entries = [genesisEntry(genesis, world.uuid(), engine), branchEntry(branch, by(world), engine)]
    return { entries, result: { files, ledger: 'started', genesis } }
  })
}

/** How many people could sign an approval. */
async function signers(world: World, commit: string): Promise<number> {
  const people = [...peopleOf((await loadCommit(world, commit)).graph).byAddress.values()]
  const signs = people.filter((p) => p.active && !p.bot && p.keys.some((k) => k.use !== 'login' && !k.revoked))
  return signs.length
}
