import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Estate, makeEstate } from './estate/estate.ts'
import { bootFleet, describeFleet, type Fleet } from './fleet.ts'

await describeFleet('questions about real hosts', () => {
  let fleet: Fleet
  let estate: Estate

  beforeAll(async () => {
    fleet = await bootFleet({ names: ['web-01', 'db-01'] })
    estate = await makeEstate({ fleet })
  }, 900_000)

  afterAll(async () => {
    estate?.remove()
    await fleet?.stop()
  })

  const json = async (...args: string[]) => JSON.parse(await estate.engine.expects(0, ...args, '--json'))
  const rows = async (table: string, condition: string): Promise<Record<string, unknown>[]> =>
    json('query', table, condition)

  it('makes one snapshot of a host that stays as it is', { timeout: 120_000 }, async () => {
    await json('observe')
    const { hosts } = await json('observe')
    const compared = hosts.map((h: { host: string; compared: string }) => `${h.host} ${h.compared}`)
    expect(compared).toEqual(['db-01 same', 'web-01 same'])
  })

  it('answers from what was seen: packages, listeners, services, mounts, accounts', async () => {
    expect(
      await rows('packages', 'host == "db-01" && name == "openssh-server" && !versionBelow(version, "1:1")'),
    ).toHaveLength(1)
    expect(await rows('listeners', 'host == "db-01" && port == 22 && protocol == "tcp"')).not.toEqual([])
    expect(await rows('services', 'host == "db-01" && name.startsWith("ssh") && running')).not.toEqual([])
    expect(await rows('mounts', 'host == "db-01" && path == "/" && used > 0.0')).toHaveLength(1)
    expect(await rows('hosts', 'name == "db-01" && os.id == "debian"')).toHaveLength(1)
  })

  it('finds a way to root that nobody declared, and when it came', { timeout: 120_000 }, async () => {
    const strange = 'host == "db-01" && root && source == "observed" && login == "eve"'
    expect(await rows('access', strange)).toEqual([])
    await estate.engine.expects(0, 'baseline', 'clean')
    const rule = 'User_Alias STRANGE = eve\nSTRANGE ALL = NOPASSWD: \\\n  /usr/bin/vim'
    const file = '/etc/sudoers.d/x'
    const script = `useradd -m -s /bin/sh eve && cat >${file} <<'END' && chmod 440 ${file} && visudo -c\n${rule}\nEND\n`
    expect(await fleet.host('db-01').exec(script)).toMatchObject({ code: 0 })
    await json('observe', '--host', 'db-01')
    expect(await rows('access', strange)).toMatchObject([{ how: 'sudo /usr/bin/vim', via: ['/etc/sudoers.d/x'] }])
    expect(await json('as-of', 'clean', 'query', 'access', strange)).toEqual([])
    const { hosts } = JSON.parse(await estate.engine.expects(2, 'diff', 'clean', '--json'))
    expect(hosts.map((h: { host: string }) => h.host)).toEqual(['db-01'])
    const facts = hosts[0].facts.map(
      (f: { group: string; what: string; name: string }) => `${f.what} ${f.group} ${f.name}`,
    )
    expect(facts).toEqual(
      expect.arrayContaining(['added users eve', 'added sudoers /etc/sudoers.d/x: User_Alias STRANGE = eve']),
    )
    await estate.engine.expects(0, 'audit', 'verify')
  })

  it('keeps no snapshot of a host that could not be reached, and still has the last one', {
    timeout: 120_000,
  }, async () => {
    await fleet.host('web-01').exec('systemctl stop ssh.socket ssh.service; true')
    await estate.engine.expects(1, 'observe', '--host', 'web-01')
    expect(await rows('packages', 'host == "web-01" && name == "openssh-server"')).toHaveLength(1)
  })
})
