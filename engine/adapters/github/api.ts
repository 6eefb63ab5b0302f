import type { Octokit } from '@octokit/rest'
import { type AppTokens, appTokens } from './app-token.ts'
import type { Credentials } from './credentials.ts'
import { fencedFetch } from './fenced-fetch.ts'
import { GithubError } from './github-error.ts'
import { hiding } from './hide.ts'
import type { GithubPlace } from './place.ts'
import { sayError } from './say-error.ts'

export interface Limits {
  /** Milliseconds for one answer. */
  readonly answer: number
  /** Milliseconds for all that one call of the port asks, waiting and trying again included. */
  readonly call: number
}

const usualLimits: Limits = { answer: 30_000, call: 300_000 }

/** What answers are read as: https://docs.github.com/en/rest/about-the-rest-api/api-versions */
const apiVersion = '2022-11-28'

/** Seconds that are waited until GitHub answers again. */
const patience = 60
const mostWaits = 2
const retries = 3
/** Of a hundred entries each. */
const mostPages = 100

/** What goes with every request. */
export type At = {
  readonly owner: string
  readonly repo: string
  readonly request: { readonly signal: AbortSignal } & Repeating
}

/** Said of one request: that it may be done twice though it makes something, or that it may not though it replaces. */
type Repeating = { readonly repeatable?: boolean }

type Rest = Octokit['rest']

export interface Answer {
  readonly data: unknown
  readonly headers: Readonly<Record<string, string | number | undefined>>
}

/** One call of the port: everything that it asks shares a time limit. `what` is for messages: `reading pull request 5`. */
export interface Call {
  readonly place: GithubPlace
  ask(what: string, request: (rest: Rest, at: At) => Promise<Answer>): Promise<unknown>
  answer(what: string, request: (rest: Rest, at: At) => Promise<Answer>): Promise<Answer>
  /** All pages; `key` where the entries lie below one. */
  list(what: string, page: (rest: Rest, at: At) => Page, key?: string): Promise<readonly unknown[]>
  graphql(what: string, query: string): Promise<unknown>
  /** Absent where we come with a token that somebody gave us. */
  readonly app: AppTokens | undefined
}

/** The first page of a list, as octokit writes it down. */
interface Page {
  readonly method: string
  readonly url: string
  readonly headers: object
}

export interface Api {
  call<Result>(work: (call: Call) => Promise<Result>): Promise<Result>
}

/** The way to one GitHub: throttled, tried again where that is safe, without secrets in what it says. */
export async function openApi(
  place: GithubPlace,
  credentials: Credentials,
  limits: Limits = usualLimits,
): Promise<Api> {
  const [{ Octokit: Plain }, { throttling }, { retry }] = await Promise.all([
    import('@octokit/rest'),
    import('@octokit/plugin-throttling'),
    import('@octokit/plugin-retry'),
  ])
  const secrets = new Set([credentials.kind === 'token' ? credentials.token : credentials.key])
  const hide = hiding(secrets)
  const said = async <Result>(what: string, ask: () => Promise<Result>): Promise<Result> => {
    try {
      return await ask()
    } catch (error) {
      throw sayError(error, what, hide)
    }
  }
  const Patient = Plain.plugin(throttling, retry)
  const plain = new Patient(optionsFor(place, limits))
  plain.hook.before('request', triedAgain)
  const octokit = new Patient(optionsFor(place, limits))
  const app =
    credentials.kind === 'app'
      ? appTokens(credentials, place, plain, (await import('@octokit/auth-app')).createAppAuth, said)
      : undefined
  octokit.hook.before('request', async (options) => {
    triedAgain(options)
    const token = credentials.kind === 'token' ? credentials.token : (await app?.token())?.token
    if (token === undefined || !/^[\x21-\x7e]+$/.test(token))
      throw new GithubError('github-answer', 'asking for a token: it is of no form that a token has')
    secrets.add(token)
    options.headers.authorization = `token ${token}`
    options.headers['x-github-api-version'] = apiVersion
  })
  return { call: (work) => withinTime(limits.call, (signal) => work(callOf(octokit, place, app, signal, said))) }
}

