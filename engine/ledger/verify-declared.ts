import { canonicalJson } from '../model/canonical.ts'
import type { DeclaredRecord, RecordType } from '../model/declared-record.ts'
import type { LedgerStep } from '../ports/ledger.ts'
import { declaredFault, transitionOf } from './declared-law.ts'
import { declaredPath, parseRecordId, recordTypePath } from './declared-record.ts'
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
  walk.recordTypes.set(name, { name, spec: after.spec })
  if (after.name !== name) return 'it is the declaration of another type'
  if (step.commit.trailers['Transition'] !== 'declare') return 'a type is declared, nothing else happens to it'
  const other = [...walk.recordTypes.values()].find((t) => t.name !== name && t.spec.prefix === after.spec.prefix)
  if (other !== undefined) return `its numbers begin with ${after.spec.prefix}, as those of ${other.name} do`
  if ('commit' in after.from) {
    if (!(await walk.question.isOnMain(after.from.commit)))
      return `it names ${after.from.commit}, which the target branch does not hold`
    const document = await walk.question.recordTypeOf(after.from.commit, name)
    if (document === undefined || canonicalJson(document as never) !== canonicalJson(after.spec as never))
      return `it is not what ${after.from.commit} says of ${name}`
  } else {
    const shipped = walk.question.shippedRecordType(after.from.engine, name)
    if (shipped !== undefined && canonicalJson(shipped as never) !== canonicalJson(after.spec as never))
      return `it is not what the engine ${after.from.engine} brings`
  }
  return signerFault(walk, step, key)
}

/** Why a move of a record of a declared type is not as it should be; undefined where it is. */
export async function declaredStepFault(
  walk: LedgerWalk,
  id: string,
  step: LedgerStep,
  key: string,
): Promise<string | undefined> {
  const prefix = parseRecordId(id)?.prefix
  const type: RecordType | undefined = [...walk.recordTypes.values()].find((t) => t.spec.prefix === prefix)
  if (type === undefined) return `nothing declares records whose numbers begin with ${prefix}`
  const read = walk.only(step, declaredPath(type.name, id) ?? '', 'declared')
  if ('because' in read) return read.because
  const { before, after } = read
  if (after.id !== id) return `the record calls itself ${after.id}`
  const { trailers } = step.commit
  const { name, uuid, actor, at } = after.transition
  if (trailers['Transition'] !== name || trailers['Transition-Id'] !== uuid || trailers['Actor'] !== actor)
    return 'its message contradicts its record'
  if (Math.floor(Date.parse(at) / 1000) !== Date.parse(step.commit.at) / 1000) return 'its date contradicts its record'
  return (
    declaredFault(type, before, after) ?? (await signerFault(walk, step, key)) ?? objection(walk, type, before, after)
  )
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
  const now = walk.question.main.at(-1)?.id
  const faults: (string | undefined)[] = []
  for (const commit of new Set([walk.rules?.commit ?? walk.recognised ?? walk.genesis?.adoption, now]))
    if (commit !== undefined) faults.push(await walk.question.moveObjection(commit, type, before, after))
  return faults.includes(undefined) ? undefined : faults[0]
}

/** An engine's entry is signed by an engine, a person's by that person. */
async function signerFault(walk: LedgerWalk, { commit }: LedgerStep, key: string): Promise<string | undefined> {
  const actor = commit.trailers['Actor'] ?? ''
  if (actor === 'engine') return walk.engineFault(key, commit.at)
  if (!/^Person\/./.test(actor)) return `${actor} is nobody who moves records`
  const person = actor as `Person/${string}`
  return walk.laterPersonFault(key, person, walk.recognised ?? walk.genesis?.adoption ?? '', commit.at, 'git')
}
