import { lockEntry } from '../../ledger/entries.ts'
import { findLock } from '../../ledger/find-records.ts'
import { releaseLock, takeOverLock } from '../../ledger/lock.ts'
import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { LockHolder, LockRecord } from '../../model/record.ts'
import { code } from '../../pull-request/markdown.ts'
import { freshTip } from '../ci/requests.ts'
import { loadCommit } from '../estate.ts'
import { append, by, moved, trusted } from '../records.ts'
import type { World } from '../world.ts'
import type { AskedByPerson } from './asked.ts'
import { codes } from './codes.ts'
import { refusedBy, type Said } from './said.ts'

const report = reporter(codes)

export interface LockMeant {
  readonly environment?: string
  readonly fence?: number
}

/**
 * `/plumbline unlock prod`: frees a lock whose holder is seen dead; or, with its number, one of which somebody says so. It is taken
 * over and given back, so that its number grows: should the holder live after all, hosts listen to it no more.
 */
export async function runUnlock(world: World, { person }: AskedByPerson, meant: LockMeant): Promise<Said> {
  const found = await lockMeant(world, meant.environment)
  if ('code' in found) return refusedBy(found)
  const { environment } = found
  const signer = await world.engineSigner()
  return append<Said>(world, async (view) => {
    const lock = trusted(await findLock(view, environment))
    if (lock?.held === undefined) return { entries: [], result: refusedBy(free(environment)) }
    const refusal = mayFree(world, lock, lock.held, meant.fence)
    if (refusal !== undefined) return { entries: [], result: refusedBy(refusal) }
    const { change } = lock.held
    const holder: LockHolder = {
      ...world.process,
      by: `${person} through ${world.process.by}`,
      change,
      since: world.clock.now().toISOString(),
    }
    const taken = moved(takeOverLock(lock, holder))
    const released = moved(releaseLock(taken, holder))
    const entries = [
      lockEntry(taken, 'take-over', by(world), signer),
      lockEntry(released, 'release', by(world), signer),
    ]
    return { entries, result: freedSaid(lock, change) }
  })
}

/** The lock of the environment that is named, or the only one that is held. */
async function lockMeant(
  world: World,
  environment: string | undefined,
): Promise<{ readonly environment: string } | Diagnostic> {
  const view = await (await world.ledger()).view()
  const { graph } = await loadCommit(world, await freshTip(world))
  const names =
    environment === undefined ? graph.ofKind('Environment').map((d) => d.document.metadata.name) : [environment]
  const locks = await Promise.all(names.map(async (name) => trusted(await findLock(view, name))))
  const held = locks.flatMap((lock) => (lock?.held === undefined ? [] : [lock.environment]))
  const [first, ...others] = held
  if (first === undefined) return free(environment)
  if (others.length === 0) return { environment: first }
  return report('lock-not-held', { summary: `${held.join(', ')} are locked`, hint: 'name the one that is meant' })
}

const free = (environment: string | undefined): Diagnostic =>
  report('lock-not-held', { summary: environment === undefined ? 'nothing is locked' : `${environment} is not locked` })

/** Undefined where it may be freed. */
function mayFree(world: World, { environment, fence }: LockRecord, held: LockHolder, named: number | undefined) {
  if (named !== undefined && named !== fence) {
    const summary = `the lock of ${environment} has another number than ${named} by now`
    return report('lock-not-held', {
      summary,
      hint: 'look again who holds it: /plumbline unlock without a number says so',
    })
  }
  if (named === fence || world.hasDied(held)) return undefined
  return report('lock-not-seen-dead', {
    summary: `${environment} is locked by ${held.by} for ${held.change} since ${held.since}`,
    detail: `process ${held.pid} on ${held.machine}`,
    hint: `look whether it runs; once you know that it does not: /plumbline unlock ${environment} ${fence}`,
  })
}

const freedSaid = ({ environment }: LockRecord, change: string): Said => ({
  done: true,
  verdict: `The lock of ${code(environment)} is free`,
  lines: [`${code(change)} held it. What it left half done is looked at and gone on with by the next apply.`],
})
