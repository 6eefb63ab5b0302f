import { type Address, kindOf, nameOf } from '../model/address.ts'
import { compareText } from '../model/diagnostic.ts'
import type { Graph } from '../model/graph.ts'
import type { Signal } from '../model/signal.ts'
import { byCriticality, criticalityOf, documentsNamed, type LabelledDocument, servicesAt } from './about.ts'
import { correlate } from './correlate.ts'
import type { SeenSignal } from './patterns.ts'
import type { EventRule } from './rules.ts'
import { type Standing, standing } from './signal.ts'
import type { Silenced } from './silences.ts'

/** A signal with everything that was decided of it. */
export interface JudgedSignal extends SeenSignal {
  /** Undefined where no rule fits. */
  readonly rule: EventRule | undefined
  readonly standing: Standing
  readonly silence: Address | undefined
}

/** What fails together, and the incident that it asks for. */
export interface Situation {
  readonly cause: Address | undefined
  /** Those at the cause first. */
  readonly members: readonly JudgedSignal[]
  readonly title: string
  /** Fields of an incident. */
  readonly fields: Readonly<Record<string, string>>
  /** Milliseconds: how long after it was resolved the same is opened again. */
  readonly reopen: number
}

/** Which documents signals are about: by what their sources say of labels, or by the rule where it looks for a pattern. */
export function seenSignals(
  graph: Graph,
  signals: readonly Signal[],
  documents: (source: string) => readonly LabelledDocument[],
): readonly SeenSignal[] {
  const named = documentsNamed(graph)
  return signals.map((signal) => {
    const { source, kind, title, labels } = signal
    return { source, kind, title, labels, documents: named(documents(source), labels), signal }
  })
}

/** What rules and silences make of each signal. */
export function judged(
  signals: readonly SeenSignal[],
  rules: readonly EventRule[],
  silenced: Silenced,
  now: number,
): readonly JudgedSignal[] {
  return signals.map((one) => {
    const rule = one.source.startsWith('rule/')
      ? rules.find((r) => r.pattern !== undefined && one.source === `rule/${r.name}`)
      : rules.find((r) => r.pattern === undefined && r.matches(one))
    return {
      ...one,
      rule,
      standing: rule === undefined ? { state: 'clear' } : standing(one.signal, rule.damping, now),
      silence: silenced(one),
    }
  })
}

export const isFailing = ({ standing: s }: Pick<JudgedSignal, 'standing'>): boolean =>
  s.state === 'firing' || s.state === 'flapping'

/** What asks for an incident: what fails, is not silenced, and has a rule that wants one; put together by its cause. */
export function situations(graph: Graph, all: readonly JudgedSignal[]): readonly Situation[] {
  const failing = all.filter((s) => isFailing(s) && s.silence === undefined && s.rule?.incident !== undefined)
  const byKey = new Map(failing.map((s) => [s.signal.fingerprint, s]))
  const together = correlate(
    failing.map((s) => ({
      key: s.signal.fingerprint,
      places: placesOf(s, graph),
      since: sinceOf(s),
      within: s.rule?.correlate,
    })),
    graph,
  )
  return together.map(({ cause, keys }) => {
    const members = keys.flatMap((key) => byKey.get(key) ?? [])
    return situation(graph, cause, members)
  })
}

export const sinceOf = ({ standing: s }: Pick<JudgedSignal, 'standing'>): number => ('since' in s ? s.since : 0)

/** A rule may say what fails; else the event does. */
function placesOf({ rule, documents }: JudgedSignal, graph: Graph): readonly Address[] {
  const { item, service } = rule?.incident ?? {}
  if (item !== undefined && graph.documents.has(item as Address)) return [item as Address]
  if (documents.length > 0) return documents
  const named = service === undefined ? undefined : (`Service/${service}` as Address)
  return named !== undefined && graph.documents.has(named) ? [named] : []
}

/** Kinds of documents that an incident can name as what fails. */
const items: ReadonlySet<string> = new Set(['Host', 'Service', 'Application', 'Equipment', 'NetworkDevice'])

const levels = ['high', 'medium', 'low'] as const

function situation(graph: Graph, cause: Address | undefined, members: readonly JudgedSignal[]): Situation {
  const [first] = members
  const wanted = first?.rule?.incident ?? {}
  const service = serviceHit(graph, cause, members)
  const team = wanted.team ?? teamOf(graph, service) ?? teamOf(graph, cause)
  const impact = highest(members.map((m) => m.rule?.incident?.impact ?? impactOf(graph, service)))
  const urgency = highest(members.map((m) => m.rule?.incident?.urgency ?? 'medium'))
  const about = cause === undefined ? '' : `${nameOf(cause)}: `
  const said = wanted.title ?? first?.title ?? 'an event'
  return {
    cause,
    members,
    title: said.includes(cause === undefined ? '' : nameOf(cause)) ? said : `${about}${said}`.slice(0, 200),
    fields: {
      impact,
      urgency,
      ...(service !== undefined && { service: nameOf(service) }),
      ...(cause !== undefined && items.has(kindOf(cause)) && { item: cause }),
      ...(team !== undefined && { team }),
      detectedAt: new Date(Math.min(...members.map(sinceOf))).toISOString(),
    },
    reopen: Math.max(...members.map((m) => m.rule?.reopen ?? 0)),
  }
}

const highest = (found: readonly ('high' | 'medium' | 'low')[]): 'high' | 'medium' | 'low' =>
  levels.find((level) => found.includes(level)) ?? 'medium'

function impactOf(graph: Graph, service: Address | undefined): 'high' | 'medium' | 'low' {
  const criticality = service === undefined ? 3 : criticalityOf(graph, service)
  return criticality >= 4 ? 'high' : criticality === 3 ? 'medium' : 'low'
}

/** What a rule names; else the most critical of the services that fail along with it, else of those at the cause. */
function serviceHit(graph: Graph, cause: Address | undefined, members: readonly JudgedSignal[]): Address | undefined {
  const named = members.flatMap((m) => (m.rule?.incident?.service === undefined ? [] : m.rule.incident.service))
  const [wanted] = named.sort(compareText).map((name) => `Service/${name}` as Address)
  if (wanted !== undefined && graph.documents.has(wanted)) return wanted
  const failing = members.flatMap((m) => m.documents.filter((d) => kindOf(d) === 'Service'))
  const at = [...(cause === undefined ? [] : [cause]), ...members.flatMap((m) => m.documents)]
  return byCriticality(graph, failing)[0] ?? at.flatMap((d) => servicesAt(graph, d))[0]
}

/** The team that answers for a document. */
function teamOf(graph: Graph, address: Address | undefined): string | undefined {
  const owner = address === undefined ? undefined : graph.documents.get(address)?.document.metadata.owner
  const [kind = '', name] = owner?.split('/') ?? []
  return kind.toLowerCase() === 'team' && name !== undefined && graph.documents.has(`Team/${name}`) ? name : undefined
}
