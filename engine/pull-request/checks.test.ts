import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Diagnostic } from '../model/diagnostic.ts'
import { type CasePlan, toldOf } from './case-told.ts'
import { approvalCheck, planCheck } from './checks.ts'

const cases: readonly CasePlan[] = parse(readFileSync(new URL('cases/comments.yaml', import.meta.url), 'utf8'))
const named = (name: string) => {
  const found = cases.find((c) => c.name === name)
  if (found === undefined) throw new Error(`no case ${name}`)
  return toldOf(found)
}

describe('checks', () => {
  test.each([
    ['routine', 'success', 'action-required', '1 approval missing'],
    ['routine-approved', 'success', 'success', 'Approved: by 1 person'],
    ['risky', 'success', 'action-required', '3 approvals missing'],
    ['forbidden', 'failure', 'action-required', 'Not allowed'],
    ['invalid', 'failure', 'action-required', 'No plan: 2 errors'],
    ['nothing-to-do', 'neutral', 'action-required', '1 approval missing'],
    ['nothing-at-all', 'neutral', 'success', 'Approved: by 1 person'],
    ['nothing-seen', 'failure', 'success', 'Approved: by 1 person'],
    // A check that is neutral counts as passed, and nobody has seen what it would do.
    ['desired-only', 'action-required', 'action-required', 'Documents compared, hosts not looked at'],
    ['superseded', 'neutral', 'action-required', 'Out of date'],
    ['rejected', 'success', 'action-required', 'Rejected'],
    ['standard', 'success', 'success', 'Approved: none asked for'],
    ['emergency', 'success', 'success', 'Emergency: to be reviewed afterwards'],
  ])('%s: plan %s, approval %s', (name, plan, approval, title) => {
    expect(planCheck(named(name)).conclusion).toBe(plan)
    expect(approvalCheck(named(name))).toMatchObject({ conclusion: approval, title })
  })

  test('are about the head, keyed to the plan', () => {
    const told = named('routine')
    const plan = 'plan' in told ? told.plan.subject.plan : undefined
    for (const check of [planCheck(told), approvalCheck(told)])
      expect(check).toMatchObject({ commit: told.head, key: plan })
    expect(planCheck(named('invalid')).key).toBe('no-plan')
  })

  test('a finding stands beside its line, with what to do next', () => {
    expect(planCheck(named('forbidden')).annotations).toEqual([
      {
        path: 'inventory/network/firewall.yaml',
        line: 44,
        level: 'failure',
        title: 'change-denied',
        message: [
          'FirewallRule/office-ssh: SSH from outside goes through the bastion, and nowhere else',
          'asked by ChangePolicy/no-open-ssh',
          'Next: take the rule back, or give the office an account on the bastion',
        ].join('\n'),
      },
    ])
  })

  test('of very many findings the worst are shown, and the others counted', () => {
    const findings = Array.from(
      { length: 400 },
      (_, i): Diagnostic => ({
        code: 'x',
        severity: i < 390 ? 'warning' : 'error',
        summary: `finding ${i}`,
        file: 'a.yaml',
        line: i + 1,
      }),
    )
    const { annotations, summary } = planCheck(toldOf({ name: 'many', findings }))
    expect(annotations).toHaveLength(200)
    expect(annotations.slice(0, 10).every((a) => a.level === 'failure')).toBe(true)
    expect(summary).toContain('200 more findings are not shown beside the files.')
  })

  test('a message can not end the command of a workflow that prints it', () => {
    const findings: Diagnostic[] = [{ code: 'x', severity: 'error', summary: 'a\u001b[31m\u202eb', file: 'a.yaml' }]
    expect(planCheck(toldOf({ name: 'controls', findings })).annotations[0]?.message).toBe('a\\u{1b}[31m\\u{202e}b')
  })
})
