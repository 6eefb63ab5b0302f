import type { Diagnostic } from '../model/diagnostic.ts'
import { report } from './codes.ts'

/** An engine's key that came after the genesis record, or one that is no longer used: `keys/<fingerprint>.yaml`. */
export interface EngineKeyRecord {
  readonly apiVersion: 'plumbline/v1'
  readonly kind: 'EngineKey'
  readonly publicKey: string
  /** A retired key signs nothing any more; what it signed before stands. */
  readonly state: 'active' | 'retired'
  readonly at: string
}

/** Lets another engine write to the ledger. Signed by a key that may already. */
export function addEngineKey(publicKey: string, at: string): EngineKeyRecord {
  return { apiVersion: 'plumbline/v1', kind: 'EngineKey', publicKey, state: 'active', at }
}

/** Takes a key out of use. A key of the genesis record has no record of its own until then. */
export function retireEngineKey(publicKey: string, at: string): EngineKeyRecord {
  return { ...addEngineKey(publicKey, at), state: 'retired' }
}

/** Why a change of a key's record is not allowed; undefined where it is. */
export function engineKeyFault(
  transition: string,
  before: EngineKeyRecord | undefined,
  after: EngineKeyRecord,
): Diagnostic | undefined {
  const refused = (summary: string) => report('illegal-transition', { summary })
  if (before !== undefined && before.publicKey !== after.publicKey)
    return refused('a key record names another key than before')
  if (before?.state === 'retired') return refused('a retired key does not come back')
  if (transition === 'add-key' && after.state === 'active' && before === undefined) return undefined
  if (transition === 'retire-key' && after.state === 'retired') return undefined
  return refused(`${transition} does not lead to a key that is ${after.state}`)
}
