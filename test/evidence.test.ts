import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Dora } from '../engine/audit/dora.ts'
import type { AuditReport } from '../engine/audit/report-shape.ts'
import type { AccessAt } from '../engine/pipeline/audit-access.ts'
import { documents, type Office, openOffice } from './office.ts'

/** What an auditor gets out of a bare clone, held against what was done: every figure is worked out by hand here. */

let office: Office
let folder: string
let clone: string
const ids: Record<string, string> = {}

const profile = (name: string, content: string, path = `/etc/${name}`) =>
  documents({
    kind: 'Profile',
    metadata: { name },
    spec: { selector: { all: true }, resources: [{ file: { path, content } }] },
  })

const hostile = '=HYPERLINK("http://evil.example")<script>alert(1)</script> | `x` ![a](http://evil.example)'

beforeAll(async () => {
  office = await openOffice({
    hosts: { 'web-01': 'prod', 'lab-01': 'lab' },
    estate: { changes: { breakGlass: { teams: ['operations'] } } },
    files: {
      'inventory/services.yaml': documents({
        kind: 'Service',
        metadata: { name: 'shop', owner: 'Team/operations' },
        spec: { purpose: 'Sells things', hosts: ['web-01'] },
      }),
    },
  })
  const work = async (name: string, at: string, more: object = {}) => {
    office.turn(at)
    ids[name] = await office.approved({
      branch: name,
      author: 'ana',
      files: { [`inventory/${name}.yaml`]: profile(name, `${name}\n`) },
      ...more,
    })
    office.turn(60)
    await office.must(['apply'])
  }
  // Before the period.
  await work('early', '2026-09-28T08:00:00Z')
  await work('motd', '2026-10-06T08:00:00Z')
  await work('hostile', '2026-10-07T08:00:00Z', { message: hostile })
  // Taken back two hours after it was carried out.
  await work('bad', '2026-10-08T08:00:00Z')
  office.turn('2026-10-08T10:00:00Z')
  const back = JSON.parse(
    await office.must(['rollback', ids['bad'] ?? '', '--key', office.colleague('ana').keyFile, '--json']),
  ) as { branch: string }
  const said = await office.must(['approve', back.branch, '--key', office.colleague('ben').keyFile, '--json'])
  ids['back'] = /CHG-\d{4}-\d{5,}/.exec(said)?.[0] ?? ''
  office.merge(back.branch)
  office.turn('2026-10-08T11:00:00Z')
  await office.must(['apply'])
  // An access, given by two people's agreement.
  office.turn('2026-10-09T08:00:00Z')
  ids['grant'] = await office.approved({
    branch: 'grant',
    author: 'ana',
    files: {
      'inventory/grants.yaml': documents(
        {
          kind: 'Role',
          metadata: { name: 'admin' },
          spec: { purpose: 'Run everything', sudo: [{ commands: ['ALL'] }] },
        },
        {
          kind: 'AccessGrant',
          metadata: { name: 'cleo-admin' },
          spec: {
            to: ['Person/cleo'],
            role: 'admin',
            on: { hosts: ['web-01'] },
            expires: '2026-12-31T18:00:00Z',
            reason: 'On call for the shop',
          },
        },
      ),
    },
  })
  // Merged by its author alone.
  office.turn('2026-10-12T08:00:00Z')
  await office.write({ branch: 'alone', author: 'ana', files: { 'inventory/alone.yaml': profile('alone', 'x\n') } })
  office.merge('alone')
  await office.desk.run('apply')
  // Mended at night by one person, and looked at by another, late.
  office.turn('2026-10-12T20:00:00Z')
  const mended = { 'inventory/motd.yaml': profile('motd', 'mended\n') }
  await office.write({ branch: 'mend', author: 'cleo', files: mended })
  const why = ['--reason', 'The shop is down', '--incident', 'INC-7', '--key', office.colleague('cleo').keyFile]
  const glass = await office.must(['break-glass', '--head', 'mend', ...why, '--json'])
  ids['mend'] = /CHG-\d{4}-\d{5,}/.exec(glass)?.[0] ?? ''
  office.merge('mend')
  office.turn(30)
  await office.must(['apply'])
  office.turn('2026-10-14T09:00:00Z')
  await office.must(['review', ids['mend'], '--outcome', 'successful', '--key', office.colleague('ben').keyFile])
  // Somebody's hand on a host, found and on record.
  office.turn('2026-10-15T08:00:00Z')
  writeFileSync(office.on('web-01', '/etc/motd'), 'by hand\n')
  await office.must(['drift', '--record'], [0, 1, 2])
  office.turn('2026-11-02T08:00:00Z')
  folder = mkdtempSync(join(tmpdir(), 'plumbline-evidence-'))
  clone = join(folder, 'estate.git')
  execFileSync('git', ['clone', '--quiet', '--bare', office.desk.folder, clone])
}, 400_000)

