import { canonicalJson } from '../model/canonical.ts'
import type {
  DeclaredRecord,
  RecordLogLine,
  RecordTransition,
  RecordType,
  RecordTypeSpec,
} from '../model/declared-record.ts'

/** Moves that every type has: a word about it, and a link to something else. */
export const plainMoves = ['comment', 'link'] as const

/** What a record can hold at most; more is no record but a store. */
export const mostLogLines = 10_000
export const mostLinks = 1_000
const mostFieldText = 256 * 1024
const mostLogText = 4 * 1024 * 1024

/** A transition of a type, by its own name only: `constructor` is none. */
export function transitionOf({ transitions }: RecordTypeSpec, move: string): RecordTransition | undefined {
  return Object.hasOwn(transitions, move) ? transitions[move] : undefined
}

/** Whether a state is the end of it. */
export const isFinal = ({ states }: RecordTypeSpec, state: string): boolean =>
  Object.hasOwn(states, state) && states[state]?.final === true

/** Whether a move may start in a state. */
export function startsIn(spec: RecordTypeSpec, { from }: RecordTransition, state: string): boolean {
  return from === undefined ? !isFinal(spec, state) : from.includes(state)
}

/** Numbers are found by the letters they begin with, for ever. */
export function prefixFault(
  known: ReadonlyMap<string, RecordType>,
  { name, spec }: Pick<RecordType, 'name' | 'spec'>,
): string | undefined {
  const was = known.get(name)?.spec.prefix
  if (was !== undefined && was !== spec.prefix) return `numbers of ${name} begin with ${was}, and always will`
  const other = [...known.values()].find((t) => t.name !== name && t.spec.prefix === spec.prefix)
  return other === undefined ? undefined : `its numbers begin with ${spec.prefix}, as those of ${other.name} do`
}

/**
 * Why a record of a type may not go from `before` to `after`; undefined where it may. Binds those who write and those who
 * check: states, fields that a move may set, fields that have to be there, a log to which lines are only ever added. Who may,
 * and what else has to hold, is judged by documents: see `engine/records/`.
 */
export function declaredFault(
  type: RecordType,
  before: DeclaredRecord | undefined,
  after: DeclaredRecord,
): string | undefined {
  if (after.type !== type.name) return `it is a record of ${after.type}, not of ${type.name}`
  // A state that its type has no longer can still be spoken of, and left.
  if (before?.state !== after.state && !Object.hasOwn(type.spec.states, after.state))
    return `${type.name} has no state ${after.state}`
  const line = after.log.at(-1)
  if (line === undefined) return 'its log is empty'
  return (
    lineFault(after, line) ??
    sizeFault(after) ??
    (before === undefined ? birthFault(type, after) : moveFault(type, before, after, line))
  )
}

function lineFault({ transition, state }: DeclaredRecord, line: RecordLogLine): string | undefined {
  if (line.by !== 'engine' && (line.for !== undefined || line.via !== undefined))
    return 'only an engine speaks for somebody else'
  return line.move === transition.name &&
    line.at === transition.at &&
    line.by === transition.actor &&
    line.state === state
    ? undefined
    : 'the last line of its log is of another move'
}

function sizeFault({ fields, log, links }: DeclaredRecord): string | undefined {
  if (log.length > mostLogLines) return `its log has more than ${mostLogLines} lines`
  if (links.length > mostLinks) return `it has more than ${mostLinks} links`
  if (log.reduce((sum, line) => sum + (line.text ?? '').length, 0) > mostLogText) return 'its log says too much'
  return JSON.stringify(fields).length > mostFieldText ? 'its fields hold too much' : undefined
}

function birthFault(type: RecordType, after: DeclaredRecord): string | undefined {
  const birth = transitionOf(type.spec, 'new')
  const first = birth?.to ?? Object.keys(type.spec.states)[0]
  if (birth === undefined || after.transition.name !== 'new' || after.log.length !== 1)
    return `${type.name} begins by being opened`
  if (after.state !== first) return `${type.name} begins as ${first}`
  const [prefix, year] = [type.spec.prefix, after.openedAt.slice(0, 4)]
  if (!after.id.startsWith(`${prefix}-${year}-`)) return `its number does not begin with ${prefix}-${year}`
  if (after.openedAt !== after.transition.at || after.openedBy !== after.transition.actor)
    return 'it was opened by somebody else'
  return missingField(birth, after)
}

