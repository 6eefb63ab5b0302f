import { compareText, type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { Proposal } from '../../pull-request/proposal.ts'
import type { PlanTold } from '../../pull-request/told.ts'
import { codes } from '../codes.ts'
import type { Hand } from '../hand.ts'
import { planChange } from '../plan-change.ts'
import { standingOf } from '../plan-revision.ts'
import { planTold } from '../proposals/plan-told.ts'
import { requestLabel } from '../proposals/room-for-requests.ts'
import { targetBranch } from '../target-branch.ts'
import type { World } from '../world.ts'

const report = reporter(codes)

export type Refused = { readonly refused: readonly Diagnostic[] }

export interface Proposed {
  readonly branch: string
  readonly commit: string
  readonly files: readonly string[]
  /** Where it can be seen, where there is a forge. */
  readonly url?: string
}

/** A branch with one commit, of which a pull request is made where there is a forge. */
export interface BranchToPropose {
  /** The commit of the target branch that it starts from. */
  readonly base: string
  readonly branch: string
  /** Path → content; null removes a file. */
  readonly files: ReadonlyMap<string, Uint8Array | null>
  readonly hand: Hand
  /** First line of the message. */
  readonly title: string
  /** A line of the message by which the branch is known again: `Request: REQ-2026-00042`. */
  readonly trailer: string
  readonly proposal: (told: PlanTold) => Proposal
}

/** Validates and plans a commit, makes its branch, and opens the pull request. Done twice it is the same: the branch that is there is taken. */
export async function proposeBranch(world: World, wanted: BranchToPropose): Promise<Proposed | Refused> {
  const { base, branch, files, hand, title, trailer } = wanted
  const repository = await world.repository()
  const tree = await repository.writeTree((await repository.commit(base)).tree, files)
  const there = await repository.resolve(
    (await repository.hasRemote()) ? `refs/remotes/origin/${branch}` : `refs/heads/${branch}`,
  )
  if (there !== undefined) return whatIsThere(world, wanted, there)
  const head = await repository.writeCommit({
    tree,
    parents: [base],
    author: hand.author,
    message: `${title}\n\n${trailer}\n${hand.trailers}`,
    signer: hand.signer,
  })
  const planned = await planChange(world, { base, head, tree })
  if ('refused' in planned) return planned
  const errors = planned.plan.diagnostics.filter((d) => d.severity === 'error' && d.code !== 'all-unknown')
  if (errors.length > 0) return { refused: errors }
  if (!(await repository.moveBranch(branch, null, head))) return refuse(`there is a branch ${branch} already`)
  const names = [...files.keys()].sort(compareText)
  const forge = await world.forge()
  if (forge === undefined) return { branch, commit: head, files: names }
  const told = await planTold(world, forge, planned, await standingOf(world, planned))
  const target = await targetBranch(world)
  const request = await forge.keepRequest({ branch, target, ...wanted.proposal(told), labels: [requestLabel] })
  return { branch, commit: head, files: names, url: request.url }
}

const refuse = (summary: string): Refused => ({ refused: [report('fulfilment-failed', { summary })] })

/** Somebody was stopped after the branch was made: it is ours where the same key signed its one commit for the same thing. */
async function whatIsThere(
  world: World,
  { branch, trailer, hand }: BranchToPropose,
  tip: string,
): Promise<Proposed | Refused> {
  const { message, signature, signedPayload } = await (await world.repository()).commit(tip)
  const signer = signature === undefined ? undefined : world.verifySignature(signature, signedPayload, 'git')
  if (signer?.ok !== true || signer.publicKey !== hand.signer.publicKey || !message.includes(`\n${trailer}\n`))
    return refuse(`there is a branch ${branch} of somebody else`)
  return { branch, commit: tip, files: [] }
}
