import { describe, expect, it } from 'vitest'
import type { PullRequest } from '../../model/pull-request.ts'
import type { Forge, ReviewSource, WantedCheck } from '../../ports/forge.ts'

const commit = (digit: string) => digit.repeat(40)

/** Pull requests that say everything a forge can say. */
export const toldRequests: readonly PullRequest[] = [
  {
    host: 'git.example.org:8443',
    repository: 'lantern/estate',
    number: 7,
    target: 'main',
    head: commit('b'),
    author: { login: 'Ada', id: '4711', bot: false },
    reviews: [
      {
        id: '1',
        account: { login: 'ben', id: '4712', bot: false },
        permission: 'write',
        state: 'approved',
        commit: commit('a'),
        at: '2027-03-02T10:00:00Z',
      },
      {
        id: '2',
        account: { login: 'ben', bot: false },
        state: 'dismissed',
        commit: commit('b'),
        at: '2027-03-02T11:00:00Z',
      },
      {
        id: '3',
        account: { login: 'scan[bot]', bot: true },
        state: 'commented',
        commit: commit('b'),
        at: '2027-03-02T11:30:00Z',
      },
      {
        id: '4',
        account: { login: 'chen', bot: false },
        state: 'changes-requested',
        commit: commit('b'),
        at: '2027-03-02T12:00:00Z',
      },
    ],
    pushes: [
      { login: 'Ada', id: '4711', after: commit('a'), at: '2027-03-02T09:00:00Z' },
      { login: 'Ada', before: commit('a'), after: commit('b'), at: '2027-03-02T10:30:00Z' },
    ],
  },
  {
    host: 'git.example.org:8443',
    repository: 'lantern/estate',
    number: 8,
    target: 'main',
    head: commit('c'),
    author: { login: 'chen', bot: false },
    reviews: [],
    pushes: [],
    merged: commit('d'),
    mergedBy: { login: 'admin', id: '1', bot: false },
    mergedAt: '2027-03-02T13:00:00Z',
    plans: [
      { name: 'plumbline/plan', commit: commit('c'), plan: `sha256:${'0'.repeat(64)}`, conclusion: 'success' },
      {
        name: 'plumbline/approval',
        commit: commit('c'),
        plan: `sha256:${'0'.repeat(64)}`,
        conclusion: 'action-required',
      },
    ],
  },
]

/** What everything that tells of reviews holds to. `open` gives one that has these pull requests. */
export function reviewSourceContract(open: (requests: readonly PullRequest[]) => Promise<ReviewSource>): void {
  it('finds a pull request by its newest commit, with all that is known of it', async () => {
    const forge = await open(toldRequests)
    expect(await forge.requests(commit('b'))).toEqual([toldRequests[0]])
  })

  it('finds a pull request by the commit it was merged as', async () => {
    const forge = await open(toldRequests)
    expect(await forge.requests(commit('d'))).toEqual([toldRequests[1]])
    expect(await forge.requests(commit('c'))).toEqual([toldRequests[1]])
  })

  it('finds nothing by a commit that is neither, an older one of a branch among them', async () => {
    const forge = await open(toldRequests)
    expect(await forge.requests(commit('a'))).toEqual([])
    expect(await forge.requests(commit('f'))).toEqual([])
  })

  it('finds several of one commit, by number', async () => {
    const [first] = toldRequests
    if (first === undefined) throw new Error('there is no request')
    const forge = await open([{ ...first, number: 12, target: 'stable' }, first])
    expect((await forge.requests(first.head)).map((r) => r.number)).toEqual([7, 12])
  })
}

/**
 * A forge with people at work, in a repository with one commit on its branch `main`. Ada may write, Ben may maintain, Chen may
 * read; Eve is nobody there. The engine may do everything that it does.
 */
