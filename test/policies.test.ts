import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Plan } from '../engine/model/plan.ts'
import { documents, type Office, openOffice } from './office.ts'

/** Policies with examples, what they would have said of the past, and a risk that learns from it and asks for more people. */

let office: Office

const file = (path: string, content: string) => ({ file: { path, content } })
const profile = (name: string, ...resources: readonly object[]) =>
  documents({
    kind: 'Profile',
    metadata: { name, owner: 'team/operations' },
    spec: { selector: { all: true }, resources },
  })
const policy = (name: string, spec: object) => documents({ kind: 'ChangePolicy', metadata: { name }, spec })
const key = (name: string) => office.colleague(name).keyFile

beforeAll(async () => {
  // A Monday at ten, by the clocks of the estate.
  office = await openOffice({
    at: '2026-10-05T08:00:00Z',
    estate: { changes: { timeZone: 'Europe/Amsterdam', risk: { medium: { approvals: 1, teams: ['security'] } } } },
    files: {
      'inventory/shop.yaml': documents({
        kind: 'Service',
        metadata: { name: 'shop' },
        spec: { purpose: 'Sells books', criticality: 5, hosts: ['web-01'] },
      }),
    },
  })
}, 60_000)

afterAll(async () => office?.close())

async function planOf(branch: string): Promise<Plan> {
  const out = await office.must(['plan', branch, '--json'])
  return JSON.parse(out.slice(out.indexOf('{'))) as Plan
}

const factors = ({ risk }: Plan) => risk.factors.map((f) => `+${f.points} ${f.because}`)

it('runs the examples of policies, and says which does not hold, what it says instead, and where', async () => {
  const tests = [
    { name: 'a profile', change: { after: { kind: 'Profile', metadata: { name: 'x' } } }, expect: 'deny' },
    { name: 'a host', change: { after: { kind: 'Host', metadata: { name: 'x' } } }, expect: 'deny' },
  ]
  const spec = { match: { kinds: ['Profile'] }, outcome: { deny: true }, message: 'No profiles today' }
  office.desk.write('policies/frozen.yaml', policy('frozen', { ...spec, tests }))
  office.desk.write('policies/quiet.yaml', policy('quiet', { ...spec, outcome: { warn: true } }))
  const ran = await office.desk.run('policy', 'test')
  expect(ran.status).toBe(1)
  expect(ran.out).toMatch(/holds +ChangePolicy\/frozen +a profile +deny/)
  expect(ran.out).toContain('a host: expected deny, and it says none')
  expect(ran.out).toMatch(/policies\/frozen\.yaml:\d+/)
  expect(ran.out).toContain('1 of 2 examples holds; 1 policy has none')
  const json = JSON.parse((await office.desk.run('policy', 'test', '--json')).out)
  expect(json).toMatchObject({
    untested: ['ChangePolicy/quiet'],
    results: [{ got: 'deny' }, { got: 'none', because: 'match leaves it out' }],
  })
  expect((await office.desk.run('policy', 'test', 'frozen', 'ChangePolicy/quiet')).status).toBe(1)
  expect((await office.desk.run('policy', 'test', 'quiet')).status).toBe(0)
  const unknown = await office.desk.run('policy', 'test', 'forzen')
  expect(unknown.err).toContain('did you mean frozen?')
  rmSync(join(office.desk.folder, 'policies'), { recursive: true })
}, 60_000)

it('keeps the risk that a record was opened with, and judges by it whatever the hour is by then', async () => {
  await office.write({
    branch: 'motd',
    author: 'ana',
    files: { 'inventory/motd.yaml': profile('motd', file('/etc/motd', 'one\n')) },
  })
  const plan = await planOf('motd')
  expect(plan.risk.level).toBe('low')
  expect(factors(plan)).toContain('+2 nothing was applied to web-01 before')
  // On a Sunday night the same change is of medium risk, and security has to look at it.
  office.turn('2026-10-04T23:00:00Z')
  const night = await planOf('motd')
  expect(factors(night)).toContain('+4 outside working hours: few people are there to help')
  expect(night.risk.level).toBe('medium')
  expect(night.verdict.requirements.map((r) => r.because)).toContainEqual(
    expect.stringContaining('its risk is 26 of 100'),
  )
  expect(night.subject.plan).toBe(plan.subject.plan)
  office.turn('2026-10-05T08:00:00Z')
  const out = await office.must(['approve', 'motd', '--key', key('ben'), '--json'])
  const change = /CHG-\d{4}-\d{5,}/.exec(out)?.[0] ?? ''
  const { risk, state } = await office.record(change)
  expect(state).toBe('approved')
  expect(risk).toEqual(plan.risk)
  office.turn('2026-10-10T22:00:00Z')
  office.merge('motd')
  await office.must(['apply'])
  expect((await office.record(change)).state).toBe('implemented')
  expect(readFileSync(office.on('web-01', '/etc/motd'), 'utf8')).toBe('one\n')
}, 120_000)

