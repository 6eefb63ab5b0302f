import { peopleOf } from '../../change/people.ts'
import { declaredFault } from '../../ledger/declared-law.ts'
import { declaredPath } from '../../ledger/declared-record.ts'
import { parseRecord } from '../../ledger/record-text.ts'
import type { Address } from '../../model/address.ts'
import type { DeclaredRecord, RecordType } from '../../model/declared-record.ts'
import type { Graph } from '../../model/graph.ts'
import { canonicalSshKey } from '../../model/ssh-key.ts'
import type { LedgerCommit } from '../../ports/ledger.ts'
import { isEngineKey } from '../engine-keys.ts'
import type { World } from '../world.ts'

/**
 * Why what a record says can't be relied on; undefined where each move of it was signed by whom it names and is one that its type
 * allows. Whoever may push to the ledger can write anything there: before something is done because of a record it is looked at.
 */
export async function unproven(world: World, graph: Graph, type: RecordType, id: string): Promise<string | undefined> {
  const ledger = await world.ledger()
  const path = declaredPath(type.name, id) ?? ''
  let before: DeclaredRecord | undefined
  for (const commit of await ledger.history(path)) {
    const text = await (await ledger.view(commit.id)).file(path)
    const found = text === undefined ? undefined : parseRecord('declared', text, path)
    if (found === undefined || 'refused' in found) return `${commit.id} leaves nothing that can be read`
    const after = found.record
    const fault =
      declaredFault(type, before, after) ?? messageFault(commit, after) ?? (await signerFault(world, graph, commit))
    if (fault !== undefined) return `${commit.id}: ${fault}`
    before = after
  }
  return before === undefined ? 'the ledger does not hold it' : undefined
}

function messageFault({ trailers }: LedgerCommit, { id, transition }: DeclaredRecord): string | undefined {
  const { name, uuid, actor } = transition
  const same =
    trailers['Record'] === id &&
    trailers['Transition'] === name &&
    trailers['Transition-Id'] === uuid &&
    trailers['Actor'] === actor
  return same ? undefined : 'its message contradicts its record'
}

async function signerFault(
  world: World,
  graph: Graph,
  { signature, signedPayload, trailers }: LedgerCommit,
): Promise<string | undefined> {
  const actor = trailers['Actor'] ?? ''
  const check = signature === undefined ? undefined : world.verifySignature(signature, signedPayload, 'git')
  if (check?.ok !== true) return 'its signature does not hold'
  const key = canonicalSshKey(check.publicKey) ?? check.publicKey
  if (actor === 'engine') return (await isEngineKey(world, key)) ? undefined : 'no engine of the estate signed it'
  const person = peopleOf(graph).byAddress.get(actor as Address)
  const theirs = person?.active === true && !person.bot && person.keys.some((k) => k.key === key && k.use !== 'login')
  return theirs ? undefined : `${actor} did not sign it`
}
