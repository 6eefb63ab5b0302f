import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Clone } from './estate/clone.ts'
import { profile } from './estate/documents.ts'
import { applied, type Estate, makeEstate } from './estate/estate.ts'
import { Gate } from './estate/gate.ts'
import { resultOf } from './estate/running.ts'
import { bootFleet, describeFleet, type Fleet, type Host } from './fleet.ts'

const seconds = 1_000

await describeFleet('two who apply at once', () => {
  let fleet: Fleet
  let estate: Estate
  let engine: Clone
  let canary: Host
  let second: Host
  const gates: Gate[] = []

  beforeAll(async () => {
    fleet = await bootFleet({ names: ['web-01', 'web-02'] })
    canary = fleet.host('web-01')
    second = fleet.host('web-02')
    for (const host of fleet.hosts) gates.push(await Gate.on(host))
    estate = await makeEstate({ fleet })
    engine = estate.engine
  }, 900 * seconds)

  afterAll(async () => {
    estate?.remove()
    await fleet?.stop()
  })

  beforeEach(async () => {
    for (const gate of gates) await gate.open()
  })

  /** Two files on each host, each of which has to pass the gate. */
  const ready = (round: string): Promise<string> =>
    estate.approved(round, {
      [`inventory/profiles/${round}.yaml`]: profile(
        round,
        { all: true },
        ['one', 'two'].map((n) => ({
          file: { path: `/etc/${round}-${n}`, content: `${n}\n`, validate: `${Gate.program} ${round}-${n} %s` },
        })),
      ),
    })

  const expectOnce = async (round: string) => {
    for (const [i, host] of [canary, second].entries()) {
      expect((await host.exec(`cat /etc/${round}-one /etc/${round}-two`)).stdout).toBe('one\ntwo\n')
      for (const n of ['one', 'two']) expect(await gates[i]?.count(`${round}-${n}`)).toBe(1)
    }
    await engine.expects(0, 'plan')
    expect(await engine.expects(0, 'audit', 'verify')).toContain('true')
  }

  it('one of them does it, the other is told who', { timeout: 120 * seconds }, async () => {
    const change = await ready('race')
    await gates[0]?.shut()
    const first = engine.start(['apply', '--json'])
    await gates[0]?.reached('race-one')
    const other = await engine.plumbline('apply', '--json')
    expect(other.code).toBe(1)
    expect(other.stdout).toMatch(/lock-held.*|is locked by/)
    await gates[0]?.open()
    expect(resultOf(await first.ended).changes).toMatchObject([{ change, state: 'implemented' }])
    await expectOnce('race')
  })

  it('nothing is done twice when they start in the same moment', { timeout: 120 * seconds }, async () => {
    const change = await ready('moment')
    const all = await Promise.all([1, 2, 3].map(() => engine.start(['apply', '--json']).ended))
    const good = all.filter((done) => done.code === 0 && resultOf(done).changes.length > 0)
    expect(good).toHaveLength(1)
    expect(all.map((d) => d.stdout + d.stderr).join()).not.toContain('a mistake in Plumbline')
    expect((await estate.record(change)).state).toBe('implemented')
    await expectOnce('moment')
  })

  it('an engine on another machine waits for a person to say that the holder is dead', {
    timeout: 120 * seconds,
  }, async () => {
    const change = await ready('elsewhere')
    await gates[0]?.shut()
    const first = engine.start(['apply', '--json'])
    await gates[0]?.reached('elsewhere-one')
    await first.kill()
    await gates[0]?.open()
    const refused = await engine.startElsewhere(['apply', '--json']).ended
    expect(refused.code).toBe(1)
    expect(refused.stdout).toContain('lock-held')
    const taken = await engine.startElsewhere(['apply', '--json', '--take-over']).ended
    expect(taken.code, taken.stdout).toBe(0)
    expect(resultOf(taken).changes).toMatchObject([{ change, state: 'implemented' }])
    await expectOnce('elsewhere')
  })

  it('one that was paused and wakes after somebody took over writes nothing', { timeout: 120 * seconds }, async () => {
    const change = await ready('paused')
    await gates[0]?.shut('paused-two')
    const first = engine.start(['apply', '--json'])
    await gates[0]?.reached('paused-two')
    first.pause()
    await gates[0]?.open()
    await gates[1]?.shut()
    const taker = engine.start(['apply', '--json', '--take-over'])
    // The taker is in its second wave: what the sleeper goes on with is what the taker has done already.
    await gates[1]?.reached('paused-one')
    const ledger = await engine.git('ls-remote', 'origin', 'refs/heads/ledger')
    first.wake()
    const woken = await first.ended
    expect(woken.code).toBe(1)
    expect(woken.stdout).toContain('lock-lost')
    expect(await engine.git('ls-remote', 'origin', 'refs/heads/ledger')).toBe(ledger)
    expect((await estate.record(change)).state).toBe('implementing')
    await gates[1]?.open()
    const done = await taker.ended
    expect(done.code).toBe(0)
    expect(resultOf(done).changes).toMatchObject([{ change, state: 'implemented' }])
    await expectOnce('paused')
  })

  it('Ctrl-C lets what is under way end, starts nothing more, and apply goes on later', {
    timeout: 120 * seconds,
  }, async () => {
    const change = await ready('ctrl-c')
    await gates[0]?.shut()
    const first = engine.start(['apply', '--json'])
    await gates[0]?.reached('ctrl-c-one')
    first.interrupt()
    await gates[0]?.open()
    const stopped = await first.ended
    expect(stopped.code).toBe(130)
    expect(resultOf(stopped).changes).toMatchObject([{ change, counts: { applied: 1, 'not-started': 3 } }])
    expect((await canary.exec('ls /etc/ctrl-c-two')).code).not.toBe(0)
    expect((await applied(engine)).changes).toMatchObject([{ change, state: 'implemented' }])
    await expectOnce('ctrl-c')
  })
})
