import { canonicalJson } from './canonical.ts'
import type { Subject } from './plan.ts'
import type { ApplyPredicate, ApprovalPredicate, BreakGlassPredicate, Envelope, ReviewPredicate } from './record.ts'
import { base64OfBytes, bytesOfBase64, type VerifySignature } from './ssh-key.ts'

/** What can be said in an envelope. Each sort has a namespace of its own for its SSH signatures: one made for another never counts. */
export interface Predicates {
  readonly approval: ApprovalPredicate
  readonly 'break-glass': BreakGlassPredicate
  readonly review: ReviewPredicate
  readonly apply: ApplyPredicate
}

export type StatementSort = keyof Predicates

export const namespaceOf = (sort: StatementSort): string => `plumbline-${sort}`

export const predicateTypeOf = (sort: StatementSort): string => `urn:plumbline:${sort}:v1`

const statementType = 'https://in-toto.io/Statement/v1'
const payloadType = 'application/vnd.in-toto+json'

/** An in-toto Statement v1. Its subjects repeat the digests of the predicate in the words other tools look for. */
export interface Statement<Sort extends StatementSort = 'approval'> {
  readonly _type: typeof statementType
  readonly subject: readonly { readonly name: string; readonly digest: Readonly<Record<string, string>> }[]
  readonly predicateType: string
  readonly predicate: Predicates[Sort]
}

/** What a check of an envelope found: the key that signed, and what it says. */
export type VerifiedEnvelope<Sort extends StatementSort = 'approval'> =
  | { readonly ok: true; readonly publicKey: string; readonly predicate: Predicates[Sort] }
  | { readonly ok: false; readonly because: string }

export type OpenedEnvelope<Sort extends StatementSort = 'approval'> =
  | {
      readonly ok: true
      readonly predicate: Predicates[Sort]
      /** The bytes that are signed. */
      readonly signed: Uint8Array
      /** The armoured SSH signature. */
      readonly signature: string
      readonly keyid: string
    }
  | { readonly ok: false; readonly because: string }

export function makeStatement<Sort extends StatementSort>(sort: Sort, predicate: Predicates[Sort]): Statement<Sort> {
  const { subject } = predicate
  return {
    _type: statementType,
    subject: [
      { name: 'plan', digest: { sha256: subject.plan.slice('sha256:'.length) } },
      { name: 'head', digest: { gitCommit: subject.head } },
      { name: 'merge', digest: { gitTree: subject.tree } },
    ],
    predicateType: predicateTypeOf(sort),
    predicate,
  }
}

/** DSSE's pre-authentication encoding: what is signed says how long its parts are, so that they can't be shifted. */
export function pae(type: string, body: Uint8Array): Uint8Array {
  const encoder = new TextEncoder()
  const head = encoder.encode(`DSSEv1 ${encoder.encode(type).length} ${type} ${body.length} `)
  const all = new Uint8Array(head.length + body.length)
  all.set(head)
  all.set(body, head.length)
  return all
}

/** Who can sign: a `Signer`, in the words of the model. */
interface Signing {
  readonly publicKey: string
  sign(data: Uint8Array, namespace: string): Promise<string>
}

/** Signs one statement. `fingerprint` gives `SHA256:…` of a public key. */
export async function signStatement<Sort extends StatementSort>(
  sort: Sort,
  predicate: Predicates[Sort],
  signer: Signing,
  fingerprint: (publicKey: string) => string | undefined,
): Promise<Envelope> {
  const payload = new TextEncoder().encode(canonicalJson(makeStatement(sort, predicate)))
  const armoured = await signer.sign(pae(payloadType, payload), namespaceOf(sort))
  const sig = base64OfBytes(new TextEncoder().encode(armoured))
  const keyid = fingerprint(signer.publicKey) ?? ''
  return { payloadType, payload: base64OfBytes(payload), signatures: [{ keyid, sig }] }
}

/**
 * Reads an envelope without checking its signature. Strict: one signature, canonical JSON, no field that we don't know, and
 * the statement's subjects must be those of its predicate, so that no two readers can understand different things.
 */
export function openEnvelope<Sort extends StatementSort>(sort: Sort, envelope: unknown): OpenedEnvelope<Sort> {
  if (!isRecord(envelope) || envelope['payloadType'] !== payloadType)
    return closed('it is no DSSE envelope of an in-toto statement')
  const [signature, ...others] = Array.isArray(envelope['signatures']) ? (envelope['signatures'] as unknown[]) : []
  if (!isRecord(signature) || others.length > 0) return closed('it does not have exactly one signature')
  const armoured = textOfBase64(signature['sig'])
  const payload = textOfBase64(envelope['payload'])
  if (armoured === undefined || payload === undefined) return closed('its base64 is broken')
  const predicate = predicateOf(sort, payload)
  if (typeof predicate === 'string') return closed(predicate)
  return {
    ok: true,
    predicate,
    signed: pae(payloadType, new TextEncoder().encode(payload)),
    signature: armoured,
    keyid: typeof signature['keyid'] === 'string' ? signature['keyid'] : '',
  }
}

