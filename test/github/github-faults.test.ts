import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { WantedCheck } from '../../engine/ports/forge.ts'
import type { Fault, Match } from './faults.ts'
import { type GithubStage, githubStage } from './github-stage.ts'

const marker = '<!-- plumbline:plan -->'
const digest = (digit: string) => `sha256:${digit.repeat(64)}`

describe('when GitHub fails', () => {
  let stage: GithubStage
  let number: number
  let head: string
  beforeAll(async () => {
    stage = await githubStage()
    head = await stage.push('ada', 'more-light', 'first.yaml')
    number = await stage.propose('ada', 'more-light')
    await stage.forge.self()
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  /** How many requests of this kind there were while something was done. */
  async function counting(match: Match, work: () => Promise<unknown>): Promise<number> {
    const before = stage.github.requests.length
    await work()
    return stage.github.requests
      .slice(before)
      .filter((r) => r.method === match.method && (match.path?.test(r.path) ?? true)).length
  }

  const comments: Match = { method: 'GET', path: /\/comments/ }
  const reading = () => stage.forge.comments(number)

  describe('what is read is asked for again', () => {
    it.each<[string, Fault]>([
      ['after a server in trouble', { kind: 'status', status: 500 }],
      ['after a gateway in trouble', { kind: 'no-json', status: 502 }],
      ['after the connection was cut', { kind: 'cut' }],
      ['after the connection was cut in the middle of the answer', { kind: 'half-answer' }],
      ['once the hour is over, where that is soon', { kind: 'rate-limit', resetIn: 1 }],
      ['once the secondary limit is over', { kind: 'secondary-limit', retryAfter: 1 }],
      ['once the secondary limit is over, in its other form', { kind: 'secondary-limit', status: 429, retryAfter: 1 }],
    ])('%s', async (_, fault) => {
      stage.github.fail(fault, { times: 2, when: comments })
      expect(await counting(comments, async () => expect(await reading()).toEqual(await reading()))).toBe(4)
    })

    it.each<[string, Fault, string, RegExp, number]>([
      ['a server in trouble', { kind: 'status', status: 503 }, 'github-unreachable', /\(503\)/, 4],
      ['a cut connection', { kind: 'cut' }, 'github-unreachable', /does not answer/, 4],
      ['half an answer', { kind: 'half-answer' }, 'github-unreachable', /does not answer/, 4],
      ['a secondary limit', { kind: 'secondary-limit', retryAfter: 5 }, 'github-rate-limit', /again in 5 s/, 3],
    ])('a few times and no more: %s', async (_, fault, code, message, times) => {
      stage.github.fail(fault, { times, when: comments })
      const failed = expect(reading()).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
      expect(await counting(comments, () => failed)).toBe(times)
    })

    it.each<[string, Fault, string, RegExp]>([
      ['the hour is long', { kind: 'rate-limit', resetIn: 3000 }, 'github-rate-limit', /again from \d{4}-\d\d-\d\dT/],
      ['the limit is long', { kind: 'secondary-limit', retryAfter: 900 }, 'github-rate-limit', /again in 900 s/],
      ['a proxy answers in its place', { kind: 'no-json' }, 'github-answer', /no JSON/],
    ])('not where %s', async (_, fault, code, message) => {
      stage.github.fail(fault, { when: comments })
      const failed = expect(reading()).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
      expect(await counting(comments, () => failed)).toBe(1)
    })
  })

  describe('what takes too long ends', () => {
    it('of one answer, which is asked for again', async () => {
      const gate = stage.github.hold(comments)
      const { forge } = hurried({ answer: 1000, call: 60_000 })
      expect(await forge.comments(number)).toEqual(await reading())
      gate.open()
    })

    it('of all that is asked together', async () => {
      const gate = stage.github.hold(comments)
      const { forge } = hurried({ answer: 60_000, call: 300 })
      await expect(forge.comments(number)).rejects.toMatchObject({ code: 'github-unreachable' })
      gate.open()
    })

    function hurried(limits: { answer: number; call: number }) {
      return { forge: stage.as({ GITHUB_TOKEN: stage.github.token('olga') }, limits) }
    }
  })

  /** What may be done or not, for GitHub did not say. */
  const untold: readonly [string, Fault][] = [
    ['was done, and the answer was lost', { kind: 'lost-answer' }],
    ['was done, and half the answer came', { kind: 'half-answer' }],
    ['was not done, and the connection was cut', { kind: 'cut' }],
    ['was not done, for a gateway was in trouble', { kind: 'status', status: 502 }],
  ]

  describe.each(untold)('what is written and %s', (name, fault) => {
    const post = (path: RegExp) => stage.github.fail(fault, { when: { method: 'POST', path } })

    it('is there once: a comment', async () => {
      post(/\/comments$/)
      const body = `${marker}\n${name}`
      await stage.forge.keepComment(number, marker, body)
      await stage.forge.keepComment(number, marker, body)
      const ours = (await stage.forge.comments(number)).filter((comment) => comment.body.includes(marker))
      expect(ours).toMatchObject([{ body }])
      await stage.github.api('olga', 'DELETE', `/repos/lantern/estate/issues/comments/${ours[0]?.id}`)
    })

    it('is there once: a check', async () => {
      post(/\/check-runs$/)
      const key = digest(String(untold.findIndex(([known]) => known === name)))
      expect((await stage.forge.keepCheck(sound({ key }))).done).toBe('made')
      const told = (await stage.forge.request(number))?.plans?.filter((check) => check.plan === key)
      expect(told).toHaveLength(1)
    })

    it('is there once: a pull request and its labels', async () => {
      post(/\/pulls$/)
      post(/\/labels$/)
      const branch = `adopt/${name.replace(/\W+/g, '-')}`
      await stage.push('ada', branch, 'adopted.yaml')
      const kept = await stage.forge.keepRequest({
        branch,
        target: 'main',
        title: 'Adopt',
        body: '',
        labels: ['plumbline'],
      })
      expect(await stage.forge.openRequests({ branch })).toMatchObject([{ number: kept.number, labels: ['plumbline'] }])
    })

    it('is there once: an issue', async () => {
      post(/\/issues$/)
      const mark = `<!-- ${name} -->`
      const wanted = { title: 'The estate', body: mark, labels: [], state: 'open' } as const
      const kept = [await stage.forge.keepIssue(mark, wanted), await stage.forge.keepIssue(mark, wanted)]
      expect(kept.map((issue) => issue?.done)).toEqual(['made', 'same'])
      expect(kept[0]?.url).toBe(kept[1]?.url)
    })

    it('is never written again where nothing marks it', async () => {
      post(/\/comments$/)
      const writing = { method: 'POST', path: /\/comments$/ }
      const failed = expect(stage.forge.addComment(number, 'Here you are.')).rejects.toMatchObject({
        code: 'github-uncertain',
      })
      expect(await counting(writing, () => failed)).toBe(1)
    })
  })

  const sound = (more: Partial<WantedCheck>): WantedCheck => ({
    ...{ name: 'plumbline/plan', commit: head, key: digest('a'), conclusion: 'success', title: 'Sound' },
    ...{ summary: 'Nothing forbids it.', annotations: [] },
    ...more,
  })

  it('more annotations than one request takes are all there, once', async () => {
    const lines = Array.from({ length: 130 }, (_, i) => ({
      ...{ path: 'first.yaml', line: i + 1, level: 'notice', title: 'Look', message: `Line ${i + 1}` },
    })) as WantedCheck['annotations']
    stage.github.fail({ kind: 'lost-answer' }, { when: { method: 'PATCH', path: /\/check-runs\// } })
    const check = sound({ key: digest('b'), annotations: lines })
    expect((await stage.forge.keepCheck(check)).done).toBe('made')
    expect((await stage.forge.keepCheck(check)).done).toBe('same')
    const { check_runs: runs } = (await stage.github.api(
      'olga',
      'GET',
      `/repos/lantern/estate/commits/${head}/check-runs?check_name=plumbline%2Fplan`,
    )) as { check_runs: { output: { annotations_count: number } }[] }
    expect(runs).toMatchObject([{ output: { annotations_count: 130 } }])
  })

  it('everything of a long list is read', async () => {
    for (let i = 0; i < 130; i += 1) await stage.github.comment(number, 'chen', `remark ${i}`)
    for (let i = 0; i < 120; i += 1) await stage.github.review(number, 'chen', 'comment', { body: `look ${i}` })
    const remarks = (await stage.forge.comments(number)).filter((comment) => comment.body.startsWith('remark'))
    expect(remarks.map((comment) => comment.body)).toEqual(Array.from({ length: 130 }, (_, i) => `remark ${i}`))
    expect((await stage.forge.request(number))?.reviews).toHaveLength(120)
  })
})
