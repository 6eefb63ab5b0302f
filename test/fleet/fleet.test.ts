import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { accountPassword, accounts, bootFleet, describeFleet, type Fleet, type Host } from './fleet.ts'
import { processRef } from './harness/processes.ts'
import { run } from './harness/run.ts'
import { sshBanner, waitFor } from './harness/wait.ts'

const seconds = 1_000

function ssh(fleet: Fleet, host: Host, command: string, user: string = accounts.plumbline) {
  const files = ['-F', '/dev/null', '-i', fleet.identityFile, '-o', `UserKnownHostsFile=${fleet.knownHostsFile}`]
  const strict = [
    '-o',
    'BatchMode=yes',
    '-o',
    'StrictHostKeyChecking=yes',
    '-o',
    'IdentitiesOnly=yes',
    '-o',
    'ConnectTimeout=2',
  ]
  return run('ssh', [...files, ...strict, `${user}@${host.address}`, command])
}

/** Whatever on this machine bears a fleet's name. */
async function traces(id: string): Promise<string[]> {
  const outputs = await Promise.all([
    run('ip', ['-o', 'link', 'show']),
    run('ip', ['netns', 'list']),
    run('ps', ['-eo', 'args']),
    run('cat', ['/proc/self/mounts']),
    run('find', [
      '/sys/fs/cgroup',
      '/run/systemd/nspawn',
      '/run/plumbline-fleet',
      '-maxdepth',
      '3',
      '-name',
      `*${id}*`,
    ]),
  ])
  const named = new RegExp(`pl[bv]${id}|plumbline-${id}|plumbline-fleet/${id}`)
  return outputs.flatMap(({ stdout }) => stdout.split('\n').filter((line) => named.test(line)))
}

