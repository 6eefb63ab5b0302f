import type { ObserveOptions } from '../observe/observe-host.ts'
import type { World } from './world.ts'

/** What one host gets, where nothing else is said: milliseconds and bytes. */
export const hostLimits = {
  deadlineMs: 30_000,
  actionDeadlineMs: 600_000,
  outputCap: 16 * 1024 * 1024,
  concurrency: 32,
} as const

/** How hosts are looked at; with a nonce of its own each time. */
export async function observing(world: World): Promise<ObserveOptions> {
  return {
    types: world.types,
    connector: await world.connector(),
    clock: world.clock,
    sha256: world.sha256,
    nonce: world.uuid().replaceAll('-', ''),
    deadlineMs: hostLimits.deadlineMs,
    outputCap: hostLimits.outputCap,
  }
}
