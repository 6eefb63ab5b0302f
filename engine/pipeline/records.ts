import { appliedHost, type Found, findBranch, findChange, findGenesis } from '../ledger/find-records.ts'
import type { By } from '../ledger/fold-change.ts'
import type { Outcome } from '../ledger/record-text.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import { owesReview } from '../model/emergency.ts'
import type { AppliedHost, BranchRecord, ChangeRecord, GenesisRecord } from '../model/record.ts'
import type { LedgerEntry, LedgerView } from '../ports/ledger.ts'
import { RepositoryError } from '../ports/repository.ts'
import { codes } from './codes.ts'
import type { World } from './world.ts'

const report = reporter(codes)

/** States in which nothing can happen to a change any more, but being taken back. */
const ended: ReadonlySet<ChangeRecord['state']> = new Set([
  'implemented',
  'unapproved',
  'superseded',
  'expired',
  'rolled-back',
  'reviewed',
  'closed',
])

/** What was last applied to each of the hosts; hosts without an entry are left out. */
export async function appliedHosts(world: World, hosts: readonly string[]): Promise<ReadonlyMap<string, AppliedHost>> {
  const view = await (await world.ledger()).view()
  const found = await Promise.all(hosts.map(async (host) => trusted(await appliedHost(view, host, world.sha256))))
  return new Map(found.flatMap((record) => (record === undefined ? [] : [[record.host, record]])))
}

export async function findRecord(world: World, id: string): Promise<ChangeRecord | undefined> {
  return trusted(await findChange(await (await world.ledger()).view(), id.toUpperCase()))
}

/** One commit of the ledger about a record. */
export interface RecordStep {
  readonly at: string
  readonly transition: string
  readonly actor: string
  readonly commit: string
}

/** How a record came to be what it is, by its path in the ledger. */
export async function recordHistory(world: World, path: string | undefined): Promise<readonly RecordStep[]> {
  const commits = await (await world.ledger()).history(path)
  return commits.map((c) => ({
    at: c.at,
    transition: c.trailers['Transition'] ?? c.title,
    actor: c.trailers['Actor'] ?? '?',
    commit: c.id,
  }))
}

/** Changes that are neither done nor dead, and emergencies that wait for their review, in the order in which they were opened. */
export async function openRecords(world: World): Promise<readonly ChangeRecord[]> {
  return openIn(await (await world.ledger()).view())
}

export async function openIn(view: LedgerView): Promise<readonly ChangeRecord[]> {
  const branch = trusted(await findBranch(view))
  const records = await Promise.all((branch?.open ?? []).map(async (id) => trusted(await findChange(view, id))))
  return records.filter((r) => r !== undefined)
}

/** The first record of the ledger; without one there is nothing to write to. */
export async function expectGenesis(world: World): Promise<GenesisRecord> {
  const genesis = trusted(await findGenesis(await (await world.ledger()).view()))
  if (genesis === undefined) throw refusal(report('no-ledger', { summary: 'this estate has no ledger yet' }))
  return genesis
}

/** The list of open changes after these records moved, and how far the branch was looked at. Those of `keep` stay in it. */
export async function branchAfter(
  view: LedgerView,
  genesis: GenesisRecord,
  ref: string,
  moved: readonly ChangeRecord[],
  recognised?: string,
  keep: readonly string[] = [],
): Promise<BranchRecord> {
  const before = trusted(await findBranch(view))
  const open = new Set(before?.open ?? [])
  for (const record of moved) {
    if (ended.has(record.state) && !owesReview(record) && !keep.includes(record.id)) open.delete(record.id)
    else open.add(record.id)
  }
  return {
    apiVersion: 'plumbline/v1',
    kind: 'Branch',
    ref: before?.ref ?? ref,
    recognised: recognised ?? before?.recognised ?? genesis.adoption,
    open: [...open].sort(),
    ...(before?.rules !== undefined && { rules: before.rules }),
  }
}

/** What the ledger holds, or an end: a record that can't be relied on is not worked with. */
export function trusted<Value>(found: Found<Value>): Value | undefined {
  if ('refused' in found) throw refusal(found.refused)
  return found.record
}

/** The record after a move; a move that is not allowed ends the command. */
export function moved<Value>(outcome: Outcome<Value>): Value {
  if ('refused' in outcome) throw refusal(outcome.refused)
  return outcome.record
}

export function by(world: Pick<World, 'uuid' | 'clock'>, actor: By['actor'] = 'engine'): By {
  return { uuid: world.uuid(), at: world.clock.now().toISOString(), actor }
}

/** Appends what one call prepares. */
export async function append<Result>(
  world: World,
  prepare: (view: LedgerView) => Promise<{ readonly entries: readonly LedgerEntry[]; readonly result: Result }>,
): Promise<Result> {
  return (await world.ledger()).append(prepare)
}

export function refusal(diagnostic: Diagnostic): RepositoryError {
  return new RepositoryError(diagnostic.code, diagnostic.summary, diagnostic.hint ?? '')
}
