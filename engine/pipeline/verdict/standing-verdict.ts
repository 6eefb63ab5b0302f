import picomatch from 'picomatch'
import { codeOwnersPaths } from '../../change/code-owners.ts'
import { isSoundAlone } from '../../checks/check-documents.ts'
import { uniqueKeys } from '../../checks/unique.ts'
import { changedFields, wereRead } from '../../graph/note-reads.ts'
import { referenceReader } from '../../graph/references.ts'
import { defaultLimits } from '../../load/limits.ts'
import { isKnowledge } from '../../load/markdown-file.ts'
import { parseFile } from '../../load/parse-file.ts'
import { readEnvelope } from '../../load/read-envelope.ts'
import { hasErrors } from '../../model/diagnostic.ts'
import type { LoadedDocument } from '../../model/document.ts'
import type { Graph } from '../../model/graph.ts'
import { secretsFolder } from '../../model/secret-ref.ts'
import type { WorkState } from '../../ports/files.ts'
import { markedSchema } from '../../schema/marks.ts'
import { estateFile, usualDocuments } from '../estate-file.ts'
import type { Validation } from '../validation.ts'
import type { World } from '../world.ts'
import { type Changed, changedSince } from './changed-since.ts'
import { type Content, type KeptVerdict, mostChanged } from './kept-verdict.ts'

type Known = Pick<KeptVerdict, 'config' | 'sources'>

/**
 * What `validate` found last, where nothing that changed since can have changed it; undefined where that is not plain, and everything
 * has to be looked at. It is plain where files are the same but for documents that are sound by themselves, refer to the same
 * others, hold the same of what no other may hold, and differ in nothing that was read where others were judged.
 */
export async function standingVerdict(
  world: World,
  state: WorkState,
  kept: KeptVerdict,
): Promise<Validation | undefined> {
  if (state.changed.size > mostChanged || !isOfThisHour(kept.at, world.clock.now())) return undefined
  const roleOf = rolesOfFiles(kept)
  const contentOf = contentReader(world, kept)
  const changed = await changedSince(world, kept, state, (path) => roleOf(path) !== undefined, contentOf)
  if (changed === undefined) return undefined
  if (changed.length === 0) return kept.validation
  // Of documents with errors nobody looked at hosts.
  if (hasErrors(kept.validation.diagnostics) || changed.some(({ path }) => roleOf(path) !== 'documents'))
    return undefined
  const said = JSON.stringify(kept.validation.diagnostics)
  for (const file of changed) if (!(await isAsGood(world, kept, file, said))) return undefined
  return kept.validation
}

/** Some findings depend on the time: within the hour they count as they are. */
const isOfThisHour = (at: string, now: Date): boolean =>
  at.slice(0, 13) === now.toISOString().slice(0, 13) && at <= now.toISOString()

/** What a file of the estate is to `validate`; undefined where it is nothing. */
export function rolesOfFiles({ config, sources }: Known): (path: string) => 'documents' | 'other' | undefined {
  const wanted = picomatch([...(config.documents ?? usualDocuments)], { dot: false })
  const folders = [secretsFolder, config.schemas ?? 'schemas'].map((folder) => `${folder}/`)
  const named = new Set<string>([...codeOwnersPaths, estateFile, ...sources])
  const isOther = (path: string): boolean =>
    named.has(path) || folders.some((folder) => path.startsWith(folder)) || isKnowledge(path)
  return (path) => (isOther(path) ? 'other' : wanted(path) ? 'documents' : undefined)
}

/** Reads what a verdict has to know of a file. */
export function contentReader(world: World, known: Known): (path: string, bytes: Uint8Array) => Content {
  const roleOf = rolesOfFiles(known)
  const limits = { ...defaultLimits, ...known.config.limits }
  return (path, bytes) => {
    const parsed = roleOf(path) === 'documents' ? parseFile(bytes, limits) : undefined
    const digest = world.sha256(bytes)
    return parsed?.findings.length === 0 ? { digest, documents: parsed.documents } : { digest }
  }
}

/** Whether a file holds the same documents, and nothing that changed in them matters to anything. */
async function isAsGood(world: World, kept: KeptVerdict, file: Changed, said: string): Promise<boolean> {
  const [before, after] = [documentsOf(world, file.path, file.before), documentsOf(world, file.path, file.after)]
  if (before === undefined || after === undefined || before.length !== after.length) return false
  // A finding tells a place in the file, or a document in it.
  if (said.includes(JSON.stringify(file.path).slice(1, -1))) return false
  for (const [i, was] of before.entries()) {
    const now = after[i]
    if (now === undefined || now.address !== was.address || said.includes(now.address)) return false
    if (!(await isAlike(world, kept, was, now))) return false
  }
  return true
}

/** Documents that judge others, or say how they are judged. */
const judges: readonly string[] = ['Estate', 'Policy', 'RecordType']

async function isAlike(world: World, kept: KeptVerdict, was: LoadedDocument, now: LoadedDocument): Promise<boolean> {
  const { kind } = now.document
  const known = world.kinds.get(kind)
  const validate = (await world.quickValidators()).get(kind)
  if (known === undefined || validate === undefined || judges.includes(kind)) return false
  if (now.bare === true || wereRead(kept.reads, kind, changedFields(was.document, now.document))) return false
  if (!validate(now.document)) return false
  const marks = markedSchema(known.schema)
  const references = referenceReader(world.kinds)
  const isSame = (of: (document: LoadedDocument) => unknown): boolean =>
    JSON.stringify(of(was)) === JSON.stringify(of(now))
  return (
    isSame(references) &&
    (marks === undefined || isSame((d) => uniqueKeys(marks, d.document.spec))) &&
    isSoundHere(world, kept, now)
  )
}

/** Whether nothing is found in a document itself. What would take others to tell is not. */
function isSoundHere(world: World, kept: KeptVerdict, document: LoadedDocument): boolean {
  const graph = graphOf([...kept.policies, document])
  const { file, line } = document
  const locate = () => ({ file, line, column: 1 })
  try {
    return isSoundAlone({ graph, kinds: world.kinds, validators: new Map(), locate, now: world.clock.now() })
  } catch (error) {
    if (error instanceof AsksForOthers) return false
    throw error
  }
}

class AsksForOthers extends Error {}

/** A few documents, without what they have to do with others. */
function graphOf(documents: readonly LoadedDocument[]): Graph {
  const refuse = (): never => {
    throw new AsksForOthers()
  }
  return {
    documents: new Map(documents.map((d) => [d.address, d])),
    ofKind: (kind) => documents.filter((d) => d.document.kind === kind),
    outgoing: refuse,
    incoming: refuse,
  }
}

/** The documents of a file; undefined where there is none, or something is wrong with it or one of them. */
function documentsOf(world: World, path: string, content: Content | undefined): readonly LoadedDocument[] | undefined {
  const read = content?.documents?.map((raw) => readEnvelope(raw, path, world.kinds))
  const sound = read?.flatMap((found) => ('document' in found ? [found.document] : []))
  return sound?.length === read?.length ? sound : undefined
}
