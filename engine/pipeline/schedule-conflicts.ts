import type { Span } from '../calendar/span.ts'
import { overlap } from '../calendar/span.ts'
import { reach } from '../graph/reach.ts'
import type { Address } from '../model/address.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Graph } from '../model/graph.ts'
import type { RecordedAction } from '../model/plan.ts'
import type { ChangeRecord } from '../model/record.ts'
import { codes } from './codes.ts'
import { minute, spanOf } from './due.ts'

const report = reporter(codes)

/** A change with the time it was given, or is to be given. */
export interface Timed {
  readonly id: string
  readonly title: string
  readonly actions: readonly Pick<RecordedAction, 'host'>[]
  readonly span: Span
}

/** Changes that have a time which is not over, by when they begin. */
export function timed(records: readonly ChangeRecord[], now: number): readonly Timed[] {
  return records
    .flatMap((record): Timed[] => {
      const span = spanOf(record)
      return span === undefined || span.until <= now ? [] : [{ ...record, span }]
    })
    .sort((a, b) => a.span.from - b.span.from)
}

/** Pairs of changes that are carried out at the same time and reach the same things. */
export function conflictsAmong(changes: readonly Timed[], graph: Graph): readonly Diagnostic[] {
  return changes.flatMap((change, i) => conflictsOf(change, changes.slice(i + 1), graph))
}

/** What one change has in common with others at its time: hosts, or services that stand on its hosts. */
export function conflictsOf(change: Timed, others: readonly Timed[], graph: Graph): readonly Diagnostic[] {
  const rivals = others.filter((other) => other.id !== change.id && overlap(change.span, other.span))
  return rivals.flatMap((other): Diagnostic[] => {
    const what = common(change, other, graph)
    if (what === undefined) return []
    const from = minute(Math.max(change.span.from, other.span.from))
    const until = minute(Math.min(change.span.until, other.span.until))
    const summary = `${change.id} and ${other.id} both ${what}, and from ${from} until ${until} both have their time`
    return [report('schedule-conflict', { summary, detail: `${other.id}: ${other.title}`, subject: change.id })]
  })
}

/** Changes with a time that have something in common with one that has none yet: it should not come in between. */
export function rivalsOf(
  change: Pick<Timed, 'actions'>,
  others: readonly Timed[],
  graph: Graph,
): readonly Diagnostic[] {
  return others.flatMap((other): Diagnostic[] => {
    const what = common(change, other, graph)
    if (what === undefined) return []
    const time = `from ${minute(other.span.from)} until ${minute(other.span.until)}`
    const summary = `${other.id} has its time ${time}, and both ${what}`
    return [report('schedule-conflict', { summary, detail: `${other.id}: ${other.title}`, subject: other.id })]
  })
}

/** What two changes both do, in words; undefined where they keep apart. */
function common(a: Pick<Timed, 'actions'>, b: Pick<Timed, 'actions'>, graph: Graph): string | undefined {
  const hosts = hostsOf(b)
  const both = [...hostsOf(a)].filter((host) => hosts.has(host))
  if (both.length > 0) return `touch ${listed(both)}`
  const services = servicesOf(b, graph)
  const reached = [...servicesOf(a, graph)].filter((service) => services.has(service))
  return reached.length > 0 ? `reach ${listed(reached)}` : undefined
}

const hostsOf = ({ actions }: Pick<Timed, 'actions'>): ReadonlySet<string> => new Set(actions.map((a) => a.host))

/** Services that run on the hosts of a change, and those that need them. */
function servicesOf(change: Pick<Timed, 'actions'>, graph: Graph): ReadonlySet<Address> {
  const hosts = [...hostsOf(change)].map((host): Address => `Host/${host}`)
  return new Set(reach(graph, hosts).filter((address) => address.startsWith('Service/')))
}

const listed = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')
