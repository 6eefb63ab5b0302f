import { userInfo } from 'node:os'
import { hostSessionContract } from '../ssh/host-session.contract.ts'
import { LocalConnector } from './local-connector.ts'

hostSessionContract('this machine', async () => ({
  connector: new LocalConnector(),
  target: {
    host: 'here',
    address: 'localhost',
    port: 0,
    user: userInfo().username,
    hostKeys: [],
    sudo: false,
    root: '/tmp/a root',
    transport: 'local',
  },
  stop: async () => {},
}))
