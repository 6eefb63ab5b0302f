import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { MergeMethod } from './github/fake-github.ts'
import { type GithubOffice, openGithubOffice } from './github-office.ts'
import { documents } from './office.ts'

const motd = (text: string): string =>
  documents({
    kind: 'Profile',
    metadata: { name: 'motd' },
    spec: { selector: { all: true }, resources: [{ file: { path: '/etc/motd', content: text } }] },
  })

let here: GithubOffice
afterEach(async () => here.close())

const open = async (): Promise<void> => {
  here = await openGithubOffice()
  here.github.protect('main', { reviews: 1, dismissStale: true, checks: ['plumbline/plan', 'plumbline/approval'] })
}

const onHost = (): string => readFileSync(here.office.on('web-01', '/etc/motd'), 'utf8')
const plan = (number: number): Promise<string> => here.must('ci', 'plan', '--request', String(number))
const ledgerTip = (): Promise<string> => here.git('ls-remote', 'origin', 'refs/heads/ledger')

const approvalOf = async (number: number): Promise<string> => {
  const get = (path: string) => here.github.api('admin', 'GET', `/repos/${here.github.repository}/${path}`)
  const { head } = (await get(`pulls/${number}`)) as { head: { sha: string } }
  const path = `commits/${head.sha}/check-runs?check_name=plumbline%2Fapproval`
  const { check_runs: runs } = (await get(path)) as { check_runs: readonly { conclusion: string }[] }
  return runs.map((r) => r.conclusion).join(' ')
}

const comments = async (number: number): Promise<readonly string[]> => {
  const path = `/repos/${here.github.repository}/issues/${number}/comments`
  return ((await here.github.api('admin', 'GET', path)) as readonly { body: string }[]).map((c) => c.body)
}

/** The checks that count on a commit, by name. */
const checksOf = async (commit: string): Promise<Readonly<Record<string, string>>> => {
  const path = `/repos/${here.github.repository}/commits/${commit}/check-runs`
  const answer = await here.github.api('admin', 'GET', path)
  const { check_runs: runs } = answer as { check_runs: readonly { name: string; conclusion: string }[] }
  return Object.fromEntries(runs.map((r) => [r.name, r.conclusion]))
}

/** The event that started the jobs that run next. */
function event(name: string, payload: object): void {
  const path = join(here.runner, '..', 'event.json')
  writeFileSync(path, JSON.stringify({ [name]: payload }))
  Object.assign(here.office.desk.env, { GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: path })
}

function endEvent(): void {
  for (const name of ['GITHUB_EVENT_NAME', 'GITHUB_EVENT_PATH']) delete here.office.desk.env[name]
}

