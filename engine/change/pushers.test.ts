import { expect, it } from 'vitest'
import type { JudgedCommit } from './authors.ts'
import { withoutUpdates, withPushers, withPushesUnproven } from './pushers.ts'

const commit = (id: string, parents: readonly string[], cleanMerge = false): JudgedCommit => ({
  id,
  parents,
  authorEmail: 'ada@example.org',
  committerEmail: 'ada@example.org',
  coAuthors: [],
  cleanMerge,
})
/** a and b were written; main was merged into it as m; c came on top. */
const commits = [commit('a', ['base']), commit('b', ['a']), commit('m', ['b', 'main2'], true), commit('c', ['m'])]
const push = (login: string, after: string, before?: string) => ({
  login,
  after,
  at: '2027-03-02T10:00:00Z',
  ...(before !== undefined && { before }),
})
const host = 'forge.test'

/** Commit → logins of who pushed it; `*`: those with a hand in all of it. */
function pushersOf(pushes: readonly ReturnType<typeof push>[], old: readonly string[] = []) {
  const judged = withPushers(commits, [{ host, author: 'ada', pushes }], new Set(old))
  const logins = (accounts: JudgedCommit['hands']) => accounts?.map((a) => a.login).join(' ')
  return { ...Object.fromEntries(judged.map((c) => [c.id, logins(c.pushers)])), '*': logins(judged[0]?.hands) }
}

it('says who brought which commit', () => {
  const pushes = [push('ada', 'b'), push('ben', 'm', 'b'), push('chen', 'c', 'm')]
  expect(pushersOf(pushes)).toEqual({ a: 'ada', b: 'ada', m: 'ben', c: 'chen', '*': 'ada' })
})

it('takes everything up to a tip for what a push brought whose beginning is not known', () => {
  expect(pushersOf([push('ada', 'b'), push('chen', 'c')])).toMatchObject({ a: 'ada chen', b: 'ada chen', c: 'chen' })
  expect(pushersOf([push('ada', 'b'), push('chen', 'c', 'gone')])).toMatchObject({ a: 'ada chen' })
})

it('remembers who pushed what was rewritten since, but not who made the branch where the base is', () => {
  expect(pushersOf([push('ben', 'gone'), push('ada', 'c')])).toMatchObject({ a: 'ada', '*': 'ada ben' })
  expect(pushersOf([push('ben', 'main1'), push('ada', 'c', 'main1')], ['main1'])).toMatchObject({
    a: 'ada',
    '*': 'ada',
  })
})

it('keeps who pushed as a hand where that proves nothing', () => {
  const judged = withPushers(commits, [{ host, author: 'ada', pushes: [push('ben', 'b')] }], new Set())
  const [first, , , last] = withPushesUnproven(judged)
  expect(first).toMatchObject({ hands: [{ login: 'ada' }, { login: 'ben' }] })
  expect(last).toMatchObject({ hands: [{ login: 'ada' }] })
  expect(first).not.toHaveProperty('pushers')
})

it('says nothing of commits that no push is known of', () => {
  expect(pushersOf([push('ada', 'b')])).toMatchObject({ a: 'ada', m: '', c: '' })
  expect(withPushers(commits, [], new Set())).toBe(commits)
})

it('leaves out pushes of nothing but merges of the target branch', () => {
  const update = push('ben', 'm', 'b')
  const [first, last, lost] = [push('ada', 'b'), push('chen', 'c', 'm'), push('ben', 'gone')]
  expect(withoutUpdates([first, update, last, lost], commits)).toEqual([first, last, lost])
})