/**
 * Only what changes nothing when done twice is tried again. Retries are taken away and never given: the plug-in would take a
 * number that is there as a reason to try again after every answer.
 */
function triedAgain(options: { method: string; url: string; request: Record<string, unknown> }): void {
  const safe = options.method !== 'POST' || options.url.endsWith('/access_tokens')
  if (!(options.request['repeatable'] ?? safe)) options.request['retries'] = 0
}

function optionsFor(place: GithubPlace, limits: Limits) {
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const waits = (after: number, _options: object, _octokit: object, tried: number): boolean =>
    after <= patience && tried < mostWaits
  // GitHub asks for a second between what is written; nobody asks that of this machine.
  const pace = place.local ? { ...unpaced, retryAfterBaseValue: 0 } : { id: `${place.api} ${place.repository}` }
  return {
    baseUrl: place.api,
    userAgent: 'plumbline',
    log: silent,
    request: { fetch: fencedFetch(place, limits.answer), log: silent },
    throttle: { ...pace, onRateLimit: waits, onSecondaryRateLimit: waits } as never,
    retry: {
      doNotRetry: Array.from({ length: 100 }, (_, i) => 400 + i),
      retries,
      ...(place.local && { retryAfterBaseValue: 0 }),
    },
  }
}

/** A queue that nobody waits in. */
const straight = {
  key: () => ({
    schedule: (_: object, work: (...args: unknown[]) => unknown, ...args: unknown[]) => work(...args),
  }),
}
const unpaced = { global: straight, auth: straight, write: straight, search: straight, notifications: straight }

async function withinTime<Result>(limit: number, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const control = new AbortController()
  const late = new GithubError(
    'github-unreachable',
    `GitHub did not answer all that was asked within ${limit / 1000} s`,
  )
  let timer: NodeJS.Timeout | undefined
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      control.abort()
      reject(late)
    }, limit)
  })
  try {
    return await Promise.race([work(control.signal), end])
  } finally {
    clearTimeout(timer)
  }
}

type Said = <Result>(what: string, ask: () => Promise<Result>) => Promise<Result>

function callOf(
  octokit: Octokit,
  place: GithubPlace,
  app: AppTokens | undefined,
  signal: AbortSignal,
  said: Said,
): Call {
  const at: At = { owner: place.owner, repo: place.name, request: { signal } }
  const answer: Call['answer'] = (what, request) => said(what, () => request(octokit.rest, at))
  return {
    place,
    app,
    answer,
    ask: async (what, request) => (await answer(what, request)).data,
    async list(what, page, key) {
      const found: unknown[] = []
      const { method, url, headers } = page(octokit.rest, at)
      let next: string | undefined = url
      // By hand: octokit's own loop takes a conflict for an empty list, and keeps no time limit after the first page.
      for (let pages = 0; next !== undefined; pages += 1) {
        if (pages === mostPages)
          throw new GithubError('github-answer', `${what}: there are more than ${mostPages} pages`)
        const address: string = next
        const { data, headers: told } = await said(what, () =>
          octokit.request({ method, url: address, headers, request: at.request } as never),
        )
        const entries: unknown = key === undefined ? data : Object.getOwnPropertyDescriptor(data ?? {}, key)?.value
        if (!Array.isArray(entries)) throw new GithubError('github-answer', `${what}: the answer is no list`)
        found.push(...(entries as unknown[]))
        next = /<([^<>]+)>;\s*rel="next"/.exec(String(told.link ?? ''))?.[1]
      }
      return found
    },
    graphql: async (what, query) =>
      (
        await said(what, () =>
          octokit.request({
            method: 'POST',
            url: place.graphql,
            query,
            request: { ...at.request, repeatable: true },
          } as never),
        )
      ).data,
  }
}
