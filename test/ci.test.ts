import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GithubOffice, openGithubOffice, planPermissions } from './github-office.ts'
import { documents } from './office.ts'

const motd = (text: string, name = 'motd'): string =>
  documents({
    kind: 'Profile',
    metadata: { name },
    spec: { selector: { all: true }, resources: [{ file: { path: `/etc/${name}`, content: text } }] },
  })

let here: GithubOffice
beforeAll(async () => {
  here = await openGithubOffice()
}, 120_000)
afterAll(async () => here.close())

interface Shown {
  readonly number: number
  readonly head: string
  readonly outcome: string
  readonly shown?: {
    readonly comment: { readonly url: string; readonly done: string }
    readonly checks: readonly {
      readonly name: string
      readonly conclusion: string
      readonly kept: { readonly done: string }
    }[]
    readonly superseded: number
  }
}

const ci = async (...argv: string[]): Promise<readonly Shown[]> => {
  const ran = await here.run('ci', 'plan', ...argv, '--json')
  const { requests } = JSON.parse(ran.out) as { requests?: readonly Shown[] }
  if (requests === undefined) throw new Error(ran.out + ran.err)
  return requests
}

/** What was written on the forge: `made`, `changed` or `same`, of the comment and each check. */
const done = ({ shown }: Shown): readonly string[] =>
  shown === undefined ? [] : [shown.comment.done, ...shown.checks.map((c) => c.kept.done)]

interface Check {
  readonly name: string
  readonly conclusion: string
  readonly output: { readonly title: string; readonly annotations_count: number }
}

const get = (path: string): Promise<unknown> =>
  here.github.api('admin', 'GET', `/repos/${here.github.repository}/${path}`)
/** The checks that count on a commit: the newest of each name. */
const checksOn = async (commit: string): Promise<Readonly<Record<string, Check>>> => {
  const { check_runs: runs } = (await get(`commits/${commit}/check-runs?filter=all`)) as {
    check_runs: readonly (Check & { id: number })[]
  }
  return Object.fromEntries([...runs].sort((a, b) => a.id - b.id).map((run) => [run.name, run]))
}
const commentsOn = async (number: number): Promise<readonly string[]> =>
  ((await get(`issues/${number}/comments`)) as readonly { body: string }[]).map((c) => c.body)
const ledgerTip = (): Promise<string> => here.git('ls-remote', 'origin', 'refs/heads/ledger')

let count = 0
const proposed = async (text = 'hello\n'): Promise<{ number: number; branch: string; file: string }> => {
  const name = `note-${++count}`
  const file = `inventory/${name}.yaml`
  const number = await here.propose({ branch: name, author: 'ana', files: { [file]: motd(text, name) } })
  return { number, branch: name, file }
}

