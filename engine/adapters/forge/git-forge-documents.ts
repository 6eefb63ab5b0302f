import { Ajv2020 } from 'ajv/dist/2020.js'
import { type CheckConclusion, checkNames, type ForgePermission, type Review } from '../../model/pull-request.ts'
import type { CheckAnnotation, Reaction } from '../../ports/forge.ts'
import { forgeError } from './codes.ts'

/** Somebody, as they call themselves: the part of their e-mail address before the @. */
export interface KeptAccount {
  readonly login: string
  /** A program. */
  readonly bot?: boolean
}

export interface KeptComment {
  /** Counted in its thread, from 1. */
  readonly id: string
  readonly author: KeptAccount
  readonly body: string
  readonly at: string
  readonly edited?: boolean
  readonly reactions?: readonly { readonly login: string; readonly how: Reaction }[]
}

/** What pull requests and issues have in common. They share their numbers. */
export interface KeptThread {
  readonly number: number
  readonly title: string
  readonly body: string
  readonly labels: readonly string[]
  readonly author: KeptAccount
  readonly openedAt: string
  readonly comments: readonly KeptComment[]
}

/** `requests/7.json` */
export interface KeptRequest extends KeptThread {
  readonly state: 'open' | 'closed' | 'merged'
  readonly branch: string
  readonly target: string
  /** Newest commit of the branch when this was written, and where it left the target when it was opened. */
  readonly head: string
  readonly base: string
  readonly merged?: string
  readonly mergedBy?: KeptAccount
  readonly mergedAt?: string
  readonly reviews: readonly KeptReview[]
}

export interface KeptReview {
  readonly id: string
  readonly author: KeptAccount
  readonly state: Review['state']
  readonly commit: string
  readonly at: string
}

/** `issues/8.json` */
export interface KeptIssue extends KeptThread {
  readonly state: 'open' | 'closed'
}

/** One of `checks/<commit>.json`, oldest first. */
export interface KeptCheck {
  readonly name: string
  readonly key: string
  readonly conclusion: CheckConclusion
  readonly title: string
  readonly summary: string
  readonly annotations: readonly CheckAnnotation[]
  readonly url?: string
}

/** `access.json`: what accounts may do, by login. */
export type KeptAccess = Readonly<Record<string, ForgePermission>>

/** Bytes of one document: a thread with a few hundred long comments. */
export const largestDocument = 4_000_000

const line = (most: number) => ({ type: 'string', maxLength: most, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$' })
const text = (most: number) => ({ type: 'string', maxLength: most, pattern: '^[^\\u0000]*$' })
const oneOf = (...names: readonly string[]) => ({ enum: names })
const list = (items: object, most: number) => ({ type: 'array', maxItems: most, items })
const record = (required: object, optional: object = {}) => ({
  type: 'object',
  additionalProperties: false,
  required: Object.keys(required),
  properties: { ...required, ...optional },
})

const loginPattern = '^[a-z0-9][a-z0-9._-]{0,99}$'
const login = { type: 'string', pattern: loginPattern }
const commit = { type: 'string', pattern: '^(?:[0-9a-f]{40}|[0-9a-f]{64})$' }
const branch = { type: 'string', pattern: '^(?!-)[^\\u0000-\\u0020\\u007f~^:?*[\\\\]{1,200}$' }
const instant = { type: 'string', pattern: '^\\d{4}-[01]\\d-[0-3]\\dT[0-2]\\d:[0-5]\\d:[0-5]\\d(?:\\.\\d{1,3})?Z$' }
const id = { type: 'string', pattern: '^[\\w.-]{1,100}$' }
const number = { type: 'integer', minimum: 1, maximum: 999_999_999 }
const account = record({ login }, { bot: { type: 'boolean' } })
const reaction = record({ login, how: oneOf('eyes', 'rocket', 'confused', '+1', '-1') })
const comment = record(
  { id, author: account, body: text(70_000), at: instant },
  { edited: { type: 'boolean' }, reactions: list(reaction, 500) },
)
const thread = {
  number,
  title: { ...line(500), minLength: 1 },
  body: text(70_000),
  labels: list({ ...line(100), minLength: 1 }, 100),
  author: account,
  openedAt: instant,
  comments: list(comment, 2000),
}
const review = record({
  ...{ id, author: account, commit, at: instant },
  state: oneOf('approved', 'changes-requested', 'dismissed', 'commented'),
})
const annotation = record(
  {
    path: { ...line(1000), minLength: 1 },
    line: number,
    level: oneOf('notice', 'warning', 'failure'),
    title: text(1000),
    message: text(65_536),
  },
  { endLine: number },
)
const permission = oneOf('none', 'read', 'triage', 'write', 'maintain', 'admin')

/** Their forms, by the folder that they lie in. Strict: what is unknown in them may be what forbids something. */
const forms = {
  requests: record(
    {
      ...{ ...thread, branch, target: branch, head: commit, base: commit, reviews: list(review, 2000) },
      state: oneOf('open', 'closed', 'merged'),
    },
    { merged: commit, mergedBy: account, mergedAt: instant },
  ),
  issues: record({ ...thread, state: oneOf('open', 'closed') }),
  checks: list(
    record(
      {
        ...{
          name: oneOf(...checkNames),
          key: { ...line(200), minLength: 1 },
          title: text(1000),
          summary: text(70_000),
        },
        conclusion: oneOf('success', 'failure', 'action-required', 'neutral'),
        annotations: list(annotation, 1000),
      },
      { url: line(1000) },
    ),
    200,
  ),
  access: {
    type: 'object',
    maxProperties: 5000,
    propertyNames: { pattern: loginPattern },
    additionalProperties: permission,
  },
}

export type Folder = keyof typeof forms

const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: false })
const validators = new Map(Object.entries(forms).map(([folder, form]) => [folder, ajv.compile(form)]))

/** Why a value is no document of this folder; undefined where it is one. What it says is not repeated. */
function faultOf(folder: Folder, value: unknown): string | undefined {
  const validate = validators.get(folder)
  if (validate === undefined || validate(value)) return undefined
  const [error] = validate.errors ?? []
  const at = (error?.instancePath ?? '').replace(/[^\w/.-]/g, '?').slice(0, 100)
  return `${at === '' ? 'it' : at} ${error?.message ?? 'is not what it should be'}`.slice(0, 300)
}

/** Throws `forge-unreadable`. */
export function readDocument(folder: Folder, path: string, bytes: Uint8Array): unknown {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw forgeError('forge-unreadable', `${path} of the remote's pull requests is no JSON`)
  }
  const fault = faultOf(folder, value)
  if (fault !== undefined) throw forgeError('forge-unreadable', `${path} of the remote's pull requests: ${fault}`)
  return value
}

/** Throws `forge-unfit`: what could not be read again is never written. */
export function writeDocument(folder: Folder, path: string, value: unknown): string {
  const fault = faultOf(folder, value)
  if (fault !== undefined) throw forgeError('forge-unfit', `${path} can't be written: ${fault}`)
  const written = `${JSON.stringify(value, null, 2)}\n`
  if (Buffer.byteLength(written) > largestDocument)
    throw forgeError('forge-unfit', `${path} can't be written: it would be larger than ${largestDocument} bytes`)
  return written
}
