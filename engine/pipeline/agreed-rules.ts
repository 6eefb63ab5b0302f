import { changedRules } from '../change/changed-rules.ts'
import { findBranch, findGenesis } from '../ledger/find-records.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { AgreedRules, ChangeRecord } from '../model/record.ts'
import { type Arrival, arrivals, isAbout } from './arrivals.ts'
import { codes } from './codes.ts'
import { loadCommit } from './estate.ts'
import type { EstateAt } from './estate-at.ts'
import { openRecords, trusted } from './records.ts'
import type { World } from './world.ts'

const report = reporter(codes)

/**
 * The documents that judge a change with this base: those of the base, or, where an unapproved merge changed who may agree to what
 * since, those of the last commit whose rules were agreed to. Merges that nobody has looked at yet count as what their records say
 * so far. An estate that asks for nobody (`solo`) agrees to whatever is merged.
 */
export async function rulesFor(world: World, base: string): Promise<EstateAt> {
  return loadCommit(world, await agreedCommit(world, base))
}

/** The commit of those documents. */
export async function agreedCommit(world: World, base: string): Promise<string> {
  const view = await (await world.ledger()).view()
  const genesis = trusted(await findGenesis(view))
  const branch = trusted(await findBranch(view))
  if (genesis === undefined || branch === undefined || genesis.rule === 'solo') return base
  const { recognised, rules } = branch
  if (base === recognised) return rules?.commit ?? base
  const repository = await world.repository()
  if (await repository.isAncestor(base, recognised)) {
    const later = rules !== undefined && base !== rules.commit && (await repository.isAncestor(rules.commit, base))
    return later ? rules.commit : base
  }
  if (!(await repository.isAncestor(recognised, base))) return base
  return afterArrivals(world, base, await arrivals(world, base, recognised), rules?.commit)
}

/** The same where nobody has looked at what was merged; `tainted` is the commit that judges before it, where that is not its base. */
async function afterArrivals(
  world: World,
  base: string,
  found: readonly Arrival[],
  tainted: string | undefined,
): Promise<string> {
  const open = await openRecords(world)
  let judge = tainted
  for (const arrival of found) {
    const agreed = open.some(
      (r) => r.merge === undefined && (r.state === 'approved' || r.state === 'scheduled') && isAbout(r, arrival),
    )
    if (judge === undefined && agreed) continue
    const from = judge ?? arrival.base
    judge = (await rulesChangedBy(world, from, arrival.commit.id)).length === 0 ? undefined : from
  }
  return judge ?? base
}

/** The documents that judge a record: once it was merged, those that judged its merge. */
export async function rulesOfRecord(
  world: World,
  { merge }: Pick<ChangeRecord, 'merge'>,
  base: string,
): Promise<EstateAt> {
  // Where nothing was to be merged the record stands at a commit that another change brought.
  if (merge === undefined || merge.commit === merge.base) return rulesFor(world, base)
  return loadCommit(world, merge.rules ?? base)
}

/** What of the rules differs between two commits. */
async function rulesChangedBy(world: World, from: string, to: string): Promise<readonly string[]> {
  return from === to ? [] : changedRules(await loadCommit(world, from), await loadCommit(world, to))
}

/**
 * Why nobody can agree to a change: its result has rules that only an unapproved merge brought. Nothing is said where it brings
 * back those that were agreed to, whatever else it does.
 */
export async function ruleFaults(
  world: World,
  rules: EstateAt,
  base: EstateAt,
  merged: EstateAt,
): Promise<readonly Diagnostic[]> {
  if (rules === base || rules.treeish === base.treeish) return []
  const changed = changedRules(rules, merged)
  if (changed.length === 0) return []
  const known = trusted(await findBranch(await (await world.ledger()).view()))?.rules
  const who =
    known === undefined || known.commit !== rules.treeish
      ? `what came after ${rules.treeish.slice(0, 12)}`
      : `${known.change} (${known.merge.slice(0, 12)})`
  return [
    report('rules-unapproved', {
      // How the branch stands is looked at all the same; nobody can agree to it.
      ...(base === merged && { severity: 'warning' as const }),
      summary: `${who} was merged without approval, and changed what changes are judged by: ${listed(changed)}`,
      detail: changed.join('\n'),
      hint: `bring them back as they were, in this change or one before it: ${wayBack(changed, rules, merged)}`,
    }),
  ]
}

/** The command lines that bring the files back. A file that holds none of what was agreed to goes. */
function wayBack(changed: readonly string[], rules: EstateAt, merged: EstateAt): string {
  const files = new Set(changed.flatMap((name) => [fileOf(name, rules) ?? [], fileOf(name, merged) ?? []].flat()))
  const there = new Set([...rules.graph.documents.values()].map((d) => d.file))
  const old = [...files].filter((file) => there.has(file) || file === rules.codeOwners?.file)
  const fresh = [...files].filter((file) => !old.includes(file))
  return [
    ...(old.length === 0 ? [] : [`git checkout ${rules.treeish.slice(0, 12)} -- ${old.join(' ')}`]),
    ...(fresh.length === 0 ? [] : [`git rm ${fresh.join(' ')}`]),
  ].join('; ')
}

const fileOf = (name: string, { graph, codeOwners }: EstateAt): string | undefined =>
  name === 'CODEOWNERS' ? codeOwners?.file : graph.documents.get(name as `${string}/${string}`)?.file

const listed = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')

/** What judges the changes that come after a merge, where that is not the merge itself. */
export function rulesAfter(
  before: AgreedRules | undefined,
  { commit, base }: { readonly commit: string; readonly base: string },
  { change, differs }: { readonly change: string; readonly differs: boolean },
): AgreedRules | undefined {
  return differs ? (before ?? { commit: base, change, merge: commit }) : undefined
}
