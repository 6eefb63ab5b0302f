import type { Address } from './address.ts'
import { canonicalJson } from './canonical.ts'
import type { Subject } from './plan.ts'
import type { ApprovalPredicate, Envelope } from './record.ts'
import { base64OfBytes, bytesOfBase64, type VerifySignature } from './ssh-key.ts'

/** Namespace of SSH signatures over approvals: one made for anything else never counts as an approval. */
export const approvalNamespace = 'plumbline-approval'

export const approvalPredicateType = 'urn:plumbline:approval:v1'
const statementType = 'https://in-toto.io/Statement/v1'
const payloadType = 'application/vnd.in-toto+json'

/** An in-toto Statement v1. Its subjects repeat the digests of the predicate in the words other tools look for. */
export interface Statement {
  readonly _type: typeof statementType
  readonly subject: readonly { readonly name: string; readonly digest: Readonly<Record<string, string>> }[]
  readonly predicateType: typeof approvalPredicateType
  readonly predicate: ApprovalPredicate
}

/** What a check of an envelope found: the key that signed, and what it says. */
export type VerifiedEnvelope =
  | { readonly ok: true; readonly publicKey: string; readonly predicate: ApprovalPredicate }
  | { readonly ok: false; readonly because: string }

export type OpenedEnvelope =
  | {
      readonly ok: true
      readonly predicate: ApprovalPredicate
      /** The bytes that are signed. */
      readonly signed: Uint8Array
      /** The armoured SSH signature. */
      readonly signature: string
      readonly keyid: string
    }
  | { readonly ok: false; readonly because: string }

export function makeStatement(predicate: ApprovalPredicate): Statement {
  const { subject } = predicate
  return {
    _type: statementType,
    subject: [
      { name: 'plan', digest: { sha256: subject.plan.slice('sha256:'.length) } },
      { name: 'head', digest: { gitCommit: subject.head } },
      { name: 'merge', digest: { gitTree: subject.tree } },
    ],
    predicateType: approvalPredicateType,
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

/** Signs one approval. `fingerprint` gives `SHA256:…` of a public key. */
export async function signApproval(
  predicate: ApprovalPredicate,
  signer: Signing,
  fingerprint: (publicKey: string) => string | undefined,
): Promise<Envelope> {
  const payload = new TextEncoder().encode(canonicalJson(makeStatement(predicate)))
  const armoured = await signer.sign(pae(payloadType, payload), approvalNamespace)
  const sig = base64OfBytes(new TextEncoder().encode(armoured))
  const keyid = fingerprint(signer.publicKey) ?? ''
  return { payloadType, payload: base64OfBytes(payload), signatures: [{ keyid, sig }] }
}

/**
 * Reads an envelope without checking its signature. Strict: one signature, canonical JSON, no field that we don't know, and
 * the statement's subjects must be those of its predicate, so that no two readers can understand different things.
 */
export function openEnvelope(envelope: unknown): OpenedEnvelope {
  if (!isRecord(envelope) || envelope['payloadType'] !== payloadType)
    return closed('it is no DSSE envelope of an in-toto statement')
  const [signature, ...others] = Array.isArray(envelope['signatures']) ? (envelope['signatures'] as unknown[]) : []
  if (!isRecord(signature) || others.length > 0) return closed('it does not have exactly one signature')
  const armoured = textOfBase64(signature['sig'])
  const payload = textOfBase64(envelope['payload'])
  if (armoured === undefined || payload === undefined) return closed('its base64 is broken')
  const predicate = predicateOf(payload)
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
export function verifyEnvelope(
  envelope: unknown,
  verifySignature: VerifySignature,
  fingerprint: (publicKey: string) => string | undefined,
): VerifiedEnvelope {
  const opened = openEnvelope(envelope)
  if (!opened.ok) return opened
  const check = verifySignature(opened.signature, opened.signed, approvalNamespace)
  if (!check.ok) return check
  if (fingerprint(check.publicKey) !== opened.keyid)
    return closed(`its keyid ${JSON.stringify(opened.keyid)} is not of the key that signed`)
  return { ok: true, publicKey: check.publicKey, predicate: opened.predicate }
}

const closed = (because: string): { readonly ok: false; readonly because: string } => ({ ok: false, because })

/** The predicate of a payload, or why there is none. */
function predicateOf(payload: string): ApprovalPredicate | string {
  let statement: unknown
  try {
    statement = JSON.parse(payload)
  } catch {
    return 'its payload is not JSON'
  }
  if (
    !isRecord(statement) ||
    statement['_type'] !== statementType ||
    statement['predicateType'] !== approvalPredicateType
  )
    return 'its payload is no statement about an approval'
  const predicate = statement['predicate']
  if (!isPredicate(predicate)) return 'its predicate lacks something or holds something unknown'
  if (payload !== canonicalJson(makeStatement(predicate)))
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

function isPredicate(value: unknown): value is ApprovalPredicate {
  if (!isRecord(value)) return false
  const { subject, approver, decision, at, comment, ...unknown } = value
  return (
    isSubject(subject) &&
    isPerson(approver) &&
    (decision === 'approve' || decision === 'reject') &&
    matches(at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/) &&
    (comment === undefined || (typeof comment === 'string' && comment.length <= 10_000)) &&
    Object.keys(unknown).length === 0
  )
}

function isPerson(value: unknown): value is Address {
  return matches(value, /^Person\/[a-z0-9][a-z0-9.-]{0,62}$/)
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
