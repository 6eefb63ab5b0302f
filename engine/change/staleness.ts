import type { Digest } from '../model/canonical.ts'
import type { Subject } from '../model/plan.ts'
import type { RefusalCode, Statement } from './read-statement.ts'

/**
 * What planning again on a moved base gives. A plan's digest covers the merge result's tree, which moves with the base;
 * so `plan` gives the digest that the fresh actions have together with the tree an approval was given for.
 */
export interface Replanned {
  readonly content: Digest
  readonly policies: Digest
  readonly plan: (tree: string) => Digest
}

type Stale = { readonly code: RefusalCode; readonly because: string }

/**
 * Why a statement is not about this subject; undefined where it is. A rejection is about the commits: drift or a moved base
 * must not shake it off, so only repository, branch and head are compared.
 */
export function staleness(
  statement: Pick<Statement, 'decision' | 'subject'>,
  now: Subject,
  replanned: Replanned | undefined,
): Stale | undefined {
  const then = statement.subject
  const moved = (code: RefusalCode, what: string, a: string, b: string): Stale | undefined =>
    a === b ? undefined : { code, because: `${what} was ${a} and is ${b}` }
  const elsewhere =
    moved('approval-other-repository', 'the estate', then.repository, now.repository) ??
    moved('approval-other-branch', 'the target', then.ref, now.ref) ??
    moved('approval-stale-head', 'the head', then.head, now.head)
  if (elsewhere !== undefined || statement.decision === 'reject') return elsewhere
  if (then.base !== now.base && replanned === undefined)
    return moved('approval-stale-base', 'the base', then.base, now.base)
  const fresh =
    then.base === now.base || replanned === undefined
      ? { content: now.content, policies: now.policies, plan: now.plan }
      : { ...replanned, plan: replanned.plan(then.tree) }
  return (
    moved('approval-stale-content', 'the patch', then.content, fresh.content) ??
    moved('approval-stale-policies', 'what judges', then.policies, fresh.policies) ??
    moved('approval-stale-plan', 'the plan', then.plan, fresh.plan) ??
    (then.base === now.base ? moved('approval-stale-content', 'the tree', then.tree, now.tree) : undefined)
  )
}
