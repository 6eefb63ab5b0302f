import type { RecordType } from '../../model/declared-record.ts'
import type { Graph } from '../../model/graph.ts'
import type { IndexedRecord, RecordQuery } from '../../ports/record-index.ts'
import { type ClockReading, clocksOf } from '../../records/clocks.ts'
import type { DeskHere } from './desk-here.ts'

/** Whose work is asked for; everybody's where nothing is said. Addresses in full: `Team/platform`. */
export type QueueFilter = Pick<
  RecordQuery,
  'types' | 'states' | 'team' | 'assignee' | 'requester' | 'service' | 'priority'
> & { readonly limit: number }

export interface QueueRow extends IndexedRecord {
  readonly type: RecordType
  /** As they stand now. */
  readonly clocks: readonly ClockReading[]
  /** The one that runs out first, or ran out first; undefined where none runs. */
  readonly pressing?: ClockReading
  /** What happens next, for whoever waits. */
  readonly next?: string
}

export interface Queue {
  readonly rows: readonly QueueRow[]
  /** How many there are, those that are not shown among them. */
  readonly total: number
}

/** Records of one priority are sorted by the time that is left among the oldest so many. */
const looked = 1_000

/** What is open, by priority, then by the time that is left, then oldest first. */
export async function queueOf(
  { index, types, estate }: Pick<DeskHere, 'index' | 'types' | 'estate'>,
  { limit, ...filter }: QueueFilter,
  now: Date,
): Promise<Queue> {
  const query = { ...filter, open: true }
  const [found, total] = [
    await index.find({ ...query, order: 'queue', limit: Math.max(limit, looked) }),
    await index.count(query),
  ]
  // Those of a lower priority than that of the last one that is shown come after it whatever their clocks say.
  const lowest = found[Math.min(limit, found.length) - 1]?.priority ?? none
  const candidates = found.filter(({ priority = none }) => priority <= lowest)
  const rows = candidates.flatMap((indexed) => queueRow(types, indexed, estate.graph, now) ?? [])
  return { rows: rows.sort(mostPressing).slice(0, limit), total }
}

/** Sorts after every priority. */
const none = 'Q'

export function queueRow(
  types: ReadonlyMap<string, RecordType>,
  indexed: IndexedRecord,
  graph: Graph,
  now: Date,
): QueueRow | undefined {
  const type = types.get(indexed.record.type)
  if (type === undefined) return undefined
  const clocks = clocksOf(type, indexed.record, graph, now)
  const [pressing] = clocks
    .filter((clock) => clock.state === 'running' || clock.state === 'breached')
    .sort((a, b) => a.left - b.left)
  const next = type.spec.states[indexed.record.state]?.next
  return { ...indexed, type, clocks, ...(pressing !== undefined && { pressing }), ...(next !== undefined && { next }) }
}

function mostPressing(a: QueueRow, b: QueueRow): number {
  const [p, q] = [a.priority ?? none, b.priority ?? none]
  if (p !== q) return p < q ? -1 : 1
  const [left, right] = [a.pressing?.left ?? Number.POSITIVE_INFINITY, b.pressing?.left ?? Number.POSITIVE_INFINITY]
  if (left !== right) return left < right ? -1 : 1
  const [x, y] = [`${a.record.openedAt} ${a.record.id}`, `${b.record.openedAt} ${b.record.id}`]
  return x < y ? -1 : x > y ? 1 : 0
}
