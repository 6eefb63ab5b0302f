import type { Touched } from '../calendar/scope.ts'
import type { Span } from '../calendar/span.ts'
import { type Clockwork, type TimeQuestion, type Timetable, timetable } from '../calendar/timetable.ts'
import { changedDocuments } from '../change/changed-documents.ts'
import { judgePolicies } from '../change/judge-policies.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import type { WindowDemand } from '../model/plan.ts'
import type { ChangeRecord } from '../model/record.ts'
import { agreedCommit, rulesOfRecord } from './agreed-rules.ts'
import { loadCommit } from './estate.ts'
import type { EstateAt } from './estate-at.ts'
import type { Range } from './plan-change.ts'
import { riskOfRecord } from './plan-risk.ts'
import { targetBranch, targetTip } from './target-branch.ts'
import type { World } from './world.ts'

/** How far ahead a next time is looked for: what comes once a year is found. */
export const horizon = 400 * 86_400_000

export interface Times {
  readonly table: Timetable
  /** The branch as it stands; what the change is planned from where there is no branch yet. */
  readonly tip: EstateAt
}

/**
 * When a change may be carried out, from now on: inside the windows that the policies and environments of what judges it (its base)
 * ask for, outside of every freeze there, and the same by the documents of the branch as it stands, as far as they were agreed to, so that a freeze that was merged
 * after the change was approved holds, and none lifts its own. `scheduled` narrows it further.
 */
export async function timesOf(
  world: World,
  record: Pick<ChangeRecord, 'type' | 'automatic' | 'actions' | 'risk' | 'merge'>,
  range: Range,
  scheduled?: Span,
): Promise<Times> {
  const base = await loadCommit(world, range.base)
  const desired = range.base === range.head ? base : await loadCommit(world, range.tree, { base })
  const tip = await tipOf(world, range, desired)
  const rules = await rulesOfRecord(world, record, range.base)
  const stands = tip?.commit === undefined ? undefined : await agreedCommit(world, tip.commit)
  const agreed = stands === undefined || stands === tip?.commit ? [] : [(await loadCommit(world, stands)).graph]
  const judges = [...new Set([rules.graph, ...(tip === undefined ? [] : [tip.estate.graph]), ...agreed])]
  const now = world.clock.now().getTime()
  const question: TimeQuestion = {
    judges,
    others: [desired.graph],
    touched: touchedBy(record, base.graph, desired.graph, judges),
    type: record.type,
    automatic: record.automatic === true,
    demands: demandsOf(record, rules, desired),
    ...(scheduled !== undefined && { scheduled }),
  }
  return {
    table: timetable(question, { from: now, until: now + horizon }, await clockworkFor(judges)),
    tip: tip?.estate ?? base,
  }
}

/** The branch as it stands. Right after a merge that is what was merged, which is read already. */
async function tipOf(
  world: World,
  range: Range,
  desired: EstateAt,
): Promise<{ readonly commit: string; readonly estate: EstateAt } | undefined> {
  const commit = await targetTip(world, await targetBranch(world))
  if (commit === undefined) return undefined
  const { tree } = await (await world.repository()).commit(commit)
  return { commit, estate: tree === range.tree ? desired : await loadCommit(world, commit) }
}

function touchedBy(
  { actions }: Pick<ChangeRecord, 'actions'>,
  base: Graph,
  desired: Graph,
  judges: readonly Graph[],
): Touched {
  const hosts = new Map<string, Set<string>>()
  for (const { host, resource } of actions) {
    const types = hosts.get(host) ?? new Set()
    hosts.set(host, types.add(resource.slice(0, resource.indexOf(':'))))
  }
  // Only freezes ask for documents, and comparing those of two commits costs something.
  const changed = judges.some((g) => g.ofKind('Freeze').length > 0) ? changedDocuments(base, desired) : []
  const documents = changed.map(({ address, before, after }) => {
    const owner = (before ?? after)?.document.metadata.owner
    return owner === undefined ? { address } : { address, owner }
  })
  return { hosts, documents }
}

/** The windows that policies of the base ask for: who wrote the change makes no difference to that. */
function demandsOf(
  record: Pick<ChangeRecord, 'actions' | 'risk'>,
  base: EstateAt,
  desired: EstateAt,
): readonly WindowDemand[] {
  const asks = ({ document }: LoadedDocument): boolean =>
    typeof document.spec['outcome'] === 'object' && 'window' in (document.spec['outcome'] ?? {})
  if (!base.graph.ofKind('ChangePolicy').some(asks)) return []
  const verdict = judgePolicies({
    base: base.graph,
    merged: desired.graph,
    actions: record.actions,
    authorship: { authors: [], unproven: [] },
    rule: base.config.rule ?? 'one-independent',
    risk: riskOfRecord(record, base, desired),
  })
  return verdict.windows ?? []
}

/** What reckons with rules and zones is loaded only where a document asks for it: it is slow to start. */
export async function clockworkFor(graphs: readonly Graph[]): Promise<Clockwork> {
  const asked = graphs.some((g) => g.ofKind('ChangeWindow').length + g.ofKind('Freeze').length > 0)
  if (asked) return import('../calendar/expand.ts')
  return { expand: () => ({ spans: [] }), momentOf: () => undefined }
}
