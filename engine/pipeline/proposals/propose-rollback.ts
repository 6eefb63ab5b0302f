import type { Diagnostic } from '../../model/diagnostic.ts'
import type { RequestPage } from '../../model/pull-request.ts'
import type { Forge } from '../../ports/forge.ts'
import { rollbackProposal } from '../../pull-request/proposal.ts'
import { expectForge, freshTip } from '../ci/requests.ts'
import { mergeResult } from '../merged-request.ts'
import { chosenForRollback, type RollbackOptions, type RolledBack, rollback } from '../rollback.ts'
import { targetBranch } from '../target-branch.ts'
import type { World } from '../world.ts'
import { planTold } from './plan-told.ts'
import { openOnes, requestLabel, whyFull } from './room-for-requests.ts'

type Refused = { readonly refused: readonly Diagnostic[] }

export interface ProposedRollback {
  readonly request: RequestPage
  /** It was open before, and stays as it is. */
  readonly before: boolean
  /** What it does; undefined where the branch was there already. */
  readonly done?: RolledBack
}

/** Why, for whoever reads the pull request. */
export interface Reason {
  /** A text of somebody. */
  readonly because?: string
  /** Who asked for it, in our words and Markdown, without a full stop. */
  readonly asked?: string
}

/**
 * Reverts changes on a branch and opens a pull request of it. Where one is open already it is that one; where somebody was stopped
 * after the branch was pushed, what is left is to propose it. None is opened beyond what the estate lets be open.
 */
export async function proposeRollback(
  world: World,
  options: Omit<RollbackOptions, 'dryRun'>,
  reason: Reason,
): Promise<ProposedRollback | Refused> {
  const forge = await expectForge(world)
  const tip = await freshTip(world)
  const chosen = await chosenForRollback(world, { ...options, dryRun: false })
  if ('refused' in chosen) return chosen
  const { branch, records } = chosen
  const target = await targetBranch(world)
  const known = await openFrom(forge, branch, target)
  if (known !== undefined) return { request: known, before: true }
  const full = whyFull(await openOnes(world, forge, tip))
  if (full !== undefined) return { refused: [full] }
  const made = await rollback(world, { ...options, branch, dryRun: false })
  const left = 'refused' in made && made.refused.every((d) => d.code === 'branch-exists')
  if ('refused' in made && !left) return made
  // Whoever may push could have put anything there: it is proposed in our name only where it is what we would have written.
  if ('refused' in made && !(await isJustThat(world, branch, tip, options))) return made
  const done = 'refused' in made ? undefined : made
  const told = done === undefined ? undefined : await planTold(world, forge, done.planned, done.standing)
  const changes = records.map(({ id, title }) => ({ id, title }))
  const { title, body } = rollbackProposal({ changes, ...reason, ...(told !== undefined && { told }) })
  const request = await forge.keepRequest({ branch, target, title, body, labels: [requestLabel] })
  return { request, before: false, ...(done !== undefined && { done }) }
}

/** Whether what a branch brings is the rollback, and nothing else. */
async function isJustThat(
  world: World,
  branch: string,
  tip: string,
  options: Omit<RollbackOptions, 'dryRun'>,
): Promise<boolean> {
  const repository = await world.repository()
  const there = await repository.resolve(
    `refs/${(await repository.hasRemote()) ? 'remotes/origin' : 'heads'}/${branch}`,
  )
  const wanted = await rollback(world, { ...options, branch, dryRun: true })
  if (there === undefined || 'refused' in wanted) return false
  return (await mergeResult(world, there, tip)) === wanted.plan.subject.tree
}

/** The open pull request of a branch into the one that is applied. */
export async function openFrom(forge: Forge, branch: string, target: string): Promise<RequestPage | undefined> {
  return (await forge.openRequests({ branch })).find((r) => r.target === target)
}
