import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { PipelineEvent } from '../../engine/model/event.ts'
import type { Plan } from '../../engine/model/plan.ts'
import { document, file, profile } from './estate/documents.ts'
import { applied, apply, approve, type Estate, makeEstate } from './estate/estate.ts'
import { jsonLines, resultOf } from './estate/running.ts'
import { bootFleet, describeFleet, type Fleet } from './fleet.ts'
import { must } from './harness/run.ts'

const names = ['web-01', 'web-02', 'web-03', 'db-01']
const web = { labels: { role: 'web' } }

/** What the branch brings: a package, a file of it from a template, its service, and access for ben. */
const greeting = profile(
  'greeting',
  web,
  [
    { package: { name: 'plumbline-hello', version: '1.1' } },
    {
      file: {
        path: '/etc/plumbline-hello.conf',
        template: 'greeting = {{ words }} from {{ host.name }}\n',
        requires: ['package:plumbline-hello'],
      },
    },
    { file: { path: '/etc/motd', content: 'Managed as code.\n', mode: '0644' } },
    {
      service: {
        name: 'plumbline-hello',
        enabled: true,
        running: true,
        restartOn: ['file:/etc/plumbline-hello.conf', 'package:plumbline-hello'],
      },
    },
  ],
  { words: 'good day' },
)

const expires = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 19)
const access = file(
  document('Role', 'operator', {
    purpose: 'Restart the greeting',
    groups: ['adm'],
    sudo: [{ commands: ['/usr/bin/systemctl restart plumbline-hello'] }],
  }),
  document('AccessGrant', 'ben-on-web', {
    to: ['Person/ben'],
    role: 'operator',
    on: web,
    expires: `${expires}Z`,
    reason: 'On call for the web tier',
  }),
)