/** Opens an envelope and checks its signature. Says who signed; whether that key may is for others to judge. */
export function verifyEnvelope<Sort extends StatementSort>(
  sort: Sort,
  envelope: unknown,
  verifySignature: VerifySignature,
  fingerprint: (publicKey: string) => string | undefined,
): VerifiedEnvelope<Sort> {
  const opened = openEnvelope(sort, envelope)
  if (!opened.ok) return opened
  const check = verifySignature(opened.signature, opened.signed, namespaceOf(sort))
  if (!check.ok) return check
  if (fingerprint(check.publicKey) !== opened.keyid)
    return closed(`its keyid ${JSON.stringify(opened.keyid)} is not of the key that signed`)
  return { ok: true, publicKey: check.publicKey, predicate: opened.predicate }
}

const closed = (because: string): { readonly ok: false; readonly because: string } => ({ ok: false, because })

/** The predicate of a payload, or why there is none. */
function predicateOf<Sort extends StatementSort>(sort: Sort, payload: string): Predicates[Sort] | string {
  let statement: unknown
  try {
    statement = JSON.parse(payload)
  } catch {
    return 'its payload is not JSON'
  }
  if (
    !isRecord(statement) ||
    statement['_type'] !== statementType ||
    statement['predicateType'] !== predicateTypeOf(sort)
  )
    return `its payload is no statement of the sort ${sort}`
  const predicate = statement['predicate']
  if (!isPredicate(sort, predicate)) return 'its predicate lacks something or holds something unknown'
  if (payload !== canonicalJson(makeStatement(sort, predicate)))
    return 'its payload is not in canonical form, or its subjects contradict it'
  return predicate
}

const digest = /^sha256:[0-9a-f]{64}$/
const objectId = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/
const subjectFields: Readonly<Record<keyof Subject, RegExp>> = {
  repository: /^[^\x00-\x1f]{1,128}$/,
  ref: /^refs\/heads\/[^\x00-\x20]{1,200}$/,
  base: objectId,
  head: objectId,
  tree: objectId,
  content: digest,
  plan: digest,
  policies: digest,
}

/** Whether a value is a subject, with nothing missing and nothing beside. */
export function isSubject(value: unknown): value is Subject {
  return (
    isRecord(value) &&
    Object.keys(value).length === Object.keys(subjectFields).length &&
    Object.entries(subjectFields).every(([name, pattern]) => matches(value[name], pattern))
  )
}

type Field = (value: unknown) => boolean

const instant: Field = (value) => matches(value, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/)
const person: Field = (value) => matches(value, /^Person\/[a-z0-9][a-z0-9.-]{0,62}$/)
const team: Field = (value) => matches(value, /^Team\/[a-z0-9][a-z0-9.-]{0,62}$/)
const change: Field = (value) => matches(value, /^CHG-\d{4}-\d{5,9}$/)
const prose: Field = (value) => typeof value === 'string' && value.length <= 10_000
const optional =
  (field: Field): Field =>
  (value) =>
    value === undefined || field(value)
const among =
  (...words: readonly string[]): Field =>
  (value) =>
    words.includes(value as string)

const predicateFields: { readonly [Sort in StatementSort]: Readonly<Record<keyof Predicates[Sort], Field>> } = {
  approval: {
    subject: isSubject,
    approver: person,
    decision: among('approve', 'reject'),
    at: instant,
    comment: optional(prose),
  },
  'break-glass': {
    subject: isSubject,
    person,
    role: team,
    reason: prose,
    incident: prose,
    at: instant,
    until: instant,
  },
  review: {
    subject: isSubject,
    change,
    reviewer: person,
    at: instant,
    outcome: among('successful', 'unsuccessful'),
    comment: optional(prose),
  },
  apply: {
    subject: isSubject,
    change,
    outcome: among('implemented', 'failed'),
    startedAt: instant,
    finishedAt: instant,
    results: (value) => matches(value, digest),
  },
}

function isPredicate<Sort extends StatementSort>(sort: Sort, value: unknown): value is Predicates[Sort] {
  if (!isRecord(value)) return false
  const fields: Readonly<Record<string, Field>> = predicateFields[sort]
  return (
    Object.keys(value).every((name) => Object.hasOwn(fields, name)) &&
    Object.entries(fields).every(([name, field]) => field(value[name]))
  )
}

function matches(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value)
}

function textOfBase64(value: unknown): string | undefined {
  const bytes = typeof value === 'string' ? bytesOfBase64(value) : undefined
  if (bytes === undefined) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
