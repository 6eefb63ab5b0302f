import type { DeclaredRecord, RecordType } from '../../model/declared-record.ts'
import { type ClockReading, clocksOf } from '../../records/clocks.ts'
import { priorityOf } from '../../records/priority.ts'
import type { World } from '../world.ts'
import { deskEstate } from './desk-here.ts'

export type { ClockReading } from '../../records/clocks.ts'

/** How a record stands at a moment. */
export interface Standing {
  readonly clocks: readonly ClockReading[]
  /** `P1` to `P9`. */
  readonly priority?: string
  readonly now: Date
}

export async function standingNow(world: World, type: RecordType, record: DeclaredRecord): Promise<Standing> {
  const { graph } = await deskEstate(world)
  const [now, priority] = [world.clock.now(), priorityOf(type, record)]
  return { clocks: clocksOf(type, record, graph, now), now, ...(priority !== undefined && { priority }) }
}