describe('ci plan', () => {
  it('keeps one comment and two checks, and changes nothing when it is run again', async () => {
    const before = await ledgerTip()
    here.github.codeScanning(true)
    const { number } = await proposed()
    const [first] = await ci('--request', String(number))
    if (first === undefined) throw new Error('nothing was planned')
    expect(done(first)).toEqual(['made', 'made', 'made'])
    const comments = await commentsOn(number)
    expect(comments).toHaveLength(1)
    expect(comments[0]).toMatch(/^<!-- plumbline:plan -->\n## .*1 approval/)
    const checks = await checksOn(first.head)
    expect(checks['plumbline/plan']).toMatchObject({ conclusion: 'success' })
    expect(checks['plumbline/approval']).toMatchObject({ conclusion: 'action_required' })

    const [again] = await ci('--commit', first.head)
    expect(done(again ?? first)).toEqual(['same', 'same', 'same'])
    expect(again?.shown?.superseded).toBe(0)
    expect(await commentsOn(number)).toEqual(comments)
    expect(await ledgerTip()).toBe(before)
    expect(here.github.sarifs.map((s) => [s.commit, s.ref])).toEqual([[first.head, `refs/pull/${number}/head`]])
    here.github.codeScanning(false)
    expect(await ci('--open')).toMatchObject([{ number, outcome: 'current' }])
  })

  it('is one comment, too, where two do it at once', async () => {
    const { number } = await proposed()
    const both = await Promise.all([ci('--request', String(number)), ci('--request', String(number))])
    expect(both.flat().map((p) => p.outcome)).toEqual(['planned', 'planned'])
    expect(await commentsOn(number)).toHaveLength(1)
    const [third] = await ci('--request', String(number))
    expect(third && done(third)).toEqual(['same', 'same', 'same'])
  })

  it('plans what was pushed since in the same comment, and says of older checks that they are out of date', async () => {
    const { number, branch, file } = await proposed()
    const [old] = await ci('--request', String(number))
    await here.amend({ branch, author: 'ana', files: { [file]: motd('hello again\n', branch) } })
    const [now] = await ci('--request', String(number))
    expect(now && done(now)).toEqual(['changed', 'made', 'made'])
    expect(now?.shown?.comment.url).toBe(old?.shown?.comment.url)
    expect(now?.shown?.superseded).toBe(2)
    // Whoever goes back to it is not let through before it is planned again.
    const checks = await checksOn(old?.head ?? '')
    expect(checks['plumbline/plan']?.conclusion).toBe('neutral')
    expect(checks['plumbline/approval']?.conclusion).toBe('action_required')
    expect((await ci('--request', String(number))).map(done)).toEqual([['same', 'same', 'same']])
    await here.git('push', '--quiet', '--force', here.github.gitUrl('ana'), `${old?.head}:refs/heads/${branch}`)
    expect((await ci('--request', String(number))).map(done)).toEqual([['changed', 'changed', 'made']])
    expect((await checksOn(old?.head ?? ''))['plumbline/plan']?.conclusion).toBe('success')
  })

  it('says nothing of what was replaced while it was planned', async () => {
    const { number, branch, file } = await proposed()
    const gate = here.github.hold({ method: 'GET', path: /\/check-runs/ })
    const running = ci('--request', String(number))
    await gate.arrived
    await here.amend({ branch, author: 'ana', files: { [file]: motd('newer\n', branch) } })
    const [newer] = await ci('--request', String(number))
    const comments = await commentsOn(number)
    gate.open()
    expect(await running).toMatchObject([{ number, outcome: 'superseded', diagnostics: [{ code: 'request-moved' }] }])
    expect(await commentsOn(number)).toEqual(comments)
    expect((await checksOn(newer?.head ?? ''))['plumbline/plan']?.conclusion).toBe('success')
  })

  it('says what is wrong with documents that can not be planned, beside the line that is wrong', async () => {
    const { number, branch, file } = await proposed()
    await here.amend({ branch, author: 'ana', files: { [file]: motd('x', branch).replace('selector', 'selektor') } })
    const [refused] = await ci('--request', String(number))
    expect(refused).toMatchObject({ outcome: 'refused' })
    expect((await here.run('ci', 'plan', '--request', String(number))).status).toBe(1)
    const check = (await checksOn(refused?.head ?? ''))['plumbline/plan']
    expect(check).toMatchObject({ conclusion: 'failure' })
    expect(check?.output.annotations_count).toBeGreaterThan(0)
    expect((await checksOn(refused?.head ?? ''))['plumbline/approval']?.conclusion).toBe('action_required')
    await here.amend({ branch, author: 'ana', files: { [file]: motd('x', branch) } })
    expect(await ci('--request', String(number))).toMatchObject([{ outcome: 'planned' }])
  })

  it('takes the pull request from the event, and leaves files, a summary and outputs for the job', async () => {
    const { number } = await proposed()
    const { desk } = here.office
    const file = (name: string): string => join(here.runner, '..', `${name}-${number}`)
    const title = 'x`\n::set-output name=evil::$(reboot)'
    writeFileSync(file('event'), JSON.stringify({ pull_request: { number, title } }))
    writeFileSync(file('summary'), 'before\n')
    const job = {
      GITHUB_ACTIONS: 'true',
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_EVENT_PATH: file('event'),
      GITHUB_STEP_SUMMARY: file('summary'),
      GITHUB_OUTPUT: file('outputs'),
      GITHUB_RUN_ID: '77',
    }
    Object.assign(desk.env, job)
    const ran = await here.run('ci', 'plan', '--out', file('plan'))
    writeFileSync(file('event'), '{"pull_request": ')
    const garbled = await here.run('ci', 'plan')
    for (const name of Object.keys(job)) delete desk.env[name]
    expect(ran).toMatchObject({ status: 0, out: expect.stringContaining(`#${number}  planned`) })
    expect(`${ran.out}${ran.err}`).not.toMatch(/^\s*::/m)
    expect(garbled).toMatchObject({ status: 1, err: expect.stringContaining('event-unreadable') })
    for (const name of ['plan.json', 'plan.md', 'findings.sarif', 'junit.xml'])
      expect(existsSync(join(file('plan'), name))).toBe(true)
    const plan = JSON.parse(readFileSync(join(file('plan'), 'plan.json'), 'utf8'))
    expect(readFileSync(file('summary'), 'utf8')).toMatch(/^before\n.*1 approval/)
    const outputs = readFileSync(file('outputs'), 'utf8')
    expect(outputs).toMatch(new RegExp(`^digest<<(.+)\n${plan.subject.plan}\n\\1$`, 'm'))
    expect(outputs).toMatch(/^changes<<(.+)\n1\n\1$/m)
    expect((await commentsOn(number))[0]).toContain('/actions/runs/77')
  })

  it('passes over what is closed or goes elsewhere, and knows no other', async () => {
    const { number } = await proposed()
    await here.github.closeRequest(number, 'ana')
    expect(await ci('--request', String(number))).toMatchObject([{ outcome: 'passed-over' }])
    expect(await commentsOn(number)).toEqual([])
    const unknown = await here.run('ci', 'plan', '--request', '4711')
    expect(unknown).toMatchObject({ status: 1, err: expect.stringContaining('[request-missing]') })
    expect(await here.run('ci', 'plan')).toMatchObject({ status: 1, err: expect.stringContaining('--request') })
    expect((await here.run('ci', 'plan', '--request', '0')).status).toBe(64)
    expect((await here.run('ci', 'plan', '--request', '1', '--open')).status).toBe(64)
    expect((await here.run('ci', 'plan', '--commit', 'HEAD')).status).toBe(64)
  })

  it('plans a fork from documents alone, with a token that may only read', async () => {
    here.github.person('eve', 'read')
    const fork = await here.github.fork('eve')
    await here.office.write({ branch: 'from-eve', author: 'ben', files: { 'inventory/eve.yaml': motd('hi\n', 'eve') } })
    await here.git('push', '--quiet', here.github.gitUrl('eve', fork), 'from-eve')
    const number = await here.github.openRequest({ as: 'eve', branch: 'eve:from-eve', title: 'from outside' })
    const { env } = here.office.desk
    const token = env['GITHUB_TOKEN']
    const reads = Object.fromEntries(Object.keys(planPermissions).map((name) => [name, 'read' as const]))
    env['GITHUB_TOKEN'] = here.github.jobToken(reads)
    const ran = await here.run('ci', 'plan', '--request', String(number))
    env['GITHUB_TOKEN'] = token
    expect(ran).toMatchObject({ status: 0, err: expect.stringContaining('[request-untold]') })
    expect(await commentsOn(number)).toEqual([])
    const [told] = await ci('--request', String(number))
    expect(told).toMatchObject({ outcome: 'planned', desiredOnly: expect.stringContaining('fork') })
    expect((await commentsOn(number))[0]).toContain('fork')
    expect((await checksOn(told?.head ?? ''))['plumbline/approval']?.conclusion).toBe('action_required')
  })

  it('is recorded of a fork once somebody agrees who may write: strangers who agree with one another move nothing', async () => {
    for (const name of ['finn', 'gus']) here.github.person(name, 'read')
    const fork = await here.github.fork('finn')
    await here.office.write({ branch: 'finns', author: 'ben', files: { 'inventory/finn.yaml': motd('hi\n', 'finn') } })
    await here.git('push', '--quiet', here.github.gitUrl('finn', fork), 'finns')
    const number = await here.github.openRequest({ as: 'finn', branch: 'finn:finns', title: 'from outside, too' })
    await here.github.review(number, 'gus', 'approve')
    const before = await ledgerTip()
    await here.must('ci', 'merge')
    expect(await ledgerTip()).toBe(before)
    await here.github.review(number, 'cleo', 'approve')
    await here.must('ci', 'merge')
    expect(await ledgerTip()).not.toBe(before)
  }, 120_000)
})
