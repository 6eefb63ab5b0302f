import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GithubStage, githubStage } from './github-stage.ts'

describe('what GitHub tells of a pull request', () => {
  it.each([
    'merge',
    'squash',
    'rebase',
  ] as const)('is found by what it became with %s, and by its head', async (method) => {
    await using stage = await githubStage()
    const first = await stage.push('ada', 'more-light', 'first.yaml')
    const head = await stage.push('ada', 'more-light', 'second.yaml')
    const number = await stage.propose('ada', 'more-light')
    const merged = await stage.github.merge(number, { as: 'ben', method })
    const expected = [{ number, head, merged, mergedBy: { login: 'ben' } }]
    expect(await stage.forge.requests(merged)).toMatchObject(expected)
    expect(await stage.forge.requests(head)).toMatchObject(expected)
    expect(await stage.forge.requests(first)).toEqual([])
  })

  it('is that of a fork without pushes, which we may not see there', async () => {
    await using stage = await githubStage()
    await stage.github.fork('chen')
    const head = await stage.pushTo('chen', 'chen/estate', 'from-outside', 'first.yaml')
    const number = await stage.github.openRequest({ as: 'chen', branch: 'chen:from-outside', title: 'From outside' })
    const page = await stage.forge.request(number)
    expect(page).toMatchObject({ head, fork: true, branch: 'from-outside', pushes: [], author: { login: 'chen' } })
    expect(await stage.forge.requests(head)).toMatchObject([{ number }])
    expect(await stage.forge.openRequests({ branch: 'from-outside' })).toEqual([])
  })

  it('are the numbers of all accounts, and programs are programs', async () => {
    await using stage = await githubStage()
    const { github } = stage
    github.person('renovate[bot]', 'write', { bot: true })
    const head = await stage.push('ada', 'more-light', 'first.yaml')
    const number = await stage.propose('ada', 'more-light')
    await github.review(number, 'renovate[bot]', 'comment')
    const [request] = await stage.forge.requests(head)
    expect(request).toMatchObject({
      author: { login: 'ada', id: String(github.idOf('ada')), bot: false },
      pushes: [{ login: 'ada', id: String(github.idOf('ada')) }],
      reviews: [{ account: { login: 'renovate[bot]', id: String(github.idOf('renovate[bot]')), bot: true } }],
    })
  })

  it('is nothing of who took a login that somebody gave up', async () => {
    await using stage = await githubStage()
    const id = String(stage.github.idOf('ben'))
    expect(await stage.forge.permission({ login: 'ben', id, bot: false })).toBe('maintain')
    stage.github.retakeLogin('ben')
    expect(await stage.forge.permission({ login: 'ben', id, bot: false })).toBe('none')
  })

  it('is that it was dismissed, of a review that was', async () => {
    await using stage = await githubStage()
    await stage.push('ada', 'more-light', 'first.yaml')
    const number = await stage.propose('ada', 'more-light')
    const review = await stage.github.review(number, 'ben', 'approve')
    await stage.github.dismiss(number, review, 'olga')
    expect((await stage.forge.request(number))?.reviews).toMatchObject([{ id: String(review), state: 'dismissed' }])
  })

  it('is since when it goes into the branch that it goes into, where that was another', async () => {
    await using stage = await githubStage()
    const { github } = stage
    await stage.push('ada', 'quiet-base', 'hidden.yaml')
    await stage.push('ada', 'more-light', 'first.yaml')
    const number = await stage.propose('ada', 'more-light', 'quiet-base')
    await github.review(number, 'ben', 'approve')
    expect((await stage.forge.request(number))?.retargetedAt).toBeUndefined()
    await github.api('ada', 'PATCH', `/repos/${github.repository}/pulls/${number}`, { base: 'main' })
    const request = await stage.forge.request(number)
    // The review stands, and of the same commit: what the pull request brings is more than was looked at.
    expect(request).toMatchObject({ target: 'main', reviews: [{ state: 'approved', commit: request?.head }] })
    expect(Date.parse(request?.retargetedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(request?.reviews[0]?.at ?? ''))
  })

  it('is whether it can be merged, our own checks apart', async () => {
    await using stage = await githubStage()
    const { github, forge } = stage
    const head = await stage.push('ada', 'more-light', 'first.yaml')
    const number = await stage.propose('ada', 'more-light')
    const mergeable = async () => (await forge.request(number))?.mergeable
    expect(await mergeable()).toBe('yes')
    const checks = ['plumbline/approval']
    github.ruleset(rules([{ type: 'required_status_checks', parameters: checksOf(checks) }]))
    const asAdmin = stage.as({ GITHUB_TOKEN: github.token('olga') })
    expect((await asAdmin.request(number))?.mergeable).toBe('yes')
    const approval = { name: 'plumbline/approval', commit: head, key: `sha256:${'1'.repeat(64)}`, annotations: [] }
    await forge.keepCheck({ ...approval, conclusion: 'action-required', title: 'Ben has to approve', summary: '.' })
    expect((await asAdmin.request(number))?.mergeable).toBe('yes')
    github.ruleset(rules([{ type: 'required_status_checks', parameters: checksOf(['build']) }]))
    expect((await asAdmin.request(number))?.mergeable).toBe('blocked')
    expect(await mergeable()).toBe('blocked')
  })
})

const rules = (of: { type: string; parameters?: Record<string, unknown> }[]) => ({
  ...{ name: `of ${of[0]?.type}`, branches: ['~DEFAULT_BRANCH'], rules: of },
})
const checksOf = (names: readonly string[]) => ({
  strict_required_status_checks_policy: false,
  required_status_checks: names.map((context) => ({ context })),
})

describe('who we are', () => {
  it('is the job of a workflow, a person, or an app with a key of its own', async () => {
    await using stage = await githubStage()
    const { github } = stage
    const app = github.installApp('plumbline', { contents: 'read', pull_requests: 'write', checks: 'write' })
    expect(await stage.forge.self()).toMatchObject({ login: 'github-actions[bot]', bot: true })
    const person = stage.as({ GITHUB_TOKEN: github.token('ada') })
    expect(await person.self()).toEqual({ login: 'ada', id: String(github.idOf('ada')), bot: false })
    const key = { PLUMBLINE_GITHUB_APP_ID: String(app.id), PLUMBLINE_GITHUB_APP_KEY: app.key }
    const ours = stage.as({ ...key, GITHUB_TOKEN: github.token('ada') })
    expect(await ours.self()).toEqual({ login: app.login, id: String(github.idOf(app.login)), bot: true })
    await Promise.all([ours.openRequests(), ours.openRequests(), ours.openRequests()])
    // The installation is looked up and its token made once for many requests.
    const made = github.requests.filter((r) => r.method === 'POST' && r.path.endsWith('/access_tokens'))
    expect(made.map((r) => r.body)).toEqual([{ repositories: ['estate'] }])
  })

  it('is nobody where the app is not installed, the key is of another one, or the token is over', async () => {
    await using stage = await githubStage()
    const { github } = stage
    const [one, two] = [github.installApp('one', {}), github.installApp('two', {})]
    const refused = { code: 'github-credentials' }
    const wrongKey = stage.as({ PLUMBLINE_GITHUB_APP_ID: String(one.id), PLUMBLINE_GITHUB_APP_KEY: two.key })
    await expect(wrongKey.openRequests()).rejects.toMatchObject(refused)
    const elsewhere = { GITHUB_REPOSITORY: await github.fork('ada') }
    const key = { PLUMBLINE_GITHUB_APP_ID: String(one.id), PLUMBLINE_GITHUB_APP_KEY: one.key }
    await expect(stage.as({ ...key, ...elsewhere }).openRequests()).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('is not installed on ada/estate'),
    })
    await expect(stage.as({ GITHUB_TOKEN: 'ghp_over' }).openRequests()).rejects.toMatchObject(refused)
    await expect(stage.as({}).openRequests()).rejects.toMatchObject(refused)
  })

  it('a person has no checks', async () => {
    await using stage = await githubStage()
    const commit = await stage.push('ada', 'more-light', 'first.yaml')
    const number = await stage.propose('ada', 'more-light')
    const person = stage.as({ GITHUB_TOKEN: stage.github.token('ada') })
    const check = { name: 'plumbline/plan', commit, key: 'k', conclusion: 'success', title: 'T', summary: 'S' } as const
    await expect(person.keepCheck({ ...check, annotations: [] })).rejects.toMatchObject({
      code: 'github-refused',
      hint: expect.stringContaining('PLUMBLINE_GITHUB_APP_ID'),
    })
    expect((await person.request(number))?.plans).toBeUndefined()
  })

  it('an app that merges is told what the job that planned said, as long as it said nothing itself', async () => {
    await using stage = await githubStage()
    const app = stage.github.installApp('plumbline', { contents: 'read', pull_requests: 'write', checks: 'write' })
    const ours = stage.as({ PLUMBLINE_GITHUB_APP_ID: String(app.id), PLUMBLINE_GITHUB_APP_KEY: app.key })
    const commit = await stage.push('ada', 'more-light', 'first.yaml')
    const number = await stage.propose('ada', 'more-light')
    const key = `sha256:${'0'.repeat(64)}`
    const check = { name: 'plumbline/plan', commit, key, title: 'T', summary: 'S', annotations: [] } as const
    const plans = async () => (await ours.request(number))?.plans?.map((p) => p.conclusion)
    const other = stage.github.installApp('lint', { checks: 'write' })
    const lint = stage.as({ PLUMBLINE_GITHUB_APP_ID: String(other.id), PLUMBLINE_GITHUB_APP_KEY: other.key })
    await lint.keepCheck({ ...check, conclusion: 'success' })
    expect(await plans()).toEqual([])
    await stage.forge.keepCheck({ ...check, conclusion: 'failure' })
    expect(await plans()).toEqual(['failure'])
    await ours.keepCheck({ ...check, conclusion: 'success' })
    expect(await plans()).toEqual(['success'])
  })
})

