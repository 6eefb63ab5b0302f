import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GithubOffice, openGithubOffice } from './github-office.ts'
import { documents } from './office.ts'

const motd = (text: string): string =>
  documents({
    kind: 'Profile',
    metadata: { name: 'motd' },
    spec: { selector: { all: true }, resources: [{ file: { path: '/etc/motd', content: text } }] },
  })

let at: GithubOffice

beforeAll(async () => {
  at = await openGithubOffice({
    people: ['ana', 'ben', 'cleo'],
    estate: { changes: { commands: { unlock: ['security'] } } },
  })
  at.github.person('reader', 'read')
  at.github.person('writer', 'write')
}, 120_000)
afterAll(async () => at.close())

interface Comment {
  readonly id: number
  readonly body: string
  readonly user: { readonly login: string }
}

const commentsOn = async (request: number): Promise<readonly Comment[]> =>
  (await at.github.api('admin', 'GET', `/repos/${at.github.repository}/issues/${request}/comments?per_page=100`)) as never

const answersTo = async (request: number, comment: number): Promise<readonly string[]> =>
  (await commentsOn(request)).map((c) => c.body).filter((b) => b.includes(`<!-- plumbline:answer ${comment} -->`))

/** Somebody comments, and a job answers: what it ends with, and the one answer. */
async function say(request: number, login: string, body: string) {
  const comment = await at.github.comment(request, login, body)
  const ran = await answer(request, comment)
  const answers = await answersTo(request, comment)
  expect(answers.length).toBeLessThanOrEqual(1)
  return { comment, ran, answer: answers[0] ?? '' }
}

const answer = (request: number, comment: number) =>
  at.run('ci', 'comment', '--request', String(request), '--comment', String(comment))

const propose = (branch: string, text = `${branch}\n`, author = 'ana'): Promise<number> =>
  at.propose({ branch, author, message: `Say ${branch}`, files: { 'inventory/motd.yaml': motd(text) } })

/** The beginning of the digest that the plan comment shows. */
async function digestOf(request: number): Promise<string> {
  const plan = (await commentsOn(request)).find((c) => c.body.startsWith('<!-- plumbline:plan -->'))
  const [, digest = ''] = /plan `sha256:([0-9a-f]{8})/.exec(plan?.body ?? '') ?? []
  expect(digest).not.toBe('')
  return digest
}

describe('comments on a pull request', () => {
  it('carry a change from its plan to the host and back again', async () => {
    const request = await propose('hello')
    const planned = await say(request, 'ana', 'Let us see.\r\n\r\n/plumbline plan')
    expect(planned.answer).toContain('✅ **Planned** · `/plumbline plan` of `ana`')

    const early = await say(request, 'ana', '/plumbline apply')
    expect(early.answer).toContain('`request-not-merged`')

    const digest = await digestOf(request)
    const approved = await say(request, 'ben', `/plumbline approve ${digest} read it with Cleo`)
    expect(approved.answer).toContain('✅ **Recorded in `CHG-2026-00001`**')
    expect(approved.answer).toContain('Enough people agreed')

    await at.github.merge(request, { as: 'ben', method: 'merge' })
    const applied = await say(request, 'ben', '/plumbline apply')
    expect(applied.answer).toContain('✅ **`CHG-2026-00001` is implemented**')
    expect((await say(request, 'ben', '/plumbline apply')).answer).toContain('nothing left to apply')

    const back = await say(request, 'cleo', '/plumbline rollback')
    expect(back.answer).toContain('✅ **A pull request takes it back**')
    const again = await say(request, 'cleo', '/plumbline rollback CHG-2026-00001')
    expect(again.answer).toContain('It is being taken back already')
    const revert = Number(/#(\d+)\]/.exec(back.answer)?.[1])

    const own = await say(revert, 'cleo', `/plumbline approve ${await digestOf(revert)}`)
    expect(own.answer).toContain('had a hand in a commit of the change')
    const other = await say(revert, 'ana', `/plumbline approve ${await digestOf(revert)}`)
    expect(other.answer).toContain('Enough people agreed')
    await at.github.merge(revert, { as: 'ana', method: 'merge' })
    expect((await say(revert, 'ana', '/plumbline apply')).answer).toContain('is implemented')
    expect(await at.must('show', 'CHG-2026-00001')).toContain('rolled-back')
    expect((await at.run('audit', 'verify')).status).toBe(0)
  }, 300_000)
})