afterAll(async () => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  await office?.close()
})

const october = ['--from', '2026-10-01', '--to', '2026-10-31']
const audited = (...argv: string[]) => office.desk.run('-C', clone, 'audit', ...argv)
const reported = async (framework: string, ...argv: string[]) => {
  const ran = await audited('report', ...october, '--framework', framework, '--json', ...argv)
  return { ...ran, report: JSON.parse(ran.out) as AuditReport }
}
const git = (where: string, ...args: string[]): string =>
  execFileSync('git', ['-C', where, '-c', 'user.name=Eve', '-c', 'user.email=eve@example.org', ...args], {
    encoding: 'utf8',
  }).trim()
const numberOf = (name: string): string => ids[name] ?? name

it('says of a period what happened in it, from a bare clone', async () => {
  const { status, report } = await reported('soc2')
  expect(status).toBe(0)
  expect(report.population.map((l) => l.id)).toEqual(
    ['motd', 'hostile', 'bad', 'back', 'grant', 'CHG-2026-00007', 'mend'].map(numberOf),
  )
  expect(report.counts).toEqual({
    ...{ total: 7, merged: 7, carriedOut: 6, byType: { emergency: 1, normal: 6 } },
    byState: { implemented: 4, reviewed: 1, 'rolled-back': 1, unapproved: 1 },
    byEnvironment: { lab: 5, none: 1, prod: 6 },
    byService: { 'Service/shop': 6, none: 1 },
    bySeparation: { afterwards: 1, independent: 5, none: 1 },
  })
  expect(report.population[0]).toMatchObject({
    ...{ title: 'motd', authors: ['Person/ana'], strangers: [], mergedBy: 'Person/ana', separation: 'independent' },
    words: [{ approver: 'Person/ben', decision: 'approve', assertion: 'approver-signed' }],
    ...{ mergedAt: '2026-10-06T09:00:00.000Z', startedAt: '2026-10-06T09:00:00Z', endedAt: '2026-10-06T09:00:00Z' },
    ...{ owners: ['Team/operations'], actions: { planned: 2, applied: 2, failed: 0, other: 0 } },
  })
  expect(report.exceptions).toMatchObject({
    unapproved: ['CHG-2026-00007'],
    ...{ unrecorded: [], drift: [], forced: [] },
    unauthorised: [{ id: 'UCH-2026-00001', host: 'web-01', resource: 'file:/etc/motd', state: 'open' }],
  })
  expect(report.failures).toMatchObject([
    { change: numberOf('bad'), outcome: 'rolled-back', by: numberOf('back'), settledAt: '2026-10-08T11:00:00Z' },
  ])
  expect(report.emergencies).toMatchObject([
    {
      ...{ change: numberOf('mend'), person: 'Person/cleo', role: 'Team/operations', incident: 'INC-7' },
      ...{ reason: 'The shop is down', at: '2026-10-12T20:00:00.000Z', reviewDue: '2026-10-13T20:30:00.000Z' },
      ...{ review: { reviewer: 'Person/ben', at: '2026-10-14T09:00:00Z', outcome: 'successful' }, verdict: 'late' },
    },
  ])
  const results = Object.fromEntries(report.controls.map((c) => [c.id, c.result]))
  expect(results).toEqual({
    ...{ 'CC6.1': 'met', 'CC6.2': 'met', 'CC6.3': 'exception', 'CC7.1': 'exception', 'CC7.2': 'exception' },
    ...{ 'CC7.4': 'exception', 'CC7.5': 'met', 'CC8.1': 'exception' },
  })
}, 60_000)

