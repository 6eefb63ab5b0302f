import type { DeclaredRecord } from '../../model/declared-record.ts'
import type { ChangeRecord } from '../../model/record.ts'
import { RepositoryError } from '../../ports/repository.ts'
import { followLedger } from '../record-types/follow.ts'
import { writeRecords } from '../record-types/write.ts'
import type { Part, Turn } from '../work/part.ts'
import type { World } from '../world.ts'

const most = 1_000
/** Of those that work again already, so many of the newest: their alert may have ended before the change was looked at. */
const mostResolved = 200

/** States in which a record may wait for a change. */
const states = ['open', 'acknowledged', 'waiting', 'known-error']

/**
 * Links incidents and problems to the change that mends them: the one that came of what was proposed for them, or that takes
 * back the change that they are caused by, whoever thought of it. Their reactions do the rest.
 */
export const fixedBy: Part = {
  name: 'fixes',
  async run(world, turn) {
    let linked = 0
    await followLedger(world, 'fixed-by', 'now', async (move) => {
      if (move.type === 'change' && ['propose', 'break-glass', 'merge', 'start'].includes(move.move))
        linked += await linkTo(world, turn, move.record)
    })
    return linked
  },
}

async function linkTo(world: World, turn: Turn, change: ChangeRecord): Promise<number> {
  const index = await turn.index()
  const types = ['incident', 'problem'].filter((name) => turn.types.has(name))
  const waiting = [
    ...(await index.find({ types, states, order: 'newest', limit: most })),
    ...(await index.find({ types, states: ['resolved'], order: 'newest', limit: mostResolved })),
  ]
  let linked = 0
  for (const { record } of waiting) {
    if (!(await mends(world, change, record))) continue
    linked += await writeRecords(world, turn.hand, async (desk) => {
      const now = await desk.find(record.type, record.id)
      if (now?.links.some((l) => l.relation === 'fixed-by' && l.to === change.id) !== false) return 0
      await desk.link(record.type, record.id, { relation: 'fixed-by', to: change.id })
      return 1
    })
  }
  return linked
}

async function mends(world: World, change: ChangeRecord, { links }: DeclaredRecord): Promise<boolean> {
  const blamed = links.filter((l) => l.relation === 'caused-by').map((l) => l.to)
  if (change.partial !== true && change.rollbackOf?.some((id) => blamed.includes(id)) === true) return true
  for (const { relation, to } of links)
    if (relation === 'proposed-as' && /^[0-9a-f]{40,64}$/.test(to) && (await reaches(world, to, change.subject.head)))
      return true
  return false
}

/** False where this clone does not have one of them. */
async function reaches(world: World, commit: string, head: string): Promise<boolean> {
  if (commit === head) return true
  try {
    return await (await world.repository()).isAncestor(commit, head)
  } catch (error) {
    if (error instanceof RepositoryError) return false
    throw error
  }
}
