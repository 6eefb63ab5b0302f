import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { RequestPage } from '../../model/pull-request.ts'
import type { Forge } from '../../ports/forge.ts'
import { codes } from '../codes.ts'
import { refusal } from '../records.ts'
import { targetBranch, targetTip } from '../target-branch.ts'
import type { World } from '../world.ts'

const report = reporter(codes)

/** The forge that pull requests of this estate are on. Throws `forge-missing`. */
export async function expectForge(world: World): Promise<Forge> {
  const forge = await world.forge()
  if (forge === undefined) throw refusal(report('forge-missing', { summary: 'no forge is known' }))
  return forge
}

export const nobodyMeant = report('request-missing', { summary: 'nothing says which pull request is meant' })

/** Why a pull request is none of ours to plan; undefined where it is. */
export function passedOver({ number, state, target }: RequestPage, branch: string): Diagnostic | undefined {
  if (state !== 'open')
    return report('request-passed-over', { summary: `pull request ${number} is ${state}, so it is not planned` })
  if (target === branch) return undefined
  const summary = `pull request ${number} goes into ${target.slice(0, 100)} and not into ${branch}, so it is not planned`
  return report('request-passed-over', { summary })
}

/** The newest commit of the target branch, as the remote has it now. Throws `commit-missing`. */
export async function freshTip(world: World): Promise<string> {
  await (await world.repository()).fetch()
  const branch = await targetBranch(world)
  const tip = await targetTip(world, branch)
  if (tip === undefined) throw refusal(report('commit-missing', { summary: `there is no branch ${branch}` }))
  return tip
}
