import { lengthOf } from '../calendar/duration.ts'
import { nameOf } from '../model/address.ts'
import type { Json, JsonPath, LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import { compileRule } from '../policy/rule.ts'
import { isObject } from '../schema/is-object.ts'
import { nearest } from '../schema/nearest.ts'
import type { CheckInput, ValueFinding } from './check-input.ts'

/** Sources that are no documents: what the engine saw itself, and what runs out. */
const ownSources = ['ledger', 'calendar']

/** What is wrong with rules for events that schemas can't tell: expressions, durations, sources that nobody describes. */
export function eventRuleFindings({ graph }: Pick<CheckInput, 'graph'>): readonly ValueFinding[] {
  return [
    ...graph.ofKind('EventRule').flatMap((document) => ruleFindings(document, graph)),
    ...graph.ofKind('Silence').flatMap((document) => sourceFindings(document, ['on', 'sources'], graph)),
    ...graph
      .ofKind('EventSource')
      .flatMap((document): readonly ValueFinding[] =>
        ownSources.includes(nameOf(document.address))
          ? [{ document, path: ['metadata', 'name'], what: 'value', summary: 'the engine itself goes by this name' }]
          : [],
      ),
  ]
}

const durations: readonly (readonly string[])[] = [
  ...['for', 'reopen', 'clearAfter'].map((name) => [name]),
  ...['within', 'settle'].map((name) => ['flapping', name]),
  ...['within', 'absent'].map((name) => ['pattern', name]),
]

function ruleFindings(document: LoadedDocument, graph: Graph): readonly ValueFinding[] {
  const sequence = valueAt(document, ['pattern', 'sequence'])
  const steps = Array.isArray(sequence) ? sequence.map((_, i) => ['pattern', 'sequence', i]) : []
  return [
    ...durations.flatMap((path) => durationFindings(document, path)),
    ...(valueAt(document, ['correlate']) === 'never' ? [] : durationFindings(document, ['correlate'])),
    ...[['match'], ...steps].flatMap((path) => [
      ...expressionFindings(document, [...path, 'when']),
      ...sourceFindings(document, [...path, 'sources'], graph),
    ]),
  ]
}

function durationFindings(document: LoadedDocument, path: JsonPath): readonly ValueFinding[] {
  const value = valueAt(document, path)
  if (typeof value !== 'string' || lengthOf(value) !== undefined) return []
  const summary = `${path.at(-1)} is no duration such as PT5M, or longer than 31 days`
  return [{ document, path: ['spec', ...path], what: 'value', summary }]
}

function expressionFindings(document: LoadedDocument, path: JsonPath): readonly ValueFinding[] {
  const value = valueAt(document, path)
  if (typeof value !== 'string') return []
  const made = compileRule(value, ['event'])
  if ('rule' in made) return []
  const { summary, detail } = made.diagnostic
  return [{ document, path: ['spec', ...path], what: 'value', summary, ...(detail !== undefined && { detail }) }]
}

function sourceFindings(document: LoadedDocument, path: JsonPath, graph: Graph): readonly ValueFinding[] {
  const value = valueAt(document, path)
  if (!Array.isArray(value)) return []
  const known = [...ownSources, ...graph.ofKind('EventSource').map((d) => nameOf(d.address))]
  return (value as readonly Json[]).flatMap((name, i): readonly ValueFinding[] => {
    if (typeof name !== 'string' || known.includes(name)) return []
    const near = nearest(name, known)
    const hint = near === undefined ? {} : { hint: `did you mean ${near}?` }
    const summary = `there is no EventSource ${name}`
    return [{ document, path: ['spec', ...path, i], what: 'value', summary, ...hint }]
  })
}

const valueAt = (document: LoadedDocument, path: JsonPath): Json | undefined =>
  path.reduce<Json | undefined>((value, key) => {
    if (Array.isArray(value)) return (value as readonly Json[])[Number(key)]
    return isObject(value) ? value[key] : undefined
  }, document.document.spec)
