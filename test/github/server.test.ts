import { execFile } from 'node:child_process'
import { createHmac, createSign } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRepository } from '../../engine/adapters/git/git-repository.ts'
import { gitEnvironment } from './bare-repository.ts'
import type { FakeGitHub, FakeGitHubOptions } from './fake-github.ts'
import { openGitHub } from './open-github.ts'

const exec = promisify(execFile)
const scratch = mkdtempSync(join(tmpdir(), 'github-test-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const people = { ana: 'admin', ben: 'write', cleo: 'write', rita: 'read' } as const
let clones = 0

interface Clone {
  readonly dir: string
  git(...args: string[]): Promise<string>
  /** Commits one file on a branch and returns the commit. */
  commit(branch: string, file: string, text: string): Promise<string>
}

async function clone(github: FakeGitHub, login: string, repository?: string): Promise<Clone> {
  clones += 1
  const dir = join(scratch, `clone-${clones}`)
  const env = { ...gitEnvironment, HOME: scratch }
  const identity = [
    '-c',
    `user.name=${login}`,
    '-c',
    `user.email=${login}@lantern.example`,
    '-c',
    'commit.gpgSign=false',
  ]
  const run = async (cwd: string, args: readonly string[]) =>
    (await exec('git', [...identity, ...args], { cwd, env })).stdout.trim()
  await run(scratch, ['clone', '--quiet', github.gitUrl(login, repository), dir])
  const git = (...args: string[]) => run(dir, args)
  const commit = async (branch: string, file: string, text: string) => {
    const known = await git('branch', '--list', branch)
    const current = await git('symbolic-ref', '--short', 'HEAD')
    if (current !== branch) await git('switch', '--quiet', ...(known === '' ? ['-c'] : []), branch)
    writeFileSync(join(dir, file), text)
    await git('add', file)
    await git('commit', '--quiet', '-m', `${file}: ${text}`)
    return git('rev-parse', 'HEAD')
  }
  return { dir, git, commit }
}

/** A repository with a first commit on main, and a branch `web` of ben's that was pushed. */
async function lantern(options: FakeGitHubOptions = {}) {
  const github = await openGitHub({ people, ...options })
  const ana = await clone(github, 'ana')
  const first = await ana.commit('main', 'estate', 'one')
  await ana.git('push', '--quiet', 'origin', 'main')
  const ben = await clone(github, 'ben')
  const head = await ben.commit('web', 'web', 'one')
  await ben.git('push', '--quiet', 'origin', 'web')
  return { github, ana, ben, first, head }
}

function ask(github: FakeGitHub, token: string | undefined, path: string, init: RequestInit = {}): Promise<Response> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return fetch(`${github.url}${path}`, { ...init, headers: { ...authorization, 'user-agent': 'test' } })
}

async function json(response: Response): Promise<Record<string, unknown>> {
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  return (await response.json()) as Record<string, unknown>
}

const here = '/repos/lantern/estate'

describe('merging', () => {
  it('makes a merge commit of GitHub’s, by whoever asked for it', async () => {
    await using it = disposing(await lantern())
    const { github, ana, first, head } = it
    const number = await github.openRequest({ as: 'ben', branch: 'web', title: 'Serve the web' })
    await github.review(number, 'cleo', 'approve')
    const sha = await github.merge(number, { as: 'ana', method: 'merge' })
    await ana.git('pull', '--quiet')
    expect(await ana.git('log', '-1', '--format=%H|%P|%an|%cn|%ce|%s|%b')).toBe(
      `${sha}|${first} ${head}|ana|GitHub|noreply@github.com|Merge pull request #1 from lantern/web|Serve the web`,
    )
    const pull = (await github.api('rita', 'GET', `${here}/pulls/1`)) as Record<string, unknown>
    expect(pull).toMatchObject({ merged: true, state: 'closed', merge_commit_sha: sha, merged_by: { login: 'ana' } })
    for (const commit of [head, sha])
      expect(await github.api('rita', 'GET', `${here}/commits/${commit}/pulls`)).toMatchObject([{ number: 1 }])
  })

  it('squashes into one commit named after the pull request', async () => {
    await using it = disposing(await lantern())
    const { github, ana, ben, first } = it
    await ben.commit('web', 'more', 'two')
    await ben.git('push', '--quiet', 'origin', 'web')
    const number = await github.openRequest({ as: 'ben', branch: 'web', title: 'Serve the web' })
    const sha = await github.merge(number, { as: 'ana', method: 'squash' })
    await ana.git('pull', '--quiet')
    expect(await ana.git('log', '-1', '--format=%H|%P|%an|%cn|%B')).toBe(
      `${sha}|${first}|ben|GitHub|Serve the web (#1)\n\n* web: one\n\n* more: two`,
    )
    expect(await github.api('rita', 'GET', `${here}/commits/${sha}/pulls`)).toMatchObject([{ number: 1 }])
  })

  it('rebases each commit onto the base, with its author', async () => {
    await using it = disposing(await lantern())
    const { github, ana, ben } = it
    await ben.commit('web', 'more', 'two')
    await ben.git('push', '--quiet', 'origin', 'web')
    const number = await github.openRequest({ as: 'ben', branch: 'web', title: 'Serve the web' })
    await ana.commit('main', 'estate', 'two')
    await ana.git('push', '--quiet', 'origin', 'main')
    const sha = await github.merge(number, { as: 'cleo', method: 'rebase' })
    await ana.git('pull', '--quiet')
    expect(await ana.git('log', '-3', '--format=%an|%cn|%s')).toBe(
      'ben|cleo|more: two\nben|cleo|web: one\nana|ana|estate: two',
    )
    const list = (await github.api('rita', 'GET', `${here}/commits/${sha}~1/pulls`).catch(() => [])) as unknown[]
    expect(list).toEqual([])
    const middle = await ana.git('rev-parse', 'HEAD~1')
    for (const commit of [sha, middle])
      expect(await github.api('rita', 'GET', `${here}/commits/${commit}/pulls`)).toMatchObject([{ number: 1 }])
  })

  it('goes through the queue: what is checked there is what lands', async () => {
    await using it = disposing(await lantern())
    const { github } = it
    const checks = [{ context: 'plumbline/plan' }]
    github.ruleset({
      name: 'queue',
      branches: ['~DEFAULT_BRANCH'],
      rules: [
        { type: 'merge_queue' },
        { type: 'required_status_checks', parameters: { required_status_checks: checks } },
      ],
    })
    const number = await github.openRequest({ as: 'ben', branch: 'web', title: 'Serve the web' })
    await expect(github.merge(number, { as: 'ana', method: 'merge', bypass: true })).rejects.toThrow('merge queue')
    const { branch, commit } = await github.enqueue(number, 'ana', 'squash')
    expect(branch).toMatch(/^gh-readonly-queue\/main\/pr-1-[0-9a-f]{40}$/)
    await expect(github.mergeQueued(number)).rejects.toThrow('plumbline/plan')
    const body = JSON.stringify({ name: 'plumbline/plan', head_sha: commit, conclusion: 'success' })
    await json(await ask(github, github.jobToken({ checks: 'write' }), `${here}/check-runs`, { method: 'POST', body }))
    expect(await github.mergeQueued(number)).toBe(commit)
    expect(github.webhooks.map((w) => w.event)).toContain('merge_group')
    expect(await github.api('ana', 'GET', `${here}/activity?ref=refs/heads/main`)).toMatchObject([
      { activity_type: 'merge_queue_merge', after: commit },
      { activity_type: 'branch_creation' },
    ])
  })

  it('is noticed where the commits are pushed to the base', async () => {
    await using it = disposing(await lantern())
    const { github, ana } = it
    const number = await github.openRequest({ as: 'ben', branch: 'web', title: 'Serve the web' })
    await ana.git('fetch', '--quiet')
    await ana.git('merge', '--quiet', '--no-ff', '-m', 'By hand', 'origin/web')
    await ana.git('push', '--quiet', 'origin', 'main')
    const sha = await ana.git('rev-parse', 'HEAD')
    expect(await github.api('ana', 'GET', `${here}/pulls/${number}`)).toMatchObject({
      merged: true,
      merge_commit_sha: sha,
      merged_by: { login: 'ana' },
    })
  })
})

describe('what stands in the way of a merge', () => {
  it('is what the branch asks for, until an administrator goes past it', async () => {
    await using it = disposing(await lantern())
    const { github, ben, head } = it
    github.protect('main', { reviews: 1, dismissStale: true, checks: ['plumbline/approval'] })
    const number = await github.openRequest({ as: 'ben', branch: 'web', title: 'Serve the web' })
    const merge = (login: string) =>
      ask(github, github.token(login), `${here}/pulls/1/merge`, { method: 'PUT', body: '{}' })
    const refused = await merge('cleo')
    expect([refused.status, await refused.json()]).toMatchObject([405, { message: /1 approving review is required/ }])
    await github.review(number, 'rita', 'approve')
    await github.review(number, 'cleo', 'approve')
    expect(await (await merge('cleo')).json()).toMatchObject({ message: /plumbline\/approval/ })
    expect(await github.api('ben', 'GET', `${here}/pulls/1`)).toMatchObject({ mergeable_state: 'blocked' })
    await github.check(head, 'plumbline/approval', 'success')
    expect(await github.api('ben', 'GET', `${here}/pulls/1`)).toMatchObject({ mergeable_state: 'clean' })
    await ben.commit('web', 'web', 'two')
    await ben.git('push', '--quiet', 'origin', 'web')
    expect(await github.api('ben', 'GET', `${here}/pulls/1/reviews`)).toMatchObject([
      { state: 'DISMISSED', commit_id: head, user: { login: 'rita' } },
      { state: 'DISMISSED', commit_id: head, user: { login: 'cleo' } },
    ])
    const old = JSON.stringify({ sha: head })
    const late = await ask(github, github.token('ana'), `${here}/pulls/1/merge`, { method: 'PUT', body: old })
    expect(late.status).toBe(409)
    await expect(github.merge(number, { as: 'ana', method: 'merge' })).rejects.toThrow('405')
    expect(await github.merge(number, { as: 'ana', method: 'merge', bypass: true })).toMatch(/^[0-9a-f]{40}$/)
  })

  it('is a conflict', async () => {
    await using it = disposing(await lantern())
    const { github, ana } = it
    await ana.commit('main', 'web', 'other')
    await ana.git('push', '--quiet', 'origin', 'main')
    const number = await github.openRequest({ as: 'ben', branch: 'web', title: 'Serve the web' })
    expect(await github.api('ben', 'GET', `${here}/pulls/${number}`)).toMatchObject({
      mergeable: false,
      mergeable_state: 'dirty',
    })
    await expect(github.merge(number, { as: 'ana', method: 'squash' })).rejects.toThrow('405')
  })

  it('is an owner of the files, and a push by whoever approved', async () => {
    await using it = disposing(await lantern())
    const { github, ana, ben } = it
    await ana.commit('main', 'CODEOWNERS', 'web @cleo\n')
    await ana.git('push', '--quiet', 'origin', 'main')
    github.protect('main', { reviews: 1, codeOwners: true, lastPushApproval: true })
    const number = await github.openRequest({ as: 'ben', branch: 'web', title: 'Serve the web' })
    await github.review(number, 'ana', 'approve')
    await expect(github.merge(number, { as: 'ana', method: 'squash' })).rejects.toThrow('code owner')
    await github.review(number, 'cleo', 'approve')
    const cleo = await clone(github, 'cleo')
    await cleo.git('switch', '--quiet', 'web')
    await cleo.commit('web', 'web', 'three')
    await cleo.git('push', '--quiet', 'origin', 'web')
    await github.review(number, 'cleo', 'approve')
    await expect(github.merge(number, { as: 'ana', method: 'squash' })).rejects.toThrow('last pusher')
    await ben.git('pull', '--quiet', 'origin', 'web')
    await ben.commit('web', 'web', 'four')
    await ben.git('push', '--quiet', 'origin', 'web')
    await github.review(number, 'cleo', 'approve')
    await github.merge(number, { as: 'ana', method: 'squash' })
  })
})

describe('pushes', () => {
  it('are noted with who pushed, and refused where the branch is protected', async () => {
    await using it = disposing(await lantern())
    const { github, ana, ben, head } = it
    await ben.git('commit', '--quiet', '--amend', '-m', 'again')
    const again = await ben.git('rev-parse', 'HEAD')
    await ben.git('push', '--quiet', '--force', 'origin', 'web')
    expect(await github.api('ana', 'GET', `${here}/activity?ref=refs/heads/web&direction=asc`)).toMatchObject([
      { activity_type: 'branch_creation', after: head, actor: { login: 'ben', id: 1002 } },
      { activity_type: 'force_push', before: head, after: again },
    ])
    github.protect('main', { forcePushes: false, administrators: true })
    await ana.git('commit', '--quiet', '--amend', '-m', 'other')
    await expect(ana.git('push', '--force', 'origin', 'main')).rejects.toThrow('Cannot force-push to this branch')
    await expect(ana.git('push', 'origin', ':main')).rejects.toThrow('refusing to delete')
    github.protect('main', { reviews: 1 })
    const cleo = await clone(github, 'cleo')
    await cleo.commit('main', 'x', 'x')
    await expect(cleo.git('push', 'origin', 'main')).rejects.toThrow('must be made through a pull request')
    const rita = await clone(github, 'rita')
    await rita.commit('x', 'x', 'x')
    await expect(rita.git('push', 'origin', 'x')).rejects.toThrow('403')
    await expect(exec('git', ['ls-remote', github.gitUrl()], { env: gitEnvironment })).rejects.toThrow()
  })

  it('of several at once to one branch: one is first, the others are told', async () => {
    await using it = disposing(await lantern())
    const { github } = it
    const clones = await Promise.all(['ana', 'ben', 'cleo'].map((login) => clone(github, login)))
    const commits = await Promise.all(clones.map((c, n) => c.commit('main', `file-${n}`, 'x')))
    const results = await Promise.allSettled(clones.map((c) => c.git('push', '--quiet', 'origin', 'main')))
    const [winner, ...more] = results.flatMap((r, n) => (r.status === 'fulfilled' ? [commits[n]] : []))
    expect(more).toEqual([])
    expect(await github.api('ana', 'GET', `${here}/git/ref/heads/main`)).toMatchObject({ object: { sha: winner } })
  })

  it('and fetches of the engine go over plain http to this machine', async () => {
    await using it = disposing(await lantern())
    const { github, ana, ben, head } = it
    const repository = await openRepository(ana.dir)
    await repository.fetch()
    expect(await repository.resolve('refs/remotes/origin/web')).toBe(head)
    const mine = await ana.commit('main', 'estate', 'two')
    expect(await repository.moveBranch('main', await ana.git('rev-parse', 'HEAD~1'), mine)).toBe(true)
    expect(await repository.moveBranch('main', await ana.git('rev-parse', 'HEAD~1'), mine)).toBe(false)
    repository.close()
    await ben.git('fetch', '--quiet')
    expect(await ben.git('rev-parse', 'origin/main')).toBe(mine)
    expect(github.requests.filter((r) => r.actor === undefined && r.status !== 401)).toEqual([])
  })

  it('can be done without anybody being told', async () => {
    await using it = disposing(await lantern())
    const { github, ben } = it
    const head = await ben.commit('web', 'web', 'two')
    github.fail({ kind: 'status', status: 503 }, { when: { path: /git-receive-pack$/ } })
    await expect(ben.git('push', '--quiet', 'origin', 'web')).rejects.toThrow('503')
    github.fail({ kind: 'lost-answer' }, { when: { method: 'POST', path: /git-receive-pack$/ } })
    await expect(ben.git('push', '--quiet', 'origin', 'web')).rejects.toThrow()
    expect(await github.api('ana', 'GET', `${here}/branches/web`)).toMatchObject({ commit: { sha: head } })
  })

  it('move the head of a pull request, from a fork, too', async () => {
    await using it = disposing(await lantern())
    const { github, ana } = it
    const name = await github.fork('rita')
    const rita = await clone(github, 'rita', name)
    await rita.commit('idea', 'idea', 'one')
    await rita.git('push', '--quiet', 'origin', 'idea')
    const number = await github.openRequest({ as: 'rita', branch: 'rita:idea', title: 'An idea' })
    const head = await rita.commit('idea', 'idea', 'two')
    await rita.git('push', '--quiet', 'origin', 'idea')
    expect(await github.api('ana', 'GET', `${here}/pulls/${number}`)).toMatchObject({
      head: { sha: head, repo: { full_name: name, fork: true }, label: 'rita:idea' },
    })
    await ana.git('fetch', '--quiet', 'origin', `refs/pull/${number}/head`)
    expect(await ana.git('rev-parse', 'FETCH_HEAD')).toBe(head)
    expect(github.webhooks.at(-1)).toMatchObject({ event: 'pull_request', payload: { action: 'synchronize' } })
    await github.merge(number, { as: 'ana', method: 'merge' })
  })
})

/** A lantern that ends with the test. */
function disposing<T extends { github: FakeGitHub }>(it: T): T & AsyncDisposable {
  return { ...it, [Symbol.asyncDispose]: () => it.github.close() }
}

describe('the interface', () => {
  let it_: Awaited<ReturnType<typeof lantern>>
  beforeAll(async () => {
    it_ = await lantern()
    await it_.github.openRequest({ as: 'ben', branch: 'web', title: 'Serve the web' })
  })
  afterAll(() => it_.github.close())

  it('tells first askers nothing of merging, and forgets old heads, where it is in the habit', async () => {
    await using it = disposing(await lantern({ mergeabilityLate: true, forgetsOldHeads: true }))
    const { github, head } = it
    const number = await github.openRequest({ as: 'ben', branch: 'web', title: 'Serve the web' })
    const get = () => github.api('ana', 'GET', `${here}/pulls/${number}`)
    expect([await get(), await get()]).toMatchObject([
      { mergeable: null },
      { mergeable: true, mergeable_state: 'clean' },
    ])
    const sha = await github.merge(number, { as: 'ana', method: 'squash' })
    expect(await github.api('ana', 'GET', `${here}/commits/${head}/pulls`)).toEqual([])
    expect(await github.api('ana', 'GET', `${here}/commits/${sha}/pulls`)).toMatchObject([{ number }])
    const q = encodeURIComponent(`${head} repo:lantern/estate is:pr is:merged`)
    expect(await github.api('ana', 'GET', `/search/issues?q=${q}`)).toMatchObject({ items: [{ number }] })
  })

  it('cuts long lists into pages', async () => {
    const { github } = it_
    for (let n = 0; n < 205; n += 1) await github.comment(1, 'cleo', `remark ${n}`)
    let next: string | undefined = `${github.url}${here}/issues/1/comments?per_page=100`
    const sizes: number[] = []
    while (next !== undefined) {
      const headers = { authorization: `Bearer ${github.token('ana')}`, 'user-agent': 'test' }
      const response: Response = await fetch(next, { headers })
      sizes.push(((await response.json()) as unknown[]).length)
      next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1]
    }
    expect(sizes).toEqual([100, 100, 5])
  })

  it('lets an App in by its signature, and gives it what it was installed with', async () => {
    const { github, head } = it_
    const app = github.installApp('plumbline', { checks: 'write', metadata: 'read' })
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const now = Math.floor(Date.now() / 1000)
    const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iat: now - 30, exp: now + 300, iss: app.id })}`
    const jwt = `${signed}.${createSign('RSA-SHA256').update(signed).sign(app.key, 'base64url')}`
    expect(await json(await ask(github, jwt, '/app'))).toMatchObject({ slug: 'plumbline' })
    expect(await json(await ask(github, jwt, `${here}/installation`))).toMatchObject({ id: app.installation })
    const path = `/app/installations/${app.installation}/access_tokens`
    const { token } = await json(await ask(github, jwt, path, { method: 'POST' }))
    const body = JSON.stringify({
      name: 'plumbline/plan',
      head_sha: head,
      status: 'completed',
      conclusion: 'failure',
      external_id: 'sha256:1',
      output: {
        title: 'Two errors',
        summary: 'See below',
        annotations: [{ path: 'web', start_line: 1, end_line: 1, annotation_level: 'failure', message: 'no' }],
      },
    })
    const made = await json(await ask(github, String(token), `${here}/check-runs`, { method: 'POST', body }))
    expect(made).toMatchObject({ app: { slug: 'plumbline' }, output: { annotations_count: 1 } })
    const list = await json(await ask(github, String(token), `${here}/commits/${head}/check-runs`))
    expect(list).toMatchObject({ total_count: 1, check_runs: [{ id: made['id'], pull_requests: [{ number: 1 }] }] })
    expect((await ask(github, String(token), `${here}/pulls`)).status).toBe(403)
    const forged = jwt.replace(/.{8}$/, 'AAAAAAAA')
    expect((await ask(github, forged, '/app')).status).toBe(401)
    expect((await ask(github, github.token('ana'), `${here}/check-runs`, { method: 'POST', body })).status).toBe(403)
  })

  it('tells of settings to those who may see them', async () => {
    const { github } = it_
    github.protect('main', { reviews: 2, checks: ['plumbline/plan'], restrictedTo: ['ana'], bypass: ['ana'] })
    github.ruleset({
      name: 'main',
      branches: ['refs/heads/ma*'],
      rules: [{ type: 'pull_request' }, { type: 'non_fast_forward' }, { type: 'deletion' }],
      bypass: [{ actor: 'RepositoryRole', id: 5, mode: 'always' }],
    })
    github.environment('production', { reviewers: ['cleo'], preventSelfReview: true, branches: ['main'] })
    github.actions({ allowed: 'selected', pinned: true, workflowToken: 'write', mayApprove: true })
    const get = (path: string, login = 'ana') => github.api(login, 'GET', `${here}${path}`)
    expect(await get('/branches/main')).toMatchObject({ protected: true })
    expect(await get('/branches/main/protection')).toMatchObject({
      required_pull_request_reviews: { required_approving_review_count: 2 },
      enforce_admins: { enabled: false },
    })
    await expect(get('/branches/main/protection', 'ben')).rejects.toThrow('404')
    expect(await get('/rules/branches/main')).toMatchObject([
      { type: 'pull_request' },
      { type: 'non_fast_forward' },
      { type: 'deletion' },
    ])
    const [ruleset] = (await get('/rulesets')) as { id: number }[]
    expect(await get(`/rulesets/${ruleset?.id}`)).toMatchObject({ bypass_actors: [{ actor_type: 'RepositoryRole' }] })
    expect(await get(`/rulesets/${ruleset?.id}`, 'ben')).not.toHaveProperty('bypass_actors')
    const team = github.team('operations', 'write')
    expect(await get('/teams')).toMatchObject([{ id: team, slug: 'operations', permission: 'push' }])
    expect(await get('/environments')).toMatchObject({ total_count: 1 })
    expect(await get('/environments/production')).toMatchObject({ can_admins_bypass: true })
    expect(await get('/environments/production/deployment-branch-policies')).toMatchObject({
      branch_policies: [{ name: 'main' }],
    })
    expect(await get('/actions/permissions')).toMatchObject({ allowed_actions: 'selected', sha_pinning_required: true })
    expect(await get('/actions/permissions/workflow')).toMatchObject({ can_approve_pull_request_reviews: true })
    expect(await get('/collaborators/ben/permission')).toMatchObject({ permission: 'write', user: { id: 1002 } })
    expect(await get('/compare/main...web')).toMatchObject({ status: 'ahead', ahead_by: 1 })
    expect(await get('', 'rita')).not.toHaveProperty('allow_squash_merge')
    expect(await github.api('ana', 'GET', '/user')).toMatchObject({ login: 'ana', id: 1001 })
    github.protect('main', undefined)
  })

  it('keeps issues, labels, reactions and findings', async () => {
    const { github, head } = it_
    const wanted = { title: 'Drift', body: 'Of two hosts', labels: ['plumbline'] }
    const issue = (await github.api('ben', 'POST', `${here}/issues`, wanted)) as { number: number }
    await github.api('ben', 'PATCH', `${here}/issues/${issue.number}`, { state: 'closed' })
    expect(await github.api('rita', 'GET', `${here}/issues?state=closed&labels=plumbline`)).toMatchObject([
      { number: issue.number, closed_by: { login: 'ben' } },
    ])
    const id = await github.comment(1, 'cleo', '/plumbline plan')
    await github.editComment(id, 'cleo', '/plumbline apply')
    await github.api('ana', 'POST', `${here}/issues/comments/${id}/reactions`, { content: 'eyes' })
    expect(await github.api('ana', 'GET', `${here}/issues/comments/${id}`)).toMatchObject({
      body: '/plumbline apply',
      reactions: { eyes: 1 },
    })
    await github.label(1, 'cleo', 'plumbline', 'urgent')
    expect(await github.api('ana', 'GET', `${here}/pulls/1`)).toMatchObject({
      labels: [{ name: 'plumbline' }, { name: 'urgent' }],
    })
    await github.api('cleo', 'DELETE', `${here}/issues/1/labels/urgent`)
    expect(await github.api('ana', 'GET', `${here}/issues/1/labels`)).toMatchObject([{ name: 'plumbline' }])
    await github.api('ben', 'POST', `${here}/statuses/${head}`, { state: 'success', context: 'lint' })
    expect(await github.api('ana', 'GET', `${here}/commits/${head}/status`)).toMatchObject({
      state: 'success',
      statuses: [{ context: 'lint' }],
    })
    const long = github.comment(1, 'cleo', 'x'.repeat(65_537))
    await expect(long).rejects.toThrow('too long')
    const upload = {
      commit_sha: head,
      ref: 'refs/pull/1/head',
      sarif: gzipSync('{"version":"2.1.0"}').toString('base64'),
    }
    await expect(github.api('ana', 'POST', `${here}/code-scanning/sarifs`, upload)).rejects.toThrow('403')
    github.codeScanning(true)
    await github.api('ana', 'POST', `${here}/code-scanning/sarifs`, upload)
    expect(github.sarifs).toMatchObject([{ commit: head, sarif: '{"version":"2.1.0"}' }])
    await github.closeRequest(1, 'ben')
    await github.reopen(1, 'ben')
    expect(await github.api('ana', 'GET', `${here}/pulls?head=lantern:web`)).toMatchObject([{ number: 1 }])
  })

  it('tells of requests that do not fit GitHub’s description', async (context) => {
    const { github } = it_
    if (github.unchecked !== undefined) context.skip(github.unchecked)
    const body = JSON.stringify({ name: 'x', headSha: 'y' })
    const wrong = await ask(github, github.jobToken({ checks: 'write' }), `${here}/check-runs`, {
      method: 'POST',
      body,
    })
    expect(wrong.status).toBe(422)
    await ask(github, github.token('ana'), `${here}/pulls?per_pag=3`)
    await ask(github, github.token('ana'), `${here}/nothing`)
    expect(github.takeViolations()).toEqual([
      expect.stringContaining("must have required property 'head_sha'"),
      expect.stringContaining('headSha is not a field'),
      expect.stringContaining('per_pag is not a parameter'),
      expect.stringContaining('there is no such operation'),
    ])
  })

  it('goes wrong as planned', async () => {
    const { github } = it_
    const token = github.token('ana')
    const get = () => ask(github, token, here)
    github.fail({ kind: 'status', status: 502 }, { times: 2 })
    github.fail({ kind: 'secondary-limit', retryAfter: 1 })
    github.fail({ kind: 'rate-limit', status: 429, resetIn: 0 })
    github.fail({ kind: 'no-json' })
    expect([(await get()).status, (await get()).status]).toEqual([502, 502])
    expect((await get()).headers.get('retry-after')).toBe('1')
    expect((await get()).headers.get('x-ratelimit-remaining')).toBe('0')
    expect(await (await get()).text()).toContain('<html>')
    github.fail({ kind: 'cut' }, { when: { method: 'POST' } })
    expect((await get()).status).toBe(200)
    const post = () => ask(github, token, `${here}/issues`, { method: 'POST', body: '{"title":"Once"}' })
    const before = (await github.api('ana', 'GET', `${here}/issues?per_page=100`)) as unknown[]
    await expect(post()).rejects.toThrow()
    github.fail({ kind: 'lost-answer' })
    await expect(post()).rejects.toThrow()
    const after = (await github.api('ana', 'GET', `${here}/issues?per_page=100`)) as unknown[]
    expect(after.length).toBe(before.length + 1)
    github.fail({ kind: 'half-answer' })
    await expect(get().then((r) => r.json())).rejects.toThrow()
    const gate = github.hold({ path: /\/pulls/ })
    const held = ask(github, token, `${here}/pulls`)
    await gate.arrived
    expect((await get()).status).toBe(200)
    gate.open()
    expect((await held).status).toBe(200)
    expect(github.requests.at(-1)).toMatchObject({ method: 'GET', path: `${here}/pulls`, actor: 'ana', status: 200 })
  })
})

describe('webhooks', () => {
  it('are signed over what is sent, and come twice and in disorder where that is asked for', async () => {
    await using it = disposing(await lantern())
    const { github, ben, head } = it
    const got: { id: string; event: string; fits: boolean; body: Record<string, unknown> }[] = []
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const raw = Buffer.concat(chunks)
        const signature = `sha256=${createHmac('sha256', 'hush').update(raw).digest('hex')}`
        const { 'x-github-delivery': id, 'x-github-event': event, 'x-hub-signature-256': given } = request.headers
        got.push({ id: String(id), event: String(event), fits: given === signature, body: JSON.parse(raw.toString()) })
        response.writeHead(202).end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
    await github.deliver({ url, secret: 'hush' })
    expect(got.map((g) => [g.event, g.fits])).toEqual([
      ['push', true],
      ['push', true],
    ])
    got.length = 0
    const number = await github.openRequest({ as: 'ben', branch: 'web', title: 'Serve the web' })
    await github.comment(number, 'cleo', '/plumbline help')
    await github.review(number, 'cleo', 'approve')
    expect(await github.deliver({ url, secret: 'hush', order: 'reversed', copies: 2 })).toEqual(Array(6).fill(202))
    expect(got.map((g) => [g.event, g.body['action']])).toEqual([
      ...Array(2).fill(['pull_request_review', 'submitted']),
      ...Array(2).fill(['issue_comment', 'created']),
      ...Array(2).fill(['pull_request', 'opened']),
    ])
    expect(new Set(got.map((g) => g.id)).size).toBe(3)
    const first = got[0]
    expect(first?.body).toMatchObject({
      review: { state: 'approved', commit_id: head, user: { login: 'cleo', id: 1003 } },
      repository: { full_name: 'lantern/estate' },
      sender: { login: 'cleo' },
    })
    // Everything else that happens to a pull request, for its form.
    await github.label(number, 'cleo', 'plumbline')
    await github.edit(number, 'ben', { title: 'Serve the whole web', body: 'More of it' })
    await github.check(head, 'lint', 'success')
    await github.closeRequest(number, 'ben')
    await github.reopen(number, 'ben')
    await github.enqueue(number, 'ana')
    await ben.commit('web', 'web', 'two')
    await ben.git('push', '--quiet', 'origin', 'web')
    await github.api('ben', 'POST', `${here}/issues`, { title: 'Drift' })
    await github.merge(number, { as: 'ana', method: 'rebase' })
    await ben.git('push', '--quiet', 'origin', ':web')
    got.length = 0
    await github.deliver({ url, secret: 'hush' })
    expect(got.map((g) => `${g.event} ${g.body['action'] ?? ''}`.trim())).toEqual([
      'pull_request labeled',
      'pull_request edited',
      'check_run created',
      'check_run completed',
      'pull_request closed',
      'pull_request reopened',
      'pull_request enqueued',
      'merge_group checks_requested',
      'push',
      'pull_request dequeued',
      'pull_request synchronize',
      'issues opened',
      'pull_request closed',
      'push',
      'push',
    ])
    server.close()
  })
})
