import type { DeclaredRecord, RecordTypeRecord } from '../model/declared-record.ts'
import { compareText, type Diagnostic } from '../model/diagnostic.ts'
import type { LeaseRecord } from '../model/lease.ts'
import type {
  AppliedHost,
  BaselineRecord,
  BranchRecord,
  ChangeRecord,
  GenesisRecord,
  LockRecord,
  OpenUnauthorisedRecord,
  UnauthorisedRecord,
} from '../model/record.ts'
import type { ReleaseRecord } from '../model/release.ts'
import { report } from './codes.ts'
import type { EngineKeyRecord } from './engine-key.ts'
import { shapes } from './record-shapes.ts'
import { readRecordYaml, recordYaml } from './record-yaml.ts'

/** What came of reading or changing a record. */
export type Outcome<Record> = { readonly record: Record } | { readonly refused: Diagnostic }

export interface RecordTypes {
  readonly change: ChangeRecord
  readonly genesis: GenesisRecord
  readonly applied: AppliedHost
  readonly baseline: BaselineRecord
  readonly branch: BranchRecord
  readonly lock: LockRecord
  readonly engineKey: EngineKeyRecord
  readonly lease: LeaseRecord
  readonly release: ReleaseRecord
  readonly declared: DeclaredRecord
  readonly recordType: RecordTypeRecord
  readonly unauthorised: UnauthorisedRecord
  readonly openUnauthorised: OpenUnauthorisedRecord
}

export type RecordSort = keyof RecordTypes

/** A record never gets this long; reading stops before something that was put in its place does harm. */
const longest = 64 << 20

/** Fields that come first, in the order in which a person wants to read them; the others follow by name. */
const first = [
  'apiVersion',
  'kind',
  'id',
  'host',
  'environment',
  'state',
  'title',
  'type',
  'openedAt',
  'openedBy',
  'repository',
]

/** The one text of a record: the same value always gives the same bytes. */
export function serialiseRecord(record: RecordTypes[RecordSort]): string {
  return recordYaml(ordered(record, first))
}

/** Reads a record strictly: of the right shape, and byte for byte as `serialiseRecord` writes it. */
export function parseRecord<Sort extends RecordSort>(
  sort: Sort,
  text: string,
  file: string,
): Outcome<RecordTypes[Sort]> {
  const refused = (summary: string) => ({
    refused: report('ledger-tampered', { summary: `${file}: ${summary}`, file }),
  })
  if (text.length > longest) return refused('the record is too long')
  let value: unknown
  try {
    value = readRecordYaml(text)
  } catch {
    return refused('the record is no YAML')
  }
  const fault = shapes[sort](value, '')
  if (fault !== undefined) return refused(fault)
  const record = value as RecordTypes[Sort]
  if (serialiseRecord(record) !== text) return refused('the record was not written by the engine')
  return { record }
}

function ordered(value: unknown, front: readonly string[] = []): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => ordered(item))
  if (typeof value !== 'object' || value === null) return value
  const rank = (name: string) => (front.includes(name) ? front.indexOf(name) : front.length)
  const entries = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => rank(a) - rank(b) || compareText(a, b))
  return Object.fromEntries(entries.map(([name, field]) => [name, ordered(field)]))
}