/** Runs what workflows run after a merge; resolves to the number of the record. */
async function mergedAndApplied(number: number): Promise<string> {
  const merged = JSON.parse(await here.must('ci', 'merge', '--json'))
  const told = merged.changes.find((c: { request?: number }) => c.request === number)
  expect(told).toMatchObject({ state: 'approved', comment: { done: 'made' } })
  expect((await comments(number)).at(-1)).toContain(told.change)
  await here.must('ci', 'apply')
  expect((await comments(number)).at(-1)).toMatch(/<!-- plumbline:apply CHG-\d{4}-\d{5} -->\s+## ✅ Applied/)
  return told.change
}

/** Runs the jobs after a merge once more: nothing is written, neither into the ledger nor on the forge. */
async function nothingTwice(number: number): Promise<void> {
  const before = [await ledgerTip(), ...(await comments(number))]
  const again = JSON.parse(await here.must('ci', 'merge', '--json'))
  expect(again.changes.map((c: { comment: { done: string } }) => c.comment.done)).toEqual(['same'])
  expect(await here.must('ci', 'apply')).toContain('nothing pending')
  expect([await ledgerTip(), ...(await comments(number))]).toEqual(before)
}

describe.each<MergeMethod>(['merge', 'squash', 'rebase'])('a pull request that is merged by %s', (method) => {
  it('is planned, reviewed, pushed to, reviewed again, merged, applied, and taken back by another one', async () => {
    await open()
    const before = onHost()
    const work = { branch: 'motd', author: 'ana' }
    const number = await here.propose({ ...work, files: { 'inventory/motd.yaml': motd('hello\n') } })
    await plan(number)
    expect(await approvalOf(number)).toBe('action_required')
    await expect(here.github.merge(number, { as: 'ben', method })).rejects.toThrow()

    await here.github.review(number, 'ben', 'approve')
    await here.must('ci', 'merge')
    expect(await approvalOf(number)).toBe('success')

    await here.amend({ ...work, files: { 'inventory/motd.yaml': motd('good morning\n') } })
    await plan(number)
    expect(await approvalOf(number)).toBe('action_required')
    await here.github.review(number, 'ben', 'approve')
    await here.must('ci', 'merge')
    expect(await approvalOf(number)).toBe('success')

    await here.github.merge(number, { as: 'ben', method })
    const change = await mergedAndApplied(number)
    expect(onHost()).toBe('good morning\n')

    await here.pull()
    const { keyFile } = here.office.colleague('ana')
    await here.office.must(['rollback', change, '--key', keyFile])
    const branch = `rollback/${change.toLowerCase()}`
    const back = await here.github.openRequest({ as: 'ana', branch, title: `Take ${change} back` })
    await plan(back)
    await here.github.review(back, 'cleo', 'approve')
    await here.must('ci', 'merge')
    await here.github.merge(back, { as: 'cleo', method })
    await mergedAndApplied(back)
    expect(onHost()).toBe(before)
    expect(await here.office.record(change)).toMatchObject({ state: 'rolled-back' })
    await here.must('audit', 'verify')
  }, 400_000)
})

describe('a merge queue', () => {
  it('is told on the commit that it made whether it may go on, and what it merges is applied', async () => {
    await open()
    const number = await here.propose({
      branch: 'motd',
      author: 'ana',
      files: { 'inventory/motd.yaml': motd('hello\n') },
    })
    await plan(number)
    const { commit, branch } = await here.github.enqueue(number, 'ben', 'squash')
    const base = (await here.git('ls-remote', 'origin', 'refs/heads/main')).slice(0, 40)
    event('merge_group', { head_sha: commit, base_sha: base, head_ref: `refs/heads/${branch}` })
    expect((await here.run('ci', 'plan')).status).toBe(0)
    expect(await checksOf(commit)).toEqual({ 'plumbline/plan': 'success', 'plumbline/approval': 'action_required' })
    await here.github.review(number, 'ben', 'approve')
    expect((await here.run('ci', 'plan')).status).toBe(0)
    expect(await checksOf(commit)).toEqual({ 'plumbline/plan': 'success', 'plumbline/approval': 'success' })
    endEvent()
    // A job that sees no host leaves what others planned as it is.
    const { env } = here.office.desk
    const key = env['PLUMBLINE_SSH_KEY']
    const told = await comments(number)
    Object.assign(env, { GITHUB_ACTIONS: 'true', PLUMBLINE_SSH_KEY: '', SSH_AUTH_SOCK: '' })
    await here.must('ci', 'merge')
    expect(await comments(number)).toEqual(told)
    Object.assign(env, { GITHUB_ACTIONS: '', PLUMBLINE_SSH_KEY: key })
    // The checks of the pull request are asked for, too, and follow its reviews.
    await here.must('ci', 'merge')
    expect(await approvalOf(number)).toBe('success')
    await here.github.mergeQueued(number)
    await mergedAndApplied(number)
    expect(onHost()).toBe('hello\n')
    await nothingTwice(number)
  }, 400_000)
})

describe('what nobody let through', () => {
  it('is recorded with who merged it, told so, and not applied: past its checks, and never planned', async () => {
    await open()
    const before = onHost()
    const past = await here.propose({ branch: 'past', author: 'ana', files: { 'inventory/motd.yaml': motd('past\n') } })
    await plan(past)
    await here.github.merge(past, { as: 'admin', method: 'squash', bypass: true })
    await here.pull()
    const unplanned = await here.propose({
      branch: 'none',
      author: 'ana',
      files: { 'inventory/two.yaml': motd('none\n').replaceAll('motd', 'issue') },
    })
    await here.github.review(unplanned, 'ben', 'approve')
    await here.github.merge(unplanned, { as: 'admin', method: 'squash', bypass: true })
    const { changes } = JSON.parse(await here.must('ci', 'merge', '--json'))
    expect(changes).toMatchObject([
      { state: 'unapproved', request: past },
      { state: 'unapproved', request: unplanned },
    ])
    expect((await comments(past)).at(-1)).toContain('Merged without approval, not applied')
    expect((await comments(unplanned)).at(-1)).toContain('never planned')
    expect(await here.must('ci', 'apply')).toContain('nothing pending')
    expect(onHost()).toBe(before)
    await here.must('audit', 'verify')
  }, 400_000)
})

describe('a branch that moved', () => {
  it('puts the checks of open pull requests out of date until they are planned anew', async () => {
    await open()
    const first = await here.propose({
      branch: 'motd',
      author: 'ana',
      files: { 'inventory/motd.yaml': motd('hello\n') },
    })
    const second = await here.propose({
      branch: 'two',
      author: 'ben',
      files: { 'inventory/two.yaml': motd('two\n').replaceAll('motd', 'issue') },
    })
    await here.must('ci', 'plan', '--open')
    await here.github.review(first, 'ben', 'approve')
    await here.github.review(second, 'cleo', 'approve')
    await here.must('ci', 'merge')
    expect(await approvalOf(second)).toBe('success')
    await here.github.merge(first, { as: 'ben', method: 'merge' })
    expect(await here.must('ci', 'merge')).toContain(`#${second}`)
    expect(await approvalOf(second)).toBe('action_required')
    await here.must('ci', 'apply')
    expect(await here.must('ci', 'plan', '--open')).toContain(`#${second}  planned`)
    expect(await approvalOf(second)).toBe('success')
    expect(await here.must('ci', 'plan', '--open')).toContain(`#${second}  current`)
    expect(await here.must('ci', 'merge')).not.toContain('planned anew')
    await here.github.merge(second, { as: 'cleo', method: 'merge' })
    await mergedAndApplied(second)
  }, 400_000)
})

describe('a bad day of the forge', () => {
  it('ends in the same comments, checks and records: failures, limits, lost answers, jobs that run twice at once', async () => {
    await open()
    const { github } = here
    const number = await here.propose({
      branch: 'motd',
      author: 'ana',
      files: { 'inventory/motd.yaml': motd('hello\n') },
    })
    const writes = { method: 'POST', path: /comments|check-runs/ }
    github.fail({ kind: 'status', status: 502 }, { when: { method: 'GET', path: /pulls/ } })
    github.fail({ kind: 'lost-answer' }, { when: writes, times: 2 })
    github.fail({ kind: 'secondary-limit', retryAfter: 1 }, { when: writes })
    await plan(number)
    expect(await comments(number)).toHaveLength(1)
    expect(await approvalOf(number)).toBe('action_required')

    await github.review(number, 'ben', 'approve')
    const jobs = await Promise.all([here.run('ci', 'merge'), here.run('ci', 'merge')])
    expect(
      jobs.map((job) => job.status),
      jobs.map((job) => job.err).join(''),
    ).toEqual([0, 0])
    expect(await approvalOf(number)).toBe('success')
    await github.merge(number, { as: 'ben', method: 'squash' })
    github.fail({ kind: 'status', status: 500 }, { when: { method: 'GET', path: /^\/repos/ }, times: 2 })
    const merged = await Promise.all([here.run('ci', 'merge'), here.run('ci', 'merge')])
    expect(
      merged.map((job) => job.status),
      merged.map((job) => job.err).join(''),
    ).toEqual([0, 0])
    // The forge fails while it is told: what was applied stays so, and whoever comes next tells it.
    github.fail({ kind: 'status', status: 503 }, { when: { path: /issues\/\d+\/comments/ }, times: 4 })
    const untold = await here.run('ci', 'apply')
    expect(untold).toMatchObject({ status: 1, err: expect.stringContaining('[request-untold]') })
    expect(onHost()).toBe('hello\n')
    const [told] = (await here.must('ci', 'merge')).split('\n')
    expect(told).toMatch(new RegExp(`CHG-\\d{4}-\\d{5} +implemented +#${number}`))
    expect((await comments(number)).map((body) => /## (.*)/.exec(body)?.[1])).toEqual([expect.anything(), '✅ Applied'])
    expect((await here.must('log')).match(/CHG-/g)).toHaveLength(1)
    await here.must('audit', 'verify')
  }, 400_000)
})

describe('ci drift', () => {
  it('records what somebody did on a host, says so in the summary, and writes nothing twice', async () => {
    await open()
    const number = await here.propose({
      branch: 'motd',
      author: 'ana',
      files: { 'inventory/motd.yaml': motd('hello\n') },
    })
    await plan(number)
    await here.github.review(number, 'ben', 'approve')
    await here.must('ci', 'merge')
    await here.github.merge(number, { as: 'ben', method: 'squash' })
    await here.must('ci', 'apply')
    writeFileSync(here.office.on('web-01', '/etc/motd'), 'by hand <img src=x>\n')
    const summary = join(here.runner, '..', 'summary.md')
    Object.assign(here.office.desk.env, { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary })
    expect(await here.must('ci', 'drift')).toContain('UCH-')
    const recorded = await ledgerTip()
    expect(readFileSync(summary, 'utf8')).toMatch(/file:\/etc\/motd|\/etc\/motd/)
    await here.must('ci', 'drift')
    expect(await ledgerTip()).toBe(recorded)
  }, 400_000)
})

describe('two changes that are merged one after the other', () => {
  it('are recorded one on top of the other, and applied by whichever of two jobs comes first', async () => {
    await open()
    const note = (name: string) => ({ [`inventory/${name}.yaml`]: motd(`${name}\n`).replaceAll('motd', name) })
    const one = await here.propose({ branch: 'one', author: 'ana', files: note('one') })
    const two = await here.propose({ branch: 'two', author: 'ben', files: note('two') })
    await here.must('ci', 'plan', '--open')
    await here.github.review(one, 'cleo', 'approve')
    await here.github.review(two, 'cleo', 'approve')
    await here.must('ci', 'merge')
    await here.github.merge(one, { as: 'cleo', method: 'rebase' })
    await here.github.merge(two, { as: 'cleo', method: 'rebase' })
    expect(await here.must('ci', 'merge')).toContain('[merges-waiting]')
    const jobs = await Promise.all([here.run('ci', 'apply'), here.run('ci', 'apply')])
    expect(
      jobs.map((job) => job.status),
      jobs.map((job) => job.out + job.err).join('---'),
    ).toContain(0)
    await here.must('ci', 'apply')
    expect(['one', 'two'].map((name) => readFileSync(here.office.on('web-01', `/etc/${name}`), 'utf8'))).toEqual([
      'one\n',
      'two\n',
    ])
    for (const number of [one, two]) expect((await comments(number)).at(-1)).toContain('✅ Applied')
    expect((await here.must('log')).match(/CHG-\d+-\d+ +implemented/g)).toHaveLength(2)
    await here.must('audit', 'verify')
  }, 400_000)
})
