import { canonicalJson } from '../model/canonical.ts'
import type { LeaseRecord, Lot } from '../model/lease.ts'
import type { LedgerEntry, LedgerView } from '../ports/ledger.ts'
import type { Signer } from '../ports/repository.ts'
import { report } from './codes.ts'
import type { By } from './fold-change.ts'
import { leaseId, leasePath, leasePaths, leasePathsBetween } from './lease-path.ts'
import { type Outcome, parseRecord, serialiseRecord } from './record-text.ts'

/** Whom something is kept for. */
export type Tenant = Pick<LeaseRecord, 'pool' | 'of' | 'field' | 'branch'>

/** Something is kept for a document from now on; `before` is its record where it was given out earlier. */
export function takeLease(
  before: LeaseRecord | undefined,
  { sort, scope, value }: Lot,
  tenant: Tenant,
  by: By,
): Outcome<LeaseRecord> {
  return checked(before, {
    apiVersion: 'plumbline/v1',
    kind: 'Lease',
    state: 'leased',
    ...{ sort, scope, value },
    ...tenant,
    transition: { uuid: by.uuid, name: 'lease', at: by.at, actor: by.actor },
  })
}

/** It is kept for nobody any more. */
export function giveBack(record: LeaseRecord, because: string, by: By): Outcome<LeaseRecord> {
  return checked(record, {
    ...record,
    state: 'released',
    because,
    transition: { uuid: by.uuid, name: 'release', at: by.at, actor: by.actor },
  })
}

/** Why a lease may not go from `before` to `after`; undefined where it may. Binds those who write and those who check. */
export function leaseFault(before: LeaseRecord | undefined, after: LeaseRecord): string | undefined {
  const { name, uuid } = after.transition
  if (before?.transition.uuid === uuid) return 'two transitions have the same id'
  if (name === 'lease') {
    if (after.state !== 'leased' || after.because !== undefined) return 'who leases something has it'
    return before?.state === 'leased' ? `${before.of} has it already` : undefined
  }
  if (name !== 'release') return `${name} is nothing that happens to a lease`
  if (after.state !== 'released' || after.because === undefined)
    return 'what is given back is kept for nobody, and says why'
  if (before?.state !== 'leased') return 'nobody has it'
  return canonicalJson(fixed(before)) === canonicalJson(fixed(after)) ? undefined : 'whose it was never changes'
}

const fixed = ({ state: _, because: _b, transition: _t, ...rest }: LeaseRecord) => rest

function checked(before: LeaseRecord | undefined, after: LeaseRecord): Outcome<LeaseRecord> {
  const fault = leaseFault(before, after)
  if (fault === undefined) return { record: after }
  const id = leaseId(after)
  return { refused: report('illegal-transition', { summary: `${id}: ${fault}`, subject: id }) }
}

/** The commit of one move of a lease. */
export function leaseEntry(record: LeaseRecord, signer: Signer): LedgerEntry {
  const id = leaseId(record)
  const path = leasePath(record)
  if (path === undefined) throw new Error(`nothing that can be leased: ${id}`)
  const { uuid, name, at, actor } = record.transition
  const text = serialiseRecord(record)
  const again = parseRecord('lease', text, path)
  if ('refused' in again) throw new Error(`what was to be written can't be read: ${again.refused.summary}`)
  return {
    uuid,
    record: id,
    transition: name,
    actor,
    subject: record.of,
    title: `${id} ${name}: ${record.of}`,
    files: new Map([[path, text]]),
    signer,
    at: new Date(Date.parse(at)),
  }
}

/** A lease, as it stands; nothing where it was never given out. */
export async function findLease(
  view: LedgerView,
  lot: Lot,
): Promise<Outcome<LeaseRecord> | { readonly record: undefined }> {
  const path = leasePath(lot)
  const text = path === undefined ? undefined : await view.file(path)
  return path === undefined || text === undefined ? { record: undefined } : parseRecord('lease', text, path)
}

/** Leases of a sort in a scope whose values begin between two numbers, in the order of their paths. */
export async function leasesBetween(
  view: LedgerView,
  about: Pick<Lot, 'sort' | 'scope'>,
  family: 4 | 6 | undefined,
  range: readonly [bigint, bigint],
): Promise<readonly Outcome<LeaseRecord>[]> {
  return read(view, await leasePathsBetween((folder) => view.list(folder), about, family, range))
}

/** Every lease there ever was, as it stands. */
export async function allLeases(view: LedgerView): Promise<readonly Outcome<LeaseRecord>[]> {
  return read(view, await leasePaths((folder) => view.list(folder)))
}

function read(view: LedgerView, paths: readonly string[]): Promise<readonly Outcome<LeaseRecord>[]> {
  return Promise.all(paths.map(async (path) => parseRecord('lease', (await view.file(path)) ?? '', path)))
}
