import { codes as applyCodes } from '../apply/codes.ts'
import { changeEntry, lockEntry } from '../ledger/entries.ts'
import { findChange, findLock } from '../ledger/find-records.ts'
import { canBeTakenBack, fail, finish, markRolledBack, progress, resume, start } from '../ledger/fold-change.ts'
import { acquireLock, releaseLock, takeOverLock } from '../ledger/lock.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { ActionResult, AppliedHost, ChangeRecord, Deployment, Intent, LockHolder } from '../model/record.ts'
import type { LedgerEntry, LedgerView } from '../ports/ledger.ts'
import { codes } from './codes.ts'
import { append, branchAfter, by, expectGenesis, moved, refusal, trusted } from './records.ts'
import { settledByChange } from './unauthorised.ts'
import type { World } from './world.ts'

const report = reporter(applyCodes)
const reportMove = reporter(codes)

export interface Begin {
  readonly record: ChangeRecord
  readonly environments: readonly string[]
  readonly intents: readonly Intent[]
  readonly settled: readonly ActionResult[]
  readonly takeOver: boolean
}

export interface Begun {
  readonly record: ChangeRecord
  readonly fences: Readonly<Record<string, number>>
  readonly holder: LockHolder
  /** Environments whose lock was somebody else's until now. */
  readonly tookOver: ReadonlySet<string>
}

/** Takes the lock of every environment and writes the intent, in one append: either all of it stands there, or nothing. */
export async function beginApply(
  world: World,
  job: Begin,
): Promise<Begun | { readonly refused: readonly Diagnostic[] }> {
  const signer = await world.engineSigner()
  const holder: LockHolder = { ...world.process, change: job.record.id, since: world.clock.now().toISOString() }
  const begun = await append<Begun | { readonly refused: readonly Diagnostic[] }>(world, async (view) => {
    const current = trusted(await findChange(view, job.record.id))
    if (current === undefined || current.transition.uuid !== job.record.transition.uuid) {
      // Somebody else moved it meanwhile; the lock says who, if they are still at it.
      const held = await heldBy(view, job.environments)
      if (held.length > 0) return { entries: [], result: { refused: held } }
      const summary = `${job.record.id} moved while it was planned`
      throw refusal(reportMove('change-not-applicable', { summary, hint: 'run apply again' }))
    }
    const environments =
      current.state === 'implementing' ? (current.deployment?.environments ?? job.environments) : job.environments
    const entries: LedgerEntry[] = []
    const fences: Record<string, number> = {}
    const taken = new Set<string>()
    for (const environment of [...environments].sort()) {
      const lock = trusted(await findLock(view, environment))
      const dead = lock?.held !== undefined && (job.takeOver || world.hasDied(lock.held))
      const locked = lock !== undefined && dead ? takeOverLock(lock, holder) : acquireLock(lock, environment, holder)
      if ('refused' in locked) return { entries: [], result: { refused: [locked.refused] } }
      if (dead) taken.add(environment)
      fences[environment] = locked.record.fence
      entries.push(lockEntry(locked.record, dead ? 'take-over' : 'acquire', by(world), signer))
    }
    const record = started(world, current, job, environments, fences)
    entries.push(changeEntry(record, signer))
    return { entries, result: { record, fences, holder, tookOver: taken } }
  })
  if (!('refused' in begun))
    for (const [environment, fence] of Object.entries(begun.fences))
      world.emit({ type: 'lock', environment, fence, tookOver: begun.tookOver.has(environment) })
  return begun
}

async function heldBy(view: LedgerView, environments: readonly string[]): Promise<readonly Diagnostic[]> {
  const refusals: Diagnostic[] = []
  for (const environment of environments) {
    const lock = trusted(await findLock(view, environment))
    if (lock?.held === undefined) continue
    const refused = acquireLock(lock, environment, lock.held)
    if ('refused' in refused) refusals.push(refused.refused)
  }
  return refusals
}

