import { startsIn, transitionOf } from '../../ledger/declared-law.ts'
import type { DeclaredRecord, RecordReaction, RecordType } from '../../model/declared-record.ts'
import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import { RepositoryError } from '../../ports/repository.ts'
import { codes } from '../codes.ts'
import { type FollowedMove, followLedger } from '../record-types/follow.ts'
import { writeRecords } from '../record-types/write.ts'
import type { World } from '../world.ts'
import type { Part, Turn } from './part.ts'

const report = reporter(codes)

/** So many records that are linked to one are moved along with it. */
const most = 1_000

/** Moves what types say follows from a move of something that their records are linked to. */
export const reactions: Part = {
  name: 'reactions',
  async run(world, turn) {
    let moved = 0
    const reacting = [...turn.types.values()].filter((t) => (t.spec.reactions ?? []).length > 0)
    await followLedger(world, 'reactions', 'now', async (move) => {
      for (const type of reacting) moved += await reactTo(world, turn, type, move)
    })
    return moved
  },
}

async function reactTo(world: World, turn: Turn, type: RecordType, move: FollowedMove): Promise<number> {
  const kind = move.type === 'change' ? 'change' : move.record.type
  const meant = (type.spec.reactions ?? []).filter((r) => r.on.type === kind && r.on.move === move.move)
  let moved = 0
  for (const reaction of meant) {
    const { relation } = reaction.on
    const linked = await (await turn.index()).find({
      types: [type.name],
      linkedTo: { to: move.id, ...(relation !== undefined && { relation }) },
      order: 'newest',
      limit: most,
    })
    for (const { record } of linked) {
      const fault = await react(world, turn, type, record, reaction, move)
      if (fault === undefined) moved += 1
      else if (fault !== 'nothing') turn.tell(fault)
    }
  }
  return moved
}

/** So often a record follows the same, with nobody but engines at it. */
const mostRounds = 5

/** Types whose reactions set each other off would go on for ever. */
function goesInCircles({ log }: DeclaredRecord, text: string): boolean {
  const byHand = log.findLastIndex((line) => line.by !== 'engine' || line.for !== undefined || line.via !== undefined)
  return log.slice(byHand + 1).filter((line) => line.text === text).length >= mostRounds
}

async function react(
  world: World,
  turn: Turn,
  type: RecordType,
  { id }: DeclaredRecord,
  reaction: RecordReaction,
  move: FollowedMove,
): Promise<Diagnostic | 'nothing' | undefined> {
  const text = `${reaction.because ?? `${move.move} of ${move.id}`} (${move.id})`
  try {
    return await writeRecords(world, turn.hand, async (desk) => {
      const record = await desk.find(type.name, id)
      const transition = transitionOf(type.spec, reaction.do)
      if (record === undefined || (transition !== undefined && !startsIn(type.spec, transition, record.state)))
        return 'nothing' as const
      if (goesInCircles(record, text)) return 'nothing'
      // Followed again after a crash: it was done then.
      if (record.log.some((line) => line.by === 'engine' && line.text === text && line.at >= move.at)) return 'nothing'
      if (transition === undefined) await desk.comment(type.name, id, text)
      else await desk.move(type.name, id, { name: reaction.do, text })
      return undefined
    })
  } catch (error) {
    if (!(error instanceof RepositoryError)) throw error
    return report('reaction-failed', { summary: `${id} does not follow ${move.id}: ${error.message}`, subject: id })
  }
}
