import { type IncidentTimes, outagesOf } from '../../incidents/figures.ts'
import { type Address, nameOf } from '../../model/address.ts'
import type { Graph } from '../../model/graph.ts'
import { specOf } from '../../model/practice.ts'
import type { ChangeState } from '../../model/record.ts'
import type { IndexedRecord } from '../../ports/record-index.ts'
import type { Health, StatusPage } from '../../report/status-page.ts'
import { openRecords } from '../records.ts'
import type { World } from '../world.ts'
import { allIncidents, here, timesOfAll } from './look.ts'

const day = 86_400_000
const shown = 90

/** What everybody may know: services that are live, what is wrong with them now and was lately, and when there is maintenance. */
export async function statusPage(world: World, title: string): Promise<StatusPage> {
  const found = await here(world)
  const { graph } = found.estate
  const now = world.clock.now().getTime()
  const incidents = await allIncidents(found)
  const times = new Map(timesOfAll(incidents, found).map((t) => [t.id, t]))
  const current = incidents.filter(({ record, service }) => service !== undefined && isGoingOn(record.state))
  const own = new Map<string, Exclude<Health, 'affected'>>()
  for (const incident of current) {
    const { service = '' } = incident
    own.set(service, worse(own.get(service) ?? 'works', healthOf(incident)))
  }
  const services = graph
    .ofKind('Service')
    .filter((d) => (specOf<{ readonly stage?: string }>(d).stage ?? 'live') === 'live')
    .map(({ address, document }) => {
      const hit = own.get(address) ?? 'works'
      const below =
        hit === 'works' ? standsOn(graph, address).find((a) => (own.get(a) ?? 'works') !== 'works') : undefined
      const its = incidents.flatMap((i) => (i.service === address ? (times.get(i.record.id) ?? []) : []))
      return {
        ...{ name: nameOf(address), purpose: String(document.spec['purpose'] ?? '') },
        health: below === undefined ? hit : ('affected' as const),
        ...(below !== undefined && { because: nameOf(below) }),
        ...pastOf(its, now),
      }
    })
  return {
    ...{ title, at: new Date(now).toISOString(), services },
    incidents: current.map((incident) => {
      const { record, service = '' } = incident
      const { statement } = record.fields
      return {
        ...{ id: record.id, services: [nameOf(service as Address)], health: healthOf(incident), state: record.state },
        since: new Date(times.get(record.id)?.from ?? Date.parse(record.openedAt)).toISOString(),
        ...(typeof statement === 'string' && { statement }),
      }
    }),
    maintenance: await planned(world, graph, now),
  }
}

const isGoingOn = (state: string): boolean => !['resolved', 'closed'].includes(state)

const ranks = ['works', 'impaired', 'down'] as const

const worse = (a: (typeof ranks)[number], b: (typeof ranks)[number]): (typeof ranks)[number] =>
  ranks.indexOf(a) > ranks.indexOf(b) ? a : b

function healthOf({ record }: IndexedRecord): Exclude<Health, 'affected'> {
  const { severity, impact } = record.fields
  if (severity !== undefined) return severity === 'critical' ? 'down' : 'impaired'
  return impact === 'high' ? 'down' : 'impaired'
}

/** Services that a service can't do without, near ones first. */
function standsOn(graph: Graph, service: Address): readonly Address[] {
  const all = new Set([service])
  for (const address of all)
    for (const edge of graph.outgoing(address)) if (edge.label === 'spec.dependsOn') all.add(edge.to)
  return [...all].slice(1)
}

function pastOf(times: readonly IncidentTimes[], now: number) {
  const begin = Math.floor(now / day) * day - (shown - 1) * day
  const period = { from: begin, until: now }
  const down = outagesOf(times, period)
  const lost = down.reduce((sum, s) => sum + s.until - s.from, 0)
  const within = (from: number, until: number | undefined, at: number): boolean =>
    from < at + day && (until ?? now) > at
  const days = Array.from({ length: shown }, (_, i) => {
    const at = begin + i * day
    const health: (typeof ranks)[number] = down.some((s) => within(s.from, s.until, at))
      ? 'down'
      : times.some((t) => within(t.from, t.until, at))
        ? 'impaired'
        : 'works'
    return { date: new Date(at).toISOString().slice(0, 10), health }
  })
  return { availability: now === begin ? 1 : 1 - lost / (now - begin), days }
}

/** A change is still maintenance when it has begun, and when it waits for its next wave. */
const isAhead: ReadonlySet<ChangeState> = new Set(['scheduled', 'implementing', 'paused'])

/** Changes that have their time, with the services that run on their hosts. What they do is told to nobody. */
async function planned(world: World, graph: Graph, now: number): Promise<StatusPage['maintenance']> {
  const changes = await openRecords(world)
  return changes
    .flatMap(({ id, schedule, actions, state }) => {
      if (schedule === undefined || !isAhead.has(state) || Date.parse(schedule.until) <= now) return []
      const hosts = new Set(actions.map((a) => `Host/${a.host}` as Address))
      const services = [...hosts].flatMap((host) =>
        graph
          .incoming(host)
          .flatMap((e) => (e.label === 'spec.hosts' && e.from.startsWith('Service/') ? [e.from] : [])),
      )
      return [{ id, from: schedule.from, until: schedule.until, services: [...new Set(services)].map(nameOf).sort() }]
    })
    .sort((a, b) => (a.from < b.from ? -1 : 1))
}
