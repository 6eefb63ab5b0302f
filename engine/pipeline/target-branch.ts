import { findBranch } from '../ledger/find-records.ts'
import { readConfig } from './estate.ts'
import { trusted } from './records.ts'
import type { World } from './world.ts'

/**
 * The branch that is the desired state, by its short name. The ledger says which from its start: a change can't move the
 * estate to another branch by editing its configuration. Before there is a ledger, the configuration says.
 */
export async function targetBranch(world: World): Promise<string> {
  const branch = trusted(await findBranch(await (await world.ledger()).view()))
  return branch === undefined
    ? ((await readConfig(world, 'HEAD')).branch ?? 'main')
    : branch.ref.replace(/^refs\/heads\//, '')
}

/** Its newest commit: the remote's, where there is one. */
export async function targetTip(world: World, branch: string): Promise<string | undefined> {
  const repository = await world.repository()
  const there = (await repository.hasRemote()) ? await repository.resolve(`refs/remotes/origin/${branch}`) : undefined
  return there ?? repository.resolve(`refs/heads/${branch}`)
}
