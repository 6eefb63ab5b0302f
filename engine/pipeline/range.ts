import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import { codes } from './codes.ts'
import type { Range } from './plan-change.ts'
import type { World } from './world.ts'

const report = reporter(codes)

export interface RangeOptions {
  /** What is to be merged: a branch, tag or commit; the current one where not given. */
  readonly head?: string | undefined
  /** What it is to be merged into; the estate's branch where not given. */
  readonly base?: string | undefined
}

/** Finds out what would be merged into what. A head that is part of the base already is planned as the base itself. */
export async function resolveRange(
  world: World,
  options: RangeOptions & { readonly base: string },
): Promise<Range | { readonly refused: readonly Diagnostic[] }> {
  const repository = await world.repository()
  const named = { base: options.base, head: options.head ?? 'HEAD' }
  const base = await repository.resolve(named.base)
  const head = await repository.resolve(named.head)
  if (base === undefined || head === undefined) {
    const missing = base === undefined ? named.base : named.head
    return { refused: [report('commit-missing', { summary: `there is no ${missing}` })] }
  }
  const asItStands = async () => ({ base, head: base, tree: (await repository.commit(base)).tree })
  if (base === head) return asItStands()
  // Whoever plans asks for the commits in between anyway.
  const [between, merged] = await Promise.all([repository.commitsBetween(base, head), repository.mergeTree(base, head)])
  if (between.length === 0) return asItStands()
  if ('tree' in merged) return { base, head, tree: merged.tree }
  const summary = `${named.head} does not merge into ${named.base}: ${merged.conflicts.slice(0, 5).join(', ')}`
  return { refused: [report('merge-conflict', { summary })] }
}
