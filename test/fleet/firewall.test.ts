import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Ssh2Connector } from '../../engine/adapters/ssh/ssh2-connector.ts'
import type { Plan } from '../../engine/model/plan.ts'
import type { Script } from '../../engine/model/script.ts'
import { isFailure } from '../../engine/ports/host-session.ts'
import { resource as firewall } from '../../engine/resources/firewall/index.ts'
import { document, profile } from './estate/documents.ts'
import { applied, type Estate, makeEstate } from './estate/estate.ts'
import { resultOf } from './estate/running.ts'
import { bootFleet, describeFleet, type Fleet, type Host } from './fleet.ts'
import { waitFor } from './harness/wait.ts'

const seconds = 1_000
const rule = (name: string, spec: object) =>
  document('FirewallRule', name, { on: { labels: { role: 'web' } }, ...spec })
const web = rule('web', { protocol: 'tcp', ports: [80, '8000-8100'], action: 'accept' })

await describeFleet('the firewall of a host', () => {
  let fleet: Fleet
  let estate: Estate
  let host: Host
  const said = async (command: string) => (await host.exec(command)).stdout
  const ruleset = () => said('nft -s list ruleset')
  const plan = async () => JSON.parse((await estate.engine.plumbline('plan', '--json')).stdout) as Plan

  beforeAll(async () => {
    fleet = await bootFleet({ names: ['web-01', 'app-01'] })
    host = fleet.host('web-01')
    estate = await makeEstate({ fleet })
  }, 900 * seconds)

  afterAll(async () => {
    estate?.remove()
    await fleet?.stop()
  })

  it('comes from rules, beside what others have put there', { timeout: 180 * seconds }, async () => {
    await host.exec('nft add table inet others; nft add chain inet others c')
    const database = rule('database', {
      protocol: 'tcp',
      ports: [5432],
      from: { hosts: { hosts: ['app-01'] } },
      action: 'accept',
    })
    await estate.approved('firewall', {
      'inventory/network/web.yaml': web,
      'inventory/network/database.yaml': database,
    })
    expect((await applied(estate.engine)).changes).toMatchObject([{ state: 'implemented', counts: { applied: 1 } }])
    const rules = await ruleset()
    expect(rules).toContain('tcp dport { 80, 8000-8100 } accept comment "FirewallRule/web"')
    expect(rules).toContain(`ip saddr ${fleet.host('app-01').address} tcp dport 5432 accept`)
    expect(rules).toContain('table inet others')
    expect(await said('systemctl is-enabled nftables')).toBe('enabled\n')
    expect((await fleet.host('app-01').exec('nft list ruleset')).stdout).toBe('')
    expect((await plan()).actions).toEqual([])
  })

  it('is there again after the host was started anew', { timeout: 180 * seconds }, async () => {
    await host.kill()
    await host.boot()
    expect(await ruleset()).toContain('"FirewallRule/web"')
    expect((await plan()).actions).toEqual([])
  })

  it('is seen to have drifted where somebody adds a rule by hand, and comes back', {
    timeout: 180 * seconds,
  }, async () => {
    await host.exec('nft insert rule inet plumbline input tcp dport 23 accept')
    const { actions } = await plan()
    expect(actions).toMatchObject([
      { host: 'web-01', resource: 'firewall:nftables', verb: 'update', origin: { cause: 'drift' } },
    ])
    expect(actions[0]?.fields.map((f) => f.path)).toEqual(['live'])
    expect((await estate.engine.plumbline('drift', '--host', 'web-01')).stdout).toContain('tcp dport 23 accept')
    await host.exec('nft -f /etc/nftables.conf')
    expect((await plan()).actions).toEqual([])
  })

  it('takes back by itself what shuts the engine out, file and kernel', { timeout: 240 * seconds }, async () => {
    const before = await ruleset()
    const file = await said('sha256sum /etc/nftables.conf')
    // Nothing here shuts everybody out: only that it is another network shows on the host.
    const ssh = rule('ssh', {
      protocol: 'tcp',
      ports: [22],
      from: { addresses: ['192.0.2.0/24'] },
      action: 'accept',
      priority: 1,
    })
    await estate.approved('lock-out', { 'inventory/network/ssh.yaml': ssh })
    const running = estate.engine.start(['apply', '--json'])
    const waiting = { deadline: 90 * seconds }
    const isShut = async () => (await ruleset()).includes('192.0.2.0/24')
    await waitFor({ ...waiting, what: 'the rule', probe: async () => (await isShut()) || undefined })
    // A minute passes: each second of the timer is a sleep.
    const probe = async () => {
      await host.exec("pkill -fx 'sleep 1'")
      return !(await isShut()) || undefined
    }
    await waitFor({ ...waiting, what: 'the way back in', probe })
    const done = await running.ended
    expect(done.code).toBe(1)
    expect(resultOf(done).diagnostics[0]?.detail).toContain('access-not-proved')
    expect(await ruleset()).toBe(before)
    expect(await said('sha256sum /etc/nftables.conf')).toBe(file)
    expect((await plan()).unknowns).toEqual([])
  })

  it('goes with its last rule, and nothing else does', { timeout: 180 * seconds }, async () => {
    await host.exec('nft add table inet others')
    const nothing = (name: string) =>
      profile(name, { hosts: ['web-01'] }, [{ file: { path: `/etc/${name}`, content: '' } }])
    await estate.approved('no-firewall', {
      'inventory/network/web.yaml': nothing('a'),
      'inventory/network/database.yaml': nothing('b'),
      'inventory/network/ssh.yaml': nothing('c'),
    })
    await applied(estate.engine)
    expect(await said('nft list tables')).toBe('table inet others\n')
    expect(await said('dpkg --verify nftables')).toBe('')
    expect(await said('systemctl is-enabled nftables')).toBe('disabled\n')
  })

  it('is found where somebody made it by hand, and leaves nothing to do', { timeout: 60 * seconds }, async () => {
    const made = fleet.host('app-01')
    const rules = 'tcp dport { 22, 8080 } accept; iif "eth0" udp dport 514 counter accept;'
    const chain = `type filter hook input priority filter; policy drop; ct state established,related accept; iif lo accept; ${rules}`
    await made.exec(
      `printf 'flush ruleset\\ntable inet filter {\\n  chain input { %s }\\n}\\n' '${chain}' >/etc/nftables.conf && systemctl enable --now nftables`,
    )
    const target = {
      host: made.name,
      address: made.address,
      port: made.port,
      user: 'plumbline',
      hostKeys: [made.hostKey],
    }
    const session = await new Ssh2Connector({ keyFiles: [fleet.identityFile] }).connect(
      { ...target, sudo: true, root: '', transport: 'ssh' },
      { deadline: 30 * seconds },
    )
    if (isFailure(session)) throw new Error(session.detail)
    const ask = async (script: Script) => {
      const output = await session.read(script, { deadline: 30 * seconds, outputCap: 1 << 20 })
      return { stdout: new TextDecoder().decode(output.stdout), stderr: '', code: output.code ?? 255 }
    }
    const find = async () => firewall.discover?.parse(await ask(firewall.discover.probe)) ?? []
    const [found] = await find()
    if (found === undefined || !('spec' in found)) throw new Error(JSON.stringify(found))
    const { content = '' } = found.spec
    expect(content).toContain('tcp dport { 22, 8080 } accept')
    const want = firewall.normalise({ ...found.spec, sha256: createHash('sha256').update(content).digest('hex') })
    const [seen] = firewall.parse([want], await ask(firewall.probe([want])))
    expect(seen).toMatchObject({ status: 'present', state: { live: 'as-file', enabled: true } })
    expect(seen?.status === 'present' && firewall.diff(want, seen.state, undefined)).toEqual([])
    // What the kernel holds beside its file can't be said in a document.
    await made.exec('nft add rule inet filter input tcp dport 9999 accept')
    expect(await find()).toEqual([{ leftOut: '/etc/nftables.conf', because: 'what is loaded differs from it' }])
    await session.close()
  })
})
