import { authorsOf } from '../change/authors.ts'
import { judgePolicies } from '../change/judge-policies.ts'
import { peopleOf } from '../change/people.ts'
import type { ChangeRecord } from '../model/record.ts'
import { loadCommit } from './estate.ts'
import type { EstateAt } from './estate-at.ts'
import { judgedCommits } from './judged-commits.ts'
import { riskOfRecord } from './plan-risk.ts'
import { standardMatch } from './standard.ts'
import type { World } from './world.ts'

/**
 * Why the template that a merged change names did not cover it when it was merged; undefined where it did. Asked of what a clone
 * holds: the documents before and after the merge, the commits that were merged, and the record.
 */
export async function whyNotStandard(
  world: World,
  record: ChangeRecord,
  estateOf: (commit: string) => Promise<EstateAt>,
): Promise<string | undefined> {
  const { merge, subject, template, actions } = record
  if (merge === undefined || template === undefined) return 'it names no merge or template'
  const repository = await world.repository()
  const base = await estateOf(merge.rules ?? merge.base)
  const { tree } = await repository.commit(merge.commit)
  const merged = await loadCommit(world, tree, { base })
  const here = (await repository.resolve(subject.head)) !== undefined
  const head = here ? subject.head : merge.commit
  const commits = await judgedCommits(world, merge.base, head)
  const at = new Date(merge.recognisedAt)
  const rule = base.config.rule ?? 'one-independent'
  const authorship = authorsOf(commits, peopleOf(base.graph), at)
  const risk = riskOfRecord(record, base, merged)
  const verdict = judgePolicies({ base: base.graph, merged: merged.graph, actions, authorship, rule, risk })
  const match = await standardMatch(world, {
    ...{ base, merged, tree, onto: merge.base, head, commits, actions, verdict, at },
    // A record that says nothing of its risk is of none that a limit would let through.
    risk: record.risk === undefined ? undefined : risk.score,
    named: template,
  })
  if (match.template === template) return undefined
  return `${template}: ${match.nearly?.because ?? 'there is no such template, or it is about something else'}`
}
