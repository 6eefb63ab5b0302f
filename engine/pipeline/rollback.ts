import { changedDocuments } from '../change/changed-documents.ts'
import type { ApprovalVerdict } from '../change/judge-approvals.ts'
import { listChanges } from '../ledger/find-records.ts'
import { canBeTakenBack } from '../ledger/fold-change.ts'
import type { Address } from '../model/address.ts'
import { type Diagnostic, hasErrors, reporter } from '../model/diagnostic.ts'
import type { Plan } from '../model/plan.ts'
import type { ChangeRecord } from '../model/record.ts'
import type { Repository } from '../ports/repository.ts'
import { codes } from './codes.ts'
import { loadCommit } from './estate.ts'
import { type Hand, handOf } from './hand.ts'
import { type PlannedChange, planChange } from './plan-change.ts'
import { standingOf } from './plan-revision.ts'
import { expectGenesis, findRecord } from './records.ts'
import { releaseNamed } from './release-find.ts'
import { compareDeployments } from './taken-back.ts'
import { targetBranch, targetTip } from './target-branch.ts'
import type { World } from './world.ts'

const report = reporter(codes)

export interface RollbackOptions {
  /** Numbers of changes; or `since`, or `release`. */
  readonly changes?: readonly string[]
  /** ISO 8601: everything that was merged from then on. */
  readonly since?: string
  /** `1.4.0`, or with its pipeline: every change that it brought. */
  readonly release?: string
  /** Only what they did to these documents (`Kind/name`) or files. */
  readonly only?: readonly string[]
  readonly branch?: string
  readonly dryRun: boolean
  /**
   * Who asked for it, where they are not at the keyboard: the engine writes the commits then, signs them with its own key, and names
   * them as a co-author, so that they are one of those who do not approve it.
   */
  readonly askedBy?: Address
}

export interface RolledBack {
  readonly plan: Plan
  readonly planned: PlannedChange
  /** Numbers of the changes it takes back, oldest first. */
  readonly changes: readonly string[]
  /** Branch with the revert commits. */
  readonly branch: string
  readonly standing: ApprovalVerdict
}

type Refused = { readonly refused: readonly Diagnostic[] }

/**
 * Reverts the documents of changes, newest first, in a commit for each, signed by who asks for it, and plans what comes of it:
 * what documents leave open comes back from what the records know. With `dryRun` no branch is made.
 */
export async function rollback(world: World, options: RollbackOptions): Promise<RolledBack | Refused> {
  await expectGenesis(world)
  const chosen = await chosenForRollback(world, options)
  if ('refused' in chosen) return chosen
  const repository = await world.repository()
  const target = await targetBranch(world)
  const { branch } = chosen
  const tip = await targetTip(world, target)
  if (tip === undefined) return { refused: [report('commit-missing', { summary: `there is no branch ${target}` })] }
  const exists = { refused: [report('branch-exists', { summary: `there is a branch ${branch} already` })] }
  if (!options.dryRun && (await repository.resolve(`refs/heads/${branch}`)) !== undefined) return exists
  const hand = await handOf(world, tip, options.askedBy)
  const reverted = await revert(world, chosen.records, tip, { only: options.only, hand })
  if ('refused' in reverted) return reverted
  const { head, tree } = reverted
  const planned = await planChange(world, { base: tip, head, tree })
  if ('refused' in planned) return planned
  // A rollback that can't be carried out leaves nothing behind; what stands in its way is said.
  if (hasErrors(planned.plan.diagnostics))
    return { refused: planned.plan.diagnostics.filter((d) => d.severity === 'error') }
  if (!options.dryRun && !(await repository.moveBranch(branch, null, head))) return exists
  return {
    plan: planned.plan,
    planned,
    changes: planned.plan.rollbackOf ?? [],
    branch,
    standing: await standingOf(world, planned),
  }
}

/** The changes that are meant, oldest first, and the branch that takes them back. */
export async function chosenForRollback(
  world: World,
  options: RollbackOptions,
): Promise<{ readonly records: readonly ChangeRecord[]; readonly branch: string } | Refused> {
  const chosen = await choose(world, options)
  if ('refused' in chosen) return chosen
  return { records: chosen.records, branch: options.branch ?? branchFor(chosen.records, options) }
}

async function choose(
  world: World,
  { changes = [], since, release }: RollbackOptions,
): Promise<{ readonly records: readonly ChangeRecord[] } | Refused> {
  if (since !== undefined) {
    const moment = Date.parse(since)
    const meant = (r: ChangeRecord) => Date.parse(r.merge?.recognisedAt ?? '') >= moment
    return chooseAll(world, meant, `was merged since ${since}`)
  }
  if (release !== undefined) {
    const found = await releaseNamed(await (await world.ledger()).view(), release)
    if ('refused' in found) return found
    const brought = new Set(found.changes)
    return chooseAll(world, (r) => brought.has(r.id), `came with ${release}`)
  }
  const found = await Promise.all(
    changes.map(async (id) => {
      const record = await findRecord(world, id)
      return { id, record, byEngine: record !== undefined && (await takenBackByEngine(world, record)) }
    }),
  )
  const refused = found.flatMap(({ id, record, byEngine }) => {
    if (record === undefined) return [report('change-unknown', { summary: `there is no ${id}` })]
    if (record.merge !== undefined && (canBeTakenBack(record) || byEngine)) return []
    return [
      report('rollback-impossible', {
        summary: `${record.id} is ${record.state}${record.rolledBackBy === undefined ? '' : ` by ${record.rolledBackBy}`}`,
      }),
    ]
  })
  if (refused.length > 0) return { refused }
  const records = new Map(found.flatMap(({ record }) => (record === undefined ? [] : [[record.id, record] as const])))
  return { records: [...records.values()].sort(compareDeployments) }
}

