import { canonicalJson } from '../model/canonical.ts'
import type { DeclaredRecord, RecordType, RecordTypeRecord } from '../model/declared-record.ts'
import { compareVersions, isVersion } from '../model/version.ts'
import type { LedgerStep } from '../ports/ledger.ts'
import { declaredFault, prefixFault, transitionOf } from './declared-law.ts'
import { declaredAt, declaredPath, formatRecordId, parseRecordId, recordTypePath } from './declared-record.ts'
import type { LedgerWalk } from './verify-walk.ts'

/** Why an entry that declares a type of record is not as it should be; undefined where it is. */
export async function recordTypeFault(
  walk: LedgerWalk,
  name: string,
  step: LedgerStep,
  key: string,
): Promise<string | undefined> {
  const read = walk.only(step, recordTypePath(name), 'recordType')
  if ('because' in read) return read.because
  const { after } = read
  const before = new Map(walk.recordTypes)
  walk.recordTypes.set(name, { name, spec: after.spec, from: after.from })
  if (after.name !== name) return 'it is the declaration of another type'
  if (step.commit.trailers['Transition'] !== 'declare') return 'a type is declared, nothing else happens to it'
  return (
    prefixFault(before, after) ??
    ('commit' in after.from
      ? await ownTypeFault(walk, after, after.from.commit)
      : await shippedTypeFault(walk, before, after, after.from.engine)) ??
    (await signerFault(walk, step, key))
  )
}

type Known = LedgerWalk['recordTypes']

/** Where an older document counted, anybody could go back to a type that asked less of them. */
async function ownTypeFault(
  walk: LedgerWalk,
  { name, spec }: RecordTypeRecord,
  commit: string,
): Promise<string | undefined> {
  const { question } = walk
  if (!(await question.isOnMain(commit))) return `it names ${commit}, which the target branch does not hold`
  const says = async (at: string): Promise<boolean> => {
    const document = await question.recordTypeOf(at, name)
    return document !== undefined && canonicalJson(document) === canonicalJson(spec)
  }
  if (!(await says(commit))) return `it is not what ${commit} says of ${name}`
  const agreed = agreedCommit(walk)
  if (agreed === undefined || agreed === commit || (await says(agreed))) return undefined
  if (walk.rules !== undefined) return `it is not what ${agreed} says of ${name}, which was agreed to`
  const place = (id: string): number => question.main.findIndex((c) => c.id === id)
  return place(commit) > place(agreed) ? undefined : `it is what ${commit} says of ${name}, and ${agreed} came since`
}

/** An engine that nobody here knows could bring anything; so could an older one, once a newer one was there. */
async function shippedTypeFault(
  walk: LedgerWalk,
  known: Known,
  { name, spec }: RecordTypeRecord,
  engine: string,
): Promise<string | undefined> {
  const shipped = walk.question.shippedRecordType(engine, name)
  if (shipped === undefined || !isVersion(engine))
    return `nobody here knows what the engine ${engine} brings of ${name}`
  if (shipped !== 'forgotten' && canonicalJson(shipped) !== canonicalJson(spec))
    return `it is not what the engine ${engine} brings`
  for (const { name: other, spec: was, from } of known.values()) {
    if (!('engine' in from) || !isVersion(from.engine)) continue
    const order = compareVersions(engine, from.engine)
    if (order < 0) return `it is of the engine ${engine}, and there was ${from.engine} already`
    if (order === 0 && other === name && canonicalJson(was) !== canonicalJson(spec))
      return `the engine ${engine} brings one ${name}, and this is another`
  }
  const [agreed, now] = [agreedCommit(walk), walk.question.main.at(-1)?.id]
  const own = async (commit: string | undefined): Promise<boolean> =>
    commit !== undefined && (await walk.question.recordTypeOf(commit, name)) !== undefined
  return (await own(agreed)) && (now === undefined || (await own(now)))
    ? `the target branch has a ${name} of its own`
    : undefined
}

/** The commit of the target branch by which things are judged at this entry. */
const agreedCommit = ({ rules, recognised, genesis }: LedgerWalk): string | undefined =>
  rules?.commit ?? recognised ?? genesis?.adoption

const aDay = 86_400_000

/** Why a move of a record of a declared type is not as it should be; undefined where it is. */
export async function declaredStepFault(
  walk: LedgerWalk,
  id: string,
  step: LedgerStep,
  key: string,
): Promise<string | undefined> {
  const place = step.changes.map(({ path }) => declaredAt(path)).find((at) => at?.id === id)
  if (place === undefined) return `it does not write the record ${id}`
  const type = walk.recordTypes.get(place.type)
  if (type === undefined) return `nothing declares records of the type ${place.type}`
  const read = walk.only(step, declaredPath(type.name, id) ?? '', 'declared')
  if ('because' in read) return read.because
  const { before, after } = read
  const number = before === undefined ? numberFault(walk, id) : undefined
  if (after.id !== id) return `the record calls itself ${after.id}`
  const { trailers } = step.commit
  const { name, uuid, actor, at } = after.transition
  if (trailers['Transition'] !== name || trailers['Transition-Id'] !== uuid || trailers['Actor'] !== actor)
    return 'its message contradicts its record'
  if (Math.floor(Date.parse(at) / 1000) !== Date.parse(step.commit.at) / 1000) return 'its date contradicts its record'
  if (Date.parse(at) > walk.question.now.getTime() + aDay) return 'its date is one that is still to come'
  return (
    declaredFault(type, before, after) ??
    number ??
    (await signerFault(walk, step, key)) ??
    (await walk.question.fieldFault(type, before, after)) ??
    objection(walk, type, before, after)
  )
}

/** Numbers are given in turn, so that one that is missing is seen to be. */
function numberFault(walk: LedgerWalk, id: string): string | undefined {
  const found = parseRecordId(id)
  if (found === undefined) return `${id} is no number of a record`
  const of = `${found.prefix}-${found.year}`
  const last = walk.recordNumbers.get(of) ?? 0
  walk.recordNumbers.set(of, Math.max(last, found.number))
  return found.number === last + 1 ? undefined : `${formatRecordId({ ...found, number: last + 1 })} comes before it`
}

/** Who may is judged by the documents that were recognised last, or by those that stand now: people come and go in between. */
async function objection(
  walk: LedgerWalk,
  type: RecordType,
  before: DeclaredRecord | undefined,
  after: DeclaredRecord,
): Promise<string | undefined> {
  const { who, guards } = transitionOf(type.spec, after.transition.name) ?? {}
  if (who === undefined && guards === undefined) return undefined
  const now = walk.rules === undefined ? walk.question.main.at(-1)?.id : undefined
  const faults: (string | undefined)[] = []
  for (const commit of new Set([agreedCommit(walk), now]))
    if (commit !== undefined) faults.push(await walk.question.moveObjection(commit, type, before, after))
  return faults.includes(undefined) ? undefined : faults[0]
}

/** An engine's entry is signed by an engine, a person's by that person. */
async function signerFault(walk: LedgerWalk, { commit }: LedgerStep, key: string): Promise<string | undefined> {
  const actor = commit.trailers['Actor'] ?? ''
  if (actor === 'engine') return walk.engineFault(key, commit.at)
  if (!/^Person\/./.test(actor)) return `${actor} is nobody who moves records`
  const person = actor as `Person/${string}`
  return walk.laterPersonFault(key, person, agreedCommit(walk) ?? '', commit.at, 'git')
}
