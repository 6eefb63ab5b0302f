import { canonicalJson } from '../model/canonical.ts'
import type {
  DeclaredRecord,
  RecordLink,
  RecordLogLine,
  RecordType,
  RecordTypeRecord,
  RecordTypeSpec,
} from '../model/declared-record.ts'
import type { JsonObject } from '../model/document.ts'
import { escapeControls } from '../model/escape.ts'
import type { LedgerEntry, LedgerView } from '../ports/ledger.ts'
import type { Signer } from '../ports/repository.ts'
import { report } from './codes.ts'
import { declaredFault, transitionOf } from './declared-law.ts'
import type { Found } from './find-records.ts'
import type { By } from './fold-change.ts'
import { newestIds } from './newest-ids.ts'
import { foldersOf } from './paths.ts'
import { type Outcome, parseRecord, serialiseRecord } from './record-text.ts'

/** Records of declared types: incidents, requests, whatever a `RecordType` says. One record is one file. */

const recordsFolder = 'records'

/** Who moves a record, and how it came in. */
export interface Mover extends By {
  /** Whom an engine speaks for. */
  readonly for?: string
  /** `mail`, `forge`, `web`, `alertmanager`. */
  readonly via?: string
}

/** `INC-2026-00042`: the letters of its type, the year it was opened in, its number in that year. */
export interface RecordNumber {
  readonly prefix: string
  readonly year: number
  readonly number: number
}

/** Letters that mean something else. */
const taken: ReadonlySet<string> = new Set(['CHG', 'UCH', 'REL'])

export function parseRecordId(id: string): RecordNumber | undefined {
  const match = /^([A-Z]{2,5})-(\d{4})-(\d{5,9})$/.exec(id)
  if (match?.[1] === undefined || taken.has(match[1])) return undefined
  const found = { prefix: match[1], year: Number(match[2]), number: Number(match[3]) }
  return found.number > 0 && formatRecordId(found) === id ? found : undefined
}

export function formatRecordId({ prefix, year, number }: RecordNumber): string {
  return `${prefix}-${String(year).padStart(4, '0')}-${String(number).padStart(5, '0')}`
}

/** `records/<type>/<year>-<ten thousands>/<hundreds>/INC-….yaml`; undefined where the id is none. */
export function declaredPath(type: string, id: string): string | undefined {
  const found = parseRecordId(id)
  return found && `${recordsFolder}/${type}/${foldersOf(found)}/${id}.yaml`
}

/** The type and the number that a path of the ledger is of; undefined where it is of no such record. */
export function declaredAt(path: string): { readonly type: string; readonly id: string } | undefined {
  const match = /^records\/([a-z0-9][a-z0-9.-]*)\/.*\/([A-Z0-9-]+)\.yaml$/.exec(path)
  if (match?.[1] === undefined || match[2] === undefined) return undefined
  return declaredPath(match[1], match[2]) === path ? { type: match[1], id: match[2] } : undefined
}

const recordTypesFolder = 'record-types'

/** `record-types/<name>.yaml` */
export const recordTypePath = (name: string): string => `${recordTypesFolder}/${name}.yaml`

export interface NewRecord {
  readonly id: string
  readonly title: string
  readonly fields: JsonObject
  readonly links?: readonly RecordLink[]
  readonly text?: string
}

export function openRecord(type: RecordType, record: NewRecord, who: Mover): Outcome<DeclaredRecord> {
  const state = transitionOf(type.spec, 'new')?.to ?? Object.keys(type.spec.states)[0] ?? ''
  return lawful(type, undefined, {
    apiVersion: 'plumbline/v1',
    kind: 'Record',
    id: record.id,
    type: type.name,
    state,
    title: oneLine(record.title),
    openedAt: who.at,
    openedBy: who.actor,
    fields: clean(record.fields),
    links: (record.links ?? []).map(cleanLink),
    log: [logLine('new', state, who, record.text)],
    transition: transitionBy(who, 'new'),
  })
}

