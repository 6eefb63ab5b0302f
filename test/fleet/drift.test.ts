import { afterAll, beforeAll, expect, it } from 'vitest'
import type { DriftFinding } from '../../engine/model/drift.ts'
import type { Plan } from '../../engine/model/plan.ts'
import type { UnauthorisedRecord } from '../../engine/model/record.ts'
import { applied, approve, type Estate, makeEstate } from './estate/estate.ts'
import { accounts, bootFleet, describeFleet, type Fleet } from './fleet.ts'
import { must } from './harness/run.ts'

/** What the documents say; the comments are there to stay. */
const profile = `# Files of the greeting
apiVersion: plumbline/v1
kind: Profile
metadata: { name: greeting, owner: team/operations }
spec:
  selector: { hosts: [web-01] }
  resources:
    - file: { path: /etc/plumbline-greeting, content: "good day\\n", mode: "0644" } # what people read
    # who may read it
    - file:
        path: /etc/plumbline-limits
        content: |
          one
          two
    - package: { name: plumbline-hello, version: "1.1" } # pinned until the audit
    - service: { name: plumbline-hello, running: true }
`

await describeFleet('drift on real hosts', () => {
  let fleet: Fleet
  let estate: Estate
  let change: string

  beforeAll(async () => {
    fleet = await bootFleet({ names: ['web-01', 'db-01'] })
    estate = await makeEstate({ fleet })
    change = await estate.approved('greeting', { 'inventory/profiles/greeting.yaml': profile })
    await applied(estate.engine)
  }, 900_000)

  afterAll(async () => {
    estate?.remove()
    await fleet?.stop()
  })

  /** Logs in as a person of that host would, with a terminal, and runs something there. */
  const byHand = (account: string, command: string) => {
    const { address } = fleet.host('web-01')
    const options = ['BatchMode=yes', 'IdentitiesOnly=yes', `UserKnownHostsFile=${fleet.knownHostsFile}`]
    const flags = options.flatMap((o) => ['-o', o])
    return must('ssh', ['-F', '/dev/null', '-tt', '-i', fleet.identityFile, ...flags, `${account}@${address}`, command])
  }

  const drift = async (...args: string[]) =>
    JSON.parse(await estate.engine.expects(2, 'drift', '--json', ...args)) as Plan & {
      readonly findings: readonly DriftFinding[]
    }

  it('shows a manual edit with the time it was made, and who was logged in', async () => {
    await byHand(accounts.limited, 'sleep 1')
    await fleet
      .host('web-01')
      .exec("printf 'bad day\\n' >/etc/plumbline-greeting && chown limited /etc/plumbline-greeting")
    const { findings } = await drift()
    expect(findings).toMatchObject([
      {
        host: 'web-01',
        resource: 'file:/etc/plumbline-greeting',
        attribution: 'outside',
        setBy: { change, approvers: ['Person/ben'] },
        clues: { file: { path: '/etc/plumbline-greeting', what: 'changed', owner: 'limited' } },
        evidence: { command: expect.stringMatching(/^sha256:/) },
      },
    ])
    const { file, logins = [] } = findings[0]?.clues ?? {}
    const mtime = (await fleet.host('web-01').exec('stat -c %Y /etc/plumbline-greeting')).stdout.trim()
    expect(Date.parse(file?.at ?? '') / 1000).toBe(Number(mtime))
    expect(logins).toContainEqual(expect.objectContaining({ user: 'limited', from: expect.stringMatching(/^[\d.]+$/) }))
    expect(logins.map((l) => l.user)).not.toContain('plumbline')
    const text = (await estate.engine.plumbline('drift')).stdout
    expect(text).toMatch(
      /made outside · file changed \S+ \S+ · owner limited · at that time logged in: .*limited from [\d.]+/,
    )
  })

  it('shows what the log of packages says, and admits what nobody knows', async () => {
    const host = fleet.host('web-01')
    const done = await host.exec(
      'systemctl stop plumbline-hello; DEBIAN_FRONTEND=noninteractive apt-get install -y --allow-downgrades plumbline-hello=1.0; systemctl stop plumbline-hello',
    )
    expect(done.code, done.stderr).toBe(0)
    const { findings } = await drift()
    const found = new Map(findings.map((f) => [f.resource, f]))
    expect(found.get('package:plumbline-hello')).toMatchObject({ attribution: 'outside' })
    expect(JSON.stringify(found.get('package:plumbline-hello')?.clues.packages)).toMatch(
      /upgrade plumbline-hello:\S+ 1\.1 1\.0/,
    )
    expect(found.get('service:plumbline-hello')).toMatchObject({ attribution: 'unknown' })
  }, 120_000)

  it('writes it into the ledger', async () => {
    const { findings } = await drift('--record')
    expect(findings.map((f) => f.record)).toEqual(
      [1, 2, 3].map((n) => expect.stringMatching(new RegExp(`^UCH-\\d+-0000${n}$`))),
    )
    const auditor = await estate.auditor('auditor')
    expect(await auditor.expects(0, 'audit', 'verify')).toContain('3 unauthorised changes are open')
  })

  it('reverts one through the way of every change, and leaves what it was not asked for', async () => {
    const { cleo, engine } = estate
    await cleo.pull()
    const chosen = ['--resource', 'package:plumbline-hello', '-o', 'plan.json']
    expect(await cleo.expects(2, 'drift', 'revert', ...chosen)).toContain('package  plumbline-hello')
    const said = await cleo.expects(0, 'approve', 'plan.json', '--json')
    const { change: id } = JSON.parse(said) as { change: string }
    await fleet.host('web-01').exec("printf 'three\\n' >/etc/plumbline-limits")
    expect((await applied(engine)).changes).toMatchObject([{ change: id, state: 'implemented', counts: { failed: 0 } }])
    const { stdout } = await fleet
      .host('web-01')
      .exec("dpkg-query -W -f '${Version}' plumbline-hello; cat /etc/plumbline-limits")
    expect(stdout).toBe('1.1three\n')
  }, 120_000)

  it('adopts another on a branch; what else is off there is brought back with it, as by any change', async () => {
    const { ana, engine } = estate
    await ana.pull()
    const out = await ana.expects(
      0,
      'drift',
      'adopt',
      '--resource',
      'file:/etc/plumbline-greeting',
      '--branch',
      'adopt/greeting',
    )
    expect(out).toContain('inventory/profiles/greeting.yaml')
    const id = await approve(estate.cleo, 'adopt/greeting')
    await ana.merge('adopt/greeting')
    await engine.pull()
    expect(ana.read('inventory/profiles/greeting.yaml')).toBe(
      profile.replace('"good day\\n", mode: "0644" }', '"bad day\\n", mode: "0644", owner: limited }'),
    )
    expect((await applied(engine)).changes).toMatchObject([{ change: id, state: 'implemented' }])
    expect((await fleet.host('web-01').exec('cat /etc/plumbline-greeting')).stdout).toBe('bad day\n')
    const log = JSON.parse(await engine.expects(0, 'log', '--json')) as (
      | UnauthorisedRecord
      | { readonly kind: 'Change' }
    )[]
    const states = log.flatMap((r) => (r.kind === 'Change' ? [] : [`${r.resource} ${r.state}`])).sort()
    expect(states).toEqual([
      'file:/etc/plumbline-greeting adopted',
      'package:plumbline-hello reverted',
      expect.stringMatching(/^service:plumbline-hello /),
    ])
    await (await estate.auditor('second')).expects(0, 'audit', 'verify')
  }, 120_000)
})