it('is pinned by keys and a witness from outside', async () => {
  const signers = join(folder, 'signers')
  const engine = readFileSync(`${office.desk.env['PLUMBLINE_ENGINE_KEY']}.pub`, 'utf8')
  const people = ['ana', 'ben', 'cleo'].map((name) => `Person/${name} ${office.colleague(name).publicKey}`)
  writeFileSync(signers, [`engine ${engine.trim()}`, ...people, ''].join('\n'))
  const witness = git(clone, 'rev-parse', 'ledger')
  const { report } = await reported('nist', '--allowed-signers', signers, '--witness', witness)
  expect(report.verification).toMatchObject({ ok: true, intact: true, trust: 'pinned', witnessed: true, tip: witness })
  expect(report.controls.find((c) => c.id === 'AU-10')?.result).toBe('met')
}, 60_000)

it('is a page on its own, with links and a sample that can be drawn again', async () => {
  const page = join(folder, 'report.html')
  const options = ['--sample', '2', '--seed', 'audit', '--commit-url', 'https://git.example.org/c/{commit}']
  const ran = await audited('report', ...october, '--framework', 'soc2', '-o', page, ...options)
  expect(ran).toMatchObject({ status: 0, out: `7 changes of the period in ${page}\n` })
  const html = readFileSync(page, 'utf8')
  expect(html).toContain(`https://git.example.org/c/${git(clone, 'rev-parse', 'main')}`)
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  expect(html).not.toContain('<script')
  const { report } = await reported('soc2', '--sample', '2', '--seed', 'audit')
  const lots = report.population.map((l) => `${createHash('sha256').update(`audit\n${l.id}`).digest('hex')} ${l.id}`)
  const drawn = lots
    .sort()
    .slice(0, 2)
    .map((lot) => lot.slice(65))
    .sort()
  expect(report.sample?.ids).toEqual(drawn)
  expect(report.population.filter((l) => l.sampled).map((l) => l.id)).toEqual(drawn)
  const refused = await audited(
    'report',
    ...october,
    '--framework',
    'soc2',
    '--commit-url',
    'javascript:alert({commit})',
  )
  expect(refused).toMatchObject({ status: 1, out: '', err: expect.stringContaining('[link-invalid]') })
  const backwards = await audited('report', '--from', '2026-11-01', '--to', '2026-10-01', '--framework', 'pci')
  expect(backwards).toMatchObject({ status: 1, err: expect.stringContaining('[period-invalid]') })
}, 90_000)

it('says on its first page that a ledger does not hold, and ends with 1', async () => {
  const forged = join(folder, 'forged')
  execFileSync('git', ['clone', '--quiet', '--branch', 'ledger', clone, forged])
  const record = `changes/2026-00/00/${numberOf('bad')}.yaml`
  const text = readFileSync(join(forged, record), 'utf8')
  writeFileSync(join(forged, record), text.replace('state: rolled-back', 'state: implemented'))
  git(forged, 'commit', '--quiet', '--all', '--message', 'Nothing to see')
  const bare = join(folder, 'forged.git')
  execFileSync('git', ['clone', '--quiet', '--bare', clone, bare])
  git(bare, 'fetch', '--quiet', forged, '+ledger:ledger')
  const page = join(folder, 'forged.html')
  const report = ['audit', 'report', ...october, '--framework', 'soc2', '-o', page]
  expect(await office.desk.run('-C', bare, ...report)).toMatchObject({
    status: 1,
    err: expect.stringContaining('the check of the ledger failed'),
  })
  const first = readFileSync(page, 'utf8').split('<main>')[0] ?? ''
  expect(first).toContain('it is not what its writers left. Nothing below can be relied on.')
  expect(first).toContain(git(bare, 'rev-parse', 'ledger'))
}, 90_000)

