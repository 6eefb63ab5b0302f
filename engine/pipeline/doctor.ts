import { diagnose } from '../doctor/doctor.ts'
import type { DoctorFacts, EstateFacts, ForgeFacts, MachineFacts } from '../doctor/doctor-facts.ts'
import { environmentNames } from '../doctor/environments.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import { canonicalSshKey } from '../model/ssh-key.ts'
import type { Forge } from '../ports/forge.ts'
import { RepositoryError } from '../ports/repository.ts'
import { loadCommit } from './estate.ts'
import type { EstateAt } from './estate-at.ts'
import { expectGenesis } from './records.ts'
import { targetBranch, targetTip } from './target-branch.ts'
import type { World } from './world.ts'

const ledgerBranch = 'ledger'

export interface Diagnosis {
  readonly diagnostics: readonly Diagnostic[]
  /** Where people look at the repository whose settings were looked at; none where they were not. */
  readonly forge?: string
}

/**
 * Looks at how the repository is set up on its forge, at what the branch that is applied says of it, and at this machine. What can't
 * be had is a finding of its own, and the rest is looked at all the same. Changes nothing.
 */
export async function doctor(world: World): Promise<Diagnosis> {
  const failed: Diagnostic[] = []
  const tried = async <Value>(
    work: () => Promise<Value>,
    more: Partial<Diagnostic> = {},
  ): Promise<Value | undefined> => {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof RepositoryError)) throw error
      const { code, message: summary, hint } = error
      // What keeps the clone from being opened keeps everything else from it, too.
      if (!failed.some((d) => d.code === code && d.summary === summary))
        failed.push({ code, severity: 'error', summary, hint, ...more })
      return undefined
    }
  }
  const genesis = await tried(() => expectGenesis(world))
  const target = (await tried(() => targetBranch(world))) ?? 'main'
  const tip = await tried(() => targetTip(world, target))
  const loaded = tip === undefined ? undefined : await tried(() => loadCommit(world, tip))
  const found = await tried(() => world.forge(), { severity: 'warning' })
  // A plain repository has no settings that anybody could see, and runs no jobs.
  const forge = found?.place.plain === true ? undefined : found
  const settings =
    forge === undefined ? undefined : await tried(() => settingsOf(forge, target), { severity: 'warning' })
  const estate =
    tip === undefined || loaded === undefined ? undefined : await tried(() => estateFacts(world, tip, loaded, forge))
  const machine = await tried(() => machineFacts(world, loaded))
  const facts: DoctorFacts = {
    ...(machine !== undefined && { machine }),
    ...(estate !== undefined && { estate }),
    ...(settings !== undefined && {
      forge: { settings, target, ledger: ledgerBranch, solo: genesis?.rule === 'solo' },
    }),
  }
  // The machine says so in its own words.
  const said = machine?.shallow === true ? failed.filter((d) => d.code !== 'repository-shallow') : failed
  return {
    diagnostics: [...said, ...diagnose(facts)],
    ...(forge !== undefined && settings !== undefined && { forge: forge.place.url }),
  }
}

const settingsOf = (forge: Forge, target: string): Promise<ForgeFacts['settings']> =>
  forge.settings([...new Set([target, ledgerBranch])], Object.values(environmentNames))

async function estateFacts(
  world: World,
  tip: string,
  { graph, codeOwners }: EstateAt,
  forge: Forge | undefined,
): Promise<EstateFacts> {
  const files = await world.treeFiles(tip)
  const entries = files.entries.filter((e) => e.path.startsWith('.github/') && e.mode.startsWith('100'))
  const bytes = await files.read(entries.filter((e) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(e.path)))
  return {
    graph,
    ...(codeOwners !== undefined && { codeOwners }),
    ...(forge !== undefined && { host: forge.place.host }),
    workflows: new Map([...bytes].map(([path, content]) => [path, new TextDecoder().decode(content)])),
    forgeFiles: entries.map((e) => e.path),
  }
}

async function machineFacts(world: World, estate: EstateAt | undefined): Promise<MachineFacts> {
  const { engineKey, ...machine } = await world.machine()
  if (!engineKey || estate === undefined) return machine
  const { publicKey } = await world.engineSigner()
  const own = canonicalSshKey(publicKey) ?? publicKey
  const listed = (estate.config.engineKeys ?? []).some((key) => canonicalSshKey(key) === own)
  return { ...machine, engineKey: { fingerprint: world.fingerprint(own) ?? own, listed } }
}
