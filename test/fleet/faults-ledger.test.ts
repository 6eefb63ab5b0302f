import { renameSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Plan } from '../../engine/model/plan.ts'
import type { Clone } from './estate/clone.ts'
import { document, file, profile } from './estate/documents.ts'
import { applied, apply, approve, type Estate, makeEstate } from './estate/estate.ts'
import { resultOf } from './estate/running.ts'
import { bootFleet, describeFleet, type Fleet, type Host } from './fleet.ts'

const seconds = 1_000

await describeFleet('plans and approvals that meet something unforeseen', () => {
  let fleet: Fleet
  let estate: Estate
  let host: Host

  beforeAll(async () => {
    fleet = await bootFleet({ names: ['web-01', 'web-02'] })
    host = fleet.host('web-01')
    const twoPeople = document('ChangePolicy', 'two-for-access', {
      match: { kinds: ['AccessGrant', 'Role'] },
      when: "change.verb != 'delete'",
      outcome: { approvals: { count: 2, teams: ['operations'] } },
      message: 'Two of operations look at every new access',
    })
    estate = await makeEstate({ fleet, files: { 'policies/access.yaml': twoPeople } })
  }, 900 * seconds)

  afterAll(async () => {
    estate?.remove()
    await fleet?.stop()
  })

  const motd = (content: string) => ({
    'inventory/profiles/motd.yaml': profile('motd', { all: true }, [{ file: { path: '/etc/motd', content } }]),
  })
  const untouched = async (command: string, before: string) => expect((await host.exec(command)).stdout).toBe(before)

  /** Approves a branch that was fetched before; gives the number of the change. */
  const changeOf = async (by: Clone, branch: string): Promise<string> =>
    (JSON.parse(await by.expects(0, 'approve', `origin/${branch}`, '--json')) as { change: string }).change

  it('a host that was edited after the approval makes the plan stale, and that is said', {
    timeout: 60 * seconds,
  }, async () => {
    const { engine, ben } = estate
    const change = await estate.approved('stale', motd('one\n'))
    await host.exec("printf 'edited\\n' >/etc/motd")
    const done = await apply(engine)
    expect(done.code).toBe(1)
    expect(resultOf(done).diagnostics).toMatchObject([
      { code: 'plan-stale', host: 'web-01', summary: expect.stringContaining('file:/etc/motd') },
    ])
    await untouched('cat /etc/motd', 'edited\n')
    expect((await fleet.host('web-02').exec('cat /etc/motd')).stdout).not.toBe('one\n')
    // Somebody looks at what is there now, and agrees.
    await ben.pull()
    const fresh = await approve(ben, 'main')
    expect((await applied(engine, fresh)).changes).toMatchObject([{ change: fresh, state: 'implemented' }])
    await untouched('cat /etc/motd', 'one\n')
    expect((await applied(engine)).changes.map((c) => c.change)).not.toContain(fresh)
    expect(change).not.toBe(fresh)
  })

  it('a plan file that was edited is refused, and one of another state', { timeout: 60 * seconds }, async () => {
    const { ana, ben, engine } = estate
    await ana.propose('edited', 'Another motd', motd('two\n'))
    await ben.git('fetch', '--quiet')
    await ben.expects(2, 'plan', 'origin/edited', '--out', 'plan.json')
    const plan = JSON.parse(ben.read('plan.json')) as Plan
    const [first, ...rest] = plan.actions
    ben.write({ 'plan.json': JSON.stringify({ ...plan, actions: rest }) })
    const refused = await ben.plumbline('approve', 'plan.json')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/plan-invalid|plan-moved/)
    ben.write({ 'plan.json': JSON.stringify(plan) })
    await host.exec("printf 'edited again\\n' >/etc/motd")
    const moved = await ben.plumbline('approve', 'plan.json')
    expect(moved.code).toBe(1)
    expect(moved.stderr).toContain('plan-moved')
    await host.exec("printf 'one\\n' >/etc/motd")
    const { change } = JSON.parse(await ben.expects(0, 'approve', 'plan.json', '--json')) as { change: string }
    await ana.merge('edited')
    await engine.pull()
    engine.write({ 'plan.json': JSON.stringify({ ...plan, actions: [{ ...first, host: 'web-02' }, ...rest] }) })
    const forged = await apply(engine, 'plan.json')
    expect(forged.code).toBe(1)
    engine.write({ 'plan.json': JSON.stringify(plan) })
    expect((await applied(engine, 'plan.json')).changes).toMatchObject([{ change, state: 'implemented' }])
    const again = await apply(engine, 'plan.json')
    expect(again.code).toBe(1)
  })

  it('two approvers who race on the ledger are both counted, in one record', { timeout: 60 * seconds }, async () => {
    const { ana, ben, cleo, engine } = estate
    await ana.propose('access', 'Let ana in', {
      'inventory/access.yaml': file(
        document('Role', 'reader', { purpose: 'Read logs', groups: ['adm'] }),
        document('AccessGrant', 'ana-reads', {
          to: ['Person/ana'],
          role: 'reader',
          on: { all: true },
          expires: new Date(Date.now() + 9 * 86_400_000).toISOString().replace(/\.\d+/, ''),
          reason: 'Looks for a fault',
        }),
      ),
    })
    await Promise.all([ben, cleo].map((p) => p.git('fetch', '--quiet')))
    const [change = '', other] = await Promise.all([ben, cleo].map((p) => changeOf(p, 'access')))
    expect(change).toBe(other)
    const record = await estate.record(change)
    expect(record.approvals.map((a) => a.approver).sort()).toEqual(['Person/ben', 'Person/cleo'])
    expect(record.state).toBe('approved')
    await ana.merge('access')
    await engine.pull()
    expect((await applied(engine)).changes).toMatchObject([{ change, state: 'implemented' }])
    // Several changes at once get a number each.
    const names = ['a', 'b', 'c']
    for (const n of names)
      await ana.propose(`race-${n}`, `Race ${n}`, {
        [`inventory/profiles/${n}.yaml`]: profile(n, { all: true }, [{ file: { path: `/etc/${n}`, content: n } }]),
      })
    await Promise.all([ben, cleo].map((p) => p.git('fetch', '--quiet')))
    const numbers = await Promise.all([changeOf(ben, 'race-a'), changeOf(cleo, 'race-b'), changeOf(cleo, 'race-c')])
    expect(new Set(numbers).size).toBe(3)
    expect(await engine.expects(0, 'audit', 'verify')).toContain('true')
  })

  it('nothing is touched while the ledger can not be reached', { timeout: 60 * seconds }, async () => {
    const { engine } = estate
    const change = await estate.approved('gone', motd('three\n'))
    renameSync(estate.remote, `${estate.remote}.gone`)
    const done = await apply(engine)
    expect(done.code).toBe(1)
    expect(done.stdout).toContain('remote-unreachable')
    await untouched('cat /etc/motd', 'two\n')
    renameSync(`${estate.remote}.gone`, estate.remote)
    expect((await applied(engine)).changes).toMatchObject([{ change, state: 'implemented' }])
  })

  it('a rule that sudo could not read never lands', { timeout: 60 * seconds }, async () => {
    const { ana, engine } = estate
    await ana.propose('bad-sudo', 'A rule that is none', {
      'inventory/profiles/sudo.yaml': profile('sudo', { all: true }, [
        { sudoRule: { name: 'bad', subjects: ['limited'], commands: ['/usr/bin/id, !ALL='] } },
      ]),
    })
    const validated = await ana.plumbline('validate')
    if (validated.code === 0) {
      await approve(estate.ben, 'bad-sudo')
      await ana.merge('bad-sudo')
      await engine.pull()
      const done = await apply(engine)
      expect(done.code).toBe(1)
    }
    await untouched('ls /etc/sudoers.d; visudo -cq && echo good', 'README\nplumbline\ngood\n')
  })

  it('several changes that were approved side by side are applied one after the other', {
    timeout: 60 * seconds,
  }, async () => {
    const { ana, engine } = estate
    // Not in the order in which they were approved.
    for (const n of ['b', 'c', 'a']) await ana.merge(`race-${n}`)
    await engine.pull()
    const done = await apply(engine)
    expect(done.code, done.stdout).toBe(0)
    expect(resultOf(done).changes.map((c) => c.state)).toEqual(['implemented', 'implemented', 'implemented'])
  })

  // Known: a change that failed is gone on with from its own tree, whatever was applied since.
  it('a change that failed is not gone on with over the head of a later one', {
    timeout: 60 * seconds,
  }, async () => {
    const { engine } = estate
    await estate.approved('older', motd('older\n'.repeat(20_000)))
    await host.fillDisk()
    expect((await apply(engine)).code).toBe(1)
    await host.freeDisk()
    const newer = await estate.approved('newer', motd('newer\n'))
    expect((await applied(engine, newer)).changes).toMatchObject([{ change: newer, state: 'implemented' }])
    await apply(engine)
    await untouched('head -1 /etc/motd', 'newer\n')
    expect((await fleet.host('web-02').exec('head -1 /etc/motd')).stdout).toBe('newer\n')
  })

  it('a change that failed does not stand in the way of a later one that waits', {
    timeout: 60 * seconds,
  }, async () => {
    const { engine } = estate
    const failed = await estate.approved('failed', motd('failed\n'.repeat(20_000)))
    await host.fillDisk()
    expect((await apply(engine)).code).toBe(1)
    await host.freeDisk()
    const waiting = await estate.approved('waiting', motd('waiting\n'))
    expect((await apply(engine)).code).toBe(0)
    expect(await estate.record(failed)).toMatchObject({ state: 'superseded' })
    expect(await estate.record(waiting)).toMatchObject({ state: 'implemented' })
    await untouched('head -1 /etc/motd', 'waiting\n')
  })
})
