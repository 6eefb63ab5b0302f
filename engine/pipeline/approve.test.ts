import { expect, it } from 'vitest'
import type { Plan } from '../model/plan.ts'
import { forbids } from './approve.ts'

const branchAsItStands = (...errors: readonly string[]): Plan =>
  ({
    subject: { base: 'a', head: 'a' },
    actions: [],
    diagnostics: errors.map((code) => ({ code, severity: 'error', summary: code })),
    verdict: { denials: [] },
  }) as unknown as Plan

it('a plan of nothing is not approved', () => {
  expect(forbids(branchAsItStands(), 'approve').map((d) => d.code)).toEqual(['plan-empty'])
})

it('where no host could be seen, nobody claims that the hosts are as they should be', () => {
  expect(forbids(branchAsItStands('all-unknown'), 'approve').map((d) => d.code)).toEqual(['all-unknown'])
})
