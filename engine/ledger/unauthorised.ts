import { canonicalJson } from '../model/canonical.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { DriftClues } from '../model/drift.ts'
import { escapeControls } from '../model/escape.ts'
import type { OpenUnauthorisedRecord, UnauthorisedRecord, UnauthorisedState } from '../model/record.ts'
import type { LedgerEntry, LedgerView } from '../ports/ledger.ts'
import type { Signer } from '../ports/repository.ts'
import { report } from './codes.ts'
import type { By } from './fold-change.ts'
import { newestIds } from './newest-ids.ts'
import { foldersOf } from './paths.ts'
import { type Outcome, parseRecord, serialiseRecord } from './record-text.ts'

/** Unauthorised changes: what hosts show and no change record knows. Their records are an engine's, from the first to the last. */

export const unauthorisedFolder = 'unauthorised'
export const openUnauthorisedPath = `${unauthorisedFolder}/open.yaml`

/** What settles one; each only while it is open. */
const settlements = { revert: 'reverted', adopt: 'adopted', ignore: 'ignored', gone: 'gone' } as const
export type Settlement = keyof typeof settlements

export interface UnauthorisedNumber {
  readonly year: number
  readonly number: number
}

export function parseUnauthorisedId(id: string): UnauthorisedNumber | undefined {
  const match = /^UCH-(\d{4})-(\d{5,9})$/.exec(id)
  if (match?.[1] === undefined || match[2] === undefined) return undefined
  const found = { year: Number(match[1]), number: Number(match[2]) }
  return found.number > 0 && formatUnauthorisedId(found) === id ? found : undefined
}

export function formatUnauthorisedId({ year, number }: UnauthorisedNumber): string {
  return `UCH-${String(year).padStart(4, '0')}-${String(number).padStart(5, '0')}`
}

/** `unauthorised/<year>-<ten thousands>/<hundreds>/UCH-….yaml`; undefined where the id is none. */
export function unauthorisedPath(id: string): string | undefined {
  const found = parseUnauthorisedId(id)
  return found && `${unauthorisedFolder}/${foldersOf(found)}/${id}.yaml`
}

/** A record is born. What the host said is cut and made harmless. */
export function findUnauthorised(
  finding: Omit<UnauthorisedRecord, 'apiVersion' | 'kind' | 'state' | 'transition' | 'settled'>,
  by: By,
): Outcome<UnauthorisedRecord> {
  return checked(undefined, {
    apiVersion: 'plumbline/v1',
    kind: 'UnauthorisedChange',
    ...finding,
    state: 'open',
    fields: finding.fields.map(short),
    clues: harmless(finding.clues),
    transition: { uuid: by.uuid, name: 'find', at: by.at, actor: by.actor },
  })
}

/** It is open no longer. */
export function settleUnauthorised(
  record: UnauthorisedRecord,
  settlement: Settlement,
  why: { readonly because: string; readonly change?: string },
  by: By,
): Outcome<UnauthorisedRecord> {
  return checked(record, {
    ...record,
    state: settlements[settlement],
    settled: { at: by.at, because: short(why.because), ...(why.change !== undefined && { change: why.change }) },
    transition: { uuid: by.uuid, name: settlement, at: by.at, actor: by.actor },
  })
}

/** Why a record may not go from `before` to `after`; undefined where it may. Binds those who write and those who check. */
export function unauthorisedFault(
  before: UnauthorisedRecord | undefined,
  after: UnauthorisedRecord,
): string | undefined {
  const { name, actor, uuid } = after.transition
  if (actor !== 'engine') return 'what a host shows is recorded by an engine'
  if (before === undefined)
    return name === 'find' && after.state === 'open' && after.settled === undefined
      ? undefined
      : 'an unauthorised change is born open, by being found'
  if (before.state !== 'open') return `it was ${before.state} already`
  if (settledBy(name) === undefined || settledBy(name) !== after.state)
    return `${name} does not make an unauthorised change ${after.state}`
  if (after.settled === undefined) return 'it does not say what settled it'
  if (uuid === before.transition.uuid) return 'two transitions have the same id'
  return canonicalJson(fixed(before)) === canonicalJson(fixed(after)) ? undefined : 'what was found never changes'
}

const settledBy = (name: string): UnauthorisedState | undefined =>
  Object.hasOwn(settlements, name) ? settlements[name as Settlement] : undefined