await describeFleet('the main job on real hosts', () => {
  let fleet: Fleet
  let estate: Estate
  let change: string
  let merged: string
  let back: string

  beforeAll(async () => {
    fleet = await bootFleet({ names })
    // Somebody was here before us: a file with an owner and mode of its own.
    for (const host of fleet.hosts)
      await host.exec(
        "printf 'by hand, caf\\303\\251\\n' >/etc/motd && chown plumbline:adm /etc/motd && chmod 0640 /etc/motd",
      )
    estate = await makeEstate({ fleet })
  }, 900_000)

  afterAll(async () => {
    estate?.remove()
    await fleet?.stop()
  })

  const onWeb = async (command: string) => {
    const hosts = fleet.hosts.filter((host) => host.name.startsWith('web'))
    const said = await Promise.all(hosts.map((host) => host.exec(command)))
    return said.map(({ stdout }) => stdout)
  }

  it('plans what a branch would do, host by host', async () => {
    const { ana } = estate
    await ana.propose('greeting', 'Greet people, and let ben restart it', {
      'inventory/profiles/greeting.yaml': greeting,
      'inventory/access.yaml': access,
    })
    await ana.expects(0, 'validate')
    const text = await ana.expects(2, 'plan')
    expect(text).toContain('web-01  canary')
    expect(text).toMatch(/\+ +package +plumbline-hello +this change +best-effort/)
    // Others may not read it on the host, and nobody agreed yet that it is ours: a plan shows no text of it.
    expect(text).toMatch(/~ +file +\/etc\/motd .*\n +content +sha256:/)
    expect(text).not.toContain('by hand')
    const plan = JSON.parse(await ana.expects(2, 'plan', '--json')) as Plan
    expect(plan.hosts.planned).toEqual(['web-01', 'web-02', 'web-03'])
    expect(plan.waves.map((w) => w.hosts)).toEqual([['web-01'], ['web-02'], ['web-03']])
    const actions = plan.actions.filter((a) => a.host === 'web-01').map((a) => `${a.verb} ${a.resource}`)
    expect(actions.map((a) => a.replace(/(authorizedKey:ben).*/, '$1'))).toEqual([
      'create package:plumbline-hello',
      'create user:ben',
      'update file:/etc/motd',
      'create file:/etc/plumbline-hello.conf',
      'create authorizedKey:ben',
      'create sudoRule:ben-on-web.ben.1',
      'create service:plumbline-hello',
    ])
  })

  it('is approved by a second person; the author does not count', async () => {
    const { ana, cleo, engine } = estate
    const own = await ana.plumbline('approve', 'greeting')
    expect(own.stderr + own.stdout).toMatch(/approver-wrote-it|does not count/)
    change = await approve(cleo, 'greeting')
    const early = await apply(engine, change)
    expect(early.code).toBe(1)
    expect(early.stdout).toContain('change-not-applicable')
    merged = await ana.merge('greeting')
    await engine.pull()
  })

  it('is applied to the canary first, then wave by wave', async () => {
    const { engine } = estate
    const done = await apply(engine)
    expect(done.code, done.stderr).toBe(0)
    const events = jsonLines(done.stdout) as PipelineEvent[]
    const order = events.flatMap((e) => (e.type === 'wave' ? [e.name] : e.type === 'action-finished' ? [e.host] : []))
    expect([...new Set(order)]).toEqual(['canary', 'web-01', 'wave 1', 'web-02', 'wave 2', 'web-03'])
    expect(resultOf(done).changes).toMatchObject([
      { change, state: 'implemented', counts: { applied: 21, failed: 0, unknown: 0, 'not-started': 0 } },
    ])
    expect(await onWeb('cat /etc/plumbline-hello.conf /run/plumbline-hello.greeting')).toEqual(
      ['web-01', 'web-02', 'web-03'].map((n) => `greeting = good day from ${n}\ngood day from ${n}\n`),
    )
    expect(await onWeb('stat -c "%a %U:%G" /etc/motd; cat /etc/motd')).toEqual(
      Array(3).fill('644 root:root\nManaged as code.\n'),
    )
    expect((await fleet.host('db-01').exec('id ben')).code).not.toBe(0)
  }, 120_000)

  it('leaves nothing to do for a second plan, and nothing pending for a second apply', async () => {
    const { engine } = estate
    expect(await engine.expects(0, 'plan')).toContain('nothing to do')
    expect(await engine.expects(0, 'drift')).toContain('nothing to do')
    expect(await applied(engine)).toMatchObject({ changes: [], diagnostics: [] })
  })

  it('lets the person in who was granted it, to do that and nothing else, until the day it ends', async () => {
    const { ben, ana } = estate
    const host = fleet.host('web-02')
    const on = (command: string) => ben.ssh(host.address, host.hostKey, command)
    expect((await on('id -un; id -Gn')).stdout).toBe('ben\nben adm\n')
    expect((await on('sudo -n /usr/bin/systemctl restart plumbline-hello')).code).toBe(0)
    expect((await on('sudo -n /usr/bin/systemctl stop plumbline-hello')).code).not.toBe(0)
    expect((await on('sudo -n /usr/bin/systemctl restart plumbline-hello ssh')).code).not.toBe(0)
    expect((await on('sudo -n id')).code).not.toBe(0)
    expect((await ana.ssh(host.address, host.hostKey, 'true')).code).toBe(255)
    const elsewhere = fleet.host('db-01')
    expect((await ben.ssh(elsewhere.address, elsewhere.hostKey, 'true')).code).toBe(255)
    const keys = (await host.exec('cat ~ben/.ssh/authorized_keys')).stdout
    const local = (await host.exec(`date -d '${expires}Z' +%Y%m%d%H%M%S`)).stdout.trim()
    expect(keys).toMatch(new RegExp(`expiry-time="(${expires.replaceAll(/[-:T]/g, '')}Z|${local})"`))
    expect((await host.exec('cat /etc/sudoers.d/plumbline-*')).stdout).toContain(
      `NOTAFTER=${expires.replaceAll(/[-:T]/g, '')}Z`,
    )
    const days = Math.ceil(Date.parse(`${expires}Z`) / 86_400_000)
    expect((await host.exec('getent shadow ben | cut -d: -f8')).stdout).toBe(`${days}\n`)
  })

  it('sees what somebody changed by hand, and says whose value it was', async () => {
    const { engine } = estate
    await fleet.host('web-03').exec("printf 'greeting = mine\\n' >/etc/plumbline-hello.conf")
    const drift = JSON.parse(await engine.expects(2, 'drift', '--json')) as Plan
    expect(drift.actions.map((a) => `${a.host} ${a.verb} ${a.resource}`)).toEqual([
      'web-03 update file:/etc/plumbline-hello.conf',
      'web-03 restart service:plumbline-hello',
    ])
    expect(drift.actions[0]?.origin).toMatchObject({
      cause: 'drift',
      setBy: { change, commit: merged, approvers: ['Person/cleo'] },
    })
    const blame = await engine.expects(0, 'blame', 'web-03', 'file:/etc/plumbline-hello.conf', '--json')
    expect(JSON.parse(blame)).toMatchObject([{ now: 'moved', change, commit: merged, approvers: ['Person/cleo'] }])
  })

  it('brings it back once somebody has approved main as it stands', async () => {
    const { cleo, engine } = estate
    await cleo.pull()
    const bringing = await approve(cleo, 'main')
    expect((await applied(engine)).changes).toMatchObject([
      { change: bringing, state: 'implemented', counts: { applied: 2 } },
    ])
    expect((await fleet.host('web-03').exec('cat /run/plumbline-hello.greeting')).stdout).toBe('good day from web-03\n')
    await engine.expects(0, 'drift')
  })

  it('rolls back to the bytes that were there, and removes what it made', async () => {
    const { ana, cleo, engine } = estate
    await ana.pull()
    await ana.expects(2, 'rollback', change)
    const branch = `rollback/${change.toLowerCase()}`
    back = await approve(cleo, branch)
    await ana.merge(branch)
    await engine.pull()
    const done = await apply(engine)
    expect(done.code, done.stderr + done.stdout).toBe(0)
    expect(resultOf(done).changes).toMatchObject([{ change: back, state: 'implemented' }])
    const motd = await onWeb('sha256sum </etc/motd; stat -c "%a %U:%G" /etc/motd')
    const before = createHash('sha256').update('by hand, café\n').digest('hex')
    expect(motd).toEqual(Array(3).fill(`${before}  -\n640 plumbline:adm\n`))
    // What a package leaves behind when it is removed is its own affair; an account is closed and keeps its files.
    expect(await onWeb('ls -d /etc/sudoers.d/plumbline-* /etc/plumbline-hello.conf 2>/dev/null')).toEqual(['', '', ''])
    expect(await onWeb('systemctl is-active plumbline-hello; command -v plumbline-hello')).toEqual(
      Array(3).fill('inactive\n'),
    )
    expect(await onWeb('cat ~ben/.ssh/authorized_keys; getent shadow ben | cut -d: -f2,8')).toEqual(
      Array(3).fill('!*:1\n'),
    )
    expect(await estate.record(change)).toMatchObject({ state: 'rolled-back', rolledBackBy: back })
    await engine.expects(0, 'plan')
    await engine.expects(0, 'drift')
  }, 120_000)

  it('is proved true on a plain clone', async () => {
    const { ana, ben, cleo, engine } = estate
    const auditor = await estate.auditor('auditor')
    expect(await auditor.expects(0, 'audit', 'verify')).toMatch(/\d+ entries checked, keys self-asserted: true/)
    const engineKey = (await must('cat', [`${engine.env['XDG_CONFIG_HOME']}/plumbline/engine_ed25519.pub`])).trim()
    const people = [ana, ben, cleo].map((p) => `Person/${p.name} ${p.publicKey}\n`)
    const signers = (text: string) => {
      const path = join(dirname(auditor.dir), 'signers')
      writeFileSync(path, text)
      return ['--allowed-signers', path]
    }
    const pinned = signers(`engine ${engineKey}\n${people.join('')}`)
    expect(await auditor.expects(0, 'audit', 'verify', ...pinned)).toMatch(/keys pinned: true/)
    const tip = await auditor.git('rev-parse', 'origin/ledger')
    expect(await auditor.expects(0, 'audit', 'verify', '--witness', tip)).toContain('true')
    // An engine that the auditor does not know.
    expect(await auditor.expects(1, 'audit', 'verify', ...signers(people.join('')))).toContain('not true')
  })

  it('names the first entry that somebody rewrote, and sees what was cut off', async () => {
    const honest = await estate.auditor('honest')
    const tip = await honest.git('rev-parse', 'origin/ledger')
    const forged = await forgedLedger(estate, change)
    const deceived = await estate.auditor('deceived', forged.remote)
    const told = await deceived.expects(1, 'audit', 'verify', '--json')
    const { findings } = JSON.parse(told) as { findings: { code: string; summary: string; detail?: string }[] }
    expect(JSON.stringify(findings[0])).toContain(forged.first.slice(0, 12))
    const short = await estate.auditor('short', await truncated(estate, tip))
    expect(await short.expects(1, 'audit', 'verify', '--witness', tip)).toContain('not true')
  })
})

