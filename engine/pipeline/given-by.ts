import type { Given } from '../audit/access.ts'
import { lastWords, type PastChange } from '../audit/past-change.ts'
import type { Address } from '../model/address.ts'
import { canonicalJson } from '../model/canonical.ts'
import type { Graph } from '../model/graph.ts'
import type { ChangeRecord } from '../model/record.ts'
import type { World } from './world.ts'

/** A change of the past; what happened to it matters to others. */
type Recorded = Pick<PastChange, 'record'>

/** The documents of a commit. */
export type GraphAt = (commit: string) => Promise<Graph>

/**
 * Finds the changes by which documents got the form they have at a commit of the target branch. Where a document came with
 * the ledger's beginning or before, or by a commit without a record, that is said.
 */
export async function givenBy(
  world: World,
  addresses: Iterable<Address>,
  at: { readonly commit: string; readonly adoption: string; readonly changes: readonly Recorded[] },
  graphAt: GraphAt,
): Promise<ReadonlyMap<Address, Given>> {
  const repository = await world.repository()
  const line = await repository.firstParents(at.commit, at.adoption)
  const records = recordsOf(line, at.changes)
  const wanted = new Map<Address, { readonly file: string; readonly text: string }>()
  const found = new Map<Address, Given>()
  const now = (await graphAt(at.commit)).documents
  for (const address of addresses) {
    const document = now.get(address)
    if (document !== undefined) wanted.set(address, { file: document.file, text: canonicalJson(document.document) })
  }
  const give = async (address: Address, commit: string): Promise<void> => {
    wanted.delete(address)
    found.set(address, await givenAt(world, address, commit, records.get(commit), at.adoption))
  }
  for (const [i, commit] of line.entries()) {
    if (wanted.size === 0) break
    const parent = line[i + 1] ?? at.adoption
    const files = new Set((await repository.changes(parent, commit)).map((c) => c.path))
    const touched = [...wanted].filter(([, { file }]) => files.has(file))
    if (touched.length === 0) continue
    const before = (await graphAt(parent)).documents
    for (const [address, { text }] of touched) {
      const older = before.get(address)
      // It may only have moved to another file.
      if (older !== undefined && canonicalJson(older.document) === text) wanted.set(address, { file: older.file, text })
      else await give(address, commit)
    }
  }
  for (const address of [...wanted.keys()]) await give(address, at.adoption)
  return found
}

async function givenAt(
  world: World,
  document: Address,
  commit: string,
  record: ChangeRecord | undefined,
  adoption: string,
): Promise<Given> {
  const { committer } = await (await world.repository()).commit(commit)
  const at = new Date(Date.parse(committer.at)).toISOString()
  if (record === undefined)
    return { document, commit, at, approvers: [], without: commit === adoption ? 'before-adoption' : 'unrecorded' }
  const agreed = lastWords(record.approvals).filter((w) => w.decision === 'approve')
  return {
    document,
    commit,
    change: record.id,
    approvers: agreed.map((w) => w.approver),
    at,
    ...(record.state === 'unapproved' && { unapproved: true as const }),
  }
}

/** Commit of the target branch → the change that brought it. */
function recordsOf(line: readonly string[], changes: readonly Recorded[]): ReadonlyMap<string, ChangeRecord> {
  const place = new Map(line.map((commit, i) => [commit, i]))
  const records = new Map<string, ChangeRecord>()
  for (const { record } of changes) {
    const { merge } = record
    const last = merge === undefined ? undefined : place.get(merge.commit)
    if (merge === undefined || last === undefined || merge.commit === merge.base) continue
    // Newest first: from the merge down to, not including, what it was merged onto.
    for (const commit of line.slice(last, place.get(merge.base) ?? line.length)) records.set(commit, record)
  }
  return records
}
