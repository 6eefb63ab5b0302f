import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { read, sh } from '../../model/script.ts'
import type { Target } from '../../ports/host-session.ts'
import { generateKeyPair } from '../signing/key-pair.ts'
import { fetchHostKeys, parseHostKey } from './host-key.ts'
import { failureOf, hostSessionContract, type RemoteLab, remoteContract, sessionOf } from './host-session.contract.ts'
import { Ssh2Connector } from './ssh2-connector.ts'
import { layCable } from './test-cable.ts'
import { listenMutely, sshdLab } from './test-labs.ts'
import { startServer, type TestServer } from './test-server.ts'
import { freePort, startSshd, type TestSshd, whyNoSshd } from './test-sshd.ts'

const enough = { deadline: 20_000, outputCap: 100_000 }
const base = { host: 'box', address: '127.0.0.1', user: 'plain', sudo: false, root: '', transport: 'ssh' } as const

async function serverLab(): Promise<RemoteLab> {
  const server = await startServer()
  const bastion = await startServer()
  const cable = await layCable(server.port)
  const mute = await listenMutely()
  const connector = new Ssh2Connector({ keys: [server.userKey, bastion.userKey] })
  const target: Target = { ...base, port: cable.port, hostKeys: [server.hostKey] }
  return {
    connector,
    target,
    stranger: new Ssh2Connector({ keys: [generateKeyPair().privateKey] }),
    otherKey: generateKeyPair().publicKey,
    noisy: [connector, { ...target, user: 'noisy' }],
    shellless: [connector, { ...target, user: 'no-shell' }],
    jump: { ...target, host: 'bastion', port: bastion.port, hostKeys: [bastion.hostKey] },
    cut: cable.cut,
    mutePort: mute.port,
    closedPort: await freePort(),
    stop: async () => {
      await cable.stop()
      mute.stop()
      await server.stop()
      await bastion.stop()
    },
  }
}

hostSessionContract('ssh2 to a server in this process', async () => {
  const lab = await serverLab()
  return { ...lab, target: { ...lab.target, root: "/srv/it's a root" } }
})
remoteContract('ssh2 to a server in this process', serverLab)

describe.skipIf(whyNoSshd() !== undefined)('ssh2 to a real sshd', () => {
  const lab = () => sshdLab((file) => new Ssh2Connector({ keyFiles: [file] }))
  hostSessionContract('ssh2', lab)
  remoteContract('ssh2', lab)
})

describe('ssh2, sudo and refusals', () => {
  let server: TestServer
  let target: Target
  const connect = (user: string, sudoPassword?: string) =>
    sessionOf(new Ssh2Connector({ keys: [server.userKey], sudoPassword: async () => sudoPassword }), {
      ...target,
      user,
      sudo: true,
    })
  beforeAll(async () => {
    server = await startServer()
    target = { ...base, port: server.port, hostKeys: [server.hostKey] }
  })
  afterAll(() => server.stop())

  it.each([
    ['without a password', 'free', undefined],
    ['with the password', 'asked', 'pass  word\\'],
    ['with a password that nobody asked for', 'free', "it's unused"],
  ])('runs as root %s', async (_, user, password) => {
    const session = await connect(user, password)
    const output = await session.run(sh`echo "$AS"; cat`, enough)
    expect([output.code, Buffer.from(output.stdout).toString()]).toEqual([0, 'root\n'])
    await session.close()
  })

  it.each([
    ['asks and gets none', 'asked', undefined, 'password is required'],
    ['gets the wrong password', 'asked', 'wrong', 'incorrect password'],
    ['gets a password of two lines', 'asked', 'a\nrm', 'line break'],
    ['refuses in words we do not know', 'odd', undefined, 'gesperrt'],
  ])('says that sudo refused where it %s', async (_, user, password, detail) => {
    const session = await connect(user, password)
    const output = await session.run(sh`echo never`, enough)
    expect(output).toMatchObject({
      code: null,
      notStarted: { failed: 'sudo-refused', detail: expect.stringContaining(detail) },
    })
    expect(JSON.stringify(output)).not.toContain('wrong')
    await session.close()
  })

  it('gives no password to a host that only a change calls one', async () => {
    const asked: string[] = []
    const sudoPassword = async (host: string) => {
      asked.push(host)
      return 'pass  word\\'
    }
    const connector = new Ssh2Connector({ keys: [server.userKey], sudoPassword })
    const session = await sessionOf(connector, { ...target, user: 'asked', sudo: true, proposed: true })
    const output = await session.run(sh`echo never`, enough)
    expect(output.notStarted).toMatchObject({ failed: 'sudo-refused' })
    expect(asked).toEqual([])
    await session.close()
  })

  it('tells a missing shell from a refusing sudo', async () => {
    for (const user of ['no-exec', 'no-shell']) {
      const session = await connect(user)
      expect((await session.read(read`:`, enough)).notStarted?.failed).toBe('no-shell')
      await session.close()
    }
  })

  it('sends not even the user name to a host whose key is another one', async () => {
    const connector = new Ssh2Connector({ keys: [server.userKey] })
    const hostKeys = [generateKeyPair().publicKey]
    await failureOf(connector, { ...target, user: 'nobody-knows', hostKeys })
    expect(server.users).not.toContain('nobody-knows')
  })

  it('asks a host once for each key, with the signature at hand', async () => {
    const keys = [generateKeyPair().privateKey, server.userKey]
    const session = await sessionOf(new Ssh2Connector({ keys }), { ...target, user: 'asked-once' })
    await session.close()
    expect(server.users.filter((user) => user === 'asked-once')).toHaveLength(keys.length)
  })

  it('uses one connection to a jump host for all targets behind it', async () => {
    const cable = await layCable(server.port)
    const connector = new Ssh2Connector({ keys: [server.userKey] })
    const jump = { ...target, host: 'bastion', port: cable.port }
    const sessions = await Promise.all(
      ['a', 'b', 'c'].map((host) => sessionOf(connector, { ...target, host, user: host, jump })),
    )
    expect(cable.connections()).toBe(1)
    await Promise.all(sessions.map((session) => session.close()))
    await connector.close()
    await cable.stop()
  })

  it('notices a cable that was pulled', async () => {
    const cable = await layCable(server.port)
    const connector = new Ssh2Connector({ keys: [server.userKey], keepalive: 50 })
    const session = await sessionOf(connector, { ...target, port: cable.port })
    const running = session.read(read`sleep 20`, enough)
    cable.freeze()
    expect(await running).toMatchObject({ code: null, cutOff: true, timedOut: false })
    await session.close()
    await cable.stop()
  })
})

