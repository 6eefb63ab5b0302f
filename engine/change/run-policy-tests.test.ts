import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import type { ChangePolicySpec } from './change-policy.ts'
import { runPolicyTests } from './run-policy-tests.ts'

interface Case {
  readonly case: string
  readonly policy: Omit<ChangePolicySpec, 'message'>
  /** What each example comes to, with the reason where there is one. */
  readonly expect: readonly string[]
}

const cases = load(readFileSync(new URL('cases/policy-tests.yaml', import.meta.url), 'utf8')) as readonly Case[]

describe("a policy's own examples", () => {
  it.each(cases.map((c) => [c.case, c] as const))('%s', (_, { policy, expect: expected }) => {
    const results = runPolicyTests({ ...policy, message: 'Because' })
    expect(results.map((r) => (r.because === undefined ? r.got : `${r.got}: ${r.because}`))).toEqual(expected)
  })
})
