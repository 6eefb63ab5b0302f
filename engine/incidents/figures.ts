import { type Span, union } from '../calendar/span.ts'

/** How long an incident took, as far as it got. Milliseconds. */
export interface IncidentTimes {
  readonly id: string
  readonly service?: string
  readonly team?: string
  /** The service was not there at all: counted as an outage. */
  readonly outage: boolean
  /** When it began, and until when it lasted; undefined where it still does. */
  readonly from: number
  readonly until?: number
  /** From when it began until somebody told of it, until somebody looked after it, until it worked again. */
  readonly detect: number
  readonly acknowledge?: number
  readonly restore?: number
}

/** Figures of a service or a team, over a period. */
export interface Figures {
  readonly of: string
  readonly incidents: number
  /** Means, in milliseconds; undefined where no incident got so far. */
  readonly detect?: number
  readonly acknowledge?: number
  readonly restore?: number
  /** Mean time between failures: the time in which it worked, by how often it stopped. Of services only. */
  readonly betweenFailures?: number
  /** Share of the period in which there was no outage. Of services only. */
  readonly availability?: number
  /** Milliseconds of outages, counted once where they overlap. */
  readonly down?: number
}

/** A record as far as times go: see `DeclaredRecord`. */
interface Timed {
  readonly id: string
  readonly openedAt: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly log: readonly { readonly at: string; readonly state: string }[]
}

/**
 * The times of an incident, by its log. It began when its fields say that it did, and no later than it was told of; it was
 * restored when it was last resolved, so that a restoration that did not hold does not count.
 */
export function timesOf(
  { id, openedAt, fields, log }: Timed,
  whose: { readonly service?: string; readonly team?: string },
): IncidentTimes {
  const opened = Date.parse(openedAt)
  const detected = Math.min(moment(fields['detectedAt']) ?? opened, opened)
  const from = Math.min(moment(fields['startedAt']) ?? detected, detected)
  const acknowledged = log.find((l) => l.state !== 'open')
  const last = log.at(-1)
  const over = last !== undefined && (last.state === 'resolved' || last.state === 'closed')
  const back = over ? log.findLast((l, i) => l.state === 'resolved' && log[i - 1]?.state !== 'resolved') : undefined
  const until = back === undefined ? undefined : Date.parse(back.at)
  return {
    ...{ id, from, detect: detected - from, ...whose },
    outage: fields['severity'] === 'critical' || (fields['severity'] === undefined && fields['impact'] === 'high'),
    ...(acknowledged !== undefined && { acknowledge: Date.parse(acknowledged.at) - opened }),
    ...(until !== undefined && { until, restore: until - from }),
  }
}

function moment(value: unknown): number | undefined {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

/** Figures by services and by teams, over incidents that began in a period; sorted by name. */
export function figuresOf(
  incidents: readonly IncidentTimes[],
  period: Span,
  by: 'service' | 'team',
): readonly Figures[] {
  const groups = new Map<string, IncidentTimes[]>()
  for (const incident of incidents) {
    const of = incident[by]
    if (of === undefined || incident.from >= period.until || (incident.until ?? period.until) <= period.from) continue
    groups.set(of, [...(groups.get(of) ?? []), incident])
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([of, some]) => figures(of, some, period, by))
}

function figures(of: string, incidents: readonly IncidentTimes[], period: Span, by: 'service' | 'team'): Figures {
  const mean = (values: readonly (number | undefined)[]): number | undefined => {
    const known = values.filter((v) => v !== undefined)
    return known.length === 0 ? undefined : known.reduce((sum, v) => sum + v, 0) / known.length
  }
  const [detect, acknowledge, restore] = [
    mean(incidents.map((i) => i.detect)),
    mean(incidents.map((i) => i.acknowledge)),
    mean(incidents.map((i) => i.restore)),
  ]
  const outages = outagesOf(incidents, period)
  const down = outages.reduce((sum, s) => sum + s.until - s.from, 0)
  const length = period.until - period.from
  return {
    ...{ of, incidents: incidents.length },
    ...(detect !== undefined && { detect }),
    ...(acknowledge !== undefined && { acknowledge }),
    ...(restore !== undefined && { restore }),
    ...(by === 'service' && {
      ...(outages.length > 0 && { betweenFailures: (length - down) / outages.length }),
      ...{ availability: length === 0 ? 1 : 1 - down / length, down },
    }),
  }
}

/** When a service was not there, within a period; outages that overlap are one. */
export function outagesOf(incidents: readonly IncidentTimes[], period: Span): readonly Span[] {
  return union(
    incidents
      .filter((i) => i.outage)
      .map(({ from, until = period.until }) => ({
        from: Math.max(from, period.from),
        until: Math.min(until, period.until),
      })),
  )
}