await describeFleet('a fleet of real hosts', () => {
  let fleet: Fleet
  let web1: Host
  let web2: Host
  let db1: Host

  beforeAll(async () => {
    fleet = await bootFleet({ names: ['web-01', 'web-02', 'db-01'], diskSize: '128m' })
    web1 = fleet.host('web-01')
    web2 = fleet.host('web-02')
    db1 = fleet.host('db-01')
  }, 900 * seconds)

  afterAll(async () => {
    await fleet?.stop()
    if (fleet) expect(await traces(fleet.id)).toEqual([])
  }, 60 * seconds)

  it('lets the system ssh client in, each host under its own name and key', { timeout: 30 * seconds }, async () => {
    const outcomes = await Promise.all(fleet.hosts.map((host) => ssh(fleet, host, 'hostname; sudo -n id -u')))
    expect(outcomes.map(({ stdout }) => stdout)).toEqual(['web-01\n0\n', 'web-02\n0\n', 'db-01\n0\n'])
    expect(new Set(fleet.hosts.map((host) => host.hostKey)).size).toBe(3)
    // Or else finding none at the end would prove nothing.
    expect((await traces(fleet.id)).length).toBeGreaterThan(12)
  })

  it('has an account without sudo and one whose sudo asks for a password', { timeout: 30 * seconds }, async () => {
    expect((await ssh(fleet, web1, 'sudo -n true', accounts.limited)).code).toBe(1)
    expect((await ssh(fleet, web1, 'sudo -n true', accounts.withPassword)).code).toBe(1)
    const asking = await web1.exec(`su ${accounts.withPassword} -c 'sudo -S id -u'`, { input: `${accountPassword}\n` })
    expect(asking.stdout).toBe('0\n')
  })

  it('installs the local packages without a network, and runs their service', { timeout: 60 * seconds }, async () => {
    const installed = await ssh(
      fleet,
      web1,
      'sudo sh -c "apt-get -q update && apt-get -qy install plumbline-hello=1.0 plumbline-tools"',
    )
    expect(installed.code, installed.stderr).toBe(0)
    const state = await ssh(
      fleet,
      web1,
      'systemctl is-active plumbline-hello; cat /run/plumbline-hello.greeting; plumbline-tool',
    )
    expect(state.stdout).toBe('active\nhello\nplumbline-tool 2.0\n')
    expect((await ssh(fleet, web1, 'sudo apt-get -qy install plumbline-hello')).code).toBe(0)
    expect((await web1.exec("dpkg-query -Wf '${Version}' plumbline-hello")).stdout).toBe('1.1')
    const broken = await ssh(fleet, web1, 'sudo apt-get -qy install plumbline-broken')
    expect(broken.code).toBe(100)
    expect(broken.stdout).toContain('there is no licence key')
  })

  it('changes settings of its own network and nothing else of the kernel', { timeout: 30 * seconds }, async () => {
    expect((await web1.exec('sysctl -w net.ipv4.ip_forward=1')).code).toBe(0)
    expect((await web2.exec('sysctl -n net.ipv4.ip_forward')).stdout).toBe('0\n')
    expect((await web1.exec('sysctl -w kernel.panic=7')).code).not.toBe(0)
    expect((await web1.exec('nft add table inet trial && nft list tables')).stdout).toBe('table inet trial\n')
  })

  it('reaches its neighbours by name, and nothing beyond', { timeout: 30 * seconds }, async () => {
    expect((await web1.exec("bash -c 'read -r banner </dev/tcp/db-01/22; echo $banner'")).stdout).toMatch(/^SSH-2\.0-/)
    expect((await web1.exec('ip route show default')).stdout).toBe('')
  })

  it('can be cut off and reconnected', { timeout: 60 * seconds }, async () => {
    await web2.cutOff()
    expect((await ssh(fleet, web2, 'true')).code).toBe(255)
    expect((await ssh(fleet, db1, 'true')).code).toBe(0)
    await web2.reconnect()
    expect((await ssh(fleet, web2, 'true')).code).toBe(0)
  })

  it('keeps its disk over a power cut and over a shutdown', { timeout: 120 * seconds }, async () => {
    await db1.exec('echo kept >/etc/kept; echo gone >/run/gone')
    await db1.kill()
    expect(db1.isRunning).toBe(false)
    expect(await sshBanner(db1.address, db1.port, seconds)).toBeUndefined()
    await db1.boot()
    expect((await ssh(fleet, db1, 'cat /etc/kept; ls /run/gone')).stdout).toBe('kept\n')
    await db1.shutdown()
    expect(db1.isRunning).toBe(false)
    await db1.boot()
    expect((await ssh(fleet, db1, 'cat /etc/kept')).stdout).toBe('kept\n')
  })

  it('comes back from a reboot of its own', { timeout: 120 * seconds }, async () => {
    const before = web1.bootId
    await web1.exec('systemctl reboot')
    const probe = () => (web1.bootId === before ? undefined : web1.bootId)
    await waitFor({ what: 'another boot', deadline: 60 * seconds, probe })
    await web1.waitUntilReady()
    expect((await ssh(fleet, web1, 'systemctl is-active plumbline-hello')).stdout).toBe('active\n')
  })

  it('shows another host key after a change, which a pinned client refuses', { timeout: 60 * seconds }, async () => {
    const before = web2.hostKey
    await web2.changeHostKey()
    expect(web2.hostKey).not.toBe(before)
    const refused = await ssh(fleet, web2, 'true')
    expect(refused.code).toBe(255)
    expect(refused.stderr).toContain('Host key verification failed')
    writeFileSync(
      fleet.knownHostsFile,
      `${readFileSync(fleet.knownHostsFile, 'utf8')}${web2.address} ${web2.hostKey}\n`,
    )
    expect((await ssh(fleet, web2, 'true')).code).toBe(0)
  })

  it('runs out of disk and recovers', { timeout: 60 * seconds }, async () => {
    await db1.fillDisk()
    const full = await ssh(fleet, db1, 'head -c 100000 /dev/zero >~/more')
    expect(full.code).not.toBe(0)
    expect(full.stderr).toContain('No space left on device')
    await db1.freeDisk()
    expect((await ssh(fleet, db1, 'head -c 100000 /dev/zero >~/more')).code).toBe(0)
  })
})

await describeFleet('a fleet beside others', () => {
  it('shares nothing with another one and leaves nothing behind', { timeout: 900 * seconds }, async () => {
    const [one, other] = await Promise.all([bootFleet({ names: ['web-01'] }), bootFleet({ names: ['web-01'] })])
    try {
      expect(one.host('web-01').address).not.toBe(other.host('web-01').address)
      await one.stop()
      expect(await traces(one.id)).toEqual([])
      expect((await ssh(other, other.host('web-01'), 'true')).code).toBe(0)
    } finally {
      await one.stop()
      await other.stop()
    }
    expect(await traces(other.id)).toEqual([])
  })

  it('is removed by the next boot where its owner was killed', { timeout: 900 * seconds }, async () => {
    const fleet = await bootFleet({ names: ['orphan'] })
    // As if a process had been killed that is not us: an owner that has ended.
    const owner = spawn('sleep', ['60'])
    const ref = processRef(owner.pid ?? 0)
    writeFileSync(`/run/plumbline-fleet/${fleet.id}/owner.json`, JSON.stringify(ref))
    owner.kill('SIGKILL')
    await waitFor({ what: 'end of the owner', deadline: 5_000, probe: () => owner.signalCode ?? undefined })
    const next = await bootFleet({ names: ['web-01'] })
    try {
      expect(await traces(fleet.id)).toEqual([])
      expect(existsSync(`/run/plumbline-fleet/${next.id}`)).toBe(true)
    } finally {
      await next.stop()
      await fleet.stop()
    }
  })
})
