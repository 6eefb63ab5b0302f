import type { Sha256 } from '../model/canonical.ts'
import type {
  AppliedHost,
  BaselineRecord,
  BranchRecord,
  ChangeRecord,
  GenesisRecord,
  LockRecord,
} from '../model/record.ts'
import { sshFingerprint } from '../model/ssh-key.ts'
import type { LedgerEntry } from '../ports/ledger.ts'
import type { Signer } from '../ports/repository.ts'
import type { EngineKeyRecord } from './engine-key.ts'
import type { By } from './fold-change.ts'
import type { LockTransition } from './lock.ts'
import { appliedPath, baselinePath, branchPath, changePath, engineKeyPath, genesisPath, lockPath } from './paths.ts'
import { parseRecord, type RecordSort, type RecordTypes, serialiseRecord } from './record-text.ts'

/** What else changes with a move of a change, in the same commit. */
export interface Beside {
  /** What hosts are like now; for the end of an apply, and its progress. */
  readonly applied?: { readonly hosts: readonly AppliedHost[]; readonly sha256: Sha256 }
  /** The list of open changes, with this one in it or without. */
  readonly branch?: BranchRecord
}

/** The commit of one move of a change. Everything it says comes from the record, so that both can't disagree. */
export function changeEntry(record: ChangeRecord, signer: Signer, beside: Beside = {}): LedgerEntry {
  const path = changePath(record.id)
  if (path === undefined) throw new Error(`no number of a change: ${record.id}`)
  const { uuid, name, at, actor } = record.transition
  const files = new Map([[path, textOf('change', record)]])
  const { applied, branch } = beside
  for (const host of applied?.hosts ?? [])
    files.set(appliedPath(applied?.sha256 ?? neverAsked, host.host), textOf('applied', host))
  if (branch !== undefined) files.set(branchPath, textOf('branch', branch))
  return {
    uuid,
    record: record.id,
    transition: name,
    actor,
    subject: record.subject.plan,
    title: `${record.id} ${name}: ${record.title}`,
    files,
    signer,
    at: new Date(Date.parse(at)),
  }
}

/** How far the target branch has been looked at. */
export function branchEntry(record: BranchRecord, by: Pick<By, 'uuid' | 'at'>, signer: Signer): LedgerEntry {
  return {
    ...engineEntry(by.uuid, by.at, signer),
    record: 'branch',
    transition: 'recognise',
    subject: record.recognised,
    title: `branch recognise: ${record.ref} up to ${record.recognised.slice(0, 12)}`,
    files: new Map([[branchPath, textOf('branch', record)]]),
  }
}

/** A baseline is written once, by an engine. */
export function baselineEntry(record: BaselineRecord, uuid: string, signer: Signer): LedgerEntry {
  const path = baselinePath(record.name)
  if (path === undefined) throw new Error(`no name of a baseline: ${record.name}`)
  return {
    ...engineEntry(uuid, record.at, signer),
    record: `baseline/${record.name}`,
    transition: 'baseline',
    subject: record.commit,
    title: `baseline ${record.name}: ${record.commit.slice(0, 12)}`,
    files: new Map([[path, textOf('baseline', record)]]),
  }
}

const neverAsked: Sha256 = () => {
  throw new Error('no hosts, no digest')
}

/** The first commit of a ledger. */
export function genesisEntry(record: GenesisRecord, uuid: string, signer: Signer): LedgerEntry {
  return {
    ...engineEntry(uuid, record.at, signer),
    record: 'genesis',
    transition: 'genesis',
    subject: record.adoption,
    title: `genesis: ${record.rule} since ${record.adoption.slice(0, 12)}`,
    files: new Map([[genesisPath, textOf('genesis', record)]]),
  }
}

export function lockEntry(
  record: LockRecord,
  transition: LockTransition,
  by: Pick<By, 'uuid' | 'at'>,
  signer: Signer,
): LedgerEntry {
  const holder = record.held === undefined ? '' : `: ${record.held.change} by ${record.held.by}`
  return {
    ...engineEntry(by.uuid, by.at, signer),
    record: `lock/${record.environment}`,
    transition,
    title: `lock/${record.environment} ${transition} (fence ${record.fence})${holder}`,
    files: new Map([[lockPath(record.environment), textOf('lock', record)]]),
  }
}

/** Adds or retires an engine's key. */
export function engineKeyEntry(record: EngineKeyRecord, uuid: string, signer: Signer, sha256: Sha256): LedgerEntry {
  const fingerprint = sshFingerprint(sha256, record.publicKey)
  if (fingerprint === undefined) throw new Error('an engine key that is no SSH public key')
  const transition = record.state === 'active' ? 'add-key' : 'retire-key'
  return {
    ...engineEntry(uuid, record.at, signer),
    record: `key/${fingerprint}`,
    transition,
    title: `key ${transition}: ${fingerprint}`,
    files: new Map([[engineKeyPath(fingerprint), textOf('engineKey', record)]]),
  }
}

function engineEntry(uuid: string, at: string, signer: Signer) {
  return { uuid, actor: 'engine', signer, at: new Date(Date.parse(at)) } as const
}

/** Text of a record that can be read again: what can't would stop everybody who comes later. */
function textOf<Sort extends RecordSort>(sort: Sort, record: RecordTypes[Sort]): string {
  const text = serialiseRecord(record)
  const again = parseRecord(sort, text, `a ${sort} record`)
  if ('refused' in again) throw new Error(`what was to be written can't be read: ${again.refused.summary}`)
  return text
}
