import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGithubForge } from '../../engine/adapters/github/github-forge.ts'
import type { Forge } from '../../engine/ports/forge.ts'
import { type GithubStage, githubStage } from './github-stage.ts'

type Json = { [name: string]: Json | undefined } | Json[] | string | number | boolean | null

/** Stands between the engine and GitHub, and changes what comes back of one path. */
interface Between {
  readonly url: string
  readonly forge: Forge
  /** `{value}` in `headers` is what the request had as its authorization. */
  change(path: RegExp, how: (body: Json) => unknown, more?: { status?: number; headers?: Record<string, string> }): void
  close(): void
}

const canary = 'ghp_canary0123456789canary0123456789'

async function between(stage: GithubStage): Promise<Between> {
  let changed: Parameters<Between['change']> | undefined
  const server: Server = createServer(async (request, response) => {
    const path = (request.url ?? '').replace(/^\/api\/v3/, '')
    const authorization = `token ${stage.github.token('olga')}`
    const sent: Buffer[] = []
    for await (const part of request) sent.push(part as Buffer)
    const body = sent.length === 0 ? {} : { body: Buffer.concat(sent) }
    const init = { method: request.method ?? 'GET', headers: { authorization, 'user-agent': 'between' }, ...body }
    const [pattern, how, more = {}] = changed?.[0].test(path) ? changed : []
    const { status = 200, headers = {} } = more ?? {}
    const answer = await fetch(`${stage.github.url}${path}`, init)
    const said = (await answer.json()) as Json
    const written = how === undefined ? said : how(said)
    response.writeHead(pattern === undefined ? answer.status : status, {
      'content-type': 'application/json',
      ...headers,
    })
    response.end(typeof written === 'string' ? written : JSON.stringify(written))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v3`
  const env = { GITHUB_REPOSITORY: 'lantern/estate', GITHUB_API_URL: url, GITHUB_TOKEN: canary }
  const forge = openGithubForge(env, undefined, { answer: 60_000, call: 60_000 })
  if (forge === undefined) throw new Error('there is no GitHub')
  return {
    url,
    forge,
    change: (...how) => {
      changed = how
    },
    close: () => void server.close(),
  }
}

describe('what GitHub answers is believed only in the form that it has', () => {
  let stage: GithubStage
  let way: Between
  let number: number
  let head: string
  beforeAll(async () => {
    stage = await githubStage()
    head = await stage.push('ada', 'more-light', 'first.yaml')
    number = await stage.propose('ada', 'more-light')
    await stage.review(number, 'ben', 'approve')
    way = await between(stage)
  })
  afterAll(async () => {
    way.close()
    await stage[Symbol.asyncDispose]()
  })

  /** A value of an answer put in another's place; undefined takes it away. */
  const put = (path: readonly (string | number)[], value: Json | undefined) => (body: Json) => {
    let at = body as { [name: string | number]: unknown }
    for (const step of path.slice(0, -1)) at = at[step] as typeof at
    at[path.at(-1) ?? ''] = value
    return body
  }
  const [pull, reviews, activity] = [/\/pulls\/\d+$/, /\/reviews/, /\/activity/]

  it('which is so where nothing is changed', async () => {
    expect(await way.forge.requests(head)).toMatchObject([{ number, reviews: [{ state: 'approved' }] }])
  })

  it.each<[string, RegExp, readonly (string | number)[], Json | undefined]>([
    ['a head that is short', pull, ['head', 'sha'], 'abcdef1'],
    ['a head that is an option of git', pull, ['head', 'sha'], '--upload-pack=sh'],
    ['a head that is missing', pull, ['head', 'sha'], undefined],
    ['another number of its kind', pull, ['number'], '7'],
    ['another repository', pull, ['base', 'repo', 'full_name'], 'mallory/estate'],
    ['a branch with a line end', pull, ['head', 'ref'], 'more\nlight'],
    ['a login with a path', pull, ['user', 'login'], '../ada'],
    ['a number of an account that is a text', pull, ['user', 'id'], '1001'],
    ['a number of an account that is not whole', pull, ['user', 'id'], 1.5],
    ['a page that is a script', pull, ['html_url'], 'javascript:alert(1)'],
    ['a time that is none', pull, ['created_at'], 'yesterday'],
    ['a state that is none', pull, ['state'], 'merged'],
    ['labels that are a text', pull, ['labels'], 'all'],
    ['a merge of what is not merged', pull, ['merged_at'], '2027-01-01T00:00:00Z'],
    ['a review in a state that nobody knows', reviews, [0, 'state'], 'APPROVED_BY_ALL'],
    ['a review in a state of every object', reviews, [0, 'state'], 'constructor'],
    ['a review of what is no commit', reviews, [0, 'commit_id'], 'HEAD'],
    ['a review without a time', reviews, [0, 'submitted_at'], null],
    ['a review that is nothing', reviews, [0], null],
    ['a push of what is no commit', activity, [0, 'after'], 'HEAD'],
    ['a push by who has no number', activity, [0, 'actor', 'id'], undefined],
  ])('refuses %s', async (_, path, where, value) => {
    way.change(path, put(where, value))
    await expect(way.forge.request(number)).rejects.toMatchObject({ code: 'github-answer' })
  })

  it.each<[string, RegExp, Json]>([
    ['nothing', reviews, null],
    ['an object in place of a list', reviews, { reviews: [] }],
    ['a text in place of a list', activity, '[]x'],
    ['half an object', pull, '{"number": 1'],
    ['an empty answer', pull, ''],
  ])('refuses %s', async (_, path, body) => {
    way.change(path, () => body)
    await expect(way.forge.request(number)).rejects.toMatchObject({ code: 'github-answer' })
  })

  it('counts a review of a commit that is gone for no commit, and who is gone for nobody', async () => {
    way.change(reviews, (body) => put([0, 'user'], null)(put([0, 'commit_id'], null)(body) as Json))
    expect((await way.forge.request(number))?.reviews).toMatchObject([
      { account: { login: 'ghost' }, permission: 'none', commit: '0'.repeat(40) },
    ])
  })

  it('believes no search that did not end', async () => {
    way.change(/\/pulls\?|\/search\//, (body) =>
      Array.isArray(body) ? [] : { ...Object(body), incomplete_results: true },
    )
    await expect(way.forge.requests(head)).rejects.toMatchObject({ code: 'github-unreachable' })
  })

  it('takes a conflict for no empty list', async () => {
    way.change(reviews, () => ({ message: 'Conflict' }), { status: 409 })
    await expect(way.forge.request(number)).rejects.toMatchObject({ code: 'github-rejected' })
  })

  describe('sends its credentials nowhere else', () => {
    const seen: (string | undefined)[] = []
    const other = createServer((request, response) => {
      seen.push(request.headers.authorization)
      response.writeHead(200, { 'content-type': 'application/json' }).end('[]')
    })
    let elsewhere: string
    beforeAll(async () => {
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
      elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}/api/v3/repos/lantern/estate/pulls/1/reviews`
    })
    afterAll(() => void other.close())

    it('not to a next page there', async () => {
      way.change(reviews, (body) => body, { headers: { link: `<${elsewhere}>; rel="next"` } })
      await expect(way.forge.request(number)).rejects.toMatchObject({ code: 'github-answer' })
      expect(seen).toEqual([])
    })

    it('not to where an answer sends it', async () => {
      way.change(reviews, () => ({}), { status: 302, headers: { location: elsewhere } })
      await expect(way.forge.request(number)).rejects.toMatchObject({ code: 'github-address' })
      expect(seen).toEqual([])
    })

    it('not to pages without end', async () => {
      const link = { link: `<${way.url}/repos/lantern/estate/pulls/${number}/reviews>; rel="next"` }
      way.change(reviews, () => [], { headers: link })
      await expect(way.forge.request(number)).rejects.toMatchObject({ code: 'github-answer' })
    })
  })

  describe('shows no secret, whatever goes wrong', () => {
    it.each<[string, number, Record<string, string>]>([
      ['nobody is known', 401, {}],
      ['it is not allowed', 403, {}],
      ['it is too often', 403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '4000000000' }],
      ['it is too quick', 429, { 'retry-after': '4000' }],
      ['it is not there', 404, {}],
      ['it is in conflict', 409, {}],
      ['it is not understood', 422, {}],
      ['the server fails', 500, {}],
      ['the answer is strange', 200, {}],
      ['it has moved', 301, { location: `https://example.org/?token=${canary}` }],
    ])('where %s', async (_, status, headers) => {
      // A server that repeats what it was given.
      const message = `token ${canary} (${canary}) and Authorization: token ${canary}`
      way.change(/./, () => ({ message, errors: [{ message }, message] }), { status, headers })
      for (const ask of everything(way.forge)) {
        const error: unknown = await ask().catch((thrown: unknown) => thrown)
        for (const text of shownOf(error)) expect(text).not.toContain('canary')
      }
      if (status === 401)
        await expect(way.forge.request(number)).rejects.toThrow(
          'GitHub says: token *** (***) and Authorization: token *** (401)',
        )
      expect(inspect(way.forge, { depth: null, showHidden: true })).not.toContain('canary')
    })

    it('where nobody answers', async () => {
      const server = createServer().listen(0)
      await new Promise<void>((resolve) => server.once('listening', resolve))
      const { port } = server.address() as AddressInfo
      await new Promise<void>((resolve) => server.close(() => resolve()))
      const env = { GITHUB_REPOSITORY: 'a/b', GITHUB_API_URL: `http://127.0.0.1:${port}`, GITHUB_TOKEN: canary }
      const error: unknown = await openGithubForge(env, undefined)
        ?.self()
        .catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'github-unreachable' })
      for (const text of shownOf(error)) expect(text).not.toContain('canary')
    })

    it.each<[string, Record<string, string>]>([
      ['a token that is none', { GITHUB_TOKEN: 'canary\ncanary' }],
      ['a key that is none', { PLUMBLINE_GITHUB_APP_ID: '7', PLUMBLINE_GITHUB_APP_KEY: '-----BEGIN canary' }],
      ['a key that is nowhere', { PLUMBLINE_GITHUB_APP_ID: '7', PLUMBLINE_GITHUB_APP_KEY: '/canary' }],
      ['an app that is none', { PLUMBLINE_GITHUB_APP_ID: 'canary!', PLUMBLINE_GITHUB_APP_KEY: 'canary' }],
      ['an app without a key', { PLUMBLINE_GITHUB_APP_ID: '7' }],
      ['a key without an app', { PLUMBLINE_GITHUB_APP_KEY: 'canary' }],
    ])('of %s', async (_, credentials) => {
      const error: unknown = await openGithubForge({ GITHUB_REPOSITORY: 'a/b', ...credentials }, undefined)
        ?.self()
        .catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'github-credentials' })
      for (const text of shownOf(error)) expect(text).not.toContain('canary')
    })

    it('of the key of an app, and the tokens that are made with it', async () => {
      const app = stage.github.installApp('plumbline', { pull_requests: 'read' })
      const forge = stage.as({ PLUMBLINE_GITHUB_APP_ID: String(app.id), PLUMBLINE_GITHUB_APP_KEY: app.key })
      const lines = app.key.split('\n').filter((line) => line.length > 20)
      for (const path of [/\/installation$/, /\/access_tokens$/, /\/pulls/]) {
        stage.github.fail({ kind: 'no-json', status: 502 }, { times: 4, when: { path } })
        const error: unknown = await forge.openRequests().catch((thrown: unknown) => thrown)
        expect(error).toMatchObject({ code: 'github-unreachable' })
        for (const text of shownOf(error)) expect([...lines, 'ghs_', 'eyJ'].filter((l) => text.includes(l))).toEqual([])
      }
    })
  })

  /** Something of every sort. */
  const everything = (forge: Forge): (() => Promise<unknown>)[] => [
    () => forge.self(),
    () => forge.request(number),
    () => forge.requests(head),
    () => forge.keepComment(number, '<!-- m -->', 'text'),
    () => forge.addComment(number, 'text'),
    () => forge.settings(['main'], ['production']),
  ]
})

/** All that a program could show of an error. */
function shownOf(error: unknown): string[] {
  const { message = '', stack = '' } = error instanceof Error ? error : {}
  return [message, stack, String(error), JSON.stringify(error) ?? '', inspect(error, { depth: null, showHidden: true })]
}
