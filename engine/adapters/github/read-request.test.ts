import { describe, expect, it } from 'vitest'
import { type CheckRun, planChecks, readPushes, readReviews } from './read-request.ts'

const commit = (digit: string) => digit.repeat(40)
const user = (login: string, id: number) => ({ login, id, type: 'User' })

describe('who pushed', () => {
  const entry = (type: string, before: string, after: string, login = 'ada') => ({
    ...{ before: commit(before), after: commit(after), ref: 'refs/heads/x', activity_type: type },
    ...{ actor: user(login, login.length), timestamp: '2027-03-02T09:00:00Z' },
  })
  const at = '2027-03-02T09:00:00Z'

  it('is told oldest first, of pushes over the branch, too, and not of its deletion', () => {
    const newestFirst = [
      entry('branch_creation', '0', 'c'),
      entry('branch_deletion', 'b', '0', 'ben'),
      entry('force_push', 'a', 'b', 'ben'),
      entry('branch_creation', '0', 'a'),
    ]
    expect(readPushes(newestFirst)).toEqual([
      { login: 'ada', id: '3', after: commit('a'), at },
      { login: 'ben', id: '3', before: commit('a'), after: commit('b'), at },
      { login: 'ada', id: '3', after: commit('c'), at },
    ])
  })

  it('stays in it where the account is gone since', () => {
    const gone = { ...entry('push', 'a', 'b'), actor: null }
    expect(readPushes([gone])).toMatchObject([{ login: 'ghost', after: commit('b') }])
  })
})

it('of a review that comes twice, as pages moved while they were read, the last state counts', () => {
  const review = (id: number, state: string) => ({
    ...{ id, state, user: user('ben', 2), commit_id: commit('a'), submitted_at: '2027-03-02T09:00:00Z' },
  })
  const read = readReviews([
    review(1, 'APPROVED'),
    review(2, 'PENDING'),
    review(3, 'COMMENTED'),
    review(1, 'DISMISSED'),
  ])
  expect(read.map(({ id, state }) => [id, state])).toEqual([
    ['3', 'commented'],
    ['1', 'dismissed'],
  ])
})

it('what a check said of a plan is what its newest run says, and other keys are no plans', () => {
  const plan = (digit: string) => `sha256:${digit.repeat(64)}`
  const run = (id: number, key: string, conclusion: CheckRun['conclusion'], name = 'plumbline/plan'): CheckRun => ({
    ...{ id, key, conclusion, name, commit: commit('a'), app: 'plumbline', title: '', summary: '', annotations: 0 },
    ...{ details: undefined, url: 'https://github.com/' },
  })
  const runs = [run(4, plan('1'), 'success'), run(2, plan('2'), 'failure'), run(1, plan('1'), 'neutral')]
  const others = [run(3, 'lint', 'success'), run(5, plan('3'), 'success', 'plumbline/other')]
  expect(planChecks([...runs, ...others]).map((check) => [check.plan, check.conclusion])).toEqual([
    [plan('2'), 'failure'],
    [plan('1'), 'success'],
  ])
})