export interface Move {
  readonly name: string
  /** Fields that are set; null takes one away. */
  readonly fields?: JsonObject
  readonly title?: string
  readonly text?: string
  readonly links?: readonly RecordLink[]
}

/** Makes a move that the type declares. */
export function moveRecord(type: RecordType, record: DeclaredRecord, move: Move, who: Mover): Outcome<DeclaredRecord> {
  const state = transitionOf(type.spec, move.name)?.to ?? record.state
  const fields = Object.fromEntries(
    Object.entries({ ...record.fields, ...clean(move.fields ?? {}) }).filter(([, value]) => value !== null),
  )
  return lawful(type, record, {
    ...record,
    state,
    fields,
    ...(move.title !== undefined && { title: oneLine(move.title) }),
    links: [...record.links, ...newLinks(record, move.links ?? [])],
    log: [...record.log, logLine(move.name, state, who, move.text)],
    transition: transitionBy(who, move.name),
  })
}

/** Says something about a record, whatever state it is in. */
export function commentOn(type: RecordType, record: DeclaredRecord, text: string, who: Mover): Outcome<DeclaredRecord> {
  return lawful(type, record, {
    ...record,
    log: [...record.log, logLine('comment', record.state, who, text)],
    transition: transitionBy(who, 'comment'),
  })
}

/** Links a record to something else. */
export function linkRecord(
  type: RecordType,
  record: DeclaredRecord,
  link: RecordLink,
  who: Mover,
): Outcome<DeclaredRecord> {
  const added = cleanLink(link)
  return lawful(type, record, {
    ...record,
    links: [...record.links, added],
    log: [...record.log, { ...logLine('link', record.state, who, undefined), text: `${added.relation} ${added.to}` }],
    transition: transitionBy(who, 'link'),
  })
}

const newLinks = (record: DeclaredRecord, links: readonly RecordLink[]): readonly RecordLink[] =>
  links.map(cleanLink).filter((link) => !record.links.some((l) => l.relation === link.relation && l.to === link.to))

const transitionBy = ({ uuid, at, actor }: By, name: string): DeclaredRecord['transition'] => ({
  ...{ uuid, name, at, actor },
})

function logLine(move: string, state: string, who: Mover, text: string | undefined): RecordLogLine {
  const said = text === undefined ? '' : prose(text).trim()
  return {
    at: who.at,
    by: who.actor,
    ...(who.for !== undefined && { for: oneLine(who.for) }),
    ...(who.via !== undefined && { via: oneLine(who.via) }),
    move,
    state,
    ...(said !== '' && { text: said }),
  }
}

/** What comes from outside is cut and made harmless: no control characters but new lines. */
const prose = (text: string): string => escapeControls(text.replaceAll('\r\n', '\n')).slice(0, 20_000)
const oneLine = (text: string): string => prose(text).replaceAll('\n', ' ').trim().slice(0, 300)
const cleanLink = ({ relation, to }: RecordLink): RecordLink => ({ relation: oneLine(relation), to: oneLine(to) })

/** The same for every text in the fields; what is not there is left out. */
function clean(fields: JsonObject): JsonObject {
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return prose(value)
    if (Array.isArray(value)) return value.map(walk)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, walk(item)]))
  }
  return walk(Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))) as JsonObject
}

function lawful(type: RecordType, before: DeclaredRecord | undefined, after: DeclaredRecord): Outcome<DeclaredRecord> {
  const fault = declaredFault(type, before, after)
  return fault === undefined
    ? { record: after }
    : { refused: report('illegal-transition', { summary: `${after.id}: ${fault}`, subject: after.id }) }
}

/** The commit of one move. */
export function declaredEntry(record: DeclaredRecord, signer: Signer): LedgerEntry {
  const path = declaredPath(record.type, record.id)
  if (path === undefined) throw new Error(`no number of a record: ${record.id}`)
  const { uuid, name, at, actor } = record.transition
  return {
    uuid,
    record: record.id,
    transition: name,
    actor,
    title: `${record.id} ${name}: ${record.title}`,
    files: new Map([[path, readable('declared', record, path)]]),
    signer,
    at: new Date(Date.parse(at)),
  }
}

