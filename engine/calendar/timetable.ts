import type { Address } from '../model/address.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import type { WindowDemand } from '../model/plan.ts'
import type { ChangeType } from '../model/record.ts'
import type { Expanded, Recurring } from './expand.ts'
import { type HostFacts, hostFacts, isAbout, isFor, type Touched } from './scope.ts'
import { difference, holds, intersection, type Span, union } from './span.ts'

/** `expand`, handed in: what it needs is loaded only where somebody asks for times. */
export interface Clockwork {
  readonly expand: (recurring: Recurring, within: Span) => Expanded
  readonly momentOf: (local: string, timeZone: string) => number | undefined
}

/** What is asked of windows and freezes. */
export interface TimeQuestion {
  /** Documents that judge: those of the change's base, and those of the branch as it stands. All of them have to let it through. */
  readonly judges: readonly Graph[]
  /** Where a host is looked up that a judge does not know. */
  readonly others: readonly Graph[]
  readonly touched: Touched
  readonly type: ChangeType
  /** What policies ask for. */
  readonly demands: readonly WindowDemand[]
  /** The engine takes a change back by itself: that waits for nothing. */
  readonly automatic?: boolean
  /** Given times: nothing before, nothing after. */
  readonly scheduled?: Span
}

/** Why a change may be carried out at some times only. */
export interface Limit {
  readonly because: string
  /** The windows that will do. */
  readonly windows: readonly Address[]
  readonly spans: readonly Span[]
}

export interface Freeze {
  readonly address: Address
  readonly reason: string
  readonly spans: readonly Span[]
}

/** When a change may be carried out, within the time that was asked about. */
export interface Timetable {
  readonly admitted: readonly Span[]
  readonly limits: readonly Limit[]
  readonly freezes: readonly Freeze[]
}

/** Inside one window for each demand, outside of every freeze: what denies beats what allows. */
export function timetable(question: TimeQuestion, within: Span, clockwork: Clockwork): Timetable {
  const sides = question.judges.map((graph): Side => {
    const names = [...question.touched.hosts.keys()]
    return { graph, hosts: names.map((name) => hostFacts(name, [graph, ...question.others])) }
  })
  const freezes = question.automatic === true ? [] : sides.flatMap((s) => freezesOf(s, question, within, clockwork))
  const limits = freeOfWindows(question) ? [] : sides.flatMap((s) => limitsOf(s, question, within, clockwork))
  let admitted: readonly Span[] = question.scheduled === undefined ? [within] : [question.scheduled]
  admitted = intersection(admitted, [within])
  for (const limit of limits) admitted = intersection(admitted, limit.spans)
  for (const freeze of freezes) admitted = difference(admitted, freeze.spans)
  return { admitted, limits, freezes: byAddress(freezes) }
}

interface Side {
  readonly graph: Graph
  readonly hosts: readonly HostFacts[]
}

/** Who breaks the glass can't wait for Sunday; a freeze says itself whether it lets them through. */
const freeOfWindows = ({ type, automatic }: TimeQuestion): boolean => type === 'emergency' || automatic === true

function freezesOf(
  { graph, hosts }: Side,
  question: TimeQuestion,
  within: Span,
  clockwork: Clockwork,
): readonly Freeze[] {
  return graph.ofKind('Freeze').flatMap((freeze): Freeze[] => {
    const { except, reason } = freeze.document.spec
    if (Array.isArray(except) && except.includes(question.type)) return []
    if (!isAbout(freeze, question.touched, hosts, graph)) return []
    const found = timesOf(freeze, within, clockwork)
    // A freeze that can't be understood holds until it can.
    if ('fault' in found) return [{ address: freeze.address, reason: found.fault, spans: [within] }]
    return found.spans.length === 0 ? [] : [{ address: freeze.address, reason: String(reason), spans: found.spans }]
  })
}

