import type { Span } from '../calendar/span.ts'
import { type Clockwork, timesOf } from '../calendar/timetable.ts'
import { type Address, kindOf, nameOf } from '../model/address.ts'
import type { LoadedDocument } from '../model/document.ts'
import { type Graph, targets } from '../model/graph.ts'
import { specOf } from '../model/practice.ts'
import { amongKinds, fits, type LabelMatch } from './match.ts'
import type { SeenEvent } from './rules.ts'

interface SilenceSpec {
  readonly on: {
    readonly sources?: readonly string[]
    readonly kinds?: readonly string[]
    readonly labels?: LabelMatch
    readonly services?: readonly string[]
    readonly hosts?: readonly string[]
  }
  readonly reason: string
}

/** The silence that an event falls into; undefined where none is. */
export type Silenced = (event: SeenEvent) => Address | undefined

/**
 * The silences that hold at a moment. One whose time can't be understood holds nothing: unlike a freeze, what is to be
 * careful of here is that nobody is told.
 */
export function silencesAt(graph: Graph, now: number, clockwork: Clockwork): Silenced {
  const moment = { from: now, until: now + 1 }
  const holding = graph.ofKind('Silence').filter((silence) => holdsAt(graph, silence, moment, clockwork))
  return (event) => holding.find((silence) => isOn(graph, silence, event))?.address
}

function holdsAt(graph: Graph, silence: LoadedDocument, moment: Span, clockwork: Clockwork): boolean {
  const times = targets(graph, silence.address, 'spec.during')
  const when = times.length === 0 ? [silence] : times.flatMap((address) => graph.documents.get(address) ?? [])
  return when.some((document) => {
    const found = timesOf(document, moment, clockwork)
    return 'spans' in found && found.spans.length > 0
  })
}

function isOn(graph: Graph, silence: LoadedDocument, event: SeenEvent): boolean {
  const { on } = specOf<SilenceSpec>(silence)
  const [services, hosts] = [
    targets(graph, silence.address, 'spec.on.services'),
    targets(graph, silence.address, 'spec.on.hosts'),
  ]
  return (
    (on.sources === undefined || on.sources.includes(event.source)) &&
    (on.kinds === undefined || amongKinds(on.kinds, event.kind)) &&
    (on.labels === undefined || fits(on.labels, event.labels)) &&
    (on.hosts === undefined || event.documents.some((d) => hosts.includes(d))) &&
    (on.services === undefined || event.documents.some((d) => belongsTo(graph, d, services)))
  )
}

/** Whether a document is one of these services, or a host that one of them runs on. */
const belongsTo = (graph: Graph, document: Address, services: readonly Address[]): boolean =>
  services.includes(document) ||
  (kindOf(document) === 'Host' && services.some((s) => targets(graph, s, 'spec.hosts').includes(document)))

/** For people: the name of a silence and why it is there. */
export function silenceText(graph: Graph, silence: Address): string {
  const document = graph.documents.get(silence)
  return document === undefined ? nameOf(silence) : `${nameOf(silence)}: ${specOf<SilenceSpec>(document).reason}`
}
