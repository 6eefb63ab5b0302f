import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Plan } from '../../engine/model/plan.ts'
import { document, file } from './estate/documents.ts'
import { applied, approve, type Estate, makeEstate } from './estate/estate.ts'
import { bootFleet, describeFleet, type Fleet } from './fleet.ts'
import { waitFor } from './harness/wait.ts'

const seconds = 1000

const operator = document('Role', 'operator', {
  purpose: 'Look what is going on',
  groups: ['adm'],
  sudo: [{ commands: ['/usr/bin/id'] }],
})
/** Long enough to be applied and used once. */
const lasts = 25

await describeFleet('access that ends by itself, and with whoever leaves', () => {
  let fleet: Fleet
  let estate: Estate
  let started = ''

  beforeAll(async () => {
    fleet = await bootFleet({ names: ['web-01', 'db-01'] })
    estate = await makeEstate({ fleet, rollout: { batch: '100%', maxFailures: 0 } })
  }, 900 * seconds)

  afterAll(async () => {
    estate?.remove()
    await fleet?.stop()
  })

  const comesIn = async (who: 'ben' | 'cleo', name: string, command = 'id -un') => {
    const host = fleet.host(name)
    return (await estate[who].ssh(host.address, host.hostKey, command)).code === 0
  }
  const planned = async (...args: readonly string[]) => {
    const plan = JSON.parse(await estate.ana.expects(2, 'plan', ...args, '--json')) as Plan
    return plan.actions.map((a) => `${a.host} ${a.verb} ${a.resource.replace(/(authorizedKey:\w+).*/, '$1')}`)
  }

  it('lets somebody in for as long as was agreed to, counted from the apply', async () => {
    const { ana, cleo, engine } = estate
    const grant = document('AccessGrant', 'ben-looks', {
      ...{ to: ['group/helpers'], role: 'operator', on: { hosts: ['web-01'] } },
      ...{ hours: lasts / 3600, reason: 'Finds out why the shop is slow' },
    })
    const helpers = document('Group', 'helpers', { members: ['person/ben'] })
    await ana.propose('jit', 'Let ben look', { 'inventory/jit.yaml': file(operator, helpers, grant) })
    // Whoever agrees to it sees how long it lasts: nobody knows yet when it begins.
    const plan = JSON.parse(await ana.expects(2, 'plan', '--json')) as Plan
    expect(plan.actions.flatMap((a) => a.fields.filter((f) => f.path === 'expires').map((f) => f.after))).toEqual(
      Array(3).fill(`+${lasts}s`),
    )
    const change = await approve(cleo, 'jit')
    await ana.merge('jit')
    await engine.pull()
    expect((await applied(engine)).changes).toMatchObject([{ change, state: 'implemented' }])
    expect(await comesIn('ben', 'web-01', 'sudo -n /usr/bin/id')).toBe(true)
    started = (await estate.record(change)).deployment?.startedAt ?? ''
    const end = new Date(Math.floor(Date.parse(started) / 1000 + lasts) * 1000).toISOString().slice(0, 19)
    const line = (await fleet.host('web-01').exec('cat ~ben/.ssh/authorized_keys')).stdout
    const local = (await fleet.host('web-01').exec(`date -d '${end}Z' +%Y%m%d%H%M%S`)).stdout.trim()
    expect(line).toMatch(new RegExp(`expiry-time="(${end.replaceAll(/[-:T]/g, '')}Z|${local})"`))
    const shown = JSON.parse(await engine.expects(0, 'access', 'explain', 'ben', 'web-01', '--json'))
    expect(shown.rows).toMatchObject([{ onHost: 'applied', keys: [{ expires: `${end}Z` }], given: expect.anything() }])
  }, 120_000)

  it('does not let them in any more when it is over, though nobody does anything', async () => {
    const over = Date.parse(started) + (lasts + 1) * seconds
    await waitFor({ what: 'the end', deadline: 60 * seconds, probe: () => (Date.now() > over ? true : undefined) })
    expect(await comesIn('ben', 'web-01')).toBe(false)
    expect((await fleet.host('web-01').exec('sudo -u ben sudo -n /usr/bin/id')).code).not.toBe(0)
  }, 120_000)

  it('and takes it off the host with the next plan of main', async () => {
    const { ana, cleo, engine } = estate
    await ana.pull()
    expect(await planned()).toEqual([
      'web-01 delete sudoRule:ben-looks.ben.1',
      'web-01 delete authorizedKey:ben',
      'web-01 delete user:ben',
    ])
    await cleo.pull()
    const change = await approve(cleo, 'main')
    expect((await applied(engine)).changes).toMatchObject([{ change, state: 'implemented' }])
    expect((await fleet.host('web-01').exec('cat ~ben/.ssh/authorized_keys')).stdout).not.toContain('ssh-ed25519')
    await engine.expects(0, 'plan')
    const now = JSON.parse(await engine.expects(0, 'access', 'what', 'ben', '--json'))
    expect(now.rows).toEqual([])
    const then = JSON.parse(await engine.expects(0, 'access', 'what', 'ben', '--as-of', change, '--json'))
    expect(then.rows).toEqual([])
  }, 120_000)

  it('takes everything from whoever leaves, everywhere, in one change', async () => {
    const { ana, ben, engine } = estate
    const expires = new Date(Date.now() + 9 * 86_400_000).toISOString().replace(/\.\d+/, '')
    const grant = (name: string, to: string, host: string) =>
      document('AccessGrant', name, { to: [to], role: 'operator', on: { hosts: [host] }, expires, reason: 'On call' })
    await estate.approved('cleo-in', {
      'inventory/on-call.yaml': file(
        document('Group', 'on-call', { members: ['person/cleo'] }),
        grant('by-group', 'group/on-call', 'web-01'),
        grant('by-team', 'team/night', 'db-01'),
        document('Team', 'night', { members: ['cleo'] }),
      ),
    })
    await applied(engine)
    expect([await comesIn('cleo', 'web-01'), await comesIn('cleo', 'db-01')]).toEqual([true, true])
    await ana.pull()
    const people = ana.read('inventory/people.yaml').replace(/(login: cleo)/, '$1\n  active: false')
    await ana.propose('leaver', 'Cleo leaves', { 'inventory/people.yaml': people })
    expect((await planned()).sort()).toEqual([
      'db-01 delete authorizedKey:cleo',
      'db-01 delete sudoRule:by-team.cleo.1',
      'db-01 delete user:cleo',
      'web-01 delete authorizedKey:cleo',
      'web-01 delete sudoRule:by-group.cleo.1',
      'web-01 delete user:cleo',
    ])
    expect(await ana.expects(0, 'validate')).toMatch(/Group\/on-call still names cleo/)
    await approve(ben, 'leaver')
    await ana.merge('leaver')
    await engine.pull()
    await applied(engine)
    expect([await comesIn('cleo', 'web-01'), await comesIn('cleo', 'db-01')]).toEqual([false, false])
    expect(await engine.expects(0, 'audit', 'verify')).toContain('true')
  }, 120_000)
})
