import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { read } from '../../model/script.ts'
import type { Target } from '../../ports/host-session.ts'
import { hostSessionContract, remoteContract, sessionOf } from './host-session.contract.ts'
import { opensshFiles } from './openssh-config.ts'
import { OpensshConnector } from './openssh-connector.ts'
import { sshdLab } from './test-labs.ts'
import { startSshd, type TestSshd, whyNoSshd } from './test-sshd.ts'

const enough = { deadline: 20_000, outputCap: 100_000 }

describe.skipIf(whyNoSshd() !== undefined)("the system's ssh to a real sshd", () => {
  const lab = () => sshdLab((file) => new OpensshConnector({ identityFiles: [file], userConfig: null }))
  hostSessionContract('openssh', lab)
  remoteContract('openssh', lab)
})

describe.skipIf(whyNoSshd() !== undefined)("the system's ssh and the user's configuration", () => {
  let sshd: TestSshd
  let folder: string
  let target: Target
  beforeAll(async () => {
    sshd = await startSshd()
    folder = mkdtempSync(join(tmpdir(), 'plumbline user config-'))
    target = {
      host: 'web-01',
      address: '127.0.0.1',
      port: sshd.port,
      user: sshd.user,
      hostKeys: sshd.hostKeys,
      sudo: false,
      root: '',
      transport: 'openssh',
    }
  })
  afterAll(() => {
    sshd.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('takes the identity from it, and nothing that weakens what is pinned', async () => {
    const userConfig = join(folder, 'config')
    const evil = ['HostName 203.0.113.1', 'Port 1', 'User nobody', 'StrictHostKeyChecking no', 'ForwardAgent yes']
    const lines = ['Host web-*', `  IdentityFile ${sshd.key('ed25519')}`, ...evil.map((line) => `  ${line}`)]
    writeFileSync(userConfig, `${lines.join('\n')}\n`)
    const connector = new OpensshConnector({ userConfig })
    const session = await sessionOf(connector, target)
    const output = await session.read(read`printf %s "$SSH_CONNECTION\${SSH_AUTH_SOCK:+ forwarded}"`, enough)
    expect(Buffer.from(output.stdout).toString()).toMatch(new RegExp(`127.0.0.1 ${sshd.port}$`))
    await connector.close()
    const hostKeys = ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']
    expect(await connector.connect({ ...target, hostKeys }, { deadline: 10_000 })).toMatchObject({
      failed: 'host-key-mismatch',
    })
  })

  it('is understood by ssh as it is meant', () => {
    const jump = { ...target, host: 'bastion', address: 'fe80::1%eth0', user: 'DOM\\ad.min' }
    const paths = { knownHosts: join(folder, 'known'), controlPath: '/tmp/s', identityFiles: [], include: [] }
    const files = opensshFiles({ ...target, jump }, paths)
    if ('failed' in files) throw new Error(files.detail)
    const file = join(folder, 'made')
    writeFileSync(file, files.config)
    const seen = (host: string) => execFileSync('ssh', ['-F', file, '-G', '--', host], { encoding: 'utf8' })
    expect(seen('web-01')).toContain('proxyjump bastion\n')
    expect(seen('web-01')).toContain(`userknownhostsfile ${join(folder, 'known')}\n`)
    expect(seen('bastion')).toContain('hostname fe80::1%eth0\n')
    expect(seen('bastion')).toContain('user DOM\\ad.min\n')
    for (const host of ['web-01', 'bastion']) {
      expect(seen(host)).toMatch(/stricthostkeychecking (true|yes)\n/)
      expect(seen(host)).toContain(`hostkeyalias plumbline.${host}\n`)
      expect(seen(host)).toContain('forwardagent no\n')
    }
  })
})