it('names a commit that came past every record, and ends with 1 though each entry holds', async () => {
  const work = join(folder, 'past')
  execFileSync('git', ['clone', '--quiet', '--branch', 'main', clone, work])
  writeFileSync(join(work, 'README.md'), 'unseen\n')
  git(work, 'add', '.')
  execFileSync('git', ['-C', work, '-c', 'user.name=Eve', '-c', 'user.email=eve@example.org', 'commit', '-qm', 'x'], {
    env: { ...process.env, GIT_COMMITTER_DATE: '2026-10-20T08:00:00Z' },
  })
  const bare = join(folder, 'past.git')
  execFileSync('git', ['clone', '--quiet', '--bare', clone, bare])
  git(bare, 'fetch', '--quiet', work, '+main:main')
  const ran = await office.desk.run(
    '-C',
    bare,
    'audit',
    'report',
    ...october,
    '--framework',
    'soc2',
    '--format',
    'json',
  )
  expect(ran.status).toBe(1)
  const report = JSON.parse(ran.out) as AuditReport
  expect(report.verification).toMatchObject({ ok: false, intact: true })
  expect(report.exceptions.unrecorded).toEqual([
    { commit: git(bare, 'rev-parse', 'main'), at: '2026-10-20T08:00:00.000Z', by: 'Eve <eve@example.org>' },
  ])
}, 60_000)

it('tells who had access at a day, and who gave it', async () => {
  const of = async (...argv: string[]) => JSON.parse((await audited('access', '--json', ...argv)).out) as AccessAt
  const { rows, leftOver } = await of('--as-of', '2026-10-20', '--person', 'cleo')
  expect(leftOver).toEqual([])
  expect(rows).toMatchObject([
    {
      ...{ host: 'web-01', login: 'cleo', person: 'Person/cleo', root: true, roles: ['admin'] },
      sudo: [{ commands: ['ALL'], runAs: 'root', expires: '2026-12-31T18:00:00Z' }],
      keys: [{ expires: '2026-12-31T18:00:00Z' }],
      ...{ expires: '2027-01-01', via: ['AccessGrant/cleo-admin'], onHost: 'applied', appliedBy: [numberOf('grant')] },
      given: [
        { document: 'AccessGrant/cleo-admin', change: numberOf('grant'), approvers: ['Person/ben'] },
        { document: 'Role/admin', change: numberOf('grant'), approvers: ['Person/ben'] },
        { document: 'Person/cleo', without: 'before-adoption' },
      ],
    },
  ])
  expect((await of('--as-of', '2026-10-08', '--person', 'cleo')).rows).toEqual([])
  expect((await of('--as-of', '2026-10-20', '--host', 'lab-01')).rows.map((r) => r.login)).toEqual(['plumbline'])
  const unknown = await audited('access', '--as-of', '2026-10-20', '--person', 'cloe')
  expect(unknown).toMatchObject({ status: 1, err: expect.stringContaining('did you mean Person/cleo?') })
  expect((await audited('access', '--as-of', '2026-10-20', '--format', 'csv')).out).toContain(
    'web-01,cleo,Person/cleo,yes',
  )
}, 90_000)

it('explains an access: the grant, the change, who agreed, until when', async () => {
  const ask = async (...argv: string[]) => (await office.desk.run('-C', clone, 'access', ...argv)).out
  const explained = await ask('explain', 'cleo', 'web-01', '--as-of', '2026-10-20')
  expect(explained).toContain('cleo on web-01\n')
  expect(explained).toMatch(/as +cleo, and from there root\n +by +AccessGrant\/cleo-admin\n +roles +admin\n/)
  expect(explained).toMatch(
    new RegExp(`given by +AccessGrant/cleo-admin: ${numberOf('grant')}, approved by ben, 2026-10-`),
  )
  expect(await ask('who', 'web-01', '--as-of', '2026-10-20')).toMatch(/web-01 +cleo +cleo +root +admin/)
  expect(await ask('what', 'cleo', '--as-of', '2026-10-08')).not.toContain('web-01')
  expect(await ask('explain', 'cleo', '--as-of', '2026-10-08')).toContain('no access')
}, 90_000)

