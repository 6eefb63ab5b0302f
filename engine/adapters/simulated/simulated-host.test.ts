import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { hostPath, read, sh } from '../../model/script.ts'
import { type HostSession, isFailure, type Target } from '../../ports/host-session.ts'
import { generateKeyPair } from '../signing/key-pair.ts'
import { Ssh2Connector } from '../ssh/ssh2-connector.ts'
import { type SimulatedHost, startSimulatedHost } from './simulated-host.ts'

const folder = mkdtempSync(join(tmpdir(), 'plumbline-simulated-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const key = generateKeyPair()
const connector = new Ssh2Connector({ keys: [key.privateKey] })
const limits = { deadline: 20_000, outputCap: 100_000 }

const targetOf = (host: SimulatedHost, sudo = true): Target => ({
  host: host.name,
  address: '127.0.0.1',
  port: host.port,
  user: host.user,
  hostKeys: [host.hostKey],
  sudo,
  root: host.root,
  transport: 'ssh',
})

async function open(target: Target): Promise<HostSession> {
  const session = await connector.connect(target, limits)
  if (isFailure(session)) throw new Error(`${session.failed}: ${session.detail}`)
  return session
}

it('is reached like any host, says what it is, and locks out whoever loses the key', async () => {
  const host = await startSimulatedHost({ folder, name: 'web-01' })
  try {
    const refused = await connector.connect(targetOf(host), limits)
    expect(isFailure(refused) && refused.failed).toBe('auth-failed')
    host.authorize(key.publicKey)
    const session = await open(targetOf(host))
    const motd = await session.read(read`cat ${hostPath('/etc/motd')}; id -u; exit 7`, limits)
    expect(new TextDecoder().decode(motd.stdout)).toBe('web-01 is a simulated host. Nothing in it runs.\n0\n')
    expect(motd.code).toBe(7)
    await session.run(sh`usermod --prefix "$R" -L -e 1 plumbline`, limits)
    await session.close()
    const late = await connector.connect(targetOf(host), limits)
    expect(isFailure(late) && late.failed).toBe('auth-failed')
  } finally {
    await host.stop()
  }
})

it('is the same host when it is started again', async () => {
  const place = join(folder, 'second')
  const first = await startSimulatedHost({ folder: place, name: 'db-01' })
  first.authorize(key.publicKey)
  const session = await open(targetOf(first, false))
  await session.run(sh`printf kept > ${hostPath('/etc/kept')}`, limits)
  await session.close()
  await first.stop()
  const again = await startSimulatedHost({ folder: place, name: 'db-01', port: first.port })
  try {
    expect(again.hostKey).toBe(first.hostKey)
    const later = await open(targetOf(again, false))
    expect(new TextDecoder().decode((await later.read(read`cat ${hostPath('/etc/kept')}`, limits)).stdout)).toBe('kept')
    await later.close()
  } finally {
    await again.stop()
  }
})
