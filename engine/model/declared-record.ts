import type { Address } from './address.ts'
import type { Document, JsonObject } from './document.ts'

/** What a `RecordType` document says; its schema is `schemas/records/RecordType.yaml`. */
export interface RecordTypeSpec {
  readonly title: string
  readonly plural: string
  readonly prefix: string
  /** JSON Schema of `fields` of a record. */
  readonly fields: JsonObject & { readonly properties: JsonObject; readonly required?: readonly string[] }
  readonly roles?: RecordRoles
  readonly priority?: PriorityRule
  readonly states: Readonly<Record<string, RecordState>>
  readonly transitions: Readonly<Record<string, RecordTransition>>
  readonly clocks?: Readonly<Record<string, RecordClock>>
  readonly reactions?: readonly RecordReaction[]
}

export type RecordTypeDocument = Document<RecordTypeSpec>

/** A type of record with its name. */
export interface RecordType {
  readonly name: string
  readonly spec: RecordTypeSpec
}

/** Names of the fields that say who has to do with a record. */
export interface RecordRoles {
  readonly team?: string
  readonly assignee?: string
  readonly requester?: string
  readonly service?: string
}

export interface PriorityRule {
  readonly impact: string
  readonly urgency: string
  /** Impact → urgency → `P1` to `P9`. */
  readonly matrix: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export interface RecordState {
  readonly title: string
  readonly next?: string
  readonly final?: boolean
}

export interface RecordTransition {
  readonly title: string
  /** States it starts in; any that is not final where none are given. */
  readonly from?: readonly string[]
  /** Absent: it stays in its state. */
  readonly to?: string
  readonly sets?: readonly string[]
  readonly requires?: readonly string[]
  readonly comment?: 'optional' | 'required'
  /** CEL. */
  readonly who?: string
  readonly guards?: readonly { readonly rule: string; readonly message: string }[]
}

export interface RecordClock {
  readonly title: string
  readonly runs: readonly string[]
  readonly stops: readonly string[]
  /** ISO 8601: one for all, or one for each priority. */
  readonly target?: string | Readonly<Record<string, string>>
  /** The field that names a document whose `spec.target` says it. */
  readonly targetFrom?: string
  /** The field that says by when, a date or a moment. */
  readonly until?: string
  /** Name of the SupportHours. */
  readonly hours?: string
}

export interface RecordReaction {
  readonly on: { readonly type: string; readonly move: string; readonly relation?: string }
  readonly do: string
  readonly because?: string
}

/** A record of a declared type, as the ledger keeps it: `records/incident/2026-00/00/INC-2026-00042.yaml`. */
export interface DeclaredRecord {
  readonly apiVersion: 'plumbline/v1'
  readonly kind: 'Record'
  readonly id: string
  /** Name of its `RecordType`. */
  readonly type: string
  readonly state: string
  readonly title: string
  readonly openedAt: string
  readonly openedBy: string
  readonly fields: JsonObject
  /** To other records (`CHG-2026-00042`), documents (`Host/web-01`), requests on a forge or whatever else the relation says. */
  readonly links: readonly RecordLink[]
  /** What was done and said, oldest first; nothing is ever taken out of it. */
  readonly log: readonly RecordLogLine[]
  readonly transition: { readonly uuid: string; readonly name: string; readonly at: string; readonly actor: string }
}

export interface RecordLink {
  /** `caused-by`, `fixed-by`, `duplicate-of`, … */
  readonly relation: string
  readonly to: string
}

/** One move of a record, or one word said about it. */
export interface RecordLogLine {
  /** ISO 8601, UTC. */
  readonly at: string
  /** `engine`, or the address of a person. */
  readonly by: 'engine' | Address
  /** Whom an engine speaks for, as far as it could tell: an address of a person, or `mail:who@example.org`. */
  readonly for?: string
  /** How it came in: `mail`, `forge`, `web`, `alertmanager`. */
  readonly via?: string
  /** `new`, a transition of its type, `comment` or `link`. */
  readonly move: string
  /** The state it came to be in with it. */
  readonly state: string
  readonly text?: string
}

/** The declaration of a type of record, as the ledger keeps it for whoever verifies: `record-types/incident.yaml`. */
export interface RecordTypeRecord {
  readonly apiVersion: 'plumbline/v1'
  readonly kind: 'RecordTypeDeclared'
  readonly name: string
  readonly at: string
  /** The commit of the target branch whose document it is, or the version of the engine that brought it. */
  readonly from: { readonly commit: string } | { readonly engine: string }
  readonly spec: RecordTypeSpec
}
