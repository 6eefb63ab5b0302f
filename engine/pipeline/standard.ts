import { authorsOf, type JudgedCommit } from '../change/authors.ts'
import { peopleOf } from '../change/people.ts'
import { withPushesUnproven } from '../change/pushers.ts'
import { matchStandard, type StandardQuestion } from '../change/standard.ts'
import type { Address } from '../model/address.ts'
import type { Json } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import type { StandardMatch } from '../model/plan.ts'
import type { EstateAt } from './estate-at.ts'
import type { World } from './world.ts'

/** What is asked of the templates of a base. */
export interface StandardFacts extends Pick<StandardQuestion, 'actions' | 'risk' | 'verdict' | 'at'> {
  readonly base: EstateAt
  readonly merged: EstateAt
  /** Tree of the merge result. */
  readonly tree: string
  /** Onto which commit, and the tip of what is merged: the newest of the commits. */
  readonly onto: string
  readonly head: string
  readonly commits: readonly JudgedCommit[]
  /** Only this template counts. */
  readonly named?: Address
}

/** Whether a `StandardChange` of the base covers a change: every document, field, file and action of it. */
export async function standardMatch(world: World, facts: StandardFacts): Promise<StandardMatch> {
  const { base, merged, commits, at, named, actions, risk, verdict } = facts
  if (base === merged || base.graph.ofKind('StandardChange').length === 0) return {}
  // What a merge holds beside its commits nobody is known to have written, whoever wrote those.
  if (!(await isMergeResult(world, facts))) return {}
  const question: StandardQuestion = {
    base: base.graph,
    merged: merged.graph,
    files: await strayFiles(world, facts),
    isRule: (path) => isRule(path, [base, merged]),
    // No review is recorded of such a change, and with it no push: whoever looks at it later has the signatures only.
    authorship: authorsOf(withPushesUnproven(commits), peopleOf(base.graph), at),
    actions,
    risk,
    verdict,
    at,
  }
  return matchStandard(question, named)
}

async function isMergeResult(world: World, { onto, head, tree }: StandardFacts): Promise<boolean> {
  const made = await (await world.repository()).mergeTree(onto, head)
  return 'tree' in made && made.tree === tree
}

/** Changed files that say something beside documents: those that hold none, and those that hosts get as they stand. */
async function strayFiles(world: World, { base, merged, tree }: StandardFacts): Promise<readonly string[]> {
  const patch = await (await world.repository()).changes(base.treeish, tree)
  const documents = new Set([...filesOf(base.graph), ...filesOf(merged.graph)])
  const named = new Set([...textsOfProfiles(base.graph), ...textsOfProfiles(merged.graph)])
  return patch.map((change) => change.path).filter((path) => !documents.has(path) || named.has(path))
}

const filesOf = (graph: Graph): readonly string[] => [...graph.documents.values()].map((d) => d.file)

/** Profiles name the files that they take content from. */
const textsOfProfiles = (graph: Graph): readonly string[] =>
  graph.ofKind('Profile').flatMap((profile) => textsIn(profile.document.spec))

function textsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

/** Owners of paths, and kinds of one's own, decide who may agree to what. */
function isRule(path: string, sides: readonly EstateAt[]): boolean {
  if (/(^|\/)CODEOWNERS$/i.test(path)) return true
  return sides.some(({ config }) => path.startsWith(`${config.schemas ?? 'schemas'}/`))
}