function started(
  world: World,
  current: ChangeRecord,
  job: Begin,
  environments: readonly string[],
  fences: Readonly<Record<string, number>>,
): ChangeRecord {
  const who = { fences, by: world.process.by }
  if (current.state === 'implementing') {
    const known = new Set(current.deployment?.intents.map((i) => i.action.id))
    const intents = job.intents.filter((i) => !known.has(i.action.id))
    return moved(resume(current, { ...who, intents, results: job.settled }, by(world)))
  }
  const deployment: Omit<Deployment, 'finishedAt' | 'results'> = {
    ...who,
    environments,
    startedAt: world.clock.now().toISOString(),
    intents: job.intents,
  }
  return moved(start(current, deployment, by(world)))
}

/** Records what is known so far; where that is not possible it throws, and nothing new starts. */
export async function recordProgress(
  world: World,
  { record: { id }, fences }: Pick<Begun, 'record' | 'fences'>,
  results: readonly ActionResult[],
): Promise<void> {
  const signer = await world.engineSigner()
  await append(world, async (view) => {
    const current = await ours(view, id, fences)
    const record = moved(progress(current, { results }, by(world)))
    return { entries: [changeEntry(record, signer)], result: undefined }
  })
}

/**
 * The record, as long as it is ours to write. Once somebody took over the lock, what this process goes on to say may be
 * old: nothing of it is written.
 */
async function ours(view: LedgerView, id: string, fences: Begun['fences']): Promise<ChangeRecord> {
  const current = trusted(await findChange(view, id))
  if (current === undefined) throw new Error(`${id} is gone from the ledger`)
  for (const [environment, fence] of Object.entries(fences)) {
    const lock = trusted(await findLock(view, environment))
    if (current.deployment?.fences[environment] === fence && lock?.fence === fence) continue
    const who = lock?.held?.by ?? current.deployment?.by ?? 'somebody'
    const summary = `${who} took over the lock of ${environment} while ${id} was applied`
    throw refusal(report('lock-lost', { summary }))
  }
  return current
}

export interface End {
  readonly id: string
  readonly results: readonly ActionResult[]
  readonly stopped?: string
  readonly holder: LockHolder
  readonly fences: Begun['fences']
  readonly applied: (record: ChangeRecord) => readonly AppliedHost[]
}

/** Records what became of it, what hosts are like now, and gives the locks back, in one append. */
export async function endApply(world: World, job: End): Promise<ChangeRecord> {
  const signer = await world.engineSigner()
  const genesis = await expectGenesis(world)
  return append(world, async (view) => {
    const current = await ours(view, job.id, job.fences)
    const record = ended(world, current, job)
    const back = record.state === 'implemented' ? await takenBack(world, view, record) : []
    const hosts = job.applied(record)
    const beside = {
      applied: { hosts, sha256: world.sha256 },
      branch: await branchAfter(view, genesis, record.subject.ref, [record, ...back]),
    }
    const entries = [changeEntry(record, signer, beside)]
    entries.push(...back.map((original) => changeEntry(original, signer)))
    entries.push(...(await settledByChange(world, view, record, hosts)))
    for (const environment of Object.keys(job.fences)) {
      const lock = trusted(await findLock(view, environment))
      const released = releaseLock(lock, job.holder)
      // A lock that somebody took over meanwhile is theirs.
      if ('record' in released) entries.push(lockEntry(released.record, 'release', by(world), signer))
    }
    return { entries, result: record }
  })
}

function ended(world: World, current: ChangeRecord, job: End): ChangeRecord {
  const good = job.results.every((r) => r.outcome === 'applied')
  if (good) return moved(finish(current, job.results, by(world)))
  const bad = job.results.filter((r) => r.outcome === 'failed' || r.outcome === 'unknown')
  const reasons = [
    ...(job.stopped === undefined ? [] : [job.stopped]),
    ...bad.slice(0, 5).flatMap((r) => (r.detail === undefined ? [] : [r.detail])),
  ]
  return moved(fail(current, job.results, by(world), reasons))
}

/** The changes that it took back as a whole, as they are after it. */
async function takenBack(world: World, view: LedgerView, record: ChangeRecord): Promise<readonly ChangeRecord[]> {
  const gone: ChangeRecord[] = []
  for (const id of record.partial === true ? [] : (record.rollbackOf ?? [])) {
    const original = trusted(await findChange(view, id))
    if (original !== undefined && canBeTakenBack(original))
      gone.push(moved(markRolledBack(original, record.id, by(world))))
  }
  return gone
}
