import { expand, momentOf } from './expand.ts'
import { difference, type Span } from './span.ts'
import { type SupportHoursSpec, supportTimes } from './support-hours.ts'

/** What an `OnCall` document says; its schema is `schemas/organisation/OnCall.yaml`. */
export interface OnCallSpec {
  readonly team: string
  /** IANA name. */
  readonly timeZone: string
  readonly layers: readonly OnCallLayer[]
  readonly overrides?: readonly {
    readonly person: string
    /** Local date and time. */
    readonly from: string
    readonly until: string
    readonly reason?: string
  }[]
}

interface OnCallLayer {
  readonly name: string
  readonly people: readonly string[]
  /** Local date and time of the first turn. */
  readonly start: string
  /** RRULE without an end: when the next turn begins. */
  readonly rule?: string
  readonly hours?: SupportHoursSpec['hours']
}

/** A stretch of time for which somebody is on call. */
export interface Shift extends Span {
  /** As the document names them. */
  readonly person: string
  /** Name of the layer; absent where somebody stands in. */
  readonly layer?: string
  /** Why somebody stands in. */
  readonly reason?: string
}

/**
 * Who is on call within a span, sorted; at no moment two. Stretches in which nobody is are left out. Turns begin at times on
 * the wall: where clocks change in one it is an hour shorter or longer. What can't be understood gives nobody a turn.
 */
export function shiftsWithin({ timeZone, layers, overrides = [] }: OnCallSpec, within: Span): readonly Shift[] {
  const offered = [
    ...overrides.toReversed().map((o): readonly Shift[] => {
      const [from, until] = [momentOf(o.from, timeZone), momentOf(o.until, timeZone)]
      if (from === undefined || until === undefined) return []
      return [{ from, until, person: o.person, ...(o.reason !== undefined && { reason: o.reason }) }]
    }),
    ...layers.map((layer) => turnsOf(layer, timeZone, within)),
  ]
  const taken: Shift[] = []
  for (const shifts of offered) {
    const free = difference([within], taken)
    taken.push(...shifts.flatMap((shift) => cut(shift, free)))
  }
  return joined(taken.sort((a, b) => a.from - b.from))
}

/** Who is on call at a moment; undefined where nobody is. */
export function onCallAt(spec: OnCallSpec, at: number): Shift | undefined {
  return shiftsWithin(spec, { from: at, until: at + 1 })[0]
}

/** The parts of a shift that lie in some of the spans. */
function cut(shift: Shift, spans: readonly Span[]): readonly Shift[] {
  return spans.flatMap((span) => {
    const [from, until] = [Math.max(shift.from, span.from), Math.min(shift.until, span.until)]
    return from < until ? [{ ...shift, from, until }] : []
  })
}

/** The turns of a layer, as far as they lie within a span. People are counted from the first turn on. */
function turnsOf(layer: OnCallLayer, timeZone: string, within: Span): readonly Shift[] {
  const { name, people, start, rule, hours } = layer
  const first = momentOf(start, timeZone)
  if (first === undefined || first >= within.until || people.length === 0) return []
  const starts = rule === undefined ? [first] : startsUntil(rule, start, timeZone, { from: first, until: within.until })
  const turns = starts.flatMap((from, i): readonly Shift[] => {
    const until = Math.min(starts[i + 1] ?? within.until, within.until)
    const person = people[i % people.length]
    return person === undefined || until <= within.from ? [] : [{ from, until, person, layer: name }]
  })
  const open = hours === undefined ? [within] : supportTimes({ timeZone, hours }, within)
  return turns.flatMap((turn) => cut(turn, open))
}

/** When turns begin, from the first one on. It begins when the layer does, whether the rule says so or not. */
function startsUntil(rule: string, start: string, timeZone: string, within: Span): readonly number[] {
  const expanded = expand({ start, timeZone, duration: 'PT1M', rule }, within)
  if ('fault' in expanded) return []
  const starts = expanded.spans.map((s) => s.from).filter((from) => from > within.from)
  return [within.from, ...new Set(starts)].sort((a, b) => a - b)
}

/** Shifts of one person in one layer that meet are one. */
function joined(shifts: readonly Shift[]): readonly Shift[] {
  const whole: Shift[] = []
  for (const shift of shifts) {
    const last = whole.at(-1)
    if (last !== undefined && last.until === shift.from && last.person === shift.person && last.layer === shift.layer)
      whole[whole.length - 1] = { ...last, until: shift.until }
    else whole.push(shift)
  }
  return whole
}
