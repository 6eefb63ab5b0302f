/** So many resources are asked for at once, and taken in all. */
const page = 200
const most = 200_000
const patience = 30_000
const largest = 32 * 1024 * 1024

/** A directory that did not answer as it should, in words for people; never with the token. */
class ScimFailure extends Error {}

/** The same, with a failure as a value. */
export async function directoryAt(
  base: string,
  token: string | undefined,
): Promise<{ readonly answers: readonly unknown[] } | { readonly failure: string }> {
  try {
    return { answers: await fetchScim(base, token) }
  } catch (error) {
    if (error instanceof ScimFailure) return { failure: error.message }
    throw error
  }
}

/**
 * Everything a directory has of users and groups, page by page (RFC 7644, 3.4.2.4). Over https, or http on this machine alone; it
 * is not followed anywhere else.
 *
 * @param base `https://id.example.org/scim/v2`
 * @param token bearer token (RFC 6750)
 */
async function fetchScim(base: string, token: string | undefined): Promise<readonly unknown[]> {
  const root = checked(base)
  return [...(await all(root, 'Users', token)), ...(await all(root, 'Groups', token))]
}

function checked(base: string): URL {
  let url: URL
  try {
    url = new URL(base.endsWith('/') ? base : `${base}/`)
  } catch {
    throw new ScimFailure('it is no address')
  }
  const here = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && here))
    throw new ScimFailure('it is not reached over https')
  if (url.username !== '' || url.password !== '') throw new ScimFailure('it holds a name or a password')
  return url
}

async function all(root: URL, what: 'Users' | 'Groups', token: string | undefined): Promise<readonly unknown[]> {
  const found: unknown[] = []
  for (;;) {
    const url = new URL(what, root)
    url.searchParams.set('startIndex', String(found.length + 1))
    url.searchParams.set('count', String(page))
    const { Resources = [], totalResults } = await listAt(url, token)
    // A directory may give fewer than asked for, and ends with none.
    found.push(...Resources)
    if (Resources.length === 0 || found.length >= totalResults) return found
    if (found.length > most) throw new ScimFailure(`it has more than ${most} ${what}`)
  }
}

interface List {
  readonly totalResults: number
  readonly Resources?: readonly unknown[]
}

async function listAt(url: URL, token: string | undefined): Promise<List> {
  const where = url.pathname
  let answer: Response
  try {
    answer = await fetch(url, {
      headers: {
        accept: 'application/scim+json, application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      redirect: 'error',
      signal: AbortSignal.timeout(patience),
    })
  } catch (error) {
    throw new ScimFailure(`${where} could not be reached: ${reasonOf(error)}`)
  }
  if (!answer.ok) throw new ScimFailure(`${where} answered ${answer.status}`)
  const value = parsed(await bounded(answer, where), where)
  const { totalResults, Resources } = value as Partial<List>
  if (typeof totalResults !== 'number' || (Resources !== undefined && !Array.isArray(Resources)))
    throw new ScimFailure(`${where} is no list of resources`)
  return value as List
}

function parsed(text: string, where: string): object {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // Told below.
  }
  throw new ScimFailure(`${where} is no JSON`)
}

async function bounded(answer: Response, where: string): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of answer.body ?? []) {
    size += part.length
    if (size > largest) throw new ScimFailure(`${where} answered more than ${largest} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error ? cause.message.slice(0, 200) : 'nobody knows why'
}
