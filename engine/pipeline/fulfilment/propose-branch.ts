import { compareText, type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { Proposal } from '../../pull-request/proposal.ts'
import type { PlanTold } from '../../pull-request/told.ts'
import { codes } from '../codes.ts'
import { isEngineKey } from '../engine-keys.ts'
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
  /** Not told what it would do where the branch was there already. */
  readonly proposal: (told: PlanTold | undefined) => Proposal
}

/** Validates and plans a commit, makes its branch, and opens the pull request. Done twice it is the same: the branch that is there is taken. */
export async function proposeBranch(world: World, wanted: BranchToPropose): Promise<Proposed | Refused> {
  const { base, branch, files, hand, title, trailer } = wanted
  const repository = await world.repository()
  const tree = await repository.writeTree((await repository.commit(base)).tree, files)
  const there = await repository.resolve(await refOf(repository, branch))
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
  if (!(await repository.moveBranch(branch, null, head))) {
    // Another engine came first; what it made is there to be seen by now.
    const theirs = await repository.resolve(await refOf(repository, branch))
    return theirs === undefined ? refuse(`there is a branch ${branch} already`) : whatIsThere(world, wanted, theirs)
  }
  const names = [...files.keys()].sort(compareText)
  const forge = await world.forge()
  if (forge === undefined) return { branch, commit: head, files: names }
  const told = await planTold(world, forge, planned, await standingOf(world, planned))
  const target = await targetBranch(world)
  const request = await forge.keepRequest({ branch, target, ...wanted.proposal(told), labels: [requestLabel] })
  return { branch, commit: head, files: names, url: request.url }
}

const refuse = (summary: string): Refused => ({ refused: [report('fulfilment-failed', { summary })] })

/** Where the branch is looked for: there where everybody sees it. */
const refOf = async (repository: Awaited<ReturnType<World['repository']>>, branch: string): Promise<string> =>
  (await repository.hasRemote()) ? `refs/remotes/origin/${branch}` : `refs/heads/${branch}`

/**
 * Somebody was stopped after the branch was made, or another engine was first: it is ours where an engine of the estate, or the same
 * key, signed its commit for the same thing. Its pull request may not be there yet.
 */
async function whatIsThere(
  world: World,
  { branch, trailer, hand, proposal }: BranchToPropose,
  tip: string,
): Promise<Proposed | Refused> {
  const { message, signature, signedPayload } = await (await world.repository()).commit(tip)
  const signer = signature === undefined ? undefined : world.verifySignature(signature, signedPayload, 'git')
  const ours =
    signer?.ok === true && (signer.publicKey === hand.signer.publicKey || (await isEngineKey(world, signer.publicKey)))
  if (!ours || !message.includes(`\n${trailer}\n`)) return refuse(`there is a branch ${branch} of somebody else`)
  const forge = await world.forge()
  if (forge === undefined) return { branch, commit: tip, files: [] }
  const target = await targetBranch(world)
  const request = await forge.keepRequest({ branch, target, ...proposal(undefined), labels: [requestLabel] })
  return { branch, commit: tip, files: [], url: request.url }
}
