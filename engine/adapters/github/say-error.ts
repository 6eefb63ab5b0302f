import { FinalRefusal } from './fenced-fetch.ts'
import { GithubError } from './github-error.ts'
import type { Hide } from './hide.ts'

/** What octokit throws, as far as it is looked at. */
interface RequestError extends Error {
  readonly status: number
  readonly request: { readonly method?: string }
  readonly response?: {
    readonly headers: Readonly<Record<string, string | number | undefined>>
    readonly data: unknown
  }
}

/**
 * Says in our words what went wrong while `what` was asked. Nothing of the request is handed on, and what GitHub says is shown
 * without secrets. A mistake of ours comes back as it is.
 */
export function sayError(error: unknown, what: string, hide: Hide): unknown {
  if (error instanceof GithubError) return error
  if (error instanceof FinalRefusal) {
    const { code, message, hint, status, maybeDone } = error.outcome
    return new GithubError(code as 'github-answer', `${what}: ${message}`, {
      ...(status !== undefined && { status }),
      ...{ hint, maybeDone },
    })
  }
  if (!isRequestError(error)) return error
  const { status, response } = error
  const writes = error.request.method === 'POST'
  if (response === undefined)
    return new GithubError('github-unreachable', `${what}: GitHub does not answer: ${hide(error.message)}`, {
      maybeDone: writes,
    })
  const says = `${wordsOf(response.data, hide)} (${status})`
  if (status >= 500)
    return new GithubError('github-unreachable', `${what}: GitHub fails: ${says}`, { status, maybeDone: writes })
  const until = limitedUntil(status, response)
  if (until !== undefined) return new GithubError('github-rate-limit', `${what}: ${until}`, { status })
  if (status === 401) return new GithubError('github-credentials', `${what}: GitHub says: ${says}`, { status })
  if (status === 403) {
    const wanted = String(response.headers['x-accepted-github-permissions'] ?? '')
    const needs = /^[\w=;, -]{1,300}$/.test(wanted) ? `; it takes ${wanted}` : ''
    return new GithubError('github-refused', `${what}: GitHub says: ${says}${needs}`, { status })
  }
  const code = status === 404 || status === 410 ? 'github-missing' : 'github-rejected'
  return new GithubError(code, `${what}: GitHub says: ${says}`, { status })
}

function isRequestError(error: unknown): error is RequestError {
  return error instanceof Error && error.name === 'HttpError' && 'status' in error && 'request' in error
}

/** The message of an answer; a page of a proxy is not shown. */
function wordsOf(data: unknown, hide: Hide): string {
  if (typeof data !== 'object' || data === null || !('message' in data) || typeof data.message !== 'string')
    return 'nothing that can be read'
  const errors = 'errors' in data && Array.isArray(data.errors) ? data.errors.map(detailOf).filter((e) => e !== '') : []
  return hide([...new Set([data.message, ...errors])].join('; '))
}

function detailOf(error: unknown): string {
  if (typeof error === 'string') return error
  if (typeof error !== 'object' || error === null) return ''
  const { message, field, code } = error as Readonly<Record<string, unknown>>
  if (typeof message === 'string') return message
  return [field, code].filter((part) => typeof part === 'string').join(' ')
}

/** When requests are answered again, where they are not for having been too many. */
function limitedUntil(status: number, { headers, data }: NonNullable<RequestError['response']>): string | undefined {
  if (status !== 403 && status !== 429) return undefined
  const reset = Number(headers['x-ratelimit-reset'])
  if (String(headers['x-ratelimit-remaining']) === '0' && Number.isSafeInteger(reset) && reset > 0)
    return `all requests of the hour are used up; GitHub answers again from ${new Date(reset * 1000).toISOString()}`
  const after = Number(headers['retry-after'])
  const message = typeof data === 'object' && data !== null && 'message' in data ? String(data.message) : ''
  if (status !== 429 && !(after > 0) && !/secondary rate limit|abuse detection/i.test(message)) return undefined
  return `GitHub got too many requests in a short time${after > 0 ? `; it answers again in ${after} s` : ''}`
}
