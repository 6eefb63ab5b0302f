import { canonicalJson } from '../model/canonical.ts'
import type { LockHolder, LockRecord } from '../model/record.ts'
import { report } from './codes.ts'
import type { Outcome } from './record-text.ts'

export type LockTransition = 'acquire' | 'release' | 'take-over'

/** Takes a free lock; the fence grows, so that hosts know the newer holder. Refuses with `lock-held`. */
export function acquireLock(
  lock: LockRecord | undefined,
  environment: string,
  holder: LockHolder,
): Outcome<LockRecord> {
  if (lock?.held !== undefined) return { refused: heldBy(environment, lock.held) }
  return checked('acquire', lock, {
    apiVersion: 'plumbline/v1',
    kind: 'Lock',
    environment,
    fence: (lock?.fence ?? 0) + 1,
    held: holder,
  })
}

/** Gives a lock back. Only its holder can. */
export function releaseLock(lock: LockRecord | undefined, holder: LockHolder): Outcome<LockRecord> {
  if (lock?.held === undefined || !sameHolder(lock.held, holder))
    return { refused: report('illegal-transition', { summary: 'a lock is given back by its holder only' }) }
  const { held: _, ...free } = lock
  return checked('release', lock, free)
}

/** Takes a lock from a holder that died. Whether it did is for the caller to know. */
export function takeOverLock(lock: LockRecord, holder: LockHolder): Outcome<LockRecord> {
  return checked('take-over', lock, { ...lock, fence: lock.fence + 1, held: holder })
}

export function sameHolder(a: LockHolder, b: LockHolder): boolean {
  return canonicalJson(a) === canonicalJson(b)
}

/** Why a lock may not change so; undefined where it may. */
export function lockFault(transition: string, before: LockRecord | undefined, after: LockRecord): string | undefined {
  const fence = before?.fence ?? 0
  if (before !== undefined && before.environment !== after.environment)
    return 'a lock is not moved to another environment'
  switch (transition) {
    case 'acquire':
      if (before?.held !== undefined) return `the lock was held by ${before.held.by}`
      return after.held !== undefined && after.fence === fence + 1 ? undefined : 'the fence of a new holder is one more'
    case 'release':
      if (before?.held === undefined) return 'a lock that nobody holds was given back'
      return after.held === undefined && after.fence === fence
        ? undefined
        : 'giving a lock back frees it and keeps its fence'
    case 'take-over':
      if (before?.held === undefined || after.held === undefined) return 'only a lock that is held is taken over'
      if (sameHolder(before.held, after.held)) return 'nobody takes over from themselves'
      return after.fence === fence + 1 ? undefined : 'the fence of a new holder is one more'
    default:
      return `${transition} is nothing that happens to a lock`
  }
}

function checked(transition: LockTransition, before: LockRecord | undefined, after: LockRecord): Outcome<LockRecord> {
  const fault = lockFault(transition, before, after)
  return fault === undefined ? { record: after } : { refused: report('illegal-transition', { summary: fault }) }
}

function heldBy(environment: string, holder: LockHolder) {
  return report('lock-held', {
    summary: `${environment} is locked by ${holder.by} for ${holder.change} since ${holder.since}`,
    detail: `process ${holder.pid} on ${holder.machine}`,
  })
}
