import { expect, it } from 'vitest'
import { childEnvironment } from './child-environment.ts'

it('hands no secret on to programs that we start', () => {
  const env = { PATH: '/bin', PLUMBLINE_SECRET_DB: 'x', SOPS_AGE_KEY: 'AGE-SECRET-KEY-1', SOPS_AGE_KEY_FILE: '/k' }
  expect(childEnvironment(env)).toEqual({ PATH: '/bin', SOPS_AGE_KEY_FILE: '/k' })
})
