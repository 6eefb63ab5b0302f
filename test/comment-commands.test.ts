import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lockEntry } from '../engine/ledger/entries.ts'
import { acquireLock } from '../engine/ledger/lock.ts'
import type { LockHolder } from '../engine/model/record.ts'
import { openWorld } from '../engine/wiring.ts'
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
  (await at.github.api(
    'admin',
    'GET',
    `/repos/${at.github.repository}/issues/${request}/comments?per_page=100`,
  )) as never

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

    // What somebody put on its branch beforehand is not proposed in the engine's name.
    await at.office.write({ branch: 'evil', author: 'ben', files: { 'inventory/motd.yaml': motd('owned\n') } })
    const place = 'refs/heads/rollback/chg-2026-00001'
    await at.git('push', '--quiet', at.github.gitUrl('ben'), `evil:${place}`)
    expect((await say(request, 'cleo', '/plumbline rollback')).answer).toContain('`branch-exists`')
    await at.git('push', '--quiet', at.github.gitUrl('ben'), `:${place}`)
    await at.git('-C', at.runner, 'update-ref', '-d', 'refs/remotes/origin/rollback/chg-2026-00001')

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

  it('approve what was read, and nothing else', async () => {
    await at.pull()
    const request = await propose('night')
    await say(request, 'ben', '/plumbline plan')
    const digest = await digestOf(request)

    const own = await say(request, 'ana', `/plumbline approve ${digest}`)
    expect(own.answer).toContain('had a hand in a commit of the change')
    const nobody = await say(request, 'writer', `/plumbline approve ${digest}`)
    expect(nobody.answer).toContain('`command-not-allowed`')
    const guessed = await say(request, 'ben', '/plumbline approve 00000000')
    expect(guessed.answer).toContain('`plan-not-newest`')
    // Nobody learns from the refusal what they would have to say.
    expect(guessed.answer).not.toContain(digest)

    const edited = await at.github.comment(request, 'ben', 'I shall look at it.')
    at.office.turn(1)
    await at.github.editComment(edited, 'admin', `/plumbline approve ${digest}`)
    expect((await answer(request, edited)).status).toBe(1)
    expect((await answersTo(request, edited))[0]).toContain('`command-edited`')

    await at.amend({ branch: 'night', author: 'ana', files: { 'inventory/motd.yaml': motd('good night\n') } })
    const stale = await say(request, 'ben', `/plumbline approve ${digest}`)
    expect(stale.answer).toContain('`plan-not-newest`')
    await say(request, 'ben', '/plumbline plan')
    // What begins so and was pushed after the comment is not what was read.
    const early = await at.github.comment(request, 'ben', `/plumbline approve ${await digestOf(request)}`)
    at.office.turn(1)
    const head = await at.git('rev-parse', 'night')
    for (const commit of [`${head}~1`, head])
      await at.git('push', '--quiet', '--force', at.github.gitUrl('ana'), `${commit}:refs/heads/night`)
    expect((await answer(request, early)).status).toBe(1)
    expect((await answersTo(request, early))[0]).toContain('`plan-not-newest`')
    const fresh = await say(request, 'ben', `/plumbline approve sha256:${await digestOf(request)}`)
    expect(fresh.answer).toContain('Enough people agreed')
    // Told again, it is neither answered nor recorded again.
    expect((await answer(request, fresh.comment)).out).toContain('was answered before')
    expect(await answersTo(request, fresh.comment)).toHaveLength(1)
  }, 300_000)

  it('free a lock whose holder is dead, or is said to be by its number', async () => {
    const request = await propose('locked')
    expect((await say(request, 'ana', '/plumbline unlock')).answer).toContain('in none of Team/security')
    expect((await say(request, 'cleo', '/plumbline unlock')).answer).toContain('nothing is locked')

    const fence = await lock({ machine: 'elsewhere', pid: 7 })
    const held = await say(request, 'cleo', '/plumbline unlock')
    expect(held.answer).toContain('`lock-not-seen-dead`')
    expect(held.answer).toContain(`/plumbline unlock prod ${fence}`)
    expect((await say(request, 'cleo', `/plumbline unlock prod ${fence + 1}`)).answer).toContain('`lock-not-held`')
    expect((await say(request, 'cleo', `/plumbline unlock prod ${fence}`)).answer).toContain('is free')

    await lock({ pid: 2 ** 22 + 1 })
    expect((await say(request, 'cleo', '/plumbline unlock prod')).answer).toContain('is free')
    expect((await at.run('audit', 'verify')).status).toBe(0)
  }, 300_000)

  it('have hosts looked at for a fork where the commit is named that was read', async () => {
    await at.pull()
    at.github.person('drifter', 'read')
    await at.github.fork('drifter')
    const head = await at.office.write({
      branch: 'foreign',
      author: 'ana',
      files: { 'inventory/motd.yaml': motd('from afar\n') },
    })
    await at.git('push', '--quiet', at.github.gitUrl('drifter', 'drifter/estate'), 'refs/heads/foreign')
    const request = await at.github.openRequest({ as: 'drifter', branch: 'drifter:foreign', title: 'From afar' })
    const plan = async () => (await commentsOn(request)).find((c) => c.body.startsWith('<!-- plumbline:plan -->'))?.body
    expect((await say(request, 'drifter', `/plumbline plan ${head}`)).answer).toContain('read permission only')
    const blind = await say(request, 'ben', '/plumbline plan')
    expect(blind.answer).toContain(`\`/plumbline plan ${head}\``)
    expect(await plan()).toContain('No host was looked at')
    expect((await say(request, 'ben', '/plumbline plan 00000000')).answer).toContain('`request-moved`')
    // A stranger may have another commit that begins so.
    expect((await say(request, 'ben', `/plumbline plan ${head.slice(0, 8)}`)).answer).toContain('`request-moved`')
    expect(await plan()).toContain('No host was looked at')
    await say(request, 'ben', `/plumbline plan ${head}`)
    expect(await plan()).not.toContain('No host was looked at')
  }, 300_000)

  it('hold nothing that is shown again as it was written', async () => {
    const request = await propose('hostile')
    const hostile = ['<b>x</b>', '@ana', '![x](https://example.org/x)', '::set-output name=a::b']
    for (const text of hostile) {
      const { answer: said, ran } = await say(request, 'ana', `/plumbline ${text}`)
      expect(said).toContain('`command-misused`')
      for (const output of [said, ran.out, ran.err]) expect(output).not.toContain(text)
    }
    const { ran } = await say(request, 'engine', '/plumbline help')
    expect(ran.out).toContain('holds no command')
  }, 120_000)

  it('start a job that finds them by its event', async () => {
    const request = await propose('event')
    const { desk } = at.office
    const asked = await at.github.comment(request, 'reader', '/plumbline help')
    const event = (body: string): void =>
      desk.write(
        '../event.json',
        JSON.stringify({
          action: 'created',
          issue: { number: request, pull_request: {} },
          comment: { id: asked, body },
        }),
      )
    try {
      expect((await at.run('ci', 'comment')).err).toContain('nothing says which comment is meant')
      desk.env['GITHUB_EVENT_NAME'] = 'issue_comment'
      desk.env['GITHUB_EVENT_PATH'] = join(dirname(desk.folder), 'event.json')
      event('Thank you.')
      expect(await at.must('ci', 'comment')).toContain('holds no command')
      event('/plumbline help')
      expect(await at.must('ci', 'comment')).toContain('done')
      expect((await answersTo(request, asked))[0]).toContain('What there is')
      desk.write('../event.json', '{')
      expect((await at.run('ci', 'comment')).err).toContain('event-unreadable')
    } finally {
      delete desk.env['GITHUB_EVENT_NAME']
      delete desk.env['GITHUB_EVENT_PATH']
    }
  }, 120_000)
})

/** Has the lock of prod taken by some process, and resolves to its number. */
async function lock(holder: Partial<LockHolder>): Promise<number> {
  const { desk, now } = at.office
  const clock = { now }
  const world = await openWorld({ version: '0.0.0-test', start: at.runner, env: desk.env, clock, network: 'must' })
  try {
    const since = now().toISOString()
    const full = { ...world.process, change: 'CHG-2026-00001', since, ...holder }
    const signer = await world.engineSigner()
    return await (await world.ledger()).append(async (view) => {
      const text = await view.file('locks/prod.yaml')
      const known = /^fence: (\d+)$/m.exec(text ?? '')?.[1]
      const before =
        known === undefined
          ? undefined
          : { apiVersion: 'plumbline/v1' as const, kind: 'Lock' as const, environment: 'prod', fence: Number(known) }
      const taken = acquireLock(before, 'prod', full)
      if ('refused' in taken) throw new Error(taken.refused.summary)
      const entry = lockEntry(taken.record, 'acquire', { uuid: world.uuid(), at: since }, signer)
      return { entries: [entry], result: taken.record.fence }
    })
  } finally {
    await world.close()
  }
}
