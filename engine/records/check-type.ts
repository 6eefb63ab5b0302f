import { plainMoves, startsIn } from '../ledger/declared-law.ts'
import type { RecordType, RecordTypeSpec } from '../model/declared-record.ts'
import type { JsonPath } from '../model/document.ts'
import { compileRule } from '../policy/rule.ts'
import { fieldsValidator } from './judge-fields.ts'
import { moveVariables } from './judge-move.ts'

/** Something that is wrong with a `RecordType`, and where in its spec. */
export interface TypeFault {
  readonly path: JsonPath
  readonly summary: string
}

/** What a type of record says that can't be: its schema has found nothing wrong with it. */
export async function typeFaults(type: RecordType): Promise<readonly TypeFault[]> {
  const { spec } = type
  const compiled = await fieldsValidator(type)
  return [
    ...(typeof compiled === 'string' ? [{ path: ['fields'], summary: `the fields are no schema: ${compiled}` }] : []),
    ...stateFaults(spec),
    ...fieldNameFaults(spec),
    ...ruleFaults(spec),
    ...Object.entries(spec.clocks ?? {}).flatMap(([name, clock]) => [
      ...unknownStates(spec, clock.runs, ['clocks', name, 'runs']),
      ...unknownStates(spec, clock.stops, ['clocks', name, 'stops']),
      ...(clock.target === undefined && clock.targetFrom === undefined && clock.until === undefined
        ? [{ path: ['clocks', name], summary: 'it says neither `target`, `targetFrom` nor `until`' }]
        : []),
    ]),
    ...(spec.reactions ?? []).flatMap(({ do: move }, i) =>
      known(spec.transitions, move) || (plainMoves as readonly string[]).includes(move)
        ? []
        : [{ path: ['reactions', i, 'do'], summary: `there is no move ${move}` }],
    ),
  ]
}

const known = (map: object, name: string): boolean => Object.hasOwn(map, name)

function unknownStates(spec: RecordTypeSpec, states: readonly string[], path: JsonPath): readonly TypeFault[] {
  return states.flatMap((state, i) =>
    known(spec.states, state) ? [] : [{ path: [...path, i], summary: `there is no state ${state}` }],
  )
}

function stateFaults(spec: RecordTypeSpec): readonly TypeFault[] {
  const faults: TypeFault[] = Object.entries(spec.transitions).flatMap(([name, move]) => [
    ...unknownStates(spec, move.from ?? [], ['transitions', name, 'from']),
    ...unknownStates(spec, move.to === undefined ? [] : [move.to], ['transitions', name, 'to']).map((f) => ({
      ...f,
      path: ['transitions', name, 'to'],
    })),
    ...(name === 'new' && move.from !== undefined
      ? [{ path: ['transitions', name, 'from'], summary: 'what opens a record starts in no state' }]
      : []),
    ...([...plainMoves, 'help'].includes(name)
      ? [{ path: ['transitions', name], summary: `every type has ${name} already` }]
      : []),
  ])
  if (faults.length > 0) return faults
  const reached = reachable(spec)
  return Object.keys(spec.states)
    .filter((state) => !reached.has(state))
    .map((state) => ({ path: ['states', state], summary: `no move leads to ${state}` }))
}

function reachable(spec: RecordTypeSpec): ReadonlySet<string> {
  const first = spec.transitions['new']?.to ?? Object.keys(spec.states)[0] ?? ''
  const reached = new Set([first])
  for (const state of reached)
    for (const [name, move] of Object.entries(spec.transitions))
      if (name !== 'new' && move.to !== undefined && startsIn(spec, move, state)) reached.add(move.to)
  return reached
}

/** Options that commands of every type have; what begins with `no` takes another option back. */
const optionsOfAll = /^(?:title|message|link|key|json|help|no[A-Z].*)$/

function fieldNameFaults(spec: RecordTypeSpec): readonly TypeFault[] {
  const { properties, required } = spec.fields
  const taken = Object.keys(properties).filter((name) => optionsOfAll.test(name))
  if (taken.length > 0)
    return taken.map((name) => ({
      path: ['fields', 'properties', name],
      summary: `commands have an option ${name} for something else`,
    }))
  const wanted: { readonly path: JsonPath; readonly name: string }[] = [
    ...Object.entries(spec.roles ?? {}).map(([role, name]) => ({ path: ['roles', role], name })),
    ...(spec.priority === undefined
      ? []
      : [
          { path: ['priority', 'impact'], name: spec.priority.impact },
          { path: ['priority', 'urgency'], name: spec.priority.urgency },
        ]),
    ...(required ?? []).map((name, i) => ({ path: ['fields', 'required', i], name })),
    ...Object.entries(spec.clocks ?? {}).flatMap(([clock, { targetFrom, until }]) => [
      ...(targetFrom === undefined ? [] : [{ path: ['clocks', clock, 'targetFrom'], name: targetFrom }]),
      ...(until === undefined ? [] : [{ path: ['clocks', clock, 'until'], name: until }]),
    ]),
    ...Object.entries(spec.transitions).flatMap(([move, { sets, requires }]) => [
      ...(sets ?? []).map((name, i) => ({ path: ['transitions', move, 'sets', i], name })),
      ...(requires ?? []).map((name, i) => ({ path: ['transitions', move, 'requires', i], name })),
    ]),
  ]
  return wanted
    .filter(({ name }) => name !== 'title' && !known(properties, name))
    .map(({ path, name }) => ({ path, summary: `there is no field ${name}` }))
}

function ruleFaults(spec: RecordTypeSpec): readonly TypeFault[] {
  const rules = Object.entries(spec.transitions).flatMap(([move, { who, guards }]) => [
    ...(who === undefined ? [] : [{ path: ['transitions', move, 'who'], rule: who }]),
    ...(guards ?? []).map(({ rule }, i) => ({ path: ['transitions', move, 'guards', i, 'rule'], rule })),
  ])
  return rules.flatMap(({ path, rule }) => {
    const made = compileRule(rule, moveVariables)
    return 'diagnostic' in made ? [{ path, summary: made.diagnostic.summary }] : []
  })
}
