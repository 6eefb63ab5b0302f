import { afterAll, beforeAll, expect, it } from 'vitest'
import { document, file, profile } from './estate/documents.ts'
import { applied, type Estate, makeEstate } from './estate/estate.ts'
import { resultOf } from './estate/running.ts'
import { bootFleet, describeFleet, type Fleet } from './fleet.ts'

const names = ['web-01', 'web-02', 'web-03']
const web = { labels: { role: 'web' } }
const path = 'inventory/profiles/greeting.yaml'

/** A canary, a wave and the rest; after each one a service has to run, a port to answer, and a test from a host to pass. */
const rollout = {
  canary: { labels: { canary: 'true' } },
  waves: [{ name: 'second', on: { hosts: ['web-02'] } }],
  onFailure: 'rollback',
  gates: [
    { name: 'greeting runs', service: 'plumbline-hello', attempts: 3, interval: 2 },
    { name: 'logins answer', tcp: 22 },
    { name: 'greets well', test: 'greeting' },
  ],
}

const tests = file(
  document('Service', 'greeting', { purpose: 'Greets people', hosts: ['web-01'] }),
  document('ServiceTest', 'greeting', {
    service: 'greeting',
    from: 'web-01',
    command: { run: ['cat', '/etc/plumbline-hello.conf', '/var/tmp/open'], output: '^greeting = [a-z ]+\n$' },
    attempts: 40,
    interval: 1,
  }),
)

const greeting = (words: string) =>
  profile('greeting', web, [
    { package: { name: 'plumbline-hello', version: '1.1' } },
    {
      file: {
        path: '/etc/plumbline-hello.conf',
        content: `greeting = ${words}\n`,
        requires: ['package:plumbline-hello'],
      },
    },
    {
      service: {
        name: 'plumbline-hello',
        enabled: true,
        running: true,
        restartOn: ['file:/etc/plumbline-hello.conf', 'package:plumbline-hello'],
      },
    },
  ])

await describeFleet('a rollout that is watched, on real hosts', () => {
  let fleet: Fleet
  let estate: Estate

  beforeAll(async () => {
    fleet = await bootFleet({ names })
    estate = await makeEstate({ fleet, rollout, files: { 'inventory/tests.yaml': tests } })
  }, 900_000)

  afterAll(async () => {
    estate?.remove()
    await fleet?.stop()
  })

  const onAll = (command: string): Promise<string[]> =>
    Promise.all(fleet.hosts.map(async (host) => (await host.exec(command)).stdout))
  const conf = () => onAll('cat /etc/plumbline-hello.conf 2>/dev/null; stat -c "%a %U %G" /etc/plumbline-hello.conf')

  it('stops between waves when a colleague asks for it, and goes on from there', async () => {
    const { engine, cleo } = estate
    const change = await estate.approved('greeting', { [path]: greeting('good day') })
    const running = engine.start(['apply', '--json'])
    // The test does not pass before the shop is open, which it is after she asked.
    await running.event('waiting')
    await cleo.git('fetch', '--quiet')
    await cleo.expects(0, 'pause', change, '--reason', 'the shop is full')
    await fleet.host('web-01').exec('touch /var/tmp/open')
    const stopped = resultOf(await running.ended)
    expect(stopped.changes).toMatchObject([{ change, state: 'paused' }])
    expect((await conf()).map((text) => text.startsWith('greeting'))).toEqual([true, false, false])
    const { deployment } = await estate.record(change)
    expect(deployment?.pause).toMatchObject({ by: 'Person/cleo', reason: 'the shop is full' })

    await engine.expects(0, 'resume', change)
    expect((await conf()).every((text) => text.startsWith('greeting = good day\n'))).toBe(true)
    expect((await onAll('systemctl is-active plumbline-hello')).map((s) => s.trim())).toEqual([
      'active',
      'active',
      'active',
    ])
    expect((await estate.record(change)).state).toBe('implemented')
  }, 300_000)

  it('is taken back where the canary does not hold, byte for byte, and the rest is never touched', async () => {
    const { engine } = estate
    const before = await conf()
    const change = await estate.approved('shout', { [path]: greeting('GOOD DAY') })
    const ran = await engine.plumbline('apply', '--json')
    expect(ran.code).toBe(1)
    expect(await conf()).toEqual(before)
    expect((await onAll('systemctl is-active plumbline-hello')).map((s) => s.trim())).toEqual([
      'active',
      'active',
      'active',
    ])
    const record = await estate.record(change)
    expect(record).toMatchObject({ state: 'rolled-back', rolledBackBy: expect.any(String) })
    const back = await estate.record(record.rolledBackBy ?? '')
    expect(back).toMatchObject({ state: 'implemented', automatic: true, rollbackOf: [change] })
    expect(new Set(back.actions.map((a) => a.host))).toEqual(new Set(['web-01']))
    // Nothing is done again by itself.
    expect((await applied(engine)).changes).toEqual([])
    expect(await conf()).toEqual(before)
    const auditor = await estate.auditor('auditor')
    await auditor.expects(0, 'audit', 'verify')
  }, 300_000)
})
