import type { ApprovalVerdict } from '../change/judge-approvals.ts'
import { peopleOf } from '../change/people.ts'
import { type Diagnostic, hasErrors, reporter } from '../model/diagnostic.ts'
import type { Plan } from '../model/plan.ts'
import type { Repository } from '../ports/repository.ts'
import { codes } from './codes.ts'
import { loadCommit } from './estate.ts'
import { planChange } from './plan-change.ts'
import { standingOf } from './plan-revision.ts'
import { expectGenesis, findRecord, refusal } from './records.ts'
import { targetBranch, targetTip } from './target-branch.ts'
import type { World } from './world.ts'

const report = reporter(codes)

export interface RolledBack {
  readonly plan: Plan
  /** Branch with the revert commit. */
  readonly branch: string
  readonly standing: ApprovalVerdict
}

/**
 * Reverts the documents of a change in a commit of its own, signed by who asks for it, and plans that commit: what documents leave open
 * comes back from what the record knows. With `dryRun` no branch is made.
 */
export async function rollback(
  world: World,
  options: { readonly change: string; readonly branch?: string; readonly dryRun: boolean },
): Promise<RolledBack | { readonly refused: readonly Diagnostic[] }> {
  await expectGenesis(world)
  const record = await findRecord(world, options.change)
  if (record === undefined) return { refused: [report('change-unknown', { summary: `there is no ${options.change}` })] }
  if (record.merge === undefined || (record.state !== 'implemented' && record.state !== 'failed'))
    return { refused: [report('rollback-impossible', { summary: `${record.id} is ${record.state}` })] }
  const repository = await world.repository()
  const target = await targetBranch(world)
  const branch = options.branch ?? `rollback/${record.id.toLowerCase()}`
  const tip = await targetTip(world, target)
  if (tip === undefined) return { refused: [report('commit-missing', { summary: `there is no branch ${target}` })] }
  if (!options.dryRun && (await repository.resolve(`refs/heads/${branch}`)) !== undefined)
    return { refused: [report('branch-exists', { summary: `there is a branch ${branch} already` })] }
  const reverted = await treeWithout(repository, record.merge, tip)
  if ('conflicts' in reverted)
    return {
      refused: [
        report('rollback-conflict', {
          summary: `${record.id} does not come out cleanly`,
          detail: reverted.conflicts.slice(0, 10).join('\n'),
        }),
      ],
    }
  if (reverted.tree === (await repository.commit(tip)).tree)
    return {
      refused: [
        report('rollback-impossible', {
          summary: `nothing of ${record.id} stands in the documents, so there is nothing to revert`,
          hint: 'to have the hosts otherwise, change the documents',
        }),
      ],
    }
  const head = await repository.writeCommit({
    tree: reverted.tree,
    parents: [tip],
    author: await author(world, tip),
    message: `Roll back ${record.id}: ${record.title}\n\nRollback-Of: ${record.id}\n`,
    signer: await world.personSigner(),
  })
  const planned = await planChange(world, { base: tip, head, tree: reverted.tree })
  if ('refused' in planned) return planned
  // A rollback that can't be carried out leaves nothing behind; what stands in its way is said.
  if (hasErrors(planned.plan.diagnostics))
    return { refused: planned.plan.diagnostics.filter((d) => d.severity === 'error') }
  if (!options.dryRun) await repository.moveBranch(branch, null, head)
  return { plan: planned.plan, branch, standing: await standingOf(world, planned) }
}

/**
 * The tree of `tip` without what a merge brought; three-way, so that later changes elsewhere stay. A commit that goes back from the
 * merge to what was before, merged into the tip, is just that.
 */
async function treeWithout(
  repository: Repository,
  merge: { readonly base: string; readonly commit: string },
  tip: string,
) {
  const before = await repository.commit(merge.base)
  const back = await repository.writeCommit({
    tree: before.tree,
    parents: [merge.commit],
    author: before.author,
    message: 'back',
  })
  return repository.mergeTree(tip, back)
}

/** The person of the base whose key signs; a revert is theirs. */
export async function author(world: World, tip: string) {
  const signer = await world.personSigner()
  const estate = await loadCommit(world, tip)
  const [person] = peopleOf(estate.graph).ownersOfKey(signer.publicKey)
  if (person === undefined)
    throw refusal(
      report('person-unknown', {
        summary: `the key ${world.fingerprint(signer.publicKey) ?? ''} is of nobody in the base commit`,
      }),
    )
  const fullName = estate.graph.documents.get(person.address)?.document.spec['fullName']
  return { name: String(fullName ?? person.address), email: person.email, at: world.clock.now().toISOString() }
}