describe.skipIf(whyNoSshd() !== undefined)('ssh2 with the keys people have', () => {
  let sshd: TestSshd
  beforeAll(async () => {
    sshd = await startSshd()
  })
  afterAll(() => sshd.stop())
  const target = (kind: number): Target => ({
    ...base,
    port: sshd.port,
    user: sshd.user,
    hostKeys: sshd.hostKeys.slice(kind, kind + 1),
  })

  it.each(['ed25519', 'ecdsa', 'rsa', 'encrypted'] as const)('logs in with a key file: %s', async (name) => {
    const asked: string[] = []
    const passphrase = async (file: string) => {
      asked.push(file)
      return 'pass phrase'
    }
    const connector = new Ssh2Connector({ keyFiles: ['/does/not/exist', sshd.key(name)], passphrase })
    for (const kind of [0, 1, 2]) await (await sessionOf(connector, target(kind))).close()
    expect(asked).toEqual(name === 'encrypted' ? [sshd.key(name)] : [])
  })

  it('logs in with the keys of an agent, and without an agent says so', async () => {
    const socket = join(sshd.folder, 'agent')
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
    await vi.waitFor(() => expect(existsSync(socket)).toBe(true), { timeout: 10_000 })
    for (const name of ['stranger', 'rsa'] as const)
      execFileSync('ssh-add', ['-q', sshd.key(name)], { env: { ...process.env, SSH_AUTH_SOCK: socket } })
    const connector = new Ssh2Connector({ agent: socket })
    for (const kind of [0, 1]) {
      const session = await sessionOf(connector, target(kind))
      const output = await session.read(read`echo "agent:$SSH_AUTH_SOCK"`, enough)
      expect(Buffer.from(output.stdout).toString()).toBe('agent:\n')
      await session.close()
    }
    agent.kill()
    const gone = new Ssh2Connector({ agent: join(sshd.folder, 'no-agent') })
    expect(await failureOf(gone, target(0))).toMatchObject({ failed: 'auth-failed' })
  })

  it('says which keys could not be used', async () => {
    const connector = new Ssh2Connector({ keyFiles: ['/does/not/exist', sshd.key('encrypted')] })
    const failure = await failureOf(connector, target(0))
    expect(failure).toMatchObject({ failed: 'auth-failed', detail: expect.stringMatching(/not\/exist.*encrypted/) })
  })

  it('does not have the keys proved that it never uses', async () => {
    const session = await sessionOf(new Ssh2Connector({ keyFiles: [sshd.key('ed25519')] }), target(0))
    await session.read(read`:`, enough)
    await session.close()
    await vi.waitFor(() => expect(sshd.log()).toContain('Starting session: command'))
    expect(sshd.log()).not.toMatch(/hostkeys.prove/)
  })

  it('fetches every host key without logging in', async () => {
    const keys = await fetchHostKeys('127.0.0.1', sshd.port, 10_000)
    const known = sshd.hostKeys.map((line) => parseHostKey(line))
    expect(keys).toEqual(known.map((key) => ({ key: key?.key, fingerprint: key?.fingerprint })))
  })

  it('says why no host key could be fetched', async () => {
    expect(await fetchHostKeys('127.0.0.1', await freePort(), 10_000)).toMatchObject({ failed: 'host-unreachable' })
    const mute = await listenMutely()
    expect(await fetchHostKeys('127.0.0.1', mute.port, 200)).toMatchObject({ failed: 'deadline' })
    mute.stop()
  })
})
