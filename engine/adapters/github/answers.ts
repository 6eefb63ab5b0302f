import type { ForgeAccount } from '../../model/pull-request.ts'
import { GithubError } from './github-error.ts'

/** Fields of an answer that nothing is known of yet. */
export type Fields = Readonly<Record<string, unknown>>

/** What an answer says is believed only in the form that it must have; `at` says which value, which is never shown. */
export const malformed = (at: string): GithubError =>
  new GithubError('github-answer', `${at} in GitHub's answer is not what it should be`)

export function fieldsOf(value: unknown, at: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(at)
  return value as Fields
}

export function listOf(value: unknown, at: string): readonly unknown[] {
  if (!Array.isArray(value)) throw malformed(at)
  return value
}

export function textOf(value: unknown, at: string): string {
  if (typeof value !== 'string') throw malformed(at)
  return value
}

/** A text where there is one; nothing else may stand there. */
export function textIfAny(value: unknown, at: string): string | undefined {
  return value === null || value === undefined ? undefined : textOf(value, at)
}

export function word(value: unknown, at: string, pattern: RegExp): string {
  if (typeof value !== 'string' || !pattern.test(value)) throw malformed(at)
  return value
}

export function flagOf(value: unknown, at: string): boolean {
  if (typeof value !== 'boolean') throw malformed(at)
  return value
}

/** A number that names something: a positive integer. */
export function numberOf(value: unknown, at: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) throw malformed(at)
  return value
}

const objectIdForm = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

export const isObjectId = (text: string): boolean => objectIdForm.test(text)

export const objectIdOf = (value: unknown, at: string): string => word(value, at, objectIdForm)

/** Nothing but zeros stands for no commit. */
export const isNoCommit = (id: string): boolean => /^0+$/.test(id)

export const branchOf = (value: unknown, at: string): string => word(value, at, /^[^\x00-\x20\x7f~^:?*[\\]{1,255}$/)

/** ISO 8601 in UTC. */
export function instantOf(value: unknown, at: string): string {
  const text = word(value, at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/)
  const time = Date.parse(text)
  if (Number.isNaN(time)) throw malformed(at)
  return text.endsWith('Z') ? text : new Date(time).toISOString()
}

/** An address of a page, for people to follow. */
export function pageOf(value: unknown, at: string): string {
  const text = word(value, at, /^https?:\/\/[^\s\p{Cc}<>"`]{1,2000}$/u)
  if (!URL.canParse(text)) throw malformed(at)
  return text
}

/** Whose account is gone: GitHub shows them as this user, whom nobody can be. */
const ghost: ForgeAccount = { login: 'ghost', id: '10137', bot: false }

export function accountOf(value: unknown, at: string): ForgeAccount {
  if (value === null) return ghost
  const { login: name, id, type } = fieldsOf(value, at)
  const login = word(name, `${at}.login`, /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}(?:\[bot\])?$/)
  const bot = type === 'Bot' || login.endsWith('[bot]')
  return { login, id: String(numberOf(id, `${at}.id`)), bot }
}
