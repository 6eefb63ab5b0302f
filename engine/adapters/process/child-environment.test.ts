import { expect, it } from 'vitest'
import { childEnvironment } from './child-environment.ts'

it('hands no credentials of a forge on to programs that we start', () => {
  const env = {
    GITHUB_TOKEN: 'x',
    PLUMBLINE_GITHUB_APP_KEY: 'x',
    PLUMBLINE_WEBHOOK_SECRET: 'x',
    PLUMBLINE_WEBHOOK_SECRET_PREVIOUS: 'x',
    PLUMBLINE_ENGINE_KEY: 'x',
    PLUMBLINE_SUDO_PASSWORD: 'x',
    GITHUB_REPOSITORY: 'a/b',
  }
  expect(childEnvironment(env)).toEqual({ GITHUB_REPOSITORY: 'a/b' })
})

it('hands no secret on to programs that we start', () => {
  const env = { PATH: '/bin', PLUMBLINE_SECRET_DB: 'x', SOPS_AGE_KEY: 'AGE-SECRET-KEY-1', SOPS_AGE_KEY_FILE: '/k' }
  expect(childEnvironment(env)).toEqual({ PATH: '/bin', SOPS_AGE_KEY_FILE: '/k' })
})
