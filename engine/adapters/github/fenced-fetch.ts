import { GithubError } from './github-error.ts'
import type { GithubPlace } from './place.ts'

/** Bytes of one answer; a page of a hundred long comments has six million. */
const largest = 20_000_000

/**
 * A refusal that octokit hands through as it is: one with this name is neither wrapped nor tried again, and one whose `request`
 * is there ends the plug-in for retries.
 */
export class FinalRefusal extends Error {
  override readonly name = 'AbortError'
  readonly request = {}
  readonly outcome: GithubError
  constructor(outcome: GithubError) {
    super(outcome.message)
    this.outcome = outcome
  }
}

/**
 * `fetch` as far as the API of one GitHub: nothing is sent anywhere else, also not where an answer says to go on. What it gives
 * has arrived in full and is JSON where it says that it worked.
 *
 * @param patience milliseconds for one answer
 */
export function fencedFetch(place: GithubPlace, patience: number): typeof globalThis.fetch {
  return async (input, init) => {
    const address = String(input)
    if (!address.startsWith(`${place.api}/`) && address !== place.graphql)
      throw refusal('an answer leads to another host', false)
    const signal = init?.signal ?? undefined
    if (signal?.aborted) throw refusal('it takes too long', false, 'github-unreachable')
    const once = AbortSignal.timeout(patience)
    const answer = await fetch(address, {
      ...init,
      redirect: 'manual',
      signal: signal === undefined ? once : AbortSignal.any([signal, once]),
    })
    const writes = init?.method !== 'GET' && init?.method !== 'HEAD'
    if (answer.status >= 300 && answer.status < 400 && answer.status !== 304) {
      await answer.body?.cancel()
      const moved = 'the answer sends us elsewhere: the repository may have been renamed or moved'
      const hint = 'set the address of the remote, or GITHUB_REPOSITORY, to its new name'
      throw new FinalRefusal(new GithubError('github-address', moved, { status: answer.status, hint }))
    }
    const body = await wholeBody(answer, writes)
    if (answer.ok && body.length > 0) checkJson(body, writes)
    const headers = new Headers(answer.headers)
    if (answer.ok) headers.set('content-type', 'application/json')
    return new Response(body.length === 0 ? null : body, { status: answer.status, headers })
  }
}

async function wholeBody(answer: Response, writes: boolean): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of answer.body ?? []) {
    size += part.length
    if (size > largest) throw refusal(`the answer is larger than ${largest / 1_000_000} MB`, writes)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function checkJson(body: Buffer, writes: boolean): void {
  try {
    JSON.parse(body.toString())
  } catch {
    throw refusal('the answer is no JSON', writes)
  }
}

function refusal(why: string, maybeDone: boolean, code: 'github-answer' | 'github-unreachable' = 'github-answer') {
  return new FinalRefusal(new GithubError(code, why, { maybeDone }))
}
