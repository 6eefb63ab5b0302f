import { declaredAt } from '../../ledger/declared-record.ts'
import { parseChangeId } from '../../ledger/paths.ts'
import { parseRecord } from '../../ledger/record-text.ts'
import type { DeclaredRecord } from '../../model/declared-record.ts'
import type { ChangeRecord } from '../../model/record.ts'
import type { LedgerStep } from '../../ports/ledger.ts'
import type { World } from '../world.ts'

/** One move of a change or of a record of a declared type, as whoever follows the ledger sees it. */
export type FollowedMove = {
  /** Number of the record. */
  readonly id: string
  readonly move: string
  readonly uuid: string
  /** ISO 8601, UTC. */
  readonly at: string
  /** `engine`, or the address of a person. */
  readonly actor: string
  /** The commit of the ledger. */
  readonly commit: string
} & (
  | { readonly type: 'change'; readonly record: ChangeRecord }
  | { readonly type: 'declared'; readonly record: DeclaredRecord; readonly before?: DeclaredRecord }
)

/** Moves that are older are history to somebody who begins to follow now. */
export type From = 'beginning' | 'now'

/**
 * Hands over each move since the last time, oldest first, and remembers under `name` how far it came: after a crash, some come
 * again and none is left out. What can't be read is left to `audit verify`, and holds nobody up. A ledger that does not go on from
 * there, because it was replaced, is followed from `from` again.
 */
export async function followLedger(
  world: World,
  name: string,
  from: From,
  take: (move: FollowedMove) => Promise<void>,
): Promise<number> {
  const [index, ledger] = await Promise.all([world.recordIndex(), world.ledger()])
  const { tip } = await ledger.view()
  if (tip === undefined) return 0
  const known = await index.cursor(name)
  if (known === tip) return 0
  const repository = await world.repository()
  const follows = async (a: string, b: string): Promise<boolean> => repository.isAncestor(a, b).catch(() => false)
  const goesOn = known !== undefined && (await follows(known, tip))
  // Another command of this clone has come further than what this one sees.
  if (!goesOn && known !== undefined && (await follows(tip, known))) return 0
  // Where the ledger is another one than it was, all of it would look new.
  if (!goesOn && from === 'now') {
    await index.setCursor(name, tip)
    return 0
  }
  let taken = 0
  for await (const step of ledger.steps(goesOn ? known : undefined)) {
    const move = moveIn(step)
    if (move !== undefined) {
      await take(move)
      taken += 1
    }
    await index.setCursor(name, step.commit.id)
  }
  return taken
}

function moveIn({ commit, changes }: LedgerStep): FollowedMove | undefined {
  const { trailers } = commit
  const id = trailers['Record'] ?? ''
  const common = {
    id,
    move: trailers['Transition'] ?? '',
    uuid: trailers['Transition-Id'] ?? '',
    at: commit.at,
    actor: trailers['Actor'] ?? '',
    commit: commit.id,
  }
  for (const { path, before, after } of changes) {
    if (after === undefined || !path.endsWith(`/${id}.yaml`)) continue
    if (parseChangeId(id) !== undefined && path.startsWith('changes/')) {
      const found = parseRecord('change', after, path)
      return 'record' in found ? { ...common, type: 'change', record: found.record } : undefined
    }
    if (declaredAt(path) === undefined) continue
    const [found, was] = [parseRecord('declared', after, path), before && parseRecord('declared', before, path)]
    if ('refused' in found) return undefined
    return {
      ...common,
      type: 'declared',
      record: found.record,
      ...(typeof was === 'object' && 'record' in was && { before: was.record }),
    }
  }
  return undefined
}