function moveFault(
  type: RecordType,
  before: DeclaredRecord,
  after: DeclaredRecord,
  line: RecordLogLine,
): string | undefined {
  if (canonicalJson(fixed(before)) !== canonicalJson(fixed(after)))
    return 'its number, its type and who opened it never change'
  if (before.transition.uuid === after.transition.uuid) return 'two moves have the same id'
  if (Date.parse(after.transition.at) < Date.parse(before.transition.at))
    return 'its date is before that of the move before it'
  if (!isPrefix(before.log, after.log) || after.log.length !== before.log.length + 1)
    return 'a move adds one line to the log and changes none'
  if (!isPrefix(before.links, after.links)) return 'links are added, never changed'
  return isPlain(line.move) ? plainFault(before, after, line) : transitionFault(type, before, after, line)
}

const isPlain = (move: string): boolean => (plainMoves as readonly string[]).includes(move)

function plainFault(before: DeclaredRecord, after: DeclaredRecord, line: RecordLogLine): string | undefined {
  if (before.state !== after.state || changedFields(before, after).length > 0 || before.title !== after.title)
    return `${line.move} changes neither its state nor its fields`
  if (line.move === 'link') return linkFault(before, after, line)
  if (after.links.length !== before.links.length) return 'a comment adds no link'
  return line.text === undefined ? 'a comment says something' : undefined
}

function linkFault(before: DeclaredRecord, { links }: DeclaredRecord, { text }: RecordLogLine): string | undefined {
  const added = links[before.links.length]
  if (added === undefined || links.length !== before.links.length + 1) return 'a link adds one link'
  return text === `${added.relation} ${added.to}` ? undefined : 'its log names another link than the one that was added'
}

function transitionFault(
  type: RecordType,
  before: DeclaredRecord,
  after: DeclaredRecord,
  line: RecordLogLine,
): string | undefined {
  const move = transitionOf(type.spec, line.move)
  if (move === undefined || line.move === 'new') return `${type.name} has no move ${line.move}`
  if (!startsIn(type.spec, move, before.state)) return `${line.move} does not start in the state ${before.state}`
  if (after.state !== (move.to ?? before.state)) return `${line.move} does not lead to the state ${after.state}`
  const foreign = changedFields(before, after).find((name) => !(move.sets ?? []).includes(name))
  if (foreign !== undefined) return `${line.move} does not set ${foreign}`
  if (before.title !== after.title && !(move.sets ?? []).includes('title')) return `${line.move} does not set the title`
  if (move.comment === 'required' && line.text === undefined) return `${line.move} has to say why`
  return missingField(move, after)
}

function missingField({ requires }: RecordTransition, { fields }: DeclaredRecord): string | undefined {
  const missing = requires?.find((name) => !Object.hasOwn(fields, name))
  return missing === undefined ? undefined : `${missing} is missing`
}

const fixed = ({ apiVersion, kind, id, type, openedAt, openedBy }: DeclaredRecord) => ({
  ...{ apiVersion, kind, id, type, openedAt, openedBy },
})

function changedFields(before: DeclaredRecord, after: DeclaredRecord): readonly string[] {
  const names = new Set([...Object.keys(before.fields), ...Object.keys(after.fields)])
  const said = ({ fields }: DeclaredRecord, name: string): string | undefined =>
    Object.hasOwn(fields, name) ? canonicalJson(fields[name]) : undefined
  return [...names].filter((name) => said(before, name) !== said(after, name))
}

function isPrefix(before: readonly unknown[], after: readonly unknown[]): boolean {
  return before.every((item, i) => {
    const same = after[i]
    return same !== undefined && canonicalJson(item as never) === canonicalJson(same as never)
  })
}
