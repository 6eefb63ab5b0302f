import { authorsOf } from '../change/authors.ts'
import { compareVerdicts, type VerdictComparison } from '../change/compare-verdicts.ts'
import { judgePolicies } from '../change/judge-policies.ts'
import { type People, peopleOf } from '../change/people.ts'
import { listChanges } from '../ledger/find-records.ts'
import type { Address } from '../model/address.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Graph } from '../model/graph.ts'
import type { ChangeRecord } from '../model/record.ts'
import { RepositoryError } from '../ports/repository.ts'
import { codes } from './codes.ts'
import { loadCommit, loadWork } from './estate.ts'
import { judgedCommits } from './judged-commits.ts'
import { readPeriod } from './period.ts'
import { standingRisk } from './plan-risk.ts'
import { policiesNamed } from './policies-named.ts'
import { expectGenesis, refusal } from './records.ts'
import type { World } from './world.ts'

const report = reporter(codes)

export interface ReplayOptions {
  /** A day or moment; 90 days ago where none is given. */
  readonly since?: string
  /** Only this policy, on both sides. */
  readonly policy?: string
  /** Policies of a revision instead of those of the working folder. */
  readonly from?: string
}

export interface Replayed {
  /** ISO 8601, UTC. */
  readonly since: string
  /** Newest first. */
  readonly changes: readonly ReplayedChange[]
  /** How many of each result, and how many would have been held up. */
  readonly counts: Readonly<Record<VerdictComparison['result'] | 'not-judged' | 'held-up', number>>
  /** Records of the ledger that can't be relied on. */
  readonly diagnostics: readonly Diagnostic[]
}

export type ReplayedChange = Pick<ChangeRecord, 'id' | 'title' | 'state' | 'type' | 'openedAt'> &
  (({ readonly judged: true } & VerdictComparison) | { readonly judged: false; readonly because: string })

/**
 * What the policies of the working folder, or of a revision, would have said of past changes: each is judged over its own base and
 * merge result, its own actions and authors, and the people of its own base, once by the policies of that base and once by the
 * new ones. A change whose commits are not here is told as not judged.
 */
export async function policyReplay(
  world: World,
  options: ReplayOptions,
): Promise<Replayed | { readonly refused: readonly Diagnostic[] }> {
  await expectGenesis(world)
  const period = readPeriod({ ...(options.since !== undefined && { from: options.since }) }, world.clock.now())
  if ('refused' in period) return period
  const rules = options.from === undefined ? await loadWork(world) : await loadCommit(world, options.from)
  const named = policiesNamed(rules.graph, options.policy === undefined ? [] : [options.policy])
  if ('refused' in named) return named
  const only = options.policy === undefined ? undefined : named.policies[0]?.address
  const listed = await listChanges(await (await world.ledger()).view(), { since: period.from })
  // The oldest first: the merge result of one is mostly the base of the next, and is read once.
  const changes: ReplayedChange[] = []
  for (const [done, record] of [...listed.changes].reverse().entries()) {
    changes.unshift(await replayed(world, record, { graph: rules.graph, ...(only !== undefined && { only }) }))
    world.emit({ type: 'judged', change: record.id, done: done + 1, of: listed.changes.length })
  }
  const many = (wanted: (c: ReplayedChange) => boolean): number => changes.filter(wanted).length
  const result = (wanted: VerdictComparison['result']): number => many((c) => c.judged && c.result === wanted)
  return {
    since: period.from,
    changes,
    counts: {
      same: result('same'),
      stricter: result('stricter'),
      looser: result('looser'),
      other: result('other'),
      'held-up': many((c) => c.judged && c.heldUp),
      'not-judged': many((c) => !c.judged),
    },
    diagnostics: listed.diagnostics,
  }
}

interface Rules {
  readonly graph: Graph
  readonly only?: Address
}

async function replayed(world: World, record: ChangeRecord, rules: Rules): Promise<ReplayedChange> {
  const { id, title, state, type, openedAt } = record
  const about = { id, title, state, type, openedAt }
  try {
    return { ...about, judged: true, ...(await judgedAgain(world, record, rules)) }
  } catch (error) {
    if (!(error instanceof RepositoryError)) throw error
    return { ...about, judged: false, because: error.message }
  }
}

async function judgedAgain(world: World, record: ChangeRecord, rules: Rules): Promise<VerdictComparison> {
  const { subject, merge, actions } = record
  const repository = await world.repository()
  const here = async (commit: string): Promise<boolean> => (await repository.resolve(commit)) !== undefined
  // A branch that was squashed into the target is often gone: its merge still says who wrote it.
  const head = merge === undefined || (await here(subject.head)) ? subject.head : merge.commit
  for (const commit of [merge?.base ?? subject.base, merge?.commit ?? subject.head])
    if (!(await here(commit)))
      throw refusal(
        report('commit-missing', { summary: `commit ${commit.slice(0, 12)} is not in this clone any more` }),
      )
  const base = await loadCommit(world, merge?.base ?? subject.base)
  const nothingMerged = subject.base === subject.head
  const tree = merge === undefined ? subject.tree : (await repository.commit(merge.commit)).tree
  const merged = nothingMerged ? base : await loadCommit(world, tree, { base })
  const commits = await judgedCommits(world, merge?.base ?? subject.base, head)
  const people = peopleOf(base.graph)
  const question = {
    base: base.graph,
    merged: merged.graph,
    actions,
    authorship: authorsOf(commits, people, new Date(record.openedAt)),
    rule: base.config.rule ?? ('one-independent' as const),
    risk: record.risk ?? standingRisk(base, merged, actions),
  }
  const then = judgePolicies({ ...question, rules: narrowed(base.graph, rules.only) })
  const now = judgePolicies({ ...question, rules: narrowed(rules.graph, rules.only) })
  return compareVerdicts(then, now, { type: record.type, agreed: agreedTo(world, record, people), people })
}

/** The same documents, where only one policy is asked and no threshold of risk is another than usual. */
function narrowed(graph: Graph, only: Address | undefined): Graph {
  if (only === undefined) return graph
  return {
    documents: graph.documents,
    ofKind: (kind) =>
      kind === 'ChangePolicy'
        ? graph.ofKind(kind).filter((p) => p.address === only)
        : kind === 'Estate'
          ? []
          : graph.ofKind(kind),
    outgoing: (address) => graph.outgoing(address),
    incoming: (address) => graph.incoming(address),
  }
}

/** Who said yes, as far as the record can be believed. */
function agreedTo(world: World, { approvals }: ChangeRecord, people: People): readonly Address[] {
  const said = approvals.flatMap((approval) => {
    if (approval.assertion === 'forge-asserted') return approval.decision === 'approve' ? [approval.approver] : []
    const verified = world.verifyEnvelope('approval', approval.envelope)
    return verified.ok && verified.predicate.decision === 'approve' ? [approval.approver] : []
  })
  return [...new Set(said)].filter((person) => people.byAddress.has(person))
}
