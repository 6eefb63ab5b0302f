import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Plan } from '../../engine/model/plan.ts'
import { file, hostDocument, profile } from './estate/documents.ts'
import { applied, apply, approve, type Estate, labelsOf, makeEstate } from './estate/estate.ts'
import { Gate } from './estate/gate.ts'
import { resultOf } from './estate/running.ts'
import { bootFleet, describeFleet, type Fleet, type Host } from './fleet.ts'
import { waitFor } from './harness/wait.ts'

const seconds = 1_000
const all = { all: true }

/** A file that the host's gate has to let through before it is put in place. */
const gated = (path: string, content: string) => ({ file: { path, content, validate: `${Gate.program} ${path} %s` } })

await describeFleet('hosts that fail', () => {
  let fleet: Fleet
  let estate: Estate
  let web1: Host
  let web2: Host
  let web3: Host
  let db: Host
  const gates = new Map<string, Gate>()
  const gate = (name: string): Gate => gates.get(name) ?? expect.fail(`no gate on ${name}`)
  const bytes = async (host: Host, path: string) => (await host.exec(`cat ${path}`)).stdout

  beforeAll(async () => {
    fleet = await bootFleet({ names: ['web-01', 'web-02', 'web-03', 'db-01'], diskSize: '128m' })
    web1 = fleet.host('web-01')
    web2 = fleet.host('web-02')
    web3 = fleet.host('web-03')
    db = fleet.host('db-01')
    for (const host of fleet.hosts) gates.set(host.name, await Gate.on(host))
    estate = await makeEstate({ fleet })
  }, 900 * seconds)

  afterAll(async () => {
    estate?.remove()
    await fleet?.stop()
  })

  it('a host that is cut off in the middle of a wave is unknown, and later waves do not start', {
    timeout: 180 * seconds,
  }, async () => {
    const { engine } = estate
    const change = await estate.approved('cut-off', {
      'inventory/profiles/cut.yaml': profile('cut', all, [gated('/etc/one', 'one\n'), gated('/etc/two', 'two\n')]),
    })
    await gate('web-02').shut()
    const running = engine.start(['apply', '--json'])
    await gate('web-02').reached('/etc/one')
    await web2.cutOff()
    const done = await running.ended
    expect(done.code).toBe(1)
    const [summary] = resultOf(done).changes
    expect(summary).toMatchObject({
      change,
      state: 'failed',
      counts: { applied: 4, failed: 0, unknown: 1, 'not-started': 3 },
    })
    expect(await bytes(web3, '/etc/one')).toBe('')
    const record = await estate.record(change)
    expect(record.deployment?.results.map((r) => r.outcome).sort()).toEqual([
      ...Array(4).fill('applied'),
      ...Array(3).fill('not-started'),
      'unknown',
    ])

    // Still cut off: nothing is taken for done that nobody can see.
    const again = await apply(engine)
    expect(again.code).toBe(1)
    expect((await estate.record(change)).state).toBe('failed')
    expect(resultOf(again).changes).toMatchObject([{ counts: { applied: 4, unknown: 0, failed: 0, 'not-started': 4 } }])
    expect(await bytes(web3, '/etc/one')).toBe('')

    await gate('web-02').open()
    await web2.reconnect()
    expect((await applied(engine)).changes).toMatchObject([{ change, state: 'implemented', counts: { applied: 8 } }])
    for (const host of fleet.hosts) {
      expect(await bytes(host, '/etc/one /etc/two')).toBe('one\ntwo\n')
      expect(await gate(host.name).count('/etc/one')).toBe(1)
      expect(await gate(host.name).count('/etc/two')).toBe(1)
    }
    await engine.expects(0, 'plan')
  })

  it('does nothing on a host whose state nobody had seen when the work was planned', {
    timeout: 120 * seconds,
  }, async () => {
    const { engine } = estate
    await web2.exec("printf 'mine\\n' >/etc/blind")
    const change = await estate.approved('blind', {
      'inventory/profiles/blind.yaml': profile('blind', all, [gated('/etc/blind', 'ours\n')]),
    })
    await web2.cutOff()
    await gate('web-01').shut()
    const running = engine.start(['apply', '--json'])
    await gate('web-01').reached('/etc/blind')
    await web2.reconnect()
    await gate('web-01').open()
    const done = await running.ended
    expect(resultOf(done).changes).toMatchObject([{ change, state: 'failed' }])
    expect(await bytes(web2, '/etc/blind')).toBe('mine\n')
    expect((await applied(engine)).changes).toMatchObject([{ change, state: 'implemented', counts: { applied: 4 } }])
    // Or else a rollback would take it for ours and remove it.
    const intents = (await estate.record(change)).deployment?.intents ?? []
    expect(intents.find((i) => i.action.host === 'web-02')?.state).not.toBeNull()
    expect(intents.find((i) => i.action.host === 'web-03')?.state).toBeNull()
  })

  it('a full disk fails the action with its reason and leaves the file whole', { timeout: 120 * seconds }, async () => {
    const { engine } = estate
    await web1.exec("printf 'before\\n' >/etc/full")
    const change = await estate.approved('full', {
      'inventory/profiles/full.yaml': profile('full', all, [
        { file: { path: '/etc/full', content: `${'after\n'.repeat(20_000)}` } },
      ]),
    })
    await web1.fillDisk()
    const done = await apply(engine)
    expect(done.code).toBe(1)
    expect(resultOf(done).changes).toMatchObject([{ change, counts: { applied: 0, failed: 1, 'not-started': 3 } }])
    expect(resultOf(done).diagnostics[0]?.detail).toContain('No space left on device')
    expect(await bytes(web1, '/etc/full')).toBe('before\n')
    await web1.freeDisk()
    expect((await applied(engine)).changes).toMatchObject([{ change, state: 'implemented', counts: { applied: 4 } }])
    expect(await bytes(web1, '/etc/full')).toBe('after\n'.repeat(20_000))
    // Nothing half-written was left beside it or among the files that are kept.
    const { stdout } = await web1.exec(
      'ls -A /etc | grep plumbline.; ls /var/lib/plumbline /var/lib/plumbline/preimages | grep new',
    )
    expect(stdout).toBe('')
  })

  it('a changed host key is refused before a login, and the others go on', { timeout: 120 * seconds }, async () => {
    const { engine } = estate
    const pinned = db.hostKey
    await db.changeHostKey()
    await web3.exec("printf 'by hand\\n' >/etc/blind")
    const said = await engine.plumbline('plan', '--json')
    expect(said.code).toBe(2)
    const plan = JSON.parse(said.stdout) as Plan
    expect(plan.unknowns).toMatchObject([{ host: 'db-01', unknown: { reason: 'host-key-mismatch' } }])
    expect(plan.unknowns[0]?.unknown.detail).toMatch(/pinned SHA256:\S+; the host shows SHA256:\S+/)
    expect(plan.actions.map((a) => `${a.host} ${a.resource}`)).toContain('web-03 file:/etc/blind')
    expect(plan.actions.map((a) => a.host)).not.toContain('db-01')
    expect((await engine.plumbline('plan')).stdout).toContain('host-key-mismatch')
    expect((await engine.plumbline('drift', '--host', 'db-01')).code).toBe(1)
    const log = await db.exec('journalctl -u ssh --since -5min -o cat')
    expect(log.stdout).toContain(`Server listening`)
    expect((await db.exec('journalctl -u ssh -o cat | tail -3')).stdout).not.toContain('Accepted publickey')
    await web3.exec("printf 'ours\\n' >/etc/blind")
    // Somebody has looked and says that it is right.
    const hosts = fleet.hosts.map((host) => hostDocument(host, labelsOf(host.name)))
    expect(pinned).not.toBe(db.hostKey)
    await estate.approved('new-key', { 'inventory/hosts.yaml': file(...hosts) })
    expect((await apply(engine)).code).toBe(0)
    expect(JSON.parse((await engine.plumbline('plan', '--json')).stdout)).toMatchObject({ unknowns: [] })
  })

  it('an access change that would lock the engine out is taken back by the host itself', {
    timeout: 180 * seconds,
  }, async () => {
    const { engine } = estate
    // The last rule that matches wins: from now on the engine's sudo would ask for a password.
    const change = await estate.approved('lock-out', {
      'inventory/profiles/sudo.yaml': profile('sudo', { hosts: ['db-01'] }, [
        { sudoRule: { name: 'harmless', subjects: ['limited'], commands: ['/usr/bin/id'] } },
        { sudoRule: { name: 'zz', subjects: ['plumbline'], commands: ['ALL'], password: true } },
      ]),
    })
    const done = await apply(engine, change)
    expect(done.code).toBe(1)
    expect(resultOf(done).diagnostics[0]?.detail).toContain('access-not-proved')
    expect((await db.exec('ls /etc/sudoers.d')).stdout).toContain('plumbline-zz')
    // A minute passes: each second of the timer is a sleep.
    await waitFor({
      what: 'the way back in',
      deadline: 90 * seconds,
      probe: async () => {
        await db.exec("pkill -fx 'sleep 1'")
        return (await db.exec('ls /etc/sudoers.d')).stdout.includes('plumbline-zz') ? undefined : true
      },
    })
    // What was proved before it stays.
    expect((await db.exec('cat /etc/sudoers.d/plumbline-harmless')).stdout).toContain('limited')
    const plan = await engine.plumbline('plan', '--json', '--host', 'db-01')
    expect(JSON.parse(plan.stdout)).toMatchObject({ unknowns: [] })
    expect((await db.exec('ls /var/lib/plumbline | grep dead-man; pgrep -fx "sleep 1"')).stdout).toBe('')
  })

  it('a package that can not be configured is reported, and later waves do not start', {
    timeout: 120 * seconds,
  }, async () => {
    const { engine } = estate
    const change = await estate.approved('broken', {
      'inventory/profiles/broken.yaml': profile('broken', { labels: { role: 'web' } }, [
        { package: { name: 'plumbline-broken' } },
      ]),
    })
    const done = await apply(engine, change)
    expect(done.code).toBe(1)
    expect(resultOf(done).changes).toMatchObject([{ change, counts: { applied: 0, failed: 1, 'not-started': 2 } }])
    expect(resultOf(done).diagnostics[0]?.detail).toContain('there is no licence key')
    expect((await web2.exec('dpkg -s plumbline-broken')).code).not.toBe(0)
  })

  // Known: what an action left that did not end well is nobody's, so the change can't be taken back.
  it('a change that failed half-way can be taken back', { timeout: 120 * seconds }, async () => {
    const { ana, ben, engine } = estate
    await ana.pull()
    const failed = JSON.parse(await engine.expects(0, 'log', '--json')) as { id: string; title: string }[]
    const change = failed.find((c) => c.title === 'Change: broken')?.id ?? ''
    await ana.expects(2, 'rollback', change)
    const branch = `rollback/${change.toLowerCase()}`
    const back = await approve(ben, branch)
    await ana.merge(branch)
    await engine.pull()
    expect((await applied(engine, back)).changes).toMatchObject([{ change: back, state: 'implemented' }])
    expect((await web1.exec('dpkg -l plumbline-broken')).stdout).not.toMatch(/^i/m)
    expect(await estate.record(change)).toMatchObject({ state: 'rolled-back' })
  })
})
