import { expect, it } from 'vitest'
import { judgeStep } from './judge-step.ts'

const step = { name: 'a', line: 1, language: 'sh', script: 'x' } as const
const ended = { code: 0, stdout: '', timedOut: false, cutOff: false }

it.each([
  ['ended as it had to', step, ended, 'done'],
  ['ended otherwise', step, { ...ended, code: 3 }, 'failed'],
  ['was to end with 3', { ...step, status: 3 }, { ...ended, code: 3 }, 'done'],
  ['took too long', step, { ...ended, code: 124 }, 'failed'],
  ['printed what it had to, and a line break', { ...step, expect: '^ok$' }, { ...ended, stdout: 'ok\n' }, 'done'],
  ['printed something else', { ...step, expect: '^ok$' }, { ...ended, stdout: 'not ok\n' }, 'failed'],
  ['never began', step, { ...ended, code: null, notStarted: { detail: 'sudo refused' } }, 'failed'],
  ['was cut off: it may have done anything', step, { ...ended, code: null, cutOff: true }, 'unknown'],
  ['hung with its host', step, { ...ended, code: null, timedOut: true }, 'unknown'],
] as const)('a step that %s', (_what, meant, output, outcome) => {
  expect(judgeStep(meant, output).outcome).toBe(outcome)
})
