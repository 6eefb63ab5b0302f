import { authorsOf } from '../change/authors.ts'
import { peopleOf } from '../change/people.ts'
import type { Address } from '../model/address.ts'
import { compareText } from '../model/diagnostic.ts'
import type { Graph } from '../model/graph.ts'
import type { ChangeRecord } from '../model/record.ts'
import { loadCommit } from './estate.ts'
import { judgedCommits } from './judged-commits.ts'
import type { World } from './world.ts'

/**
 * Everybody who had a hand in a change, by who is who at its base and in the documents given; sorted. Where the branch is not
 * here (it was squashed, and this is another clone), what was merged tells.
 */
export async function authorsOfRecord(
  world: World,
  { subject, merge, approvals }: Pick<ChangeRecord, 'subject' | 'merge' | 'approvals'>,
  graph: Graph,
): Promise<readonly Address[]> {
  const repository = await world.repository()
  const here = (await repository.resolve(subject.head)) !== undefined
  const range = here || merge === undefined ? subject : { base: merge.base, head: merge.commit }
  const commits = await judgedCommits(world, range.base, range.head, approvals)
  const base = await loadCommit(world, subject.base)
  const now = world.clock.now()
  const authors = [base.graph, graph].flatMap((g) => authorsOf(commits, peopleOf(g), now).authors)
  return [...new Set(authors)].sort(compareText)
}
