import { changedDocuments } from '../../change/changed-documents.ts'
import { type Candidate, dependencyPaths, rankSuspects, type Suspect, type Ways } from '../../incidents/suspects.ts'
import { listChanges } from '../../ledger/find-records.ts'
import { type Address, addressOf } from '../../model/address.ts'
import type { DeclaredRecord, RecordType } from '../../model/declared-record.ts'
import type { ChangeRecord } from '../../model/record.ts'
import { RepositoryError } from '../../ports/repository.ts'
import { indexedRecord } from '../../records/index-record.ts'
import { loadCommit } from '../estate.ts'
import type { EstateAt } from '../estate-at.ts'
import { unauthorisedRecords } from '../unauthorised.ts'
import type { World } from '../world.ts'
import { itemOf } from './escalate.ts'

const day = 86_400_000
/** So long before an incident a change may have been put in place, and so long before that opened. */
const lately = 14 * day
const opened = 90 * day
const mostChanges = 500
/** Of so many of them, the newest, documents are compared: of the others only hosts are known. */
const compared = 25

/** Ways from what an incident is about to everything that it stands on; none where it names nothing. */
export function waysOf(type: RecordType, record: DeclaredRecord, estate: EstateAt): Ways {
  const { service } = indexedRecord(type, record)
  const item = itemOf(record, estate.graph)
  const from = [item, service as Address | undefined].filter(
    (a): a is Address => a !== undefined && estate.graph.documents.has(a),
  )
  return dependencyPaths(estate.graph, [...new Set(from)], estate.compile.links())
}

/** When it began to fail, as far as the record says. */
export function beganAt({ fields, openedAt }: DeclaredRecord): number {
  const { startedAt, detectedAt } = fields
  const said = [startedAt, detectedAt].flatMap((t) => (typeof t === 'string' ? [Date.parse(t)] : []))
  return said.find((t) => !Number.isNaN(t)) ?? Date.parse(openedAt)
}

/** What was done lately to what an incident is about and to what that stands on, the likeliest to blame first. */
export async function suspectsOf(
  world: World,
  type: RecordType,
  record: DeclaredRecord,
  estate: EstateAt,
): Promise<readonly Suspect[]> {
  const ways = waysOf(type, record, estate)
  if (ways.size === 0) return []
  const at = beganAt(record)
  const [changes, found] = await Promise.all([changesBefore(world, at), unauthorised(world)])
  return rankSuspects(ways, at, [...changes, ...found])
}

async function changesBefore(world: World, at: number): Promise<readonly Candidate[]> {
  const view = await (await world.ledger()).view()
  const since = new Date(at - opened).toISOString()
  const { changes } = await listChanges(view, { limit: mostChanges, since })
  const candidates: Candidate[] = []
  for (const record of changes) {
    const when = inPlaceAt(record)
    if (when === undefined || when < at - lately || when > at + day || isUndone(record, at)) continue
    const documents = candidates.length < compared ? await documentsOf(world, record) : []
    candidates.push(candidateOf(record, when, documents))
  }
  return candidates
}

function candidateOf(record: ChangeRecord, at: number, documents: readonly Address[]): Candidate {
  const hosts = new Map<Address, string[]>()
  for (const { host, resource } of record.actions) {
    const address = addressOf('Host', host)
    const type = resource.slice(0, resource.indexOf(':'))
    const types = hosts.get(address) ?? []
    hosts.set(address, types.includes(type) ? types : [...types, type])
  }
  const { id, title, state, risk, type } = record
  return {
    ...{ id, title, what: 'change', state, at, hosts, documents },
    ...(risk !== undefined && { risk }),
    ...(type === 'emergency' && { emergency: true }),
  }
}

/** Milliseconds; undefined where nothing of it was begun. A change of documents alone is in place when it is merged. */
export function inPlaceAt({ deployment, merge, actions }: ChangeRecord): number | undefined {
  const at = deployment?.finishedAt ?? deployment?.startedAt ?? (actions.length === 0 ? merge?.recognisedAt : undefined)
  return at === undefined ? undefined : Date.parse(at)
}

/** It was taken back before anything failed. */
const isUndone = ({ state, transition }: ChangeRecord, at: number): boolean =>
  state === 'rolled-back' && Date.parse(transition.at) < at

/** None where this clone does not have its commits any more. */
async function documentsOf(world: World, { merge }: ChangeRecord): Promise<readonly Address[]> {
  if (merge === undefined || merge.base === merge.commit) return []
  try {
    const [before, after] = [await loadCommit(world, merge.base), await loadCommit(world, merge.commit)]
    return changedDocuments(before.graph, after.graph).map((d) => d.address)
  } catch (error) {
    if (error instanceof RepositoryError) return []
    throw error
  }
}

async function unauthorised(world: World): Promise<readonly Candidate[]> {
  const records = await unauthorisedRecords(world, { limit: 200, state: 'open' })
  return records.map(({ id, host, resource, foundAt, state }) => ({
    ...{ id, title: `${resource} on ${host}`, what: 'unauthorised' as const, state, at: Date.parse(foundAt) },
    hosts: new Map([[addressOf('Host', host), [resource.slice(0, resource.indexOf(':'))]]]),
    documents: [],
  }))
}
