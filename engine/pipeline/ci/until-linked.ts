import { findBranch } from '../../ledger/find-records.ts'
import type { Forge } from '../../ports/forge.ts'
import { trusted } from '../records.ts'
import type { World } from '../world.ts'

/** Milliseconds between the times that the forge is asked: half a minute in all. */
const pauses = [1000, 2000, 4000, 8000, 15_000]

/**
 * Waits until the forge knows which pull request the newest commit of the target branch is, where it made that commit itself and nobody
 * has looked at it yet: it tells of a push sooner than it links the two, and a squash that is taken for nobody's is recorded as approved
 * by nobody for good. Goes on in the end, whatever it knows.
 */
export async function untilLinked(
  world: Pick<World, 'ledger' | 'repository' | 'wait' | 'stopping'>,
  forge: Pick<Forge, 'place' | 'requests'>,
  tip: string,
): Promise<void> {
  if (trusted(await findBranch(await (await world.ledger()).view()))?.recognised === tip) return
  const { parents, committer } = await (await world.repository()).commit(tip)
  // A merge commit names its head, and that is linked from the beginning.
  if (parents.length !== 1 || committer.email !== `noreply@${forge.place.host}`) return
  for (const pause of pauses) {
    if ((await forge.requests(tip)).length > 0 || world.stopping()) return
    await world.wait(pause)
  }
}
