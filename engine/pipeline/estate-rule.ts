import { findGenesis } from '../ledger/find-records.ts'
import type { EstateAt } from './estate-at.ts'
import { trusted } from './records.ts'
import type { World } from './world.ts'

/**
 * How many have to agree. What the ledger began with binds for ever: an estate that asked for somebody independent goes on asking,
 * whatever its configuration says since. One that began solo may ask for more.
 */
export async function ruleOf(world: World, { config }: Pick<EstateAt, 'config'>): Promise<'one-independent' | 'solo'> {
  const genesis = trusted(await findGenesis(await (await world.ledger()).view()))
  return genesis?.rule === 'one-independent' ? genesis.rule : (config.rule ?? 'one-independent')
}
