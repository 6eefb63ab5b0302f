import pLimit from 'p-limit'
import { sh } from '../model/script.ts'
import { type HostConnector, isFailure, type Target } from '../ports/host-session.ts'
import { guarded } from './guard.ts'

export interface FenceWorld {
  readonly connector: HostConnector
  readonly targets: ReadonlyMap<string, Target>
  readonly concurrency: number
  readonly deadline: number
  readonly outputCap: number
}

/**
 * Tells hosts of a lock that was taken over, before anything is done: from then on they refuse its old holder, should it wake.
 * A host that can't be told is no reason to stop: nothing begins there before it can be reached, and then it is told.
 */
export async function raiseFences(
  work: readonly { readonly host: string; readonly lock: string; readonly fence: number }[],
  change: string,
  world: FenceWorld,
): Promise<void> {
  const limit = pLimit(world.concurrency)
  const nothing = { summary: 'raise the fence', script: sh`:`, reversibility: 'exact' as const }
  await Promise.all(
    work.map(({ host, lock, fence }) =>
      limit(async () => {
        const target = world.targets.get(host)
        const session = target === undefined ? undefined : await world.connector.connect(target, world)
        if (session === undefined || isFailure(session)) return
        await session.run(guarded(nothing, { lock, fence, change, action: 'fence' }), world)
        await session.close()
      }),
    ),
  )
}
