import { holdAt } from '../calendar/timetable.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { Plan } from '../model/plan.ts'
import { explainHold, spanOf } from './due.ts'
import { openRecords } from './records.ts'
import { conflictsOf, rivalsOf, timed } from './schedule-conflicts.ts'
import { timesOf } from './times.ts'
import type { World } from './world.ts'

/** What somebody who plans a change should know of the calendar: that it may not run now, and who else is to be there at its time. */
export async function timeWarnings(world: World, plan: Plan): Promise<readonly Diagnostic[]> {
  if (plan.actions.length === 0) return []
  const { base, head, tree } = plan.subject
  const about = {
    type: plan.standard?.template === undefined ? 'normal' : 'standard',
    actions: plan.actions,
    risk: plan.risk,
  } as const
  const { table, tip } = await timesOf(world, about, { base, head, tree })
  const now = world.clock.now().getTime()
  const hold = holdAt(table, now)
  const held = hold === undefined ? [] : [explainHold({ id: 'the change' }, table, hold, now)]
  const open = await openRecords(world)
  const own = open.find((r) => r.subject.plan === plan.subject.plan && r.subject.head === head)
  const others = timed(open, now).filter((o) => o.id !== own?.id)
  const span = own === undefined ? undefined : spanOf(own)
  const met =
    own === undefined || span === undefined
      ? rivalsOf(plan, others, tip.graph)
      : conflictsOf({ ...own, span }, others, tip.graph)
  return [...held, ...met]
}
