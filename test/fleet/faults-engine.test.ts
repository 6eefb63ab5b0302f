import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { profile } from './estate/documents.ts'
import { applied, type Estate, makeEstate } from './estate/estate.ts'
import { Gate } from './estate/gate.ts'
import type { Running } from './estate/running.ts'
import { bootFleet, describeFleet, type Fleet, type Host } from './fleet.ts'
import { waitFor } from './harness/wait.ts'

const seconds = 1_000

/** A service of the test's own; each of its starts leaves a line in the gate's log. */
const unit = '[Service]\nExecStartPre=/usr/local/sbin/gate start\nExecStart=/bin/sleep infinity\n'

/** A package whose service waits at the gate while it is installed, a file that does, and a service that listens to both. */
const work = (round: string) => [
  { file: { path: `/etc/${round}-first`, content: 'first\n', validate: `${Gate.program} ${round}-first %s` } },
  { file: { path: `/etc/${round}-second`, content: 'second\n', validate: `${Gate.program} ${round}-second %s` } },
  { service: { name: 'counted', running: true, restartOn: [`file:/etc/${round}-second`] } },
]

await describeFleet('an engine that dies', () => {
  let fleet: Fleet
  let estate: Estate
  let canary: Host
  const gates = new Map<string, Gate>()
  const gate = (host: Host): Gate => gates.get(host.name) ?? expect.fail(`no gate on ${host.name}`)

  beforeAll(async () => {
    fleet = await bootFleet({ names: ['web-01', 'web-02'] })
    canary = fleet.host('web-01')
    for (const host of fleet.hosts) {
      gates.set(host.name, await Gate.on(host))
      await host.exec(
        'cat >/etc/systemd/system/counted.service && systemctl daemon-reload && systemctl start counted',
        {
          input: unit,
        },
      )
    }
    estate = await makeEstate({ fleet })
  }, 900 * seconds)

  afterAll(async () => {
    estate?.remove()
    await fleet?.stop()
  })

  beforeEach(async () => {
    for (const host of fleet.hosts) await gate(host).open()
  })

  /** Has a round of work approved; gives its number. */
  const ready = (round: string): Promise<string> =>
    estate.approved(round, { 'inventory/profiles/work.yaml': profile('work', { all: true }, work(round)) })

  /** How often each host did each thing of a round. */
  const counts = (round: string) =>
    Promise.all(fleet.hosts.map((h) => Promise.all([`${round}-first`, `${round}-second`].map((n) => gate(h).count(n)))))

  const starts = () => Promise.all(fleet.hosts.map((h) => gate(h).count('start')))

  /** Applies again: everything is there, once, and nothing is left to do. */
  const resumes = async (change: string, round: string, before: readonly number[]) => {
    const again = await applied(estate.engine)
    expect(again.changes).toMatchObject([
      { change, state: 'implemented', counts: { failed: 0, unknown: 0, 'not-started': 0 } },
    ])
    expect(await counts(round)).toEqual([
      [1, 1],
      [1, 1],
    ])
    expect(await starts()).toEqual(before.map((n) => n + 1))
    await estate.engine.expects(0, 'plan')
    expect((await applied(estate.engine)).changes).toEqual([])
    const shown = await estate.engine.expects(0, 'audit', 'verify')
    expect(shown).toContain('true')
  }

  const pull = async (running: Running) => {
    expect(await running.kill()).toMatchObject({ signal: 'SIGKILL' })
  }

  describe('goes on where it stopped, and does nothing twice, when it is killed', () => {
    it('before the intent is written', { timeout: 120 * seconds }, async () => {
      const [change, before] = [await ready('early'), await starts()]
      const running = estate.engine.start(['apply', '--json'])
      await running.event('observed')
      await pull(running)
      await resumes(change, 'early', before)
    })

    it('after the intent, before the first action', { timeout: 120 * seconds }, async () => {
      const [change, before] = [await ready('intent'), await starts()]
      const running = estate.engine.start(['apply', '--json'])
      await running.event('lock')
      await pull(running)
      await resumes(change, 'intent', before)
    })

    it('during an action', { timeout: 120 * seconds }, async () => {
      const [change, before] = [await ready('during'), await starts()]
      await gate(canary).shut()
      const running = estate.engine.start(['apply', '--json'])
      await gate(canary).reached('during-first')
      await pull(running)
      await gate(canary).open()
      await resumes(change, 'during', before)
    })

    it('after an action, before its result is written', { timeout: 120 * seconds }, async () => {
      const [change, before] = [await ready('after'), await starts()]
      const running = estate.engine.start(['apply', '--json'])
      await gate(canary).shut()
      await gate(canary).reached('after-first')
      running.pause()
      await gate(canary).open()
      const probe = async () => ((await canary.exec('cat /etc/after-first')).stdout === 'first\n' ? true : undefined)
      await waitFor({ what: 'the first file', deadline: 30 * seconds, probe })
      await pull(running)
      await resumes(change, 'after', before)
    })

    it('between two waves', { timeout: 120 * seconds }, async () => {
      const [change, before] = [await ready('between'), await starts()]
      const running = estate.engine.start(['apply', '--json'])
      await running.event('wave', (e) => e.name !== 'canary')
      await pull(running)
      await resumes(change, 'between', before)
    })

    it('after the last action, before the end is written', { timeout: 120 * seconds }, async () => {
      const [change, before] = [await ready('end'), await starts()]
      const running = estate.engine.start(['apply', '--json'])
      const last = (await estate.record(change)).actions.filter((a) => a.host === 'web-02').at(-1)
      await running.event('action-finished', (e) => e.action === last?.id)
      await pull(running)
      await resumes(change, 'end', before)
    })

    it('during a restart', { timeout: 120 * seconds }, async () => {
      const [change, before] = [await ready('restart'), await starts()]
      const running = estate.engine.start(['apply', '--json'])
      const restart = (await estate.record(change)).actions.find((a) => a.host === 'web-01' && a.verb === 'restart')
      await gate(canary).reached('restart-second')
      await running.event('action-started', (e) => e.action === restart?.id)
      await gate(canary).shut()
      await gate(canary).reached('start', (before[0] ?? 0) + 1)
      await pull(running)
      await gate(canary).open()
      await resumes(change, 'restart', before)
    })
  })

  it('keeps an access change that was killed before it was proved, and leaves no timer', {
    timeout: 180 * seconds,
  }, async () => {
    const change = await estate.approved('access', {
      'inventory/profiles/work.yaml': profile('work', { hosts: ['web-01'] }, [
        { file: { path: '/etc/access', content: 'first\n', validate: `${Gate.program} access %s` } },
        { sudoRule: { name: 'reader', subjects: ['limited'], commands: ['/usr/bin/id'] } },
      ]),
    })
    await gate(canary).shut()
    const running = estate.engine.start(['apply', '--json'])
    await gate(canary).reached('access')
    // The second login, which is to prove the way in, hangs.
    await canary.exec('nft "add table inet hang; add chain inet hang in { type filter hook input priority 0; }"')
    await canary.exec('nft add rule inet hang in tcp dport 22 ct state new drop')
    await gate(canary).open()
    const armed = async () => (await canary.exec('ls /var/lib/plumbline')).stdout.includes('dead-man')
    await waitFor({ what: 'the timer', deadline: 30 * seconds, probe: async () => (await armed()) || undefined })
    const rule = 'cat /etc/sudoers.d/plumbline-reader'
    const there = async () => ((await canary.exec(rule)).code === 0 ? true : undefined)
    await waitFor({ what: 'the rule', deadline: 30 * seconds, probe: there })
    await pull(running)
    await canary.exec('nft delete table inet hang')
    expect((await applied(estate.engine)).changes).toMatchObject([{ change, state: 'implemented' }])
    expect(await armed()).toBe(false)
    // The timer's process ends without having done anything: each of its seconds is a sleep.
    const ended = async () =>
      (await canary.exec("pkill -fx 'sleep 1'; pgrep -fx 'sleep 1'")).stdout === '' ? true : undefined
    await waitFor({ what: 'the end of the timer', deadline: 30 * seconds, probe: ended })
    expect(await there()).toBe(true)
    await estate.engine.expects(0, 'plan')
  })

  it('finishes a package whose installation it was killed in, and its service has read the new file', {
    timeout: 180 * seconds,
  }, async () => {
    const greeting = {
      path: '/etc/plumbline-hello.conf',
      content: 'greeting = welcome\n',
      requires: ['package:plumbline-hello'],
    }
    const listens = ['file:/etc/plumbline-hello.conf']
    const change = await estate.approved('package', {
      'inventory/profiles/work.yaml': profile('work', { all: true }, [
        { package: { name: 'plumbline-hello' } },
        { file: greeting },
        { service: { name: 'plumbline-hello', enabled: true, running: true, restartOn: listens } },
      ]),
    })
    // The package starts its service while it is installed, and that waits at the gate.
    for (const host of fleet.hosts)
      await host.exec(
        'd=/etc/systemd/system/plumbline-hello.service.d; mkdir -p $d; printf "[Service]\\nExecStartPre=/usr/local/sbin/gate hello\\n" >$d/gate.conf',
      )
    await gate(canary).shut()
    const running = estate.engine.start(['apply', '--json'])
    await gate(canary).reached('hello')
    await pull(running)
    await gate(canary).open()
    expect((await applied(estate.engine)).changes).toMatchObject([{ change, state: 'implemented' }])
    for (const host of fleet.hosts) {
      expect((await host.exec('cat /run/plumbline-hello.greeting')).stdout).toBe('welcome\n')
      expect((await host.exec("grep -c ' install plumbline-hello:all ' /var/log/dpkg.log")).stdout).toBe('1\n')
      expect((await host.exec('dpkg --audit; systemctl is-enabled plumbline-hello')).stdout).toBe('enabled\n')
    }
    await estate.engine.expects(0, 'plan')
  })
})