const fixed = ({ state: _, settled: _s, transition: _t, ...rest }: UnauthorisedRecord) => rest

function checked(before: UnauthorisedRecord | undefined, after: UnauthorisedRecord): Outcome<UnauthorisedRecord> {
  const fault = unauthorisedFault(before, after)
  return fault === undefined
    ? { record: after }
    : { refused: report('illegal-transition', { summary: `${after.id}: ${fault}`, subject: after.id }) }
}

/** The list of open ones after a move of one. */
export function openAfter(before: readonly string[], { id, state }: UnauthorisedRecord): readonly string[] {
  const others = before.filter((other) => other !== id)
  return (state === 'open' ? [...others, id] : others).sort()
}

/** The commit of one move, with the list of open ones. */
export function unauthorisedEntry(record: UnauthorisedRecord, open: readonly string[], signer: Signer): LedgerEntry {
  const path = unauthorisedPath(record.id)
  if (path === undefined) throw new Error(`no number of an unauthorised change: ${record.id}`)
  const { uuid, name, at } = record.transition
  const list: OpenUnauthorisedRecord = { apiVersion: 'plumbline/v1', kind: 'OpenUnauthorised', open }
  const text = serialiseRecord(record)
  const again = parseRecord('unauthorised', text, path)
  if ('refused' in again) throw new Error(`what was to be written can't be read: ${again.refused.summary}`)
  return {
    uuid,
    record: record.id,
    transition: name,
    actor: 'engine',
    subject: record.found,
    title: `${record.id} ${name}: ${escapeControls(record.resource).replaceAll('\n', ' ').slice(0, 200)} on ${record.host}`,
    files: new Map([
      [path, text],
      [openUnauthorisedPath, serialiseRecord(list)],
    ]),
    signer,
    at: new Date(Date.parse(at)),
  }
}

type Found<Record> = Outcome<Record> | { readonly record: undefined }

export async function findUnauthorisedRecord(view: LedgerView, id: string): Promise<Found<UnauthorisedRecord>> {
  const path = unauthorisedPath(id)
  const text = path === undefined ? undefined : await view.file(path)
  return path === undefined || text === undefined ? { record: undefined } : parseRecord('unauthorised', text, path)
}

/** Numbers of those that nothing has settled. */
export async function openUnauthorised(view: LedgerView): Promise<Outcome<readonly string[]>> {
  const text = await view.file(openUnauthorisedPath)
  if (text === undefined) return { record: [] }
  const found = parseRecord('openUnauthorised', text, openUnauthorisedPath)
  return 'refused' in found ? found : { record: found.record.open }
}

/** The next free number of a year. Looks at the newest folder only. */
export async function nextUnauthorisedId(view: LedgerView, year: number): Promise<string> {
  const newest = await newestIds(view, unauthorisedFolder, year).next()
  const last = newest.done === true ? undefined : parseUnauthorisedId(newest.value)
  return formatUnauthorisedId({ year, number: (last?.number ?? 0) + 1 })
}

/** Newest first; reads no more than are asked for. */
export async function listUnauthorised(
  view: LedgerView,
  limit: number,
): Promise<{ readonly records: readonly UnauthorisedRecord[]; readonly diagnostics: readonly Diagnostic[] }> {
  const records: UnauthorisedRecord[] = []
  const diagnostics: Diagnostic[] = []
  let looked = 0
  for await (const id of newestIds(view, unauthorisedFolder)) {
    if (++looked > limit) break
    const found = await findUnauthorisedRecord(view, id)
    if ('refused' in found) diagnostics.push(found.refused)
    else if (found.record !== undefined) records.push(found.record)
  }
  return { records, diagnostics }
}

const short = (text: string): string => escapeControls(text).replaceAll('\n', ' ').slice(0, 300)

function harmless({ file, packages, logins }: DriftClues): DriftClues {
  return {
    ...(file !== undefined && {
      file: { ...file, path: short(file.path), ...(file.owner !== undefined && { owner: short(file.owner) }) },
    }),
    ...(packages !== undefined && { packages: packages.map((p) => ({ ...p, text: short(p.text) })) }),
    ...(logins !== undefined && {
      logins: logins.map((login) => ({
        ...login,
        user: short(login.user),
        ...(login.from !== undefined && { from: short(login.from) }),
        ...(login.command !== undefined && { command: short(login.command) }),
      })),
    }),
  }
}