/** The declaration of a type, written before the first record that is judged by it. */
export function recordTypeEntry(record: RecordTypeRecord, by: Pick<By, 'uuid' | 'actor'>, signer: Signer): LedgerEntry {
  const path = recordTypePath(record.name)
  return {
    uuid: by.uuid,
    record: `record-type/${record.name}`,
    transition: 'declare',
    actor: by.actor,
    title: `record-type/${record.name} declare: ${'commit' in record.from ? record.from.commit.slice(0, 12) : `engine ${record.from.engine}`}`,
    files: new Map([[path, readable('recordType', record, path)]]),
    signer,
    at: new Date(Date.parse(record.at)),
  }
}

function readable<Sort extends 'declared' | 'recordType'>(
  sort: Sort,
  record: Sort extends 'declared' ? DeclaredRecord : RecordTypeRecord,
  path: string,
): string {
  const text = serialiseRecord(record)
  const again = parseRecord(sort, text, path)
  if ('refused' in again) throw new Error(`what was to be written can't be read: ${again.refused.summary}`)
  return text
}

export async function findDeclared(view: LedgerView, type: string, id: string): Promise<Found<DeclaredRecord>> {
  const path = declaredPath(type, id)
  const text = path === undefined ? undefined : await view.file(path)
  return path === undefined || text === undefined ? { record: undefined } : parseRecord('declared', text, path)
}

export async function findRecordType(view: LedgerView, name: string): Promise<Found<RecordTypeRecord>> {
  const path = recordTypePath(name)
  const text = await view.file(path)
  return text === undefined ? { record: undefined } : parseRecord('recordType', text, path)
}

/** Every type that the ledger has a declaration of, by name; what can't be read is left to `audit verify`. */
export async function allRecordTypes(view: LedgerView): Promise<ReadonlyMap<string, RecordTypeRecord>> {
  const names = (await view.list(recordTypesFolder)).map((file) => file.replace(/\.yaml$/, ''))
  const found = await Promise.all(names.map(async (name) => [name, await findRecordType(view, name)] as const))
  return new Map(
    found.flatMap(([name, read]) => ('record' in read && read.record !== undefined ? [[name, read.record]] : [])),
  )
}

/** Types that nobody declares any more and that the ledger has records of all the same; `known` are those that somebody does. */
export async function formerTypes(
  view: LedgerView,
  known: ReadonlyMap<string, unknown>,
): Promise<readonly RecordType[]> {
  const names = (await view.list(recordTypesFolder)).map((file) => file.replace(/\.yaml$/, ''))
  const found = await Promise.all(names.filter((n) => !known.has(n)).map((name) => findRecordType(view, name)))
  return found.flatMap((read) =>
    'record' in read && read.record !== undefined ? [{ name: read.record.name, spec: read.record.spec }] : [],
  )
}

/** Whether the ledger's declaration of a type says the same as this one. */
export const saysSame = (a: RecordTypeSpec, b: RecordTypeSpec): boolean =>
  canonicalJson(a as never) === canonicalJson(b as never)

/** The next free number of a type in a year. Looks at the newest folder only. */
export async function nextRecordId(view: LedgerView, { name, spec }: RecordType, year: number): Promise<string> {
  const newest = await newestIds(view, `${recordsFolder}/${name}`, year).next()
  const last = newest.done === true ? undefined : parseRecordId(newest.value)
  return formatRecordId({ prefix: spec.prefix, year, number: (last?.number ?? 0) + 1 })
}

/** Numbers of the records of a type, newest first; reads no more folders than are asked for. */
export async function* declaredIds(view: LedgerView, type: string): AsyncGenerator<string> {
  yield* newestIds(view, `${recordsFolder}/${type}`)
}

/** Names of the types that the ledger has records of. */
export const declaredTypes = (view: LedgerView): Promise<readonly string[]> => view.list(recordsFolder)
