import { holds } from '../../calendar/span.ts'
import { holdAt, nextAdmitted } from '../../calendar/timetable.ts'
import type { Plan } from '../../model/plan.ts'
import type { ChangeRecord } from '../../model/record.ts'
import type { TimesTold } from '../../pull-request/told.ts'
import { spanOf } from '../due.ts'
import type { PlannedChange } from '../plan-change.ts'
import { horizon, timesOf } from '../times.ts'
import type { World } from '../world.ts'

/** When the change may be carried out, as things are now. */
export async function timesTold(
  world: World,
  { plan, rules }: Pick<PlannedChange, 'plan' | 'rules'>,
  record: ChangeRecord | undefined,
): Promise<TimesTold> {
  if (plan.actions.length === 0) return { open: true, limits: [], freezes: [] }
  const { base, head, tree } = plan.subject
  const about = record ?? aboutPlan(plan)
  const span = record === undefined ? undefined : spanOf(record)
  const { table } = await timesOf(world, about, { base, head, tree }, span)
  const now = world.clock.now().getTime()
  const open = holdAt(table, now) === undefined
  const next = nextAdmitted(table, now)
  const ends = next?.until ?? now
  const timeZone = rules.config.changes?.timeZone
  return {
    open,
    ...(next !== undefined && !(open && next.until >= now + horizon) && { next: told(next, now) }),
    ...(timeZone !== undefined && { timeZone }),
    limits: distinct(
      table.limits.map(({ because, windows, spans }) => ({ because, windows, open: spans.some((s) => holds(s, now)) })),
    ),
    freezes: table.freezes.flatMap(({ address, reason, spans }) => {
      const first = spans.find((s) => s.until > now)
      if (first === undefined || first.from > ends) return []
      return [{ address, reason, from: iso(first.from), until: iso(first.until) }]
    }),
  }
}

const aboutPlan = ({ standard, actions, risk }: Plan) => ({
  type: standard?.template === undefined ? ('normal' as const) : ('standard' as const),
  actions,
  risk,
})

/** What lies at the end of what was looked at has no end that anybody knows. */
const told = ({ from, until }: { from: number; until: number }, now: number) => ({
  from: iso(from),
  ...(until < now + horizon && { until: iso(until) }),
})

const iso = (at: number): string => new Date(at).toISOString()

/** The branch and the base mostly ask for the same. */
function distinct<Limit extends { readonly because: string; readonly windows: readonly string[] }>(
  limits: readonly Limit[],
): readonly Limit[] {
  const key = ({ because, windows }: Limit): string => `${windows.join(' ')} ${because}`
  return [...new Map(limits.map((l) => [key(l), l])).values()]
}
