import { sshFingerprint } from '../model/ssh-key.ts'
import type { LedgerStep } from '../ports/ledger.ts'
import { parseRecordId } from './declared-record.ts'
import { engineKeyFault } from './engine-key.ts'
import { lockFault } from './lock.ts'
import { baselinePath, branchPath, engineKeyPath, genesisPath, lockPath, parseChangeId } from './paths.ts'
import { parseUnauthorisedId } from './unauthorised.ts'
import { changeStepFault } from './verify-change.ts'
import { declaredStepFault, recordTypeFault } from './verify-declared.ts'
import { leaseStepFault } from './verify-lease.ts'
import { releaseStepFault } from './verify-release.ts'
import { unauthorisedStepFault } from './verify-unauthorised.ts'
import type { LedgerWalk } from './verify-walk.ts'

/** Why what an entry does to its record is not as it should be; undefined where it is. */
export async function recordFault(
  walk: LedgerWalk,
  record: string,
  step: LedgerStep,
  key: string,
): Promise<string | undefined> {
  if (record === 'genesis') return genesisFault(walk, step, key)
  if (walk.genesis === undefined) return 'nothing comes before the genesis record'
  if (record === 'branch') return branchFault(walk, step, key)
  if (parseChangeId(record) !== undefined) return changeStepFault(walk, record, step, key)
  if (record.startsWith('baseline/')) return baselineFault(walk, record.slice('baseline/'.length), step, key)
  if (parseUnauthorisedId(record) !== undefined) return unauthorisedStepFault(walk, record, step, key)
  if (record.startsWith('release/')) return releaseStepFault(walk, record.slice('release/'.length), step, key)
  if (parseRecordId(record) !== undefined) return declaredStepFault(walk, record, step, key)
  if (record.startsWith('record-type/')) return recordTypeFault(walk, record.slice('record-type/'.length), step, key)
  if (record.startsWith('lease/')) return leaseStepFault(walk, record, step, key)
  if (record.startsWith('lock/')) return lockStepFault(walk, record.slice('lock/'.length), step, key)
  if (record.startsWith('key/')) return keyFault(walk, record.slice('key/'.length), step, key)
  return `${record} is no sort of record that we know`
}

function genesisFault(walk: LedgerWalk, step: LedgerStep, key: string): string | undefined {
  if (walk.genesis !== undefined) return 'a ledger has one genesis record'
  const read = walk.only(step, genesisPath, 'genesis')
  if ('because' in read) return read.because
  walk.genesis = read.after
  for (const engineKey of read.after.engineKeys) walk.engineKeys.set(engineKey, 'active')
  return step.commit.trailers['Transition'] === 'genesis'
    ? walk.engineFault(key, step.commit.at)
    : 'it does not begin a ledger'
}

function lockStepFault(walk: LedgerWalk, environment: string, step: LedgerStep, key: string): string | undefined {
  const read = walk.only(step, lockPath(environment), 'lock')
  if ('because' in read) return read.because
  walk.locks.set(environment, read.after)
  if (read.after.environment !== environment) return 'it is the lock of another environment'
  return (
    lockFault(step.commit.trailers['Transition'] ?? '', read.before, read.after) ??
    walk.engineFault(key, step.commit.at)
  )
}

function keyFault(walk: LedgerWalk, fingerprint: string, step: LedgerStep, key: string): string | undefined {
  const read = walk.only(step, engineKeyPath(fingerprint), 'engineKey')
  if ('because' in read) return read.because
  const { publicKey, state } = read.after
  // Judged before it counts: no key lets itself in.
  const fault = walk.engineFault(key, step.commit.at)
  if (sshFingerprint(walk.question.sha256, publicKey) !== fingerprint) return 'it is the record of another key'
  const illegal = fault ?? engineKeyFault(step.commit.trailers['Transition'] ?? '', read.before, read.after)?.summary
  if (illegal === undefined) walk.engineKeys.set(publicKey, state)
  return illegal
}

/** Whether what it says of its commit is so can be seen by anybody; that it was said then is what the ledger vouches for. */
async function baselineFault(
  walk: LedgerWalk,
  name: string,
  step: LedgerStep,
  key: string,
): Promise<string | undefined> {
  const path = baselinePath(name)
  if (path === undefined) return `${name} is no name of a baseline`
  const read = walk.only(step, path, 'baseline')
  if ('because' in read) return read.because
  const { before, after } = read
  if (before !== undefined) return 'a baseline is written once, and this one is written again'
  if (step.commit.trailers['Transition'] !== 'baseline') return 'a baseline is recorded, nothing else happens to it'
  if (after.name !== name) return 'it is the baseline of another name'
  if (!(await walk.question.isOnMain(after.commit)))
    return `it names ${after.commit}, which the target branch does not hold`
  return walk.engineFault(key, step.commit.at)
}

function branchFault(walk: LedgerWalk, step: LedgerStep, key: string): string | undefined {
  const read = walk.only(step, branchPath, 'branch')
  if ('because' in read) return read.because
  if (step.commit.trailers['Transition'] !== 'recognise') return 'a branch is recognised, nothing else happens to it'
  return walk.engineFault(key, step.commit.at)
}