/** When a window is open or a freeze holds. */
export function timesOf(loaded: LoadedDocument, within: Span, clockwork: Clockwork): Expanded {
  const { start, from, until, timeZone, rule, duration } = loaded.document.spec
  const zone = String(timeZone)
  const first = String(start ?? from)
  if (typeof until === 'string') {
    const [begins, ends] = [clockwork.momentOf(first, zone), clockwork.momentOf(until, zone)]
    if (begins === undefined || ends === undefined)
      return { fault: `from ${first} until ${until} is no time in ${zone}` }
    return {
      spans: begins < within.until && within.from < ends && begins < ends ? [{ from: begins, until: ends }] : [],
    }
  }
  const recurring = { start: first, timeZone: zone, duration: String(duration) }
  return clockwork.expand(typeof rule === 'string' ? { ...recurring, rule } : recurring, within)
}

function limitsOf(side: Side, { demands }: TimeQuestion, within: Span, clockwork: Clockwork): readonly Limit[] {
  const { graph, hosts } = side
  const named = demands.filter((d) => d.windows.length > 0)
  const anyWindow = demands.filter((d) => d.windows.length === 0)
  const careful = hosts.filter((h) => requiresWindow(h, graph))
  return [
    ...named.map((d) => limitOf(d.windows, d.because, graph, within, clockwork)),
    ...anyWindow.flatMap((d) => forHosts(hosts, d.because, graph, within, clockwork)),
    ...forHosts(careful, 'their environment asks for a window', graph, within, clockwork),
  ]
}

const requiresWindow = ({ environment }: HostFacts, graph: Graph): boolean =>
  graph.documents.get(`Environment/${environment}` as Address)?.document.spec['windows'] === 'required'

/** Each host inside a window that is for it; hosts with the same windows are one demand. */
function forHosts(
  hosts: readonly HostFacts[],
  because: string,
  graph: Graph,
  within: Span,
  clockwork: Clockwork,
): readonly Limit[] {
  const groups = new Map<string, { windows: readonly Address[]; hosts: string[] }>()
  for (const host of hosts) {
    const windows = windowsFor(host, graph)
    const group = groups.get(windows.join(' ')) ?? { windows, hosts: [] }
    group.hosts.push(host.name)
    groups.set(windows.join(' '), group)
  }
  return [...groups.values()].map((group) => {
    const about = `${some(group.hosts)}: ${because}`
    return limitOf(group.windows, about, graph, within, clockwork)
  })
}

const windowsFor = (host: HostFacts, graph: Graph): readonly Address[] =>
  graph.ofKind('ChangeWindow').flatMap((w) => (isFor(w, host) ? [w.address] : []))

const some = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')

function limitOf(
  windows: readonly Address[],
  because: string,
  graph: Graph,
  within: Span,
  clockwork: Clockwork,
): Limit {
  const spans = windows.flatMap((address) => {
    const window = graph.documents.get(address)
    const found = window === undefined ? { spans: [] } : timesOf(window, within, clockwork)
    // A window that can't be understood opens nothing.
    return 'fault' in found ? [] : found.spans
  })
  return { windows, because, spans: union(spans) }
}

/** The same freeze of two commits is one, for whoever reads it. */
function byAddress(freezes: readonly Freeze[]): readonly Freeze[] {
  const merged = new Map<Address, Freeze>()
  for (const freeze of freezes) {
    const before = merged.get(freeze.address)
    merged.set(
      freeze.address,
      before === undefined ? freeze : { ...freeze, spans: union([...before.spans, ...freeze.spans]) },
    )
  }
  return [...merged.values()]
}

export type Hold =
  | { readonly what: 'freeze'; readonly freeze: Freeze; readonly until: number }
  | { readonly what: 'window'; readonly limit: Limit }
  | { readonly what: 'schedule' }

/** What holds a change up at a moment; undefined where nothing does. */
export function holdAt(table: Timetable, at: number): Hold | undefined {
  for (const freeze of table.freezes) {
    const span = union(freeze.spans).find((s) => holds(s, at))
    if (span !== undefined) return { what: 'freeze', freeze, until: span.until }
  }
  const limit = table.limits.find((l) => !l.spans.some((s) => holds(s, at)))
  if (limit !== undefined) return { what: 'window', limit }
  return table.admitted.some((s) => holds(s, at)) ? undefined : { what: 'schedule' }
}

/** The first stretch in which it may be carried out, from a moment on. */
export function nextAdmitted({ admitted }: Timetable, at: number): Span | undefined {
  const span = admitted.find((s) => s.until > at)
  return span === undefined ? undefined : { from: Math.max(span.from, at), until: span.until }
}