export interface ForgeStage extends AsyncDisposable {
  readonly forge: Forge
  /** The same account in another run, at the same time. */
  readonly beside: Forge
  /** Commits a file of this name on a branch, made from `main` where it is not there, and pushes it. Resolves to the commit. */
  push(as: 'ada' | 'ben', branch: string, file: string): Promise<string>
  /** Resolves to the number of the pull request, into `main` where nothing else is said. */
  propose(as: 'ada' | 'ben', branch: string, target?: string): Promise<number>
  review(number: number, as: 'ada' | 'ben' | 'chen', verdict: 'approve' | 'request-changes' | 'comment'): Promise<void>
  /** With a merge commit, which it resolves to. */
  merge(number: number, as: 'ada' | 'ben'): Promise<string>
  label(number: number, as: 'ada' | 'ben', label: string): Promise<void>
  comment(number: number, as: 'ada' | 'ben' | 'chen', body: string): Promise<void>
}

const marker = '<!-- plumbline:contract -->'
const plan = (digit: string) => `sha256:${digit.repeat(64)}` as const

/** What every forge holds to. */
export function forgeContract(open: () => Promise<ForgeStage>): void {
  /** A pull request by Ada, and the commit that is its newest. */
  async function proposed(stage: ForgeStage, branch = 'more-light') {
    const head = await stage.push('ada', branch, 'first.yaml')
    return { head, number: await stage.propose('ada', branch) }
  }

  const soundPlan = (commit: string, digit: string, more: Partial<WantedCheck> = {}): WantedCheck => ({
    ...{ name: 'plumbline/plan', commit, key: plan(digit), conclusion: 'success' },
    ...{ title: 'Sound', summary: 'Nothing forbids it.', annotations: [] },
    ...more,
  })

  describe('tells of reviews', () => {
    it('by the newest commit: who proposed, who pushed what, and who said what of which commit', async () => {
      await using stage = await open()
      const first = await stage.push('ada', 'more-light', 'first.yaml')
      const number = await stage.propose('ada', 'more-light')
      await stage.review(number, 'ben', 'approve')
      const head = await stage.push('ben', 'more-light', 'second.yaml')
      await stage.review(number, 'chen', 'request-changes')
      await stage.review(number, 'ada', 'comment')
      const [found, ...more] = await stage.forge.requests(head)
      expect(more).toEqual([])
      expect(found).toMatchObject({
        ...{ host: stage.forge.place.host, repository: stage.forge.place.repository, number, target: 'main', head },
        author: { login: 'ada', bot: false },
        reviews: [
          { account: { login: 'ben' }, state: 'approved', commit: first, permission: 'maintain' },
          { account: { login: 'chen' }, state: 'changes-requested', commit: head, permission: 'read' },
          { account: { login: 'ada' }, state: 'commented', commit: head, permission: 'write' },
        ],
        pushes: [
          { login: 'ada', after: first },
          { login: 'ben', before: first, after: head },
        ],
      })
      expect(found?.merged).toBeUndefined()
      expect(await stage.forge.requests(first)).toEqual([])
      expect(await stage.forge.requests('f'.repeat(40))).toEqual([])
    })

    it('by the commit it was merged as, and still by its newest one', async () => {
      await using stage = await open()
      const { head, number } = await proposed(stage)
      await stage.review(number, 'ben', 'approve')
      const merged = await stage.merge(number, 'ben')
      const expected = [{ number, head, merged, mergedBy: { login: 'ben' }, reviews: [{ state: 'approved' }] }]
      expect(await stage.forge.requests(merged)).toMatchObject(expected)
      expect(await stage.forge.requests(head)).toMatchObject(expected)
    })

    it('of several pull requests of one commit, by number', async () => {
      await using stage = await open()
      await stage.push('ben', 'stable', 'old.yaml')
      const { head, number } = await proposed(stage)
      const second = await stage.propose('ada', 'more-light', 'stable')
      const found = await stage.forge.requests(head)
      expect(found.map((request) => [request.number, request.target])).toEqual([
        [number, 'main'],
        [second, 'stable'],
      ])
    })
  })

  describe('keeps pull requests', () => {
    it('shows one as people see it, and none of a number that nobody has', async () => {
      await using stage = await open()
      const { head, number } = await proposed(stage)
      await stage.label(number, 'ada', 'lights')
      expect(await stage.forge.request(number)).toMatchObject({
        ...{ number, head, state: 'open', branch: 'more-light', fork: false, draft: false, labels: ['lights'] },
        url: expect.stringContaining(String(number)),
        openedAt: expect.stringMatching(/Z$/),
      })
      expect(await stage.forge.request(number + 100)).toBeUndefined()
    })

    it('lists the open ones by number, of a label or a branch', async () => {
      await using stage = await open()
      const { number } = await proposed(stage)
      const other = await proposed(stage, 'less-noise')
      const gone = await proposed(stage, 'no-more')
      await stage.label(other.number, 'ada', 'noise')
      await stage.forge.closeRequest(gone.number)
      const numbers = async (only?: { label?: string; branch?: string }) =>
        (await stage.forge.openRequests(only)).map((request) => request.number)
      expect(await numbers()).toEqual([number, other.number])
      expect(await numbers({ label: 'noise' })).toEqual([other.number])
      expect(await numbers({ branch: 'more-light' })).toEqual([number])
      expect(await numbers({ label: 'noise', branch: 'more-light' })).toEqual([])
      expect((await stage.forge.request(gone.number))?.state).toBe('closed')
    })

    it('opens one of a branch, and changes it from then on as long as it is open', async () => {
      await using stage = await open()
      await stage.push('ada', 'rollback/4', 'first.yaml')
      const wanted = {
        branch: 'rollback/4',
        target: 'main',
        title: 'Take back 4',
        body: 'It failed.',
        labels: ['plumbline'],
      }
      const made = await stage.forge.keepRequest(wanted)
      expect(made).toMatchObject({ state: 'open', title: 'Take back 4', body: 'It failed.', labels: ['plumbline'] })
      const again = await stage.forge.keepRequest({ ...wanted, title: 'Take back 4 and 5', body: 'Both failed.' })
      expect(again).toMatchObject({ number: made.number, title: 'Take back 4 and 5', body: 'Both failed.' })
      expect(await stage.forge.openRequests()).toHaveLength(1)
      await stage.forge.closeRequest(made.number)
      expect((await stage.forge.keepRequest(wanted)).number).not.toBe(made.number)
    })
  })

  describe('keeps comments', () => {
    it('one with a marker, replaced where it differs, whatever others write', async () => {
      await using stage = await open()
      const { number } = await proposed(stage)
      await stage.comment(number, 'chen', `${marker} this is not yours`)
      const keep = async (body: string) => (await stage.forge.keepComment(number, marker, `${marker}\n${body}`)).done
      expect(await keep('first')).toBe('made')
      expect(await keep('first')).toBe('same')
      expect(await keep('second')).toBe('changed')
      const comments = await stage.forge.comments(number)
      expect(comments.map(({ account, body }) => [account.login, body])).toEqual([
        ['chen', `${marker} this is not yours`],
        [(await stage.forge.self()).login, `${marker}\nsecond`],
      ])
    })

    it('one where two runs write it at the same time', async () => {
      await using stage = await open()
      const { number } = await proposed(stage)
      const runs = [stage.forge, stage.beside].map((forge, i) =>
        forge.keepComment(number, marker, `${marker} run ${i}`),
      )
      await Promise.all(runs)
      const bodies = (await stage.forge.comments(number)).map((comment) => comment.body)
      expect(bodies).toHaveLength(1)
      expect([`${marker} run 0`, `${marker} run 1`]).toContain(bodies[0])
    })

    it('adds what has no marker each time, and answers with a reaction', async () => {
      await using stage = await open()
      const { number } = await proposed(stage)
      await stage.comment(number, 'ben', '/plumbline help')
      const [asked] = await stage.forge.comments(number)
      if (asked === undefined) throw new Error('there is no comment')
      await stage.forge.react(asked, 'eyes')
      await stage.forge.react(asked, 'eyes')
      const made = await stage.forge.addComment(number, 'Here you are.')
      await stage.forge.addComment(number, 'Here you are.')
      expect(made).toMatchObject({ on: number, body: 'Here you are.', edited: false })
      expect((await stage.forge.comments(number)).map((comment) => comment.body)).toEqual([
        '/plumbline help',
        'Here you are.',
        'Here you are.',
      ])
    })
  })

  describe('keeps checks', () => {
    it('one of a plan and commit, which is told with the pull request', async () => {
      await using stage = await open()
      const { head, number } = await proposed(stage)
      const keep = async (check: WantedCheck) => (await stage.forge.keepCheck(check)).done
      const line = {
        path: 'first.yaml',
        line: 1,
        level: 'warning',
        title: 'Old',
        message: 'It is out of use.',
      } as const
      expect(await keep(soundPlan(head, '1', { annotations: [line] }))).toBe('made')
      expect(await keep(soundPlan(head, '1', { annotations: [line] }))).toBe('same')
      expect(await keep(soundPlan(head, '1', { annotations: [line], conclusion: 'failure' }))).toBe('changed')
      expect(await keep(soundPlan(head, '1', { name: 'plumbline/approval', conclusion: 'action-required' }))).toBe(
        'made',
      )
      const told = (await stage.forge.request(number))?.plans
      expect(told).toEqual([
        { name: 'plumbline/plan', commit: head, plan: plan('1'), conclusion: 'failure' },
        { name: 'plumbline/approval', commit: head, plan: plan('1'), conclusion: 'action-required' },
      ])
    })

    it('takes back those of other plans, and says which plan came last', async () => {
      await using stage = await open()
      const { head, number } = await proposed(stage)
      await stage.forge.keepCheck(soundPlan(head, '1'))
      await stage.forge.keepCheck(soundPlan(head, '2', { conclusion: 'failure' }))
      expect(await stage.forge.supersedeChecks('plumbline/plan', head, plan('2'), 'The base moved.')).toBe(1)
      expect(await stage.forge.supersedeChecks('plumbline/plan', head, plan('2'), 'The base moved.')).toBe(0)
      const conclusions = async () =>
        (await stage.forge.request(number))?.plans?.map((check) => [check.plan, check.conclusion])
      expect(await conclusions()).toEqual([
        [plan('1'), 'neutral'],
        [plan('2'), 'failure'],
      ])
      // The base moved back: what stands last is what counts.
      await stage.forge.keepCheck(soundPlan(head, '1'))
      expect(await conclusions()).toEqual([
        [plan('2'), 'failure'],
        [plan('1'), 'success'],
      ])
    })
  })

  describe('keeps an issue', () => {
    const wanted = {
      title: 'How the estate stands',
      body: `${marker}\nAll is well.`,
      labels: ['plumbline'],
      state: 'open',
    } as const

    it('with a marker: opened, replaced, closed and opened again', async () => {
      await using stage = await open()
      const keep = async (change: object = {}) => (await stage.forge.keepIssue(marker, { ...wanted, ...change }))?.done
      expect(await keep({ state: 'closed' })).toBeUndefined()
      expect(await keep()).toBe('made')
      expect(await keep()).toBe('same')
      expect(await keep({ body: `${marker}\nOne host is off.` })).toBe('changed')
      const closed = await stage.forge.keepIssue(marker, { ...wanted, state: 'closed' })
      expect(closed?.done).toBe('changed')
      const reopened = await stage.forge.keepIssue(marker, wanted)
      expect(reopened).toEqual({ url: closed?.url, done: 'changed' })
    })

    it('one where two runs open it at the same time', async () => {
      await using stage = await open()
      await Promise.all([stage.forge, stage.beside].map((forge) => forge.keepIssue(marker, wanted)))
      const urls = [await stage.forge.keepIssue(marker, wanted), await stage.beside.keepIssue(marker, wanted)]
      expect(new Set(urls.map((kept) => kept?.url)).size).toBe(1)
    })
  })

  it('tells what an account may do now', async () => {
    await using stage = await open()
    const allowed = async (login: string) => stage.forge.permission({ login, bot: false })
    expect(await allowed('ada')).toBe('write')
    expect(await allowed('ben')).toBe('maintain')
    expect(await allowed('chen')).toBe('read')
    expect(await allowed('nobody-at-all')).toBe('none')
  })

  it('tells how the repository is set up, of each branch and environment that is asked about', async () => {
    await using stage = await open()
    const settings = await stage.forge.settings(['main', 'not-there'], ['production'])
    expect(settings.defaultBranch).toBe('main')
    expect(settings.branches.map(({ name, exists }) => [name, exists])).toEqual([
      ['main', true],
      ['not-there', false],
    ])
    expect(settings.environments.map(({ name, exists }) => [name, exists])).toEqual([['production', false]])
  })
}
