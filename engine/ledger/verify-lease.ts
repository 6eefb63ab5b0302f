import type { Address } from '../model/address.ts'
import type { LedgerStep } from '../ports/ledger.ts'
import { leaseFault } from './lease.ts'
import { leaseId, leasePath, parseLeaseId } from './lease-path.ts'
import type { LedgerWalk } from './verify-walk.ts'

/** Why an entry about a lease is not as it should be; undefined where it is. */
export async function leaseStepFault(
  walk: LedgerWalk,
  id: string,
  step: LedgerStep,
  key: string,
): Promise<string | undefined> {
  const lot = parseLeaseId(id)
  if (lot === undefined) return `${id} is nothing that can be leased`
  const read = walk.only(step, leasePath(lot) ?? '', 'lease')
  if ('because' in read) return read.because
  const { before, after } = read
  const { trailers, at } = step.commit
  const { name, uuid, actor } = after.transition
  if (leaseId(after) !== id) return `the record calls itself ${leaseId(after)}`
  if (trailers['Transition'] !== name || trailers['Transition-Id'] !== uuid || trailers['Actor'] !== actor)
    return 'its message contradicts its record'
  if (trailers['Subject'] !== undefined && trailers['Subject'] !== after.of) return 'its Subject is another document'
  if (Math.floor(Date.parse(after.transition.at) / 1000) !== Date.parse(at) / 1000)
    return 'its date contradicts its record'
  const fault = leaseFault(before, after)
  if (fault !== undefined || actor === 'engine') return fault ?? walk.engineFault(key, at)
  return walk.laterPersonFault(key, actor as Address, walk.genesis?.adoption ?? '', at, 'git')
}