it('learns from what was applied, who changed it, and what failed', async () => {
  office.turn('2026-10-12T08:00:00Z')
  const files = { 'inventory/motd.yaml': profile('motd', file('/etc/motd', 'two\n')) }
  await office.write({ branch: 'by-ana', author: 'ana', files })
  await office.write({ branch: 'by-cleo', author: 'cleo', files })
  const [known, fresh] = [await planOf('by-ana'), await planOf('by-cleo')]
  expect(factors(known).filter((f) => f.includes('before'))).toEqual([])
  expect(factors(fresh)).toContain('+2 Person/cleo never changed anything of Team/operations before')
  // What can't be written fails.
  const bad = { 'inventory/bad.yaml': profile('bad', file('/etc/motd/below', 'never\n')) }
  const failed = await office.approved({ branch: 'bad', author: 'ana', files: bad })
  await office.must(['apply'], [1])
  expect((await office.record(failed)).state).toBe('failed')
  const later = await planOf('by-ana')
  expect(later.risk.factors).toContainEqual({
    points: 4,
    because: 'a change like it went wrong in the last 90 days, with the same type of resource in the same place',
    evidence: [failed],
  })
  expect(await office.must(['plan', 'by-ana'])).toContain(failed)
  office.turn('2027-02-15T08:00:00Z')
  expect(factors(await planOf('by-ana')).filter((f) => f.includes('went wrong'))).toEqual([])
}, 120_000)

it('says what other policies would have decided about the past, and what can not be judged', async () => {
  const security = { approvals: { count: 1, teams: ['security'] } }
  const reads = { match: { paths: ['inventory/motd.yaml'] }, outcome: security, message: 'Security reads the greeting' }
  const rule = policy('motd', reads)
  office.desk.write('policies/new.yaml', rule)
  const since = ['--since', '2026-10-01']
  const ran = await office.desk.run('policy', 'replay', ...since)
  expect(ran.status).toBe(0)
  expect(ran.out).toContain('1 of anybody → 1 of Team/security, and lacks 1 of Team/security')
  expect(ran.out).toContain('Security reads the greeting (ChangePolicy/motd, for create Profile/motd)')
  expect(ran.out).toContain(
    '2 changes since 2026-10-01 judged again, 1 as then, 1 stricter, 0 looser, 1 would have been held up',
  )
  const { changes, counts } = JSON.parse((await office.desk.run('policy', 'replay', ...since, '--json')).out)
  expect(counts).toEqual({ same: 1, stricter: 1, looser: 0, other: 0, 'held-up': 1, 'not-judged': 0 })
  expect(changes).toMatchObject([
    { result: 'same' },
    { result: 'stricter', heldUp: true, now: { lacks: ['1 of Team/security'] } },
  ])
  const same = await office.desk.run('policy', 'replay', ...since, '--from', 'main')
  expect(same.out).toContain('2 as then, 0 stricter')
  const later = await office.desk.run('policy', 'replay', '--since', '2026-10-11', '--policy', 'motd')
  expect(later.out).toContain('1 change since 2026-10-11 judged again, 1 as then')
  expect((await office.desk.run('policy', 'replay', '--since', 'yesterday')).status).toBe(1)
  // Never merged, and thrown away.
  await office.write({
    branch: 'gone',
    author: 'ana',
    files: { 'inventory/gone.yaml': profile('gone', file('/etc/gone', 'x')) },
  })
  await office.must(['approve', 'gone', '--key', key('cleo')])
  office.desk.git('branch', '-D', 'gone')
  office.desk.git('reflog', 'expire', '--expire=now', '--all')
  office.desk.git('gc', '--quiet', '--prune=now')
  office.desk.write('policies/new.yaml', rule)
  const without = await office.desk.run('policy', 'replay', ...since)
  expect(without.out).toMatch(
    /CHG-2027-00001 {2}gone\n {2}not judged {2}commit [0-9a-f]{12} is not in this clone any more/,
  )
  expect(without.out).toContain('1 stricter, 0 looser, 1 would have been held up, 1 not judged')
}, 120_000)
