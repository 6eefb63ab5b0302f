import { lengthOf } from '../calendar/duration.ts'
import { momentOf } from '../calendar/expand.ts'
import { readRule } from '../calendar/rule.ts'
import { isTimeZone } from '../calendar/time-zone.ts'
import type { Json, JsonObject, JsonPath, LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import { isObject } from '../schema/is-object.ts'
import type { ValueFinding } from './check-input.ts'

type OnCallFinding = ValueFinding & {
  readonly code: 'time-zone-unknown' | 'time-invalid' | 'recurrence-invalid' | 'recurrence-refused'
}

/** When people are on call, and when the next is paged: zones, rules and times that schemas can't judge. */
export function onCallFindings(graph: Graph): readonly OnCallFinding[] {
  return [
    ...graph.ofKind('OnCall').flatMap((document) => scheduleFindings(document)),
    ...graph.ofKind('EscalationPolicy').flatMap((document) => policyFindings(document)),
  ]
}

type Tell = (code: OnCallFinding['code'], path: JsonPath, summary: string) => void

function collecting(document: LoadedDocument): { readonly found: OnCallFinding[]; readonly tell: Tell } {
  const found: OnCallFinding[] = []
  const tell: Tell = (code, path, summary) =>
    void found.push({ document, path: ['spec', ...path], what: 'value', code, summary })
  return { found, tell }
}

function scheduleFindings(document: LoadedDocument): readonly OnCallFinding[] {
  const { spec } = document.document
  const timeZone = text(spec['timeZone'])
  const { found, tell } = collecting(document)
  if (!isTimeZone(timeZone)) {
    tell('time-zone-unknown', ['timeZone'], 'there is no such time zone')
    return found
  }
  for (const [i, { start, rule, hours }] of list(spec['layers']).entries()) {
    if (momentOf(text(start), timeZone) === undefined)
      tell('time-invalid', ['layers', i, 'start'], 'it is no local date and time, such as 2026-10-05T09:00')
    const read = typeof rule === 'string' ? readRule(rule) : undefined
    if (read !== undefined && 'invalid' in read)
      tell('recurrence-invalid', ['layers', i, 'rule'], `the rule is not understood: ${read.invalid}`)
    if (read !== undefined && 'refused' in read)
      tell('recurrence-refused', ['layers', i, 'rule'], `the rule is refused: ${read.refused}`)
    for (const [n, { from, until }] of list(hours).entries())
      if (text(from) >= text(until))
        tell('time-invalid', ['layers', i, 'hours', n, 'until'], 'the hours end before they begin')
  }
  for (const [i, { from, until }] of list(spec['overrides']).entries()) {
    const [begins, ends] = [momentOf(text(from), timeZone), momentOf(text(until), timeZone)]
    if (begins === undefined || ends === undefined || begins >= ends)
      tell('time-invalid', ['overrides', i, 'until'], 'it ends before it begins, or is no time')
  }
  return found
}

function policyFindings(document: LoadedDocument): readonly OnCallFinding[] {
  const { steps, repeat } = document.document.spec
  const { found, tell } = collecting(document)
  let last = -1
  for (const [i, { after }] of list(steps).entries()) {
    const length = after === undefined ? 0 : (lengthOf(text(after)) ?? -1)
    if (length <= last)
      tell(
        'time-invalid',
        ['steps', i, ...(after === undefined ? [] : ['after'])],
        'a step comes later than the one before it',
      )
    last = Math.max(last, length)
  }
  const every = isObject(repeat) ? lengthOf(text(repeat['every'])) : undefined
  if (isObject(repeat) && (every === undefined || every <= last))
    tell('time-invalid', ['repeat', 'every'], 'it begins again after its last step, and within 31 days')
  return found
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

const list = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
