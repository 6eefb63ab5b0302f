import { addEngineKey, retireEngineKey } from '../ledger/engine-key.ts'
import { engineKeyEntry } from '../ledger/entries.ts'
import { findGenesis } from '../ledger/find-records.ts'
import { engineKeyPath } from '../ledger/paths.ts'
import { parseRecord } from '../ledger/record-text.ts'
import { reporter } from '../model/diagnostic.ts'
import type { GenesisRecord } from '../model/record.ts'
import { canonicalSshKey } from '../model/ssh-key.ts'
import type { LedgerEntry, LedgerView } from '../ports/ledger.ts'
import { codes } from './codes.ts'
import type { EstateAt } from './estate-at.ts'
import { append, refusal, trusted } from './records.ts'
import type { World } from './world.ts'

const report = reporter(codes)

/** Ends the command where this machine's engine may not write to the ledger: what it wrote would be found by every audit. */
export async function expectOwnKey(world: World, genesis: GenesisRecord): Promise<void> {
  const { publicKey } = await world.engineSigner()
  const own = canonicalSshKey(publicKey) ?? publicKey
  const state = await knownAs(world, genesis, own)
  if (state === 'active') return
  const summary = `the key of this engine, ${world.fingerprint(own) ?? own}, ${state === 'retired' ? 'was retired' : 'is not known to the ledger'}`
  throw refusal(report('engine-unknown', { summary, hint: `${codes['engine-unknown'].fix}: ${own}` }))
}

/** Whether the ledger knows a public key, in authorized_keys form, as that of an engine that may write to it. */
export async function isEngineKey(world: World, publicKey: string): Promise<boolean> {
  const genesis = trusted(await findGenesis(await (await world.ledger()).view()))
  const key = canonicalSshKey(publicKey)
  return genesis !== undefined && key !== undefined && (await knownAs(world, genesis, key)) === 'active'
}

async function knownAs(world: World, genesis: GenesisRecord, key: string): Promise<'active' | 'retired' | undefined> {
  const view = await (await world.ledger()).view()
  return (await stateOf(world, view, key)) ?? (genesis.engineKeys.includes(key) ? 'active' : undefined)
}

async function stateOf(world: World, view: LedgerView, publicKey: string): Promise<'active' | 'retired' | undefined> {
  const path = engineKeyPath(world.fingerprint(publicKey) ?? '')
  const text = await view.file(path)
  if (text === undefined) return undefined
  const found = parseRecord('engineKey', text, path)
  if ('refused' in found) throw refusal(found.refused)
  return found.record.state
}

/** Writes down the engines that an applied change let in or took out, by what it changed in the estate's configuration. */
export async function recordEngineKeys(world: World, base: EstateAt, desired: EstateAt): Promise<void> {
  const [before, after] = [keysOf(base), keysOf(desired)]
  const added = after.filter((key) => !before.includes(key))
  const gone = before.filter((key) => !after.includes(key))
  if (added.length + gone.length === 0) return
  const signer = await world.engineSigner()
  await append(world, async (view) => {
    const at = world.clock.now().toISOString()
    const entries: LedgerEntry[] = []
    for (const key of added)
      if ((await stateOf(world, view, key)) === undefined)
        entries.push(engineKeyEntry(addEngineKey(key, at), world.uuid(), signer, world.sha256))
    for (const key of gone)
      if ((await stateOf(world, view, key)) !== 'retired')
        entries.push(engineKeyEntry(retireEngineKey(key, at), world.uuid(), signer, world.sha256))
    return { entries, result: undefined }
  })
}

const keysOf = (estate: EstateAt): readonly string[] =>
  (estate.config.engineKeys ?? []).flatMap((key) => canonicalSshKey(key) ?? [])
