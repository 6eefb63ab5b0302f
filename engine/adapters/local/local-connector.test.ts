import { userInfo } from 'node:os'
import { expect, it } from 'vitest'
import type { Target } from '../../ports/host-session.ts'
import { hostSessionContract } from '../ssh/host-session.contract.ts'
import { LocalConnector } from './local-connector.ts'

const target: Target = {
  host: 'here',
  address: 'localhost',
  port: 0,
  user: userInfo().username,
  hostKeys: [],
  sudo: false,
  root: '/tmp/a root',
  transport: 'local',
}

hostSessionContract('this machine', async () => ({ connector: new LocalConnector(), target, stop: async () => {} }))

it('is no host because a change says so', async () => {
  expect(await new LocalConnector().connect({ ...target, proposed: true })).toMatchObject({
    failed: 'host-unreachable',
  })
})
