import { codes as applyCodes } from '../apply/codes.ts'
import { changeEntry, lockEntry } from '../ledger/entries.ts'
import { findChange, findLock } from '../ledger/find-records.ts'
import {
  type By,
  canBeTakenBack,
  fail,
  finish,
  hold,
  markRolledBack,
  pause,
  progress,
  resume,
  start,
} from '../ledger/fold-change.ts'
import { acquireLock, releaseLock, takeOverLock } from '../ledger/lock.ts'
import { digestOf } from '../model/canonical.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import { signStatement } from '../model/dsse.ts'
import type {
  ActionResult,
  AppliedHost,
  ApplyPredicate,
  ChangeRecord,
  Deployment,
  Intent,
  LockHolder,
  LockRecord,
} from '../model/record.ts'
import type { LedgerEntry, LedgerView } from '../ports/ledger.ts'
import type { Signer } from '../ports/repository.ts'
import { isGone, settledBacks } from './brought-back.ts'
import { codes } from './codes.ts'
import type { EstateAt } from './estate-at.ts'
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
  /** Only a part of it is carried out now, and which: the record says so at once, so that nobody goes on with the rest unasked. */
  readonly part?: string
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
    const begun = started(world, current, job, environments, fences)
    entries.push(changeEntry(begun, signer))
    const record = job.part === undefined ? begun : moved(pause(begun, job.part, by(world)))
    if (record !== begun) entries.push(changeEntry(record, signer))
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
  if (current.state === 'implementing' || current.state === 'paused') {
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

/** Who asked since it was begun that no further wave is started, and why; undefined where nobody did. */
export async function pauseAsked(world: World, { record }: Pick<Begun, 'record'>): Promise<string | undefined> {
  const current = trusted(await findChange(await (await world.ledger()).latest(), record.id))
  const asked = current?.deployment?.pause
  const own = record.deployment?.pause
  if (asked === undefined || (asked.by === own?.by && asked.at === own.at)) return undefined
  return `paused by ${asked.by}: ${asked.reason}`
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
  /** Why it stopped. What only went as far as it was asked to (`goesOn`) is paused, and can be gone on with. */
  readonly stopped?: { readonly reason: string; readonly goesOn: boolean; readonly failed: boolean }
  /** Further reasons for the record of what failed. */
  readonly notes?: readonly string[]
  readonly holder: LockHolder
  readonly fences: Begun['fences']
  readonly desired: EstateAt
  readonly applied: (record: ChangeRecord) => readonly AppliedHost[]
  /** What takes its place under the same locks, in the same append; undefined where that can't be. */
  readonly successor?: (
    view: LedgerView,
    failed: ChangeRecord,
    freed: ReadonlyMap<string, LockRecord>,
  ) => Promise<{ readonly entries: readonly LedgerEntry[]; readonly begun: Begun } | undefined>
}

export interface Ended {
  readonly record: ChangeRecord
  readonly next?: Begun
}

/** Records what became of it, what hosts are like now, and gives the locks back, in one append. */
export async function endApply(world: World, job: End): Promise<Ended> {
  const signer = await world.engineSigner()
  const genesis = await expectGenesis(world)
  return append(world, async (view) => {
    const current = await ours(view, job.id, job.fences)
    const moves = await ended(world, current, job, signer)
    const record = moves.at(-1) ?? current
    const done = record.state === 'implemented'
    const back = done ? await takenBack(world, view, record, job.desired) : []
    const hosts = job.applied(record)
    const settled = done ? await settledBacks(world, view, job.desired, hosts) : []
    // What the engine took back by itself is asked after until the documents no longer want it.
    const keep = record.automatic === true ? back.map((r) => r.id) : []
    const beside = {
      applied: { hosts, sha256: world.sha256 },
      branch: await branchAfter(view, genesis, record.subject.ref, [record, ...settled, ...back], undefined, keep),
    }
    const entries = moves.map((move) => changeEntry(move, signer, move === record ? beside : {}))
    entries.push(...back.map((original) => changeEntry(original, signer)))
    entries.push(...(await settledByChange(world, view, record, hosts)))
    const freed = new Map<string, LockRecord>()
    for (const environment of Object.keys(job.fences)) {
      const lock = trusted(await findLock(view, environment))
      const released = releaseLock(lock, job.holder)
      // A lock that somebody took over meanwhile is theirs.
      if (!('record' in released)) continue
      freed.set(environment, released.record)
      entries.push(lockEntry(released.record, 'release', by(world), signer))
    }
    const next = await job.successor?.(view, record, freed)
    return { entries: [...entries, ...(next?.entries ?? [])], result: { record, ...(next && { next: next.begun }) } }
  })
}

/** The moves that end it for now, the last being what it is then. */
async function ended(world: World, current: ChangeRecord, job: End, signer: Signer): Promise<readonly ChangeRecord[]> {
  const { results, stopped, notes = [] } = job
  const good = results.every((r) => r.outcome === 'applied')
  if (good && stopped?.failed !== true)
    return [await attested(world, signer, (who, envelope) => moved(finish(current, results, who, envelope)))]
  if (stopped?.goesOn === true) {
    const asked = current.deployment?.pause === undefined ? [moved(pause(current, stopped.reason, by(world)))] : []
    return [...asked, moved(hold(asked[0] ?? current, results, by(world)))]
  }
  const bad = results.filter((r) => r.outcome === 'failed' || r.outcome === 'unknown')
  const reasons = [
    ...(stopped === undefined ? [] : [stopped.reason]),
    ...bad.slice(0, 5).flatMap((r) => (r.detail === undefined ? [] : [r.detail])),
    ...notes,
  ]
  return [await attested(world, signer, (who, envelope) => moved(fail(current, results, who, reasons, envelope)))]
}

/** The end of an apply, with what this engine says of it. */
async function attested(
  world: World,
  signer: Signer,
  end: (who: By, envelope?: Deployment['attestation']) => ChangeRecord,
): Promise<ChangeRecord> {
  const who = by(world)
  const { id, subject, state, deployment } = end(who)
  const predicate: ApplyPredicate = {
    subject,
    change: id,
    outcome: state === 'implemented' ? 'implemented' : 'failed',
    startedAt: deployment?.startedAt ?? who.at,
    finishedAt: deployment?.finishedAt ?? who.at,
    results: digestOf(world.sha256, deployment?.results ?? []),
  }
  return end(who, await signStatement('apply', predicate, signer, world.fingerprint))
}

/**
 * The changes that it took back as a whole, as they are after it. A trailer of a commit alone takes nothing back: a change whose
 * documents still stand stays what it is.
 */
async function takenBack(
  world: World,
  view: LedgerView,
  record: ChangeRecord,
  desired: EstateAt,
): Promise<readonly ChangeRecord[]> {
  const gone: ChangeRecord[] = []
  for (const id of record.partial === true ? [] : (record.rollbackOf ?? [])) {
    const original = trusted(await findChange(view, id))
    if (original === undefined || !canBeTakenBack(original)) continue
    if (record.automatic === true || (await isGone(world, desired, original)))
      gone.push(
        moved(markRolledBack(original, record.id, by(world), record.automatic === true ? original.reasons : [])),
      )
  }
  return gone
}
