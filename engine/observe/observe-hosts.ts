import pLimit from 'p-limit'
import type { Emit } from '../model/event.ts'
import type { Catalogue } from '../model/resource.ts'
import type { Target } from '../ports/host-session.ts'
import { type HostObservation, type ObserveOptions, observeHost } from './observe-host.ts'

interface ObserveHostsOptions extends ObserveOptions {
  readonly targets: readonly Target[]
  /** By name of host. A host without one, or with an empty one, is not spoken to. */
  readonly catalogues: ReadonlyMap<string, Catalogue>
  /** Hosts looked at at the same time; 32 where not given. */
  readonly concurrency?: number
  readonly emit: Emit
}

/**
 * Looks at many hosts. Each has its own deadline and its own outcome: what one does, or fails to do, is not felt by the
 * others. The answers come in the order of the targets.
 */
export async function observeHosts(options: ObserveHostsOptions): Promise<readonly HostObservation[]> {
  const { targets, catalogues, emit } = options
  const limit = pLimit(options.concurrency ?? 32)
  emit({ type: 'observing', hosts: targets.length })
  let done = 0
  return Promise.all(
    targets.map((target) =>
      limit(async () => {
        const catalogue = catalogues.get(target.host) ?? { host: target.host, resources: [] }
        const observation = await observeHost(target, catalogue, options)
        done += 1
        emit({ type: 'observed', host: target.host, ok: !observation.failure, done, of: targets.length })
        return observation
      }),
    ),
  )
}
