import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { HostFacts } from '../../engine/model/facts.ts'
import { Clone } from './estate/clone.ts'
import { builtCommand } from './estate/command.ts'
import { document, file, hostDocument } from './estate/documents.ts'
import { accounts, bootFleet, describeFleet, type Fleet } from './fleet.ts'
import { must } from './harness/run.ts'

const seconds = 1_000

await describeFleet('facts of a real host', () => {
  let fleet: Fleet
  let clone: Clone
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-facts-'))
  const ends: (() => void)[] = [() => rmSync(folder, { recursive: true, force: true })]

  beforeAll(async () => {
    fleet = await bootFleet({ names: ['web-01', 'off-01'] })
    const command = await builtCommand()
    ends.push(command.remove)
    const remote = join(folder, 'remote.git')
    await must('git', ['init', '--quiet', '--bare', '--initial-branch=main', remote])
    const loginKey = fleet.identityFile
    clone = await Clone.make({
      name: 'ana',
      folder: join(folder, 'ana'),
      remote: `file://${remote}`,
      command: command.file,
      loginKey,
    })
    await clone.fetchEstate()
    clone.write({
      'plumbline.yaml': document('Estate', 'acme', { id: '7d0e2f5c-5b0f-4a5e-9d55-0a8f2c1b7e11' }),
      'inventory/hosts.yaml': file(
        document('Environment', 'prod', { purpose: 'What people use', criticality: 4 }),
        ...fleet.hosts.map((host) => hostDocument(host, {})),
        hostDocument(fleet.host('web-01'), {}, { ssh: { user: accounts.limited, sudo: false } }).replace(
          'name: web-01',
          'name: web-plain',
        ),
      ),
    })
  }, 900 * seconds)

  afterAll(async () => {
    for (const end of ends) end()
    await fleet?.stop()
  })

  it('are all there for root, in one round trip', { timeout: 120 * seconds }, async () => {
    const host = fleet.host('web-01')
    const setUp = `set -e
DEBIAN_FRONTEND=noninteractive apt-get -qq -y install nginx-light redis-server >/dev/null 2>&1
apt-mark hold redis-server >/dev/null
useradd --create-home --groups sudo --expiredate 2031-05-04 ana
install -d -m 700 -o ana -g ana /home/ana/.ssh
ssh-keygen -q -t ed25519 -N '' -C 'ana at work' -f /root/key
echo "from=\\"10.0.0.0/8\\" $(cat /root/key.pub)" >/home/ana/.ssh/authorized_keys
chown ana: /home/ana/.ssh/authorized_keys
echo '*/5 * * * * /usr/bin/true' | crontab -u ana -
openssl req -x509 -newkey rsa:2048 -nodes -keyout /etc/ssl/private/www.pem -out /etc/ssl/private/www.pem.crt -days 30 -subj /CN=www.example.org 2>/dev/null
cat /etc/ssl/private/www.pem.crt >>/etc/ssl/private/www.pem
`
    expect(await host.exec(setUp, { timeout: 120 * seconds })).toMatchObject({ code: 0 })
    const [answer] = JSON.parse(await clone.expects(0, 'facts', 'web-01', '--json')) as { facts: HostFacts }[]
    const { facts, unknown, evidence } = answer?.facts ?? { facts: {}, unknown: {}, evidence: {} }
    expect(unknown).toEqual({})
    expect(facts.os).toEqual({
      id: 'debian',
      version: '12',
      codename: 'bookworm',
      name: 'Debian GNU/Linux 12 (bookworm)',
      hostname: 'web-01',
    })
    expect(facts.hardware?.cpu.count).toBeGreaterThan(0)
    expect(facts.hardware?.memory).toBeGreaterThan(1 << 20)
    expect(facts.interfaces).toContainEqual(
      expect.objectContaining({ name: 'eth0', up: true, addresses: expect.arrayContaining([`${host.address}/24`]) }),
    )
    expect(facts.routes).toContainEqual(expect.objectContaining({ interface: 'eth0' }))
    expect(facts.listeners).toEqual(
      expect.arrayContaining([
        { protocol: 'tcp', address: '127.0.0.1', port: 6379, process: 'redis-server' },
        { protocol: 'tcp', address: '0.0.0.0', port: 80, process: 'nginx' },
      ]),
    )
    expect(facts.mounts).toContainEqual(
      expect.objectContaining({ path: '/', type: 'overlay', used: expect.any(Number) }),
    )
    expect(facts.packages).toContainEqual(expect.objectContaining({ name: 'redis-server', held: true, manual: true }))
    expect(facts.packages).toContainEqual(expect.objectContaining({ name: 'nginx-common', manual: false }))
    expect(facts.services).toContainEqual({ name: 'nginx', running: true, enabled: 'enabled' })
    expect(facts.users).toContainEqual(
      expect.objectContaining({ name: 'ana', groups: ['ana', 'sudo'], locked: true, expires: '2031-05-04' }),
    )
    const print = (await host.exec('ssh-keygen -lf /home/ana/.ssh/authorized_keys')).stdout.split(' ')[1]
    expect(facts.keys).toContainEqual({
      user: 'ana',
      fingerprint: print,
      comment: 'ana at work',
      options: 'from="10.0.0.0/8"',
    })
    expect(facts.sudoers).toContainEqual({
      file: '/etc/sudoers.d/plumbline',
      rule: 'plumbline ALL=(ALL:ALL) NOPASSWD: ALL',
    })
    expect(facts.cron).toContainEqual({
      file: '/var/spool/cron/crontabs/ana',
      user: 'ana',
      schedule: '*/5 * * * *',
      command: '/usr/bin/true',
    })
    expect(facts.certificates?.map((c) => [c.file, c.subject])).toEqual([
      ['/etc/ssl/private/www.pem', 'CN=www.example.org'],
      ['/etc/ssl/private/www.pem.crt', 'CN=www.example.org'],
    ])
    // Host and test share one clock.
    expect(Math.abs(facts.clock?.offset ?? 99)).toBeLessThan(5)
    expect(Object.keys(evidence).sort()).toEqual(Object.keys(facts).sort())
  })

  it('are as many as a plain account may see, and the rest says why', { timeout: 60 * seconds }, async () => {
    const [answer] = JSON.parse(await clone.expects(0, 'facts', 'web-plain', '--json')) as { facts: HostFacts }[]
    const { facts, unknown } = answer?.facts ?? { facts: {}, unknown: {} }
    expect(
      Object.entries(unknown)
        .map(([name, { reason }]) => [name, reason])
        .sort(),
    ).toEqual([
      ['cron', 'no-permission'],
      ['keys', 'no-permission'],
      ['sudoers', 'no-permission'],
    ])
    expect(facts.users).toContainEqual(expect.not.objectContaining({ locked: expect.anything() }))
    expect(facts.packages?.length).toBeGreaterThan(100)
  })

  it('are shown as text, and a host that is off is unknown', { timeout: 120 * seconds }, async () => {
    await fleet.host('off-01').kill()
    const { code, stdout } = await clone.plumbline('facts', 'web-01', 'off-01', '--only', 'os,listeners')
    expect(code).toBe(1)
    expect(stdout).toContain('Debian GNU/Linux 12 (bookworm)')
    expect(stdout).toMatch(/tcp {2}127\.0\.0\.1:6379 +redis-server/)
    expect(stdout).toMatch(/off-01.*\n {2}unknown {2}host-unreachable/)
    expect(stdout).not.toContain('packages')
    expect((await clone.plumbline('facts', 'web-01', '--only', 'package')).stderr).toContain('did you mean packages?')
  })
})
