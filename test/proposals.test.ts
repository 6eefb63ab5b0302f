import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GithubOffice, openGithubOffice } from './github-office.ts'
import { documents } from './office.ts'

/** Pull requests that Plumbline opens, and the issue that says how the estate stands. */

let here: GithubOffice

const profile = (name: string, content: string): string =>
  documents({
    kind: 'Profile',
    metadata: { name },
    spec: { selector: { all: true }, resources: [{ file: { path: `/etc/${name}`, content } }] },
  })

beforeAll(async () => {
  here = await openGithubOffice({
    estate: { changes: { requests: { most: 2 } } },
    files: { 'inventory/motd.yaml': profile('motd', 'hello\n'), 'inventory/issue.yaml': profile('issue', 'ours\n') },
  })
  const { office } = here
  await office.must(['approve', 'main', '--key', office.colleague('ben').keyFile])
  await here.must('apply')
}, 120_000)
afterAll(async () => here.close())

const api = (method: string, path: string, body?: unknown): Promise<unknown> =>
  here.github.api('admin', method, `/repos/${here.github.repository}/${path}`, body)

interface Page {
  readonly number: number
  readonly title: string
  readonly body: string
  readonly state: string
  readonly labels: readonly { readonly name: string }[]
  readonly head: { readonly ref: string; readonly sha: string }
}

const pulls = async (state = 'open'): Promise<readonly Page[]> => (await api('GET', `pulls?state=${state}`)) as never
const issues = async (): Promise<readonly Page[]> =>
  ((await api('GET', 'issues?state=all')) as readonly (Page & { pull_request?: object })[]).filter(
    (i) => i.pull_request === undefined,
  )

/** What the newest check of that name says of a pull request. */
async function approvalOf(number: number): Promise<string | undefined> {
  const { sha } = ((await api('GET', `pulls/${number}`)) as Page).head
  const { check_runs: runs } = (await api('GET', `commits/${sha}/check-runs?filter=all`)) as {
    readonly check_runs: readonly { readonly id: number; readonly name: string; readonly conclusion: string }[]
  }
  return [...runs].sort((a, b) => a.id - b.id).findLast((r) => r.name === 'plumbline/approval')?.conclusion
}

interface Drift {
  readonly issue?: { readonly url: string; readonly done: string }
  readonly adoption?: { readonly done: string; readonly url?: string }
  readonly diagnostics: readonly { readonly code: string; readonly summary: string }[]
}
async function drift(...argv: string[]): Promise<Drift> {
  const ran = await here.run('ci', 'drift', '--json', ...argv)
  expect(ran.err).toBe('')
  return JSON.parse(ran.out) as Drift
}

const put = (text: string, name = 'motd'): void => writeFileSync(here.office.on('web-01', `/etc/${name}`), text)

/** Somebody other than its author approves a pull request, and it is merged and applied. */
async function through(number: number, ...by: readonly string[]): Promise<void> {
  await here.must('ci', 'plan', '--request', String(number))
  for (const login of by) await here.github.review(number, login, 'approve')
  await here.must('ci', 'merge')
  await here.github.merge(number, { as: 'ben', method: 'merge' })
  await here.must('ci', 'apply')
}

