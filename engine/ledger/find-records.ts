import type { Sha256 } from '../model/canonical.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type {
  AppliedHost,
  BaselineRecord,
  BranchRecord,
  ChangeRecord,
  GenesisRecord,
  LockRecord,
} from '../model/record.ts'
import type { LedgerView } from '../ports/ledger.ts'
import { newestIds } from './newest-ids.ts'
import {
  appliedPath,
  baselinePath,
  baselinesFolder,
  branchPath,
  changePath,
  formatChangeId,
  genesisPath,
  lockPath,
  parseChangeId,
} from './paths.ts'
import { type Outcome, parseRecord, type RecordSort } from './record-text.ts'

/** A record, nothing where there is none, or why it can't be relied on (`ledger-tampered`). */
export type Found<Record> = Outcome<Record> | { readonly record: undefined }

export async function findChange(view: LedgerView, id: string): Promise<Found<ChangeRecord>> {
  const path = changePath(id)
  return path === undefined ? { record: undefined } : read(view, 'change', path)
}

export function findGenesis(view: LedgerView): Promise<Found<GenesisRecord>> {
  return read(view, 'genesis', genesisPath)
}

/** What is under way on the target branch. */
export function findBranch(view: LedgerView): Promise<Found<BranchRecord>> {
  return read(view, 'branch', branchPath)
}

export function findLock(view: LedgerView, environment: string): Promise<Found<LockRecord>> {
  return read(view, 'lock', lockPath(environment))
}

export async function findBaseline(view: LedgerView, name: string): Promise<Found<BaselineRecord>> {
  const path = baselinePath(name)
  return path === undefined ? { record: undefined } : read(view, 'baseline', path)
}

/** Names of all baselines, sorted. */
export async function baselineNames(view: LedgerView): Promise<readonly string[]> {
  return (await view.list(baselinesFolder)).map((file) => file.replace(/\.yaml$/, ''))
}

/** What was last applied to a host. */
export function appliedHost(view: LedgerView, host: string, sha256: Sha256): Promise<Found<AppliedHost>> {
  return read(view, 'applied', appliedPath(sha256, host))
}

/** Changes, newest first; reads no more of them than are asked for, `since` being when the oldest was opened (ISO 8601, UTC). */
export async function listChanges(
  view: LedgerView,
  options: { readonly limit?: number; readonly since?: string } = {},
): Promise<{ readonly changes: readonly ChangeRecord[]; readonly diagnostics: readonly Diagnostic[] }> {
  const changes: ChangeRecord[] = []
  const diagnostics: Diagnostic[] = []
  for await (const id of newestIds(view, 'changes')) {
    if (options.limit !== undefined && changes.length >= options.limit) break
    const found = await findChange(view, id)
    if ('refused' in found) diagnostics.push(found.refused)
    else if (found.record !== undefined) {
      if (options.since !== undefined && found.record.openedAt < options.since) break
      changes.push(found.record)
    }
  }
  return { changes, diagnostics }
}

/** Of the newest `most` changes, those whose text says that they are worth reading; what can't be relied on is left out. */
export async function newestChanges(
  view: LedgerView,
  most: number,
  worth: (text: string) => boolean,
): Promise<readonly ChangeRecord[]> {
  const changes: ChangeRecord[] = []
  let looked = 0
  for await (const id of newestIds(view, 'changes')) {
    if (++looked > most) break
    const path = changePath(id)
    const text = path === undefined ? undefined : await view.file(path)
    const found =
      path === undefined || text === undefined || !worth(text) ? undefined : parseRecord('change', text, path)
    if (found !== undefined && 'record' in found) changes.push(found.record)
  }
  return changes
}

/** Changes one by one, newest first: who has found what they look for reads no more. */
export async function* eachChange(view: LedgerView): AsyncGenerator<Found<ChangeRecord>> {
  for await (const id of newestIds(view, 'changes')) yield await findChange(view, id)
}

/** The next free number of a year. Looks at the newest folders only. */
export async function nextChangeId(view: LedgerView, year: number): Promise<string> {
  const newest = await newestIds(view, 'changes', year).next()
  const last = newest.done === true ? undefined : parseChangeId(newest.value)
  return formatChangeId({ year, number: (last?.number ?? 0) + 1 })
}

async function read<Sort extends RecordSort>(view: LedgerView, sort: Sort, path: string) {
  const text = await view.file(path)
  return text === undefined ? { record: undefined } : parseRecord(sort, text, path)
}
