import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Plan } from '../../engine/model/plan.ts'
import { setUpByHand } from './estate/by-hand.ts'
import { applied, approve, type Estate, makeEstate } from './estate/estate.ts'
import { bootFleet, describeFleet, type Fleet } from './fleet.ts'

const names = ['web-01', 'web-02', 'web-03']
const sharedProfile = 'inventory/profiles/shared-web.yaml'

/**
 * An engineer with running servers: they become documents, what they share becomes one profile, and from then on every change
 * goes the whole way, and what somebody changes by hand is taken over or taken back.
 */
await describeFleet('running servers, adopted in an afternoon', () => {
  let fleet: Fleet
  let estate: Estate

  beforeAll(async () => {
    fleet = await bootFleet({ names })
    estate = await makeEstate({ fleet })
    await Promise.all(fleet.hosts.map((host) => setUpByHand(host, estate.ana.publicKey)))
  }, 900_000)

  afterAll(async () => {
    estate?.remove()
    await fleet?.stop()
  })

  const on = async (name: string, command: string): Promise<string> => {
    const done = await fleet.host(name).exec(command)
    if (done.code !== 0) throw new Error(`${name}: ${command}: ${done.stderr}${done.stdout}`)
    return done.stdout
  }
  const onAll = (command: string): Promise<string[]> => Promise.all(names.map((name) => on(name, command)))

  /** Has what ana has changed in her folder approved by ben, merged and applied. */
  async function carriedOut(branch: string): Promise<string> {
    const { ana, ben, engine } = estate
    await ana.git('add', '--all')
    await ana.git('commit', '--quiet', '--message', `Change: ${branch}`)
    await ana.git('push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`)
    const change = await approve(ben, branch)
    await ana.merge(branch)
    await engine.pull()
    expect((await applied(engine)).changes).toMatchObject([{ change, state: 'implemented', counts: { failed: 0 } }])
    return change
  }

  it('become documents with one profile for what they share, and nothing is to be done', async () => {
    const { ana, engine } = estate
    const before = await onAll('find /etc -type f -exec sha256sum {} + | sort; nft list ruleset; ss -Htln | sort')
    await ana.git('switch', '--quiet', '--create', 'adopted')
    const said = await ana.expects(0, 'import', ...names, '--fleet')
    expect(said).toContain('plan is empty')
    await ana.expects(0, 'validate')
    expect(ana.read(sharedProfile)).toMatch(/package: \{ name: nginx-light/)
    await carriedOut('adopted')
    const drift = JSON.parse(await engine.expects(0, 'drift', '--json')) as Plan
    expect(drift).toMatchObject({ actions: [], unknowns: [] })
    expect(await onAll('find /etc -type f -exec sha256sum {} + | sort; nft list ruleset; ss -Htln | sort')).toEqual(
      before,
    )
  }, 300_000)

  it('get a package, another parameter of the kernel and another rule of the firewall, approved and in waves', async () => {
    const { ana, engine } = estate
    await ana.git('switch', '--quiet', '--create', 'tighter')
    const text = ana.read(sharedProfile)
    const changed = text
      .replace(
        /^( +)- package: \{ name: nginx-light \}$/m,
        '$&\n$1- package: { name: plumbline-hello, version: "1.1" }',
      )
      .replace(/(net\.ipv4\.ip_forward[^\n]*value: )"1"/, '$1"0"')
      .replace('tcp dport { 22, 8080, 8081 } accept', 'tcp dport { 22, 8080, 8081, 9443 } accept')
    expect(changed.split('\n').filter((line, i) => line !== text.split('\n')[i]).length).toBeGreaterThan(2)
    ana.write({ [sharedProfile]: changed })
    await carriedOut('tighter')
    expect(await onAll("dpkg-query -W -f '${Version} ' plumbline-hello; sysctl -n net.ipv4.ip_forward")).toEqual(
      names.map(() => '1.1 0\n'),
    )
    for (const rules of await onAll('nft list ruleset')) expect(rules).toMatch(/9443/)
    expect(await onAll('cat /etc/nftables.conf | grep -c 9443')).toEqual(names.map(() => '1\n'))
    expect(await engine.expects(0, 'drift')).toContain('nothing to do')
  }, 300_000)

  it('have one manual edit taken over into the documents and another taken back', async () => {
    const { ana, cleo, engine } = estate
    await on('web-01', "printf 'This one is first, since Monday.\\n' >/etc/motd")
    await on('web-02', "printf 'server = 10.0.0.99\\n' >/etc/shop/dns.conf")
    await ana.pull()
    const adopt = ['drift', 'adopt', '--host', 'web-01', '--resource', 'file:/etc/motd', '--branch', 'adopt/motd']
    expect(await ana.expects(0, ...adopt)).toContain('inventory/profiles/web-01.yaml')
    await ana.git('push', '--quiet', 'origin', 'adopt/motd')
    const change = await approve(cleo, 'adopt/motd')
    await ana.merge('adopt/motd')
    await engine.pull()
    expect(ana.read('inventory/profiles/web-01.yaml')).toContain('since Monday')
    expect((await applied(engine)).changes).toMatchObject([{ change, state: 'implemented' }])
    expect(await on('web-01', 'cat /etc/motd')).toBe('This one is first, since Monday.\n')

    await cleo.pull()
    await cleo.expects(2, 'drift', 'revert', '--host', 'web-02', '-o', 'plan.json')
    await cleo.expects(0, 'approve', 'plan.json')
    await applied(engine)
    expect(await on('web-02', 'cat /etc/shop/dns.conf')).toBe('server = 10.0.0.53\n')
    expect(await engine.expects(0, 'drift')).toContain('nothing to do')
    expect(await engine.expects(0, 'audit', 'verify')).toContain('true')
  }, 300_000)
})