it('counts the four figures', async () => {
  const ran = await office.desk.run('-C', clone, 'dora', ...october, '--by', 'team', '--json')
  const { all, groups } = JSON.parse(ran.out) as Dora
  // motd, hostile, bad: written at 8, done at 9. The grant lay from the 9th, 8:00, to the 12th, 8:00. The emergency took half an hour.
  expect(all.deployments).toMatchObject({ count: 5, perDay: 5 / 31 })
  expect(all.leadTime).toMatchObject({ median: 3600, p90: 3 * 86_400, leftOut: [] })
  expect(all.changeFailure).toMatchObject({
    rate: 0.4,
    failed: [
      { change: numberOf('motd'), because: `repaired by ${numberOf('mend')}` },
      { change: numberOf('bad'), because: `rolled back by ${numberOf('back')}` },
    ],
  })
  // Done on the 6th at 9:00, mended on the 12th at 20:30; done at 9:00, taken back at 11:00.
  const [mended, takenBack] = [6 * 86_400 + 11.5 * 3600, 2 * 3600]
  expect(all.restore).toMatchObject({ median: (mended + takenBack) / 2, p90: mended, open: [] })
  expect(all.restore.records.map((r) => r.by)).toEqual(['mend', 'back'].map(numberOf))
  expect(groups.map((g) => [g.name, g.figures.deployments.count])).toEqual([['Team/operations', 5]])
  const lab = await office.desk.run('-C', clone, 'dora', ...october, '--environment', 'lab')
  expect(lab.out).toMatch(/deployments +4, 0\.9 a week/)
  expect(await office.desk.run('-C', clone, 'dora', '--environment', 'labb')).toMatchObject({
    status: 1,
    err: expect.stringContaining('did you mean lab?'),
  })
}, 90_000)

const keygen = spawnSync('ssh-keygen', ['-?']).error === undefined

it.skipIf(!keygen)(
  'gives signed statements away as files that ssh-keygen checks',
  async () => {
    const into = join(folder, 'evidence')
    const ran = await audited('export', numberOf('motd'), '-o', into)
    expect(ran.status).toBe(0)
    expect(readdirSync(into).filter((name) => name.endsWith('.sig'))).toEqual([
      '01-approval-ben.sig',
      '02-apply-engine.sig',
    ])
    const said = execFileSync('sh', [join(into, 'verify.sh')], { encoding: 'utf8' })
    expect(said).toMatch(
      /Good "plumbline-approval" signature for Person\/ben[\s\S]*Good "plumbline-apply" signature for engine/,
    )
    // What the engine signed names the digest of the results that lie beside it.
    const digest = /([0-9a-f]{64}) +results\.json/.exec(said)?.[1]
    expect(readFileSync(join(into, '02-apply-engine.signed'), 'utf8')).toContain(`"results":"sha256:${digest}"`)
    // One letter changed, and it holds no more.
    const signed = join(into, '01-approval-ben.signed')
    writeFileSync(signed, readFileSync(signed, 'utf8').replace('"approve"', '"Approve"'))
    expect(() => execFileSync('sh', [join(into, 'verify.sh')], { stdio: 'pipe' })).toThrow()
  },
  60_000,
)

it('reads documents and records out of a bare clone, and writes no files of the estate there', async () => {
  expect((await office.desk.run('-C', clone, 'log')).out).toContain(numberOf('motd'))
  expect((await office.desk.run('-C', clone, 'show', numberOf('motd'))).status).toBe(0)
  expect((await office.desk.run('-C', clone, 'get', 'Host')).out).toContain('web-01')
  expect((await office.desk.run('-C', clone, 'validate')).status).toBe(0)
  const schemas = await office.desk.run('-C', clone, 'schemas')
  expect(schemas).toMatchObject({ status: 1, err: expect.stringContaining('[repository-bare]') })
}, 60_000)