describe('a rollback', () => {
  let change = ''
  let request = 0

  it('opens a pull request that says why, what it does, and whom it waits for', async () => {
    const number = await here.propose({
      branch: 'loud',
      author: 'ana',
      message: 'Say it loudly, @ben',
      files: { 'inventory/motd.yaml': profile('motd', 'HELLO\n') },
    })
    await through(number, 'ben')
    change = 'CHG-2026-00002'
    expect(readFileSync(here.office.on('web-01', '/etc/motd'), 'utf8')).toBe('HELLO\n')
    const key = here.office.colleague('cleo').keyFile
    const out = await here.run(
      'rollback',
      change,
      '--open',
      '--reason',
      'too loud for @everybody',
      '--key',
      key,
      '--json',
    )
    expect(out.status, out.err).toBe(2)
    const [page] = await pulls()
    request = page?.number ?? 0
    expect(JSON.parse(out.out)).toMatchObject({ request: { number: request, before: false } })
    expect(page?.labels.map((l) => l.name)).toEqual(['plumbline'])
    expect(page?.title).toContain(`Roll back ${change}: `)
    expect(page?.body).toMatch(new RegExp(`^<!-- plumbline:takes-back ${change} -->\n\nWhy: too loud`))
    expect(page?.body).toContain('### What changes on 1 of 1 host')
    // Nobody is called by what somebody wrote.
    expect(page?.body).not.toMatch(/@(?:ben|everybody)/)
  })

  it('opens no second one', async () => {
    const again = await here.run('rollback', change, '--open', '--key', here.office.colleague('cleo').keyFile)
    expect(again).toMatchObject({ status: 2, out: expect.stringContaining(`open already: `) })
    expect(await pulls()).toHaveLength(1)
  })

  it('is not approved by who asked for it, and takes effect once somebody else did', async () => {
    await here.github.review(request, 'cleo', 'approve')
    expect((await here.run('ci', 'merge')).out).toContain('action-required')
    expect(await approvalOf(request)).toBe('action_required')
    await through(request, 'ana')
    expect(readFileSync(here.office.on('web-01', '/etc/motd'), 'utf8')).toBe('hello\n')
    await here.pull()
    await here.office.must(['log'])
    expect(JSON.parse(await here.must('show', change, '--json'))).toMatchObject({ record: { state: 'rolled-back' } })
  })
})

