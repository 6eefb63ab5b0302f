import { expect, it } from 'vitest'
import type { CheckConclusion, CheckName, PullRequest } from '../model/pull-request.ts'
import { passedChecks } from './passed-checks.ts'

const [head, older] = ['b'.repeat(40), 'a'.repeat(40)]
const request: PullRequest = {
  host: 'github.com',
  repository: 'lantern/estate',
  number: 12,
  target: 'main',
  head,
  author: { login: 'ada', id: '1', bot: false },
  reviews: [],
  pushes: [],
  merged: 'c'.repeat(40),
  mergedBy: { login: 'Mallory', id: '666', bot: false },
}
const check = (what: CheckName, conclusion: CheckConclusion, commit = head) => ({
  ...{ name: what, commit, conclusion },
  plan: `sha256:${'0'.repeat(64)}` as const,
})
const plan = (conclusion: CheckConclusion, commit?: string) => check('plumbline/plan', conclusion, commit)
const approval = (conclusion: CheckConclusion, commit?: string) => check('plumbline/approval', conclusion, commit)
const unplanned = 'github.com/mallory#666 merged pull request 12, whose head bbbbbbbbbbbb was never planned'
const past = (what: string) => `github.com/mallory#666 merged pull request 12 past plumbline/${what}`

it.each([
  ['nothing where the forge does not tell of checks', undefined, []],
  ['that nobody planned it', [], [unplanned]],
  ['that nobody planned its newest commit', [plan('success', older), approval('success', older)], [unplanned]],
  ['that nobody planned it, though somebody says that it is approved', [approval('success')], [unplanned]],
  ['nothing where both let it through', [plan('success'), approval('success')], []],
  ['nothing where there was nothing to do', [plan('neutral'), approval('neutral')], []],
  ['nothing where only plans are checked', [plan('success')], []],
  [
    'past which check',
    [plan('success'), approval('action-required')],
    [`${past('approval')}, which said action-required`],
  ],
  [
    'past both',
    [plan('failure'), approval('failure')],
    [`${past('plan')}, which said failure`, `${past('approval')}, which said failure`],
  ],
  [
    'what each check said last',
    [approval('action-required'), plan('failure'), plan('success'), approval('success')],
    [],
  ],
  [
    'what each check said last, where it was better before',
    [plan('success'), approval('success'), plan('failure'), approval('success', older)],
    [`${past('plan')}, which said failure`],
  ],
] as const)('says of a merge %s', (_, plans, said) => {
  const found = passedChecks({ ...request, ...(plans !== undefined && { plans }) })
  expect(found.map((d) => d.summary)).toEqual(said)
  for (const { hint } of found) expect(hint).toContain('plumbline approve main')
})

it('says so where the forge does not tell who merged', () => {
  const { mergedBy: _, ...rest } = request
  expect(passedChecks({ ...rest, plans: [] }).map((d) => d.summary)).toEqual([unplanned.replace(/^\S+/, 'somebody')])
})
