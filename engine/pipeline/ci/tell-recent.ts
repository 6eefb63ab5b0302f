import { listChanges } from '../../ledger/find-records.ts'
import type { ChangeRecord } from '../../model/record.ts'
import type { Forge } from '../../ports/forge.ts'
import type { AppliedTold } from '../../pull-request/told.ts'
import { dueNow } from '../due.ts'
import { openRecords } from '../records.ts'
import type { World } from '../world.ts'
import { commentsAnswered } from './comments-answered.ts'
import type { Telling } from './plan-request.ts'
import { type ChangeTold, tellChange } from './tell-change.ts'

/** Merges of so many hours are told again, for who was to tell them may have been stopped. */
const recentHours = 24
/** So many of the newest changes are looked through for such. */
const looked = 50

/** Tells the pull requests of merged changes, open ones and those of late, what became of them; oldest first. */
export async function tellRecent(world: World, forge: Forge, telling: Telling): Promise<readonly ChangeTold[]> {
  const { changes } = await listChanges(await (await world.ledger()).view(), { limit: looked })
  const since = world.clock.now().getTime() - recentHours * 3_600_000
  const recent = changes.filter((r) => Date.parse(r.transition.at) >= since)
  const records = new Map([...(await openRecords(world)), ...recent].map((r) => [r.id, r]))
  const merged = [...records.values()].filter((r) => r.merge !== undefined && r.merge.commit !== r.merge.base)
  const { answersCommands = await commentsAnswered(world) } = telling
  const told: ChangeTold[] = []
  const waiting: ChangeRecord[] = []
  for (const record of merged.sort(byNumber)) {
    const waits = await waitsOf(world, record, waiting)
    if (waits !== undefined) waiting.push(record)
    // Whichever job tells it, it says the same.
    const links = { repository: forge.place.url }
    told.push(
      await tellChange(world, forge, record, {
        links,
        answersCommands,
        ...(waits !== undefined && { waits }),
      }),
    )
  }
  return told
}

const byNumber = (a: ChangeRecord, b: ChangeRecord): number => (a.id < b.id ? -1 : 1)

/** Why an approved change is not begun yet; undefined where nothing keeps it. */
async function waitsOf(
  world: World,
  record: ChangeRecord,
  waiting: readonly ChangeRecord[],
): Promise<AppliedTold['waits']> {
  if (record.automatic === true || !['approved', 'scheduled'].includes(record.state)) return undefined
  const due = await dueNow(world, record, waiting)
  if (!('held' in due)) return undefined
  return { because: due.because, ...(due.from !== undefined && { from: new Date(due.from).toISOString() }) }
}