describe('drift on a schedule', () => {
  it('has no issue where nothing is open', async () => {
    expect((await drift()).issue).toBeUndefined()
    expect(await issues()).toEqual([])
  })

  it('says in one issue what is off, and changes nothing when it is run again', async () => {
    put('by hand @ana\n')
    expect((await drift()).issue?.done).toBe('made')
    const [issue] = await issues()
    expect(issue?.body).toContain('Drift on 1 host')
    expect(issue?.body).toContain('UCH-2026-00001')
    expect(issue?.body).not.toMatch(/@ana/)
    expect((await drift()).issue?.done).toBe('same')
    expect(await pulls()).toEqual([])
  })

  it('keeps one pull request with what can be taken over', async () => {
    const first = await drift('--adopt')
    expect(first).toMatchObject({ adoption: { done: 'opened' }, diagnostics: [] })
    const [page] = await pulls()
    expect(page).toMatchObject({ head: { ref: 'adopt/drift' }, labels: [{ name: 'plumbline' }] })
    expect(page?.body).toContain('two people have to agree')
    expect((await issues())[0]?.body).toContain(`#${page?.number}`)
    expect(await drift('--adopt')).toMatchObject({ adoption: { done: 'same' }, issue: { done: 'same' } })

    put('by hand, too\n', 'issue')
    expect(await drift('--adopt')).toMatchObject({ adoption: { done: 'changed' } })
    const [after, ...others] = await pulls()
    expect(others).toEqual([])
    expect(after?.number).toBe(page?.number)
    expect(after?.body).toContain('/etc/issue')
    const comments = (await api('GET', `issues/${page?.number}/comments`)) as readonly { readonly body: string }[]
    expect(comments.filter((c) => c.body.startsWith('<!-- plumbline:plan -->'))).toHaveLength(1)
  })

  it('takes over nothing that one person alone agreed to, for they may have put it there', async () => {
    const [page] = await pulls()
    const number = page?.number ?? 0
    await here.github.review(number, 'ana', 'approve')
    await here.run('ci', 'merge')
    expect(await approvalOf(number)).toBe('action_required')
    await through(number, 'ben')
    await here.pull()
    expect(readFileSync(`${here.office.desk.folder}/inventory/motd.yaml`, 'utf8')).toContain('by hand @ana')
  })

  it('closes the issue once nothing is open', async () => {
    expect(await drift('--adopt')).toMatchObject({ adoption: { done: 'nothing' }, issue: { done: 'changed' } })
    expect((await issues()).map((i) => i.state)).toEqual(['closed'])
  })

  it('says in the issue how it stands though it may not close or open pull requests', async () => {
    const { env } = here.office.desk
    const token = env['GITHUB_TOKEN']
    env['GITHUB_TOKEN'] = here.github.jobToken({ contents: 'write', issues: 'write', pull_requests: 'read' })
    put('not to be proposed\n')
    const ran = await here.run('ci', 'drift', '--adopt')
    env['GITHUB_TOKEN'] = token
    expect(ran).toMatchObject({ status: 1, err: expect.stringContaining('[dashboard-untold]') })
    expect((await issues()).map((i) => i.state)).toEqual(['open'])
    put('by hand @ana\n')
  })

  it('does not propose again what somebody declined, and closes what is for nothing any more', async () => {
    put('once more\n')
    await drift('--adopt')
    const [page] = await pulls()
    await here.github.closeRequest(page?.number ?? 0, 'ben')
    const held = await drift('--adopt')
    expect(held).toMatchObject({ adoption: { done: 'held' }, diagnostics: [{ code: 'adopt-held' }] })
    expect(await pulls()).toEqual([])

    put('something else\n')
    expect(await drift('--adopt')).toMatchObject({ adoption: { done: 'opened' } })
    put('by hand @ana\n')
    expect(await drift('--adopt')).toMatchObject({ adoption: { done: 'closed' } })
    expect(await pulls()).toEqual([])
    const [last] = [...(await pulls('closed'))].sort((a, b) => b.number - a.number)
    const comments = (await api('GET', `issues/${last?.number}/comments`)) as readonly { readonly body: string }[]
    expect(comments.at(-1)?.body).toContain('Closed by Plumbline: nothing of what it would take over')
  })

  it('opens no more than the estate lets be open, and says so', async () => {
    for (const branch of ['one', 'two']) {
      const number = await here.propose({ branch, author: 'ana', files: { [`notes/${branch}.md`]: branch } })
      await api('POST', `issues/${number}/labels`, { labels: ['plumbline'] })
    }
    put('again\n')
    const held = await drift('--adopt')
    expect(held).toMatchObject({ adoption: { done: 'held' }, diagnostics: [{ code: 'requests-full' }] })
    expect((await issues())[0]?.body).toContain('Held back')
    const key = here.office.colleague('cleo').keyFile
    const asked = await here.run('drift', 'adopt', '--open', '--key', key)
    expect(asked).toMatchObject({ status: 1, err: expect.stringContaining('[requests-full]') })
    expect(await pulls()).toHaveLength(2)
    for (const { number } of await pulls()) await here.github.closeRequest(number, 'ana')
  })

  it('of a person opens a pull request in their name, one for the same thing', async () => {
    const key = here.office.colleague('cleo').keyFile
    const argv = ['drift', 'adopt', '--open', '--reason', 'it is better so', '--key', key, '--json']
    const opened = await here.must(...argv)
    const { request } = JSON.parse(opened) as { readonly request: { readonly number: number } }
    const [page] = await pulls()
    expect(page).toMatchObject({ number: request.number, body: expect.stringContaining('Why: it is better so') })
    const again = await here.run(...argv)
    expect(again).toMatchObject({ status: 1, out: expect.stringContaining('request-there') })
    await through(request.number, 'ben')
  })
})

it('a rollback that somebody made by hand meanwhile leaves none open', async () => {
  const files = (content: string) => ({ 'inventory/extra.yaml': profile('extra', content) })
  await through(await here.propose({ branch: 'extra', author: 'ana', files: files('one\n') }), 'ben')
  await here.pull()
  await through(await here.propose({ branch: 'extra-2', author: 'ana', files: files('two\n') }), 'ben')
  await here.pull()
  const [newest] = JSON.parse(await here.must('log', '--json')) as readonly { readonly id: string }[]
  const key = here.office.colleague('cleo').keyFile
  expect((await here.run('rollback', newest?.id ?? '', '--open', '--key', key)).status).toBe(2)
  const [page] = await pulls()
  await drift()
  expect((await pulls()).map((p) => p.number)).toEqual([page?.number])
  await through(await here.propose({ branch: 'extra-3', author: 'ana', files: files('one\n') }), 'ben')
  await drift()
  expect(await pulls()).toEqual([])
  const comments = (await api('GET', `issues/${page?.number}/comments`)) as readonly { readonly body: string }[]
  expect(comments.at(-1)?.body).toContain('Closed by Plumbline: everything that it would change is so already')
})
