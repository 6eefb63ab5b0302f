import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PullRequest } from '../../model/pull-request.ts'
import { openFileForge } from './file-forge.ts'
import { reviewSourceContract, toldRequests } from './forge.contract.ts'
import { readFacts } from './read-facts.ts'

/** The file that CI would write. */
function factsOf(requests: readonly PullRequest[]) {
  const [first] = requests
  return {
    version: 1,
    forge: first?.host,
    repository: first?.repository,
    requests: requests.map(({ host, repository, ...request }) => request),
  }
}

describe('a forge that is a file', () => {
  reviewSourceContract(async (requests) => openFileForge(JSON.stringify(factsOf(requests)), 'facts.json'))
})

/** Facts with one value put in another's place, or taken away. */
function changed(path: readonly (string | number)[], value: unknown): string {
  const facts = structuredClone(factsOf(toldRequests)) as unknown
  let at = facts as Record<string | number, unknown>
  for (const step of path.slice(0, -1)) at = at[step] as typeof at
  const last = path.at(-1) ?? ''
  if (value === undefined) delete at[last]
  else at[last] = value
  return JSON.stringify(facts)
}

describe('refuses all of a file that', () => {
  const request = ['requests', 0] as const
  it.each([
    ['is of another version', ['version'], 2, 'its version'],
    ['does not name its forge', ['forge'], undefined, 'lacks forge'],
    ['names its forge by an address', ['forge'], 'https://github.com', 'forge is not'],
    ['has a repository outside of it', ['repository'], '../other', 'repository is not'],
    ['holds what nobody knows', ['requests', 0, 'mergeable'], true, 'holds "mergeable"'],
    ['lacks its pushes', [...request, 'pushes'], undefined, 'lacks pushes'],
    ['lacks its author', [...request, 'author'], null, 'author is no object'],
    ['has a number that is none', [...request, 'number'], 1.5, 'number is no number'],
    ['has a head that is short', [...request, 'head'], 'bbbbbbb', 'head is not'],
    ['has a login in other letters', [...request, 'author', 'login'], '\u{212a}en', 'login is not'],
    ['has a login with a control character', [...request, 'reviews', 0, 'account', 'login'], 'ben\n', 'login is not'],
    ['has a login that is another account', [...request, 'reviews', 0, 'account', 'login'], 'x/ben', 'login is not'],
    ['has a state that is none', [...request, 'reviews', 0, 'state'], 'APPROVED', 'state is none'],
    ['has a number of an account that is none', [...request, 'author', 'id'], 4711, 'id is not'],
    ['has a number of who pushed that is none', [...request, 'pushes', 0, 'id'], '0x12', 'id is not'],
    ['has a permission that is none', [...request, 'reviews', 0, 'permission'], 'owner', 'permission is none'],
    ['has a check that says nothing', ['requests', 1, 'plans', 0, 'conclusion'], 'ok', 'conclusion is none'],
    ['has a check of something else', ['requests', 1, 'plans', 0, 'plan'], 'sha256:', 'plan is not'],
    ['has a time without a zone', [...request, 'reviews', 0, 'at'], '2027-03-02T10:00:00', 'at is not'],
    ['has a time that is none', [...request, 'reviews', 0, 'at'], '2027-13-02T10:00:00Z', 'at is no time'],
    ['has a review twice', [...request, 'reviews', 1, 'id'], '1', 'two reviews with the id 1'],
    ['has a request twice', ['requests', 1, 'number'], 7, 'two requests have the number 7'],
    ['has a bot that may be one', [...request, 'reviews', 0, 'account', 'bot'], 'no', 'bot is neither'],
    ['has no list of reviews', [...request, 'reviews'], {}, 'reviews is no list'],
    ['has too many of something', [...request, 'pushes'], new Array(3000).fill({}), 'more than 2000'],
  ] as const)('%s', (_, path, value, because) => {
    expect(() => openFileForge(changed(path, value), 'facts.json')).toThrow(
      expect.objectContaining({ code: 'forge-facts', message: expect.stringContaining(because) }),
    )
  })

  it.each([
    ['is empty', ''],
    ['is a list', '[]'],
    ['is nothing', 'null'],
    ['is cut off', '{"version":1,'],
    ['hides something', '{"__proto__":{"version":1}}'],
    ['is larger than anything', ' '.repeat(6_000_000)],
  ])('%s', (_, text) => {
    expect(() => openFileForge(text, 'facts.json')).toThrow(expect.objectContaining({ code: 'forge-facts' }))
  })
})

it('an account whose name says that it is a bot is one, whatever the file says', () => {
  const told = readFacts(changed(['requests', 0, 'reviews', 0, 'account'], { login: 'ci[bot]', bot: false }))
  expect(told).toMatchObject([{ reviews: [{ account: { bot: true } }, {}, {}, {}] }, {}])
})

it('reads or refuses whatever is in the file, and never fails otherwise', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(3), (json, where) => {
      const value = JSON.parse(json) as unknown
      const paths = [
        ['requests'],
        ['requests', 0],
        ['requests', 0, 'reviews', 0],
        ['requests', 0, 'pushes', 1, 'login'],
      ]
      expect(typeof readFacts(json)).toBe('string')
      const told = readFacts(changed(paths[where] ?? [], value === undefined ? null : value))
      expect(typeof told === 'string' || Array.isArray(told)).toBe(true)
    }),
  )
})