/** A copy of the remote in which one entry of a change says something else, and those after it stand on top of it. */
async function forgedLedger(estate: Estate, id: string): Promise<{ remote: string; first: string }> {
  const remote = `${estate.remote}-forged`
  await must('git', ['clone', '--quiet', '--mirror', estate.remote, remote])
  const git = async (args: string[], input = '') =>
    (await must('git', ['-C', remote, ...args], { input, env: forger })).trimEnd()
  const ids = (await git(['rev-list', '--reverse', 'ledger'])).split('\n')
  const paths = await git(['ls-tree', '-r', '--name-only', 'ledger'])
  const path = paths.split('\n').find((p) => p.includes(id)) ?? ''
  const touched = (await git(['log', '--reverse', '--format=%H', 'ledger', '--', path])).split('\n')
  const from = touched[1] ?? ''
  const text = await git(['show', `${from}:${path}`])
  const blob = await git(
    ['hash-object', '-w', '--stdin'],
    `${text.replace(/^title: .*$/m, 'title: Nothing to see here')}\n`,
  )
  let parent = await git(['rev-parse', `${from}~1`])
  let first = ''
  for (const commit of ids.slice(ids.indexOf(from))) {
    const index = { ...forger, GIT_INDEX_FILE: `${remote}/forged-index` }
    await must('git', ['-C', remote, 'read-tree', commit], { env: index })
    if (commit === from)
      await must('git', ['-C', remote, 'update-index', '--cacheinfo', `100644,${blob},${path}`], { env: index })
    const tree = (await must('git', ['-C', remote, 'write-tree'], { env: index })).trim()
    const message = await git(['log', '-1', '--format=%B', commit])
    parent = await git(['commit-tree', tree, '-p', parent, '-F', '-'], `${message}\n`)
    first ||= parent
  }
  await git(['update-ref', 'refs/heads/ledger', parent])
  return { remote, first }
}

const forger = {
  GIT_AUTHOR_NAME: 'engine',
  GIT_AUTHOR_EMAIL: 'ledger@plumbline.invalid',
  GIT_COMMITTER_NAME: 'engine',
  GIT_COMMITTER_EMAIL: 'ledger@plumbline.invalid',
}

/** A copy of the remote whose ledger lacks its last entries. */
async function truncated(estate: Estate, tip: string): Promise<string> {
  const remote = `${estate.remote}-short`
  await must('git', ['clone', '--quiet', '--mirror', estate.remote, remote])
  await must('git', ['-C', remote, 'update-ref', 'refs/heads/ledger', `${tip}~2`])
  return remote
}