describe('how the repository is set up', () => {
  let stage: GithubStage
  beforeAll(async () => {
    stage = await githubStage()
    const { github } = stage
    github.protect('main', {
      ...{ reviews: 2, dismissStale: true, checks: ['build'], administrators: true, bypass: ['ben'] },
    })
    github.ruleset({
      name: 'Everybody',
      branches: ['~DEFAULT_BRANCH'],
      rules: [
        { type: 'non_fast_forward' },
        { type: 'required_signatures' },
        { type: 'required_status_checks', parameters: { ...checksOf(['plumbline/approval']) } },
      ],
      bypass: [
        { actor: 'OrganizationAdmin', mode: 'always' },
        { actor: 'RepositoryRole', id: 2, mode: 'pull_request' },
      ],
    })
    github.environment('production', {
      ...{ reviewers: ['ben'], preventSelfReview: true, adminBypass: false, branches: ['main', 'release/*'] },
    })
    github.actions({ allowed: 'selected', pinned: true, workflowToken: 'read', mayApprove: false })
    github.mergeMethods(['squash'])
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  it('is told in full to an administrator: protection and rulesets together', async () => {
    const admin = stage.as({ GITHUB_TOKEN: stage.github.token('olga', ['repo', 'workflow']) })
    expect(await admin.settings(['main', 'not-there'], ['production', 'staging'])).toEqual({
      ...{ defaultBranch: 'main', visibility: 'private', mergeMethods: ['squash'] },
      branches: [
        {
          ...{ name: 'main', exists: true, protected: true },
          ...{ reviews: 2, staleReviewsDismissed: true, codeOwnerReview: false, lastPushApproval: false },
          ...{ requiredChecks: ['build', 'plumbline/approval'], upToDate: false },
          ...{ forcePushes: false, deletions: false, directPushes: false, signedCommits: true, mergeQueue: false },
          ...{ pullRequest: true, administrators: false },
          bypasses: [
            'ben (pull requests)',
            'administrators of the organization (always)',
            'role maintain (pull requests)',
          ],
          unseen: [],
        },
        expect.objectContaining({ name: 'not-there', exists: false, protected: false }),
      ],
      environments: [
        {
          ...{ name: 'production', exists: true, reviewers: ['ben'], selfReview: false, adminBypass: false },
          branches: ['main', 'release/*'],
        },
        { name: 'staging', exists: false, reviewers: [], selfReview: true, branches: 'any', adminBypass: true },
      ],
      ...{ workflowToken: 'read', workflowsMayApprove: false, actions: 'selected', pinnedActions: true },
      tokenScopes: ['repo', 'workflow'],
    })
  })

  it('is unknown to a job as far as it may not see it, and never taken for switched off', async () => {
    const settings = await stage.forge.settings(['main'], [])
    expect(settings).toMatchObject({
      ...{ workflowToken: 'unknown', workflowsMayApprove: 'unknown', actions: 'unknown', pinnedActions: 'unknown' },
      branches: [
        {
          ...{ protected: true, requiredChecks: ['build', 'plumbline/approval'] },
          unseen: expect.arrayContaining(['the protection of the branch']),
        },
      ],
    })
    expect(settings.tokenScopes).toBeUndefined()
  })
})

it('findings are handed over where code scanning is on', async () => {
  await using stage = await githubStage()
  const commit = await stage.push('ada', 'more-light', 'first.yaml')
  const upload = { commit, ref: 'refs/heads/more-light', sarif: '{"version":"2.1.0","runs":[]}' }
  expect(await stage.forge.uploadFindings(upload)).toBe(false)
  stage.github.codeScanning(true)
  expect(await stage.forge.uploadFindings(upload)).toBe(true)
  expect(stage.github.sarifs).toMatchObject([upload])
})
