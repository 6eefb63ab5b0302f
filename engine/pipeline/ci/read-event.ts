import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import { codes } from '../codes.ts'

const report = reporter(codes)

/** Bytes of an event that are read; GitHub sends less than a tenth of it. */
export const largestEvent = 4 * 1024 * 1024

/** What an event says of why a job runs: where to look, and nothing to rely on. */
export interface EventHint {
  /** Number of the pull request that it is about. */
  readonly request?: number
  /** What stands in a merge queue: `request` on top of `base`, as `commit`. Full object ids. */
  readonly queued?: { readonly commit: string; readonly base: string; readonly request: number }
}

/**
 * Reads where to look out of the event that started a job. Whoever opens a pull request writes part of it, so only a number and
 * an object id are taken; everything else is asked of the forge.
 */
export function readEvent(name: string, text: string): EventHint | Diagnostic {
  if (text.length > largestEvent) return unreadable(name, `it is of ${text.length} characters`)
  let event: unknown
  try {
    event = JSON.parse(text)
  } catch {
    return unreadable(name, 'it is no JSON')
  }
  if (!isObject(event)) return unreadable(name, 'it is no JSON object')
  if (name === 'merge_group') return queuedOf(event)
  const place = placeOf(name, event)
  if (place === undefined) return {}
  const number = at(event, ...place)
  if (isNumber(number)) return { request: number }
  return unreadable(name, `${place.join('.')} is no number of a pull request`)
}

function queuedOf(event: object): EventHint | Diagnostic {
  const group = at(event, 'merge_group')
  const [commit, base, ref] = [at(group, 'head_sha'), at(group, 'base_sha'), at(group, 'head_ref')]
  const request = Number(/\/pr-(\d{1,15})-[0-9a-f]+$/.exec(typeof ref === 'string' ? ref : '')?.[1])
  if (isObjectId(commit) && isObjectId(base) && isNumber(request)) return { queued: { commit, base, request } }
  return unreadable('merge_group', 'it does not say which commits stand in the queue')
}

const isObjectId = (value: unknown): value is string =>
  typeof value === 'string' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value)

/** Where the number stands; undefined where the event is about none. */
function placeOf(name: string, event: object): readonly string[] | undefined {
  if (name.startsWith('pull_request')) return ['pull_request', 'number']
  if (name === 'issue_comment' && at(event, 'issue', 'pull_request') !== undefined) return ['issue', 'number']
  if (name === 'check_run' && at(event, 'check_run', 'pull_requests', '0') !== undefined)
    return ['check_run', 'pull_requests', '0', 'number']
  return undefined
}

/** The same numbers as `--request` takes. */
export const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (found, key) =>
      typeof found === 'object' && found !== null && Object.hasOwn(found, key) ? Reflect.get(found, key) : undefined,
    value,
  )
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const unreadable = (name: string, because: string): Diagnostic =>
  report('event-unreadable', { summary: `the event ${name.slice(0, 40)} can't be read: ${because}` })
