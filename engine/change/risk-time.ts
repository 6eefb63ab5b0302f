import type { Graph } from '../model/graph.ts'
import type { RiskFactor } from '../model/plan.ts'

/** Hours of a day, in local time, in which people are at work: from, to before. */
const workingHours = { from: 8, to: 18, fridayTo: 14 } as const

/**
 * How few people are at work where a change goes: 4 at night and at weekends, 3 on Friday afternoons. By the time zone of each
 * environment, else the estate's, else UTC; the worst of them counts. Holidays are not known here.
 */
export function timeOf(at: string | undefined, environments: readonly string[], base: Graph): RiskFactor {
  if (at === undefined) return { points: 0, because: '' }
  const zones = [...new Set(environments.map((name) => zoneOf(name, base)))].sort()
  return zones
    .map((zone) => atWork(new Date(at), zone))
    .reduce((worst, other) => (other.points > worst.points ? other : worst), { points: 0, because: '' })
}

function atWork(at: Date, zone: string): RiskFactor {
  const { weekday, hour, clock } = localTime(at, zone)
  const says = (points: number, what: string): RiskFactor => ({
    points,
    because: `${what}: few people are there to help`,
    evidence: [`${weekday} ${clock} ${zone}`],
  })
  if (weekday === 'Saturday' || weekday === 'Sunday') return says(4, 'at the weekend')
  if (hour < workingHours.from || hour >= workingHours.to) return says(4, 'outside working hours')
  if (weekday === 'Friday' && hour >= workingHours.fridayTo) return says(3, 'on a Friday afternoon')
  return { points: 0, because: '' }
}

function zoneOf(environment: string, base: Graph): string {
  const own = base.documents.get(`Environment/${environment}`)?.document.spec['timeZone']
  const [estate] = base.ofKind('Estate')
  const { changes } = (estate?.document.spec ?? {}) as { readonly changes?: { readonly timeZone?: string } }
  return (
    ([own, changes?.timeZone].find((zone) => typeof zone === 'string' && isZone(zone)) as string | undefined) ?? 'UTC'
  )
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

function localTime(
  at: Date,
  zone: string,
): { readonly weekday: string; readonly hour: number; readonly clock: string } {
  // The first question about any time zone costs a dozen milliseconds, and most estates name none.
  if (zone === 'UTC') {
    const clock = at.toISOString().slice(11, 16)
    return { weekday: weekdays[at.getUTCDay()] ?? '', hour: at.getUTCHours(), clock }
  }
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const parts = new Map(format.formatToParts(at).map((p) => [p.type, p.value]))
  const hour = parts.get('hour') ?? '00'
  return { weekday: parts.get('weekday') ?? '', hour: Number(hour), clock: `${hour}:${parts.get('minute') ?? '00'}` }
}
