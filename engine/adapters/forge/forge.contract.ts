import { expect, it } from 'vitest'
import type { PullRequest } from '../../model/pull-request.ts'
import type { ReviewSource } from '../../ports/forge.ts'

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

/** What every forge holds to. `open` gives one that has these pull requests. */
export function forgeContract(open: (requests: readonly PullRequest[]) => Promise<ReviewSource>): void {
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
