import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Clone } from './estate/clone.ts'
import { builtCommand } from './estate/command.ts'
import { document, file, hostDocument } from './estate/documents.ts'
import { accounts, bootFleet, describeFleet, type Fleet } from './fleet.ts'
import { must, run } from './harness/run.ts'

const seconds = 1_000

/** The script of the guide, which a second key of the engine's account may run and nothing else. */
const guide = readFileSync('docs/guides/hosts.md', 'utf8')
const script = /```sh\n(#!\/bin\/sh\n[\s\S]*?)```/.exec(guide)?.[1] ?? ''
const options = /^(restrict,command="[^\n]*") ssh-ed25519/m.exec(guide)?.[1] ?? ''

await describeFleet('a key that only looks', () => {
  let fleet: Fleet
  let clone: Clone
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-looks-'))
  const ends: (() => void)[] = [() => rmSync(folder, { recursive: true, force: true })]
  const key = join(folder, 'looks')

  beforeAll(async () => {
    fleet = await bootFleet({ names: ['web-01'] })
    const command = await builtCommand()
    ends.push(command.remove)
    const remote = join(folder, 'remote.git')
    await must('git', ['init', '--quiet', '--bare', '--initial-branch=main', remote])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
    const line = `${options} ${readFileSync(`${key}.pub`, 'utf8').trim()}`
    const setUp = `set -e
cat > /usr/local/sbin/plumbline-look <<'END'
${script}END
chmod 755 /usr/local/sbin/plumbline-look
useradd --system --no-create-home --shell /usr/sbin/nologin plumbline-look
home=$(getent passwd ${accounts.plumbline} | cut -d: -f6)
cat >> "$home/.ssh/authorized_keys" <<'END'
${line}
END
printf 'secret\n' > /root/closed && chmod 600 /root/closed
`
    expect(await fleet.host('web-01').exec(setUp)).toMatchObject({ code: 0 })
    clone = await Clone.make({
      name: 'ana',
      folder: join(folder, 'ana'),
      remote: `file://${remote}`,
      command: command.file,
      loginKey: key,
    })
  }, 900 * seconds)

  afterAll(async () => {
    for (const end of ends) end()
    await fleet?.stop()
  })

  it('sees what the other key sees', { timeout: 300 * seconds }, async () => {
    await clone.fetchEstate()
    clone.write({
      'plumbline.yaml': document('Estate', 'acme', { id: '7d0e2f5c-5b0f-4a5e-9d55-0a8f2c1b7e12' }),
      'inventory/hosts.yaml': file(
        document('Person', 'ana', {
          fullName: 'Ana',
          email: 'ana@example.org',
          login: 'ana',
          sshKeys: [{ key: clone.publicKey }],
        }),
        document('Team', 'operations', { members: ['ana'] }),
        document('Rollout', 'plain', { batch: '100%', maxFailures: 0 }),
        document('Environment', 'prod', { purpose: 'What people use', rollout: 'plain', criticality: 4 }),
        ...fleet.hosts.map((host) => hostDocument(host, {})),
        document('Profile', 'base', {
          selector: { all: true },
          resources: [
            { file: { path: '/root/closed', content: 'secret\n', mode: '0600' } },
            { file: { path: '/etc/motd', content: 'hello\n' } },
            { sysctl: { key: 'vm.swappiness', value: 10 } },
            { package: { name: 'openssh-server' } },
            { package: { name: 'nginx-light' } },
            { service: { name: 'ssh', enabled: true, running: true } },
            { user: { login: accounts.limited } },
            { user: { login: 'new' } },
            { directory: { path: '/etc/ssh', mode: '0755' } },
            { cron: { name: 'nightly', schedule: '0 3 * * *', command: '/bin/true', user: 'root' } },
          ],
        }),
      ),
    })
    await clone.git('add', '--all')
    await clone.git('commit', '--quiet', '--message', 'start')
    const seen = async (login: string): Promise<unknown> => {
      const ran = await clone.start(['plan', '--json'], { PLUMBLINE_SSH_KEY: login }).ended
      if (ran.code !== 2) throw new Error(ran.stdout + ran.stderr)
      const { actions, unknowns } = JSON.parse(ran.stdout) as {
        actions: readonly { host: string; resource: string; verb: string; before: string }[]
        unknowns: readonly unknown[]
      }
      return {
        unknowns,
        actions: actions.map(({ host, resource, verb, before }) => ({ host, resource, verb, before })),
      }
    }
    const all = await seen(fleet.identityFile)
    expect(all).toMatchObject({ unknowns: [], actions: expect.arrayContaining([expect.anything()]) })
    expect(await seen(key)).toEqual(all)
  })

  it('changes nothing, whatever is asked with it', { timeout: 120 * seconds }, async () => {
    const host = fleet.host('web-01')
    const ask = (command: string) => {
      const flags = ['BatchMode=yes', 'StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'IdentitiesOnly=yes']
      const args = ['-F', '/dev/null', '-i', key, ...flags.flatMap((o) => ['-o', o])]
      return run('ssh', [...args, `${accounts.plumbline}@${host.address}`, command])
    }
    const inside = (command: string) => ask(`exec sudo -n -- /bin/sh -c '${command}'`)
    expect((await inside('cat /root/closed')).stdout).toBe('secret\n')
    for (const harm of [
      ...['touch /etc/harm', 'touch /root/harm', 'echo x >> /home/plumbline/.ssh/authorized_keys'],
      ...[
        'systemctl --no-ask-password stop cron',
        'sudo -n touch /etc/harm',
        'kill -9 1',
        'reboot',
        'date -s 2001-01-01',
      ],
      ...['chmod 644 /root/closed', 'mount -o remount,rw /', 'systemd-run --no-ask-password touch /etc/harm'],
    ])
      expect([harm, (await inside(harm)).code]).not.toEqual([harm, 0])
    for (const other of ['id', 'touch /tmp/harm', 'exec sudo -n -- touch /etc/harm', '', '$(touch /etc/harm)'])
      expect([other, (await ask(other)).code]).toEqual([other, 126])
    const after = await host.exec(
      'ls /etc/harm /root/harm /tmp/harm; systemctl is-active cron; stat -c %a /root/closed',
    )
    expect(after.stdout).toBe('active\n600\n')
  })
})
