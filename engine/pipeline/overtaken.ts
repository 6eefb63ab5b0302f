import { changeEntry } from '../ledger/entries.ts'
import { findChange, listChanges } from '../ledger/find-records.ts'
import { supersede } from '../ledger/fold-change.ts'
import { compareText } from '../model/diagnostic.ts'
import type { RecordedAction } from '../model/plan.ts'
import type { ChangeRecord } from '../model/record.ts'
import { append, branchAfter, by, expectGenesis, moved, openRecords, trusted } from './records.ts'
import type { World } from './world.ts'

/** So many of the newest changes are looked through for one that came later. */
const looked = 1000

/**
 * The change that was merged and begun after this one, or waits behind its failure, and sets some of what this one left open. Going on with the older
 * one would put its values back over those that were agreed to later.
 */
export async function overtakenBy(world: World, record: ChangeRecord): Promise<string | undefined> {
  const { deployment, merge } = record
  if (deployment === undefined || merge === undefined) return undefined
  const applied = new Set(deployment.results.filter((r) => r.outcome === 'applied').map((r) => r.id))
  const open = new Set(record.actions.filter((a) => !applied.has(a.id)).map(placeOf))
  const repository = await world.repository()
  const { changes } = await listChanges(await (await world.ledger()).view(), { limit: looked })
  for (const other of changes) {
    if (other.id === record.id || other.merge === undefined) continue
    const began = other.deployment?.startedAt
    // One that failed does not stand in the way of a later one that waits, a rollback above all.
    const waits = record.state === 'failed' && other.state === 'approved'
    const later = began === undefined ? waits : compareText(began, deployment.startedAt) > 0
    if (!later || !other.actions.some((a) => open.has(placeOf(a)))) continue
    if (await repository.isAncestor(merge.commit, other.merge.commit)) return other.id
  }
  return undefined
}

const placeOf = ({ host, resource }: RecordedAction): string => `${host} ${resource}`

/** The change that is due and brings hosts to the branch as it stands, this one included. */
export async function standingOver(world: World, record: ChangeRecord): Promise<string | undefined> {
  const { merge } = record
  if (merge === undefined) return undefined
  const repository = await world.repository()
  for (const other of await openRecords(world)) {
    // One that brings back a few resources does not bring the hosts to the branch.
    if (other.state !== 'approved' || other.merge === undefined || other.only !== undefined) continue
    if (other.subject.base !== other.subject.head) continue
    if (await repository.isAncestor(merge.commit, other.merge.commit)) return other.id
  }
  return undefined
}

/**
 * The emergency that was merged after this change and begun before it, on some of the same hosts: it brought them to documents
 * that hold this change as well, and this one's plan would take it back.
 */
export async function emergencyAhead(world: World, record: ChangeRecord): Promise<string | undefined> {
  const { merge } = record
  if (merge === undefined) return undefined
  const hosts = new Set(record.actions.map((a) => a.host))
  const repository = await world.repository()
  const { changes } = await listChanges(await (await world.ledger()).view(), { limit: looked })
  for (const other of changes) {
    if (other.type !== 'emergency' || other.deployment === undefined || other.merge === undefined) continue
    if (other.id === record.id || !other.actions.some((a) => hosts.has(a.host))) continue
    if (await repository.isAncestor(merge.commit, other.merge.commit)) return other.id
  }
  return undefined
}

/** Sets a record aside for good; what it left open shows in the next plan of the branch. */
export async function setAside(world: World, record: ChangeRecord, reason: string): Promise<ChangeRecord> {
  const signer = await world.engineSigner()
  const genesis = await expectGenesis(world)
  return append(world, async (view) => {
    const current = trusted(await findChange(view, record.id)) ?? record
    if (current.state === 'superseded') return { entries: [], result: current }
    const gone = moved(supersede(current, by(world), [reason]))
    const beside = { branch: await branchAfter(view, genesis, gone.subject.ref, [gone]) }
    return { entries: [changeEntry(gone, signer, beside)], result: gone }
  })
}
