import { lengthOf } from '../calendar/duration.ts'
import { type Address, nameOf } from '../model/address.ts'
import { compareText } from '../model/diagnostic.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import { specOf } from '../model/practice.ts'
import { compileRule, evaluate, type Rule } from '../policy/rule.ts'
import { amongKinds, fits, type LabelMatch } from './match.ts'
import type { Damping } from './signal.ts'

/** What is wanted of an event; `schemas/services/eventMatch.yaml`. */
export interface EventMatch {
  readonly sources?: readonly string[]
  readonly kinds?: readonly string[]
  readonly labels?: LabelMatch
  /** CEL. */
  readonly when?: string
}

export interface WantedIncident {
  readonly impact?: 'high' | 'medium' | 'low'
  readonly urgency?: 'high' | 'medium' | 'low'
  readonly title?: string
  readonly service?: string
  readonly item?: string
  readonly team?: string
}

/** Milliseconds. */
export type Pattern =
  | { readonly count: number; readonly within: number; readonly by: readonly string[] }
  | { readonly absent: number; readonly by: readonly string[] }
  | { readonly sequence: readonly Matcher[]; readonly within: number; readonly by: readonly string[] }

/** An event as rules see it. */
export interface SeenEvent {
  readonly source: string
  readonly kind: string
  readonly title: string
  readonly labels: Readonly<Record<string, string>>
  readonly documents: readonly Address[]
}

export type Matcher = (event: SeenEvent) => boolean

/** An EventRule, ready to be asked. */
export interface EventRule {
  readonly name: string
  readonly matches: Matcher
  /** Undefined where events are to be ignored. */
  readonly incident: WantedIncident | undefined
  readonly pattern: Pattern | undefined
  readonly damping: Damping
  readonly resolve: boolean
  /** Milliseconds. */
  readonly reopen: number
  /** Milliseconds; undefined for never. */
  readonly correlate: number | undefined
}

interface RuleSpec {
  readonly order?: number
  readonly match: EventMatch
  readonly for?: string
  readonly incident?: WantedIncident
  readonly resolve?: boolean
  readonly reopen?: string
  readonly clearAfter?: string
  readonly flapping?: { readonly changes?: number; readonly within?: string; readonly settle?: string }
  readonly correlate?: string
  readonly pattern?: PatternSpec
}

interface PatternSpec {
  readonly count?: number
  readonly absent?: string
  readonly sequence?: readonly EventMatch[]
  readonly within?: string
  readonly by?: readonly string[]
}

const minute = 60_000

/** What expressions of a match may speak of. */
export const matchVariables = ['event'] as const

/** The rules of an estate, in the order in which they are asked. */
export function eventRules(graph: Graph): readonly EventRule[] {
  return [...graph.ofKind('EventRule')]
    .sort((a, b) => orderOf(a) - orderOf(b) || compareText(a.address, b.address))
    .map(eventRule)
}

const orderOf = (document: LoadedDocument): number => specOf<RuleSpec>(document).order ?? 500

function eventRule(document: LoadedDocument): EventRule {
  const spec = specOf<RuleSpec>(document)
  const { flapping = {} } = spec
  const clearAfter = spec.clearAfter === undefined ? undefined : lengthOf(spec.clearAfter)
  return {
    name: nameOf(document.address),
    matches: matcherOf(spec.match),
    incident: spec.incident,
    pattern: spec.pattern && patternOf(spec.pattern),
    damping: {
      for: ms(spec.for, 0),
      ...(clearAfter !== undefined && { clearAfter }),
      flapping: {
        changes: flapping.changes ?? 6,
        within: ms(flapping.within, 30 * minute),
        settle: ms(flapping.settle, 15 * minute),
      },
    },
    resolve: spec.resolve ?? true,
    reopen: ms(spec.reopen, 60 * minute),
    correlate: spec.correlate === 'never' ? undefined : ms(spec.correlate, 60 * minute),
  }
}

const ms = (text: string | undefined, otherwise: number): number =>
  (text === undefined ? undefined : lengthOf(text)) ?? otherwise

function patternOf({ count, absent, sequence, within, by = [] }: PatternSpec): Pattern {
  if (absent !== undefined) return { absent: ms(absent, 60 * minute), by }
  const time = ms(within, 10 * minute)
  if (sequence !== undefined) return { sequence: sequence.map(matcherOf), within: time, by }
  return { count: count ?? 2, within: time, by }
}

/** An expression that fails, or can't be understood, fits nothing: `validate` told of it. */
function matcherOf({ sources, kinds, labels, when }: EventMatch): Matcher {
  const rule = when === undefined ? undefined : compiled(when)
  return (event) =>
    (sources === undefined || sources.includes(event.source)) &&
    (kinds === undefined || amongKinds(kinds, event.kind)) &&
    (labels === undefined || fits(labels, event.labels)) &&
    (when === undefined || (rule !== undefined && holds(rule, event)))
}

function compiled(source: string): Rule | undefined {
  const made = compileRule(source, matchVariables)
  return 'rule' in made ? made.rule : undefined
}

function holds(rule: Rule, event: SeenEvent): boolean {
  const answer = evaluate(rule, { event })
  return 'value' in answer && answer.value
}
