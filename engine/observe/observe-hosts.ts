import pLimit from 'p-limit'
import type { Emit } from '../model/event.ts'
import type { Catalogue } from '../model/resource.ts'
import type { Target } from '../ports/host-session.ts'
import { type HostObservation, type ObserveOptions, observeHost } from './observe-host.ts'

interface ObserveHostsOptions extends ObserveOptions {
  readonly targets: readonly Target[]
  /** By name of host. A host without one, or with an empty one, is not spoken to. */
  readonly catalogues: ReadonlyMap<string, Catalogue>
  /** Hosts looked at at the same time; 32 where not given. One that keeps us waiting is not counted any more. */
  readonly concurrency?: number
  readonly emit: Emit
}

/** Milliseconds after which a host no longer keeps others from their turn: what it costs then is waiting, not work. */
const patience = 1_500

/**
 * How long a host may keep others from their turn. It grows with what hosts need that do answer: where all of them are
 * slow, the way there or this machine is what is busy, and more of them at once would make all of them miss their deadline.
 */
export class Patience {
  #usual = 0

  get ms(): number {
    return Math.max(patience, 2 * this.#usual)
  }

  answered(ms: number): void {
    this.#usual = this.#usual === 0 ? ms : 0.8 * this.#usual + 0.2 * ms
  }
}

/**
 * Looks at many hosts. Each has its own deadline and its own outcome: what one does, or fails to do, is not felt by the
 * others. The answers come in the order of the targets.
 */
export async function observeHosts(options: ObserveHostsOptions): Promise<readonly HostObservation[]> {
  const { targets, catalogues, emit } = options
  const limit = pLimit(options.concurrency ?? 32)
  const patience = new Patience()
  emit({ type: 'observing', hosts: targets.length })
  let done = 0
  return Promise.all(
    targets.map(async (target) => {
      const catalogue = catalogues.get(target.host) ?? { host: target.host, resources: [] }
      const observation = await inTurn(
        limit,
        async () => {
          const began = options.clock.now().getTime()
          const seen = await observeHost(target, catalogue, options)
          if (seen.failure === undefined) patience.answered(options.clock.now().getTime() - began)
          return seen
        },
        () => patience.ms,
      )
      done += 1
      emit({ type: 'observed', host: target.host, ok: !observation.failure, done, of: targets.length })
      return observation
    }),
  )
}

/** Waits for a turn, works, and gives the turn on when the work is done or takes too long. */
export async function inTurn<Result>(
  limit: ReturnType<typeof pLimit>,
  work: () => Promise<Result>,
  patienceMs: () => number = () => patience,
): Promise<Result> {
  // A promise that stands for another one would be waited for; in an object it is not.
  const { result } = await limit(async () => {
    const result = work()
    let timer: ReturnType<typeof setTimeout> | undefined
    let waited = 0
    const tooLong = new Promise<void>((resolve) => {
      const wait = () => {
        const more = patienceMs() - waited
        if (more <= 0) return resolve()
        waited += more
        timer = setTimeout(wait, more)
      }
      wait()
    })
    await Promise.race([result, tooLong])
    clearTimeout(timer)
    return { result }
  })
  return result
}
