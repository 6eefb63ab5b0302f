import { expect, it } from 'vitest'
import type { HostConnector, Target } from '../../ports/host-session.ts'
import { TransportConnector } from './transport-connector.ts'

it('makes the connector of a transport once, when it is needed, and closes what was made', async () => {
  const log: string[] = []
  const maker = (name: string) => async (): Promise<HostConnector> => {
    log.push(`make ${name}`)
    return {
      connect: async ({ host }) => ({ failed: 'host-unreachable', detail: `${name} to ${host}` }),
      close: async () => {
        log.push(`close ${name}`)
      },
    }
  }
  const connector = new TransportConnector({ ssh: maker('ssh'), openssh: maker('openssh'), local: maker('local') })
  const to = (host: string, transport: Target['transport']): Target => ({
    host,
    transport,
    address: host,
    port: 22,
    user: 'u',
    hostKeys: [],
    sudo: false,
    root: '',
  })
  const targets = [to('a', 'ssh'), to('b', 'local'), to('c', 'ssh')]
  const answers = await Promise.all(targets.map((target) => connector.connect(target, { deadline: 1 })))
  expect(answers.map((answer) => ('failed' in answer ? answer.detail : ''))).toEqual([
    'ssh to a',
    'local to b',
    'ssh to c',
  ])
  await connector.close()
  expect(log).toEqual(['make ssh', 'make local', 'close ssh', 'close local'])
})
