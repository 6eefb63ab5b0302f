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

/** Runs what workflows run after a merge, and once more, which changes nothing. */
async function mergedAndApplied(number: number): Promise<{ readonly change: string; readonly comment: string }> {
  const merged = JSON.parse(await here.must('ci', 'merge', '--json'))
  const told = merged.changes.find((c: { request?: number }) => c.request === number)
  expect(told).toMatchObject({ state: 'approved', comment: { done: 'made' } })
  expect((await comments(number)).at(-1)).toContain(told.change)
  const recorded = await ledgerTip()
  const again = JSON.parse(await here.must('ci', 'merge', '--json'))
  expect(again.changes.map((c: { comment: { done: string } }) => c.comment.done)).not.toContain('changed')
  expect(await ledgerTip()).toBe(recorded)
  await here.must('ci', 'apply')
  const applied = await ledgerTip()
  const last = await comments(number)
  expect(last.at(-1)).toMatch(/<!-- plumbline:apply CHG-\d{4}-\d{5} -->\s+## ✅ Applied/)
  expect(await here.must('ci', 'apply')).toContain('nothing pending')
  expect(await ledgerTip()).toBe(applied)
  expect(await comments(number)).toEqual(last)
  return { change: told.change, comment: last.at(-1) ?? '' }
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
    const { change } = await mergedAndApplied(number)
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
    // The checks of the pull request are asked for, too, and follow its reviews.
    endEvent()
    await here.must('ci', 'merge')
    await here.github.mergeQueued(number)
    await mergedAndApplied(number)
    expect(onHost()).toBe('hello\n')
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
    const again = await here.must('ci', 'merge')
    expect(again).toContain(`#${second}`)
    await here.must('ci', 'apply')
    expect(await here.must('ci', 'plan', '--open')).toContain(`#${second}  planned`)
    expect(await approvalOf(second)).toBe('success')
    expect(await here.must('ci', 'plan', '--open')).toContain(`#${second}  current`)
    expect(await here.must('ci', 'merge')).not.toContain('planned anew')
    await here.github.merge(second, { as: 'cleo', method: 'merge' })
    await mergedAndApplied(second)
  }, 400_000)
})