/** What the engine took back by itself is gone from hosts only: its documents are still to be reverted. */
async function takenBackByEngine(world: World, { rolledBackBy }: ChangeRecord): Promise<boolean> {
  return rolledBackBy !== undefined && (await findRecord(world, rolledBackBy))?.automatic === true
}

/** Everything of a sort that was merged and still stands. A change and the one that took it back cancel out. */
async function chooseAll(
  world: World,
  meant: (record: ChangeRecord) => boolean,
  what: string,
): Promise<{ readonly records: readonly ChangeRecord[] } | Refused> {
  const { changes, diagnostics } = await listChanges(await (await world.ledger()).view())
  if (hasErrors(diagnostics)) return { refused: diagnostics }
  const merged = changes.filter((r) => r.merge !== undefined && meant(r))
  const known = new Set(merged.map((r) => r.id))
  const cancels = ({ rollbackOf, partial }: ChangeRecord) =>
    rollbackOf !== undefined && partial !== true && rollbackOf.every((id) => known.has(id))
  const records = merged.filter((r) => canBeTakenBack(r) && !cancels(r)).sort(compareDeployments)
  if (records.length > 0) return { records }
  return { refused: [report('rollback-impossible', { summary: `nothing that still stands ${what}` })] }
}

/** One commit for each change, newest first; each is the documents without it. */
async function revert(
  world: World,
  records: readonly ChangeRecord[],
  tip: string,
  { only, hand }: { readonly only: readonly string[] | undefined; readonly hand: Hand },
): Promise<{ readonly head: string; readonly tree: string } | Refused> {
  const repository = await world.repository()
  let at = { head: tip, tree: (await repository.commit(tip)).tree }
  for (const record of [...records].reverse()) {
    if (record.merge === undefined) continue
    const without = await treeWithout(repository, record.merge, at.head)
    if ('conflicts' in without)
      return {
        refused: [
          report('rollback-conflict', {
            summary: `${record.id} does not come out cleanly`,
            detail: without.conflicts.slice(0, 10).join('\n'),
          }),
        ],
      }
    const part = only === undefined ? undefined : await onlyThese(world, record, at, without.tree, only)
    if (part !== undefined && 'refused' in part) return part
    const tree = part?.tree ?? without.tree
    if (tree === at.tree) continue
    const how = part === undefined || part.whole ? '' : ' (in part)'
    const message = `Roll back ${record.id}${how}: ${record.title}\n\nRollback-Of: ${record.id}${how}\n${hand.trailers}`
    const { author: by, signer } = hand
    at = { head: await repository.writeCommit({ tree, parents: [at.head], author: by, message, signer }), tree }
  }
  if (at.head !== tip) return at
  const names = records.map((r) => r.id).join(', ')
  const what = only === undefined ? names : `${names} in ${only.join(', ')}`
  return {
    refused: [
      report('rollback-impossible', {
        summary: `nothing of ${what} stands in the documents, so there is nothing to revert`,
        hint: 'to have the hosts otherwise, change the documents',
      }),
    ],
  }
}

/** The tree with the revert of these documents and files alone; `whole` where that is all of it. */
async function onlyThese(
  world: World,
  record: ChangeRecord,
  at: { readonly head: string; readonly tree: string },
  reverted: string,
  only: readonly string[],
): Promise<{ readonly tree: string; readonly whole: boolean } | Refused> {
  const repository = await world.repository()
  const changes = await repository.changes(at.tree, reverted)
  const documents = changedDocuments(
    (await loadCommit(world, at.head)).graph,
    (await loadCommit(world, reverted)).graph,
  ).map((d) => ({ address: d.address, file: (d.before ?? d.after)?.file ?? '' }))
  const files = new Set<string>()
  const named = new Set<string>()
  for (const word of only) {
    const document = documents.find((d) => d.address.toLowerCase() === word.toLowerCase())
    if (document !== undefined) named.add(document.address)
    const file = document?.file ?? changes.find((c) => c.path === word)?.path
    if (file !== undefined) files.add(file)
  }
  // A file is taken back as a whole: whoever names one of its documents is told of the others.
  const others = documents.filter((d) => files.has(d.file) && !named.has(d.address) && !only.includes(d.file))
  if (others.length > 0) {
    const summary = `${record.id} changed ${others.map((d) => d.address).join(', ')} in the same file`
    return { refused: [report('rollback-impossible', { summary, hint: 'name them as well, or the file' })] }
  }
  const chosen = changes.filter((c) => files.has(c.path))
  const blobs = await repository.blobs(chosen.flatMap((c) => c.after?.id ?? []))
  const contents = new Map(chosen.map((c) => [c.path, c.after === undefined ? null : (blobs.get(c.after.id) ?? null)]))
  return { tree: await repository.writeTree(at.tree, contents), whole: chosen.length === changes.length }
}

function branchFor(records: readonly ChangeRecord[], { since, release }: RollbackOptions): string {
  if (release !== undefined) return `rollback/release-${release.replaceAll('/', '-')}`
  const [first, ...others] = records.map((r) => r.id.toLowerCase())
  if (since !== undefined) return `rollback/since-${since.slice(0, 10)}`
  return `rollback/${first ?? ''}${others.length === 0 ? '' : `-and-${others.length}-more`}`
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
