import type { Address } from '../../model/address.ts'
import { count } from '../../model/count.ts'
import type { DeclaredRecord } from '../../model/declared-record.ts'
import { writeRecords } from '../record-types/write.ts'
import type { Part } from '../work/part.ts'
import { daysLeft, linesOf } from './standing.ts'

/** Days before the last one at which whoever still has to decide is reminded; and once it has gone by. */
const steps = [7, 1, -1]

/** Reminds those who still have to decide about lines of reviews: a word on the record, which goes to whoever follows it. */
export const reviewReminders: Part = {
  name: 'access reviews',
  async run(world, turn) {
    const open = await (await turn.index()).find({
      types: ['access-review'],
      states: ['open'],
      order: 'newest',
      limit: 500,
    })
    let reminded = 0
    for (const { record } of open) {
      if (world.stopping()) break
      if (wordFor(record, world.clock.now()) === undefined) continue
      reminded += await writeRecords(world, turn.hand, async (desk) => {
        const now = await desk.find('access-review', record.id)
        const word = now === undefined ? undefined : wordFor(now, world.clock.now())
        if (word === undefined) return 0
        await desk.comment('access-review', record.id, word)
        return 1
      })
    }
    return reminded
  },
}

/** What to say now; nothing where it was said, or everything is decided. */
function wordFor(record: DeclaredRecord, now: Date): string | undefined {
  const waiting = linesOf(record).filter((l) => l.decided === undefined)
  const left = daysLeft(record, now)
  const reached = steps.filter((days) => left <= days)
  const step = reached.at(-1)
  if (waiting.length === 0 || step === undefined) return undefined
  const head = step < 0 ? 'Overdue' : `To be decided within ${count(step, 'day')}`
  if (record.log.some((l) => l.by === 'engine' && l.text?.startsWith(`${head}:`) === true)) return undefined
  const byReviewer = new Map<Address, number>()
  for (const { reviewers } of waiting)
    for (const reviewer of reviewers) byReviewer.set(reviewer, (byReviewer.get(reviewer) ?? 0) + 1)
  const each = [...byReviewer].sort(([, a], [, b]) => b - a).map(([who, lines]) => `${who} ${lines}`)
  return `${head}: ${count(waiting.length, 'line')} not decided; of ${each.slice(0, 30).join(', ')}`
}
