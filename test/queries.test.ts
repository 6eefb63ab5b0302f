import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { generateKeyPair } from '../engine/adapters/signing/key-pair.ts'
import { type SimulatedHost, startSimulatedHost } from '../engine/adapters/simulated/simulated-host.ts'
import { type Desk, openDesk, type Ran } from './cli.ts'

let scratch: string
let desk: Desk
const hosts = new Map<string, SimulatedHost>()

/** Moments of the story, as `plumbline as-of` takes them. */
const at: Record<'before' | 'seen', string> = { before: '', seen: '' }
let first: string
/** A query before anything was looked at. */
let unseen: Ran

const documents = (...list: readonly object[]): string =>
  list.map((d) => stringify({ apiVersion: 'plumbline/v1', ...d })).join('---\n')

async function must(...argv: string[]): Promise<string> {
  const ran = await desk.run(...argv)
  if (ran.status !== 0) throw new Error(`plumbline ${argv.join(' ')} ended with ${ran.status}\n${ran.out}${ran.err}`)
  return ran.out
}
const rows = async (...argv: string[]): Promise<Record<string, unknown>[]> => JSON.parse(await must(...argv, '--json'))
const changeIn = (out: string): string => /CHG-\d+-\d+/.exec(out)?.[0] ?? ''
const rootOf = (name: string): string => hosts.get(name)?.root ?? ''
const motd = (content: string): void =>
  desk.write(
    'inventory/systems.yaml',
    documents({
      kind: 'Profile',
      metadata: { name: 'baseline' },
      spec: { selector: { all: true }, resources: [{ file: { path: '/etc/notice', content } }] },
    }),
  )

function openssl(host: string, version: string): void {
  const path = join(rootOf(host), 'var/lib/dpkg/status')
  const status = readFileSync(path, 'utf8').replace(/Package: openssl\n(?:.+\n)+\n/, '')
  const fields = [
    'Status: install ok installed',
    'Architecture: amd64',
    `Version: ${version}`,
    'Description: simulated',
  ]
  writeFileSync(path, `${status}Package: openssl\n${fields.join('\n')}\n\n`)
}

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'plumbline-queries-'))
  const login = join(scratch, 'key')
  const pair = generateKeyPair('queries')
  writeFileSync(login, pair.privateKey, { mode: 0o600 })
  writeFileSync(`${login}.pub`, `${pair.publicKey}\n`)
  desk = openDesk({ PLUMBLINE_SSH_KEY: login, PLUMBLINE_DEBUG: '1' })
  await must('init', '.', '--solo')
  const racks = { 'db-01': 'ams1-r04', 'web-01': 'ams1-r04', 'web-02': 'ams1-r05' }
  for (const name of Object.keys(racks)) {
    const host = await startSimulatedHost({ folder: join(scratch, name), name })
    host.authorize(pair.publicKey)
    hosts.set(name, host)
  }
  openssl('db-01', '3.0.11-1~deb12u2')
  openssl('web-01', '3.0.15-1~deb12u1')
  desk.write(
    'inventory/hosts.yaml',
    documents(
      { kind: 'Site', metadata: { name: 'ams1' }, spec: { timeZone: 'Europe/Amsterdam' } },
      { kind: 'Room', metadata: { name: 'hall' }, spec: { site: 'ams1' } },
      ...[...new Set(Object.values(racks))].map((name) => ({
        kind: 'Rack',
        metadata: { name },
        spec: { room: 'hall' },
      })),
      ...Object.entries(racks).map(([name, rack], i) => ({
        kind: 'Host',
        metadata: { name, labels: { role: name.slice(0, -3) } },
        spec: {
          address: '127.0.0.1',
          environment: 'prod',
          rack: { rack, unit: i + 1 },
          root: rootOf(name),
          hostKeys: [hosts.get(name)?.hostKey],
          ssh: { port: hosts.get(name)?.port, user: hosts.get(name)?.user },
        },
      })),
    ),
  )
  desk.write(
    'inventory/people.yaml',
    documents(
      {
        kind: 'Person',
        metadata: { name: 'ana' },
        spec: { fullName: 'Ana', email: 'ana@example.org', login: 'ana', sshKeys: [{ key: pair.publicKey.trim() }] },
      },
      { kind: 'Team', metadata: { name: 'operations' }, spec: { members: ['ana'] } },
    ),
  )
  // The policies of a new estate ask for somebody else's approval of access.
  for (const file of readdirSync(join(desk.folder, 'policies'))) rmSync(join(desk.folder, 'policies', file))
  desk.commit('Hosts and people')
  at.before = new Date().toISOString()
  unseen = await desk.run('query', 'packages', '--json')
  await must('apply')
  desk.write(
    'inventory/access.yaml',
    documents(
      { kind: 'Role', metadata: { name: 'dba' }, spec: { purpose: 'Everything', sudo: [{ commands: ['ALL'] }] } },
      {
        kind: 'AccessGrant',
        metadata: { name: 'dba' },
        spec: {
          to: ['Person/ana'],
          role: 'dba',
          on: { labels: { role: 'db' } },
          expires: '2099-01-01T00:00:00Z',
          reason: 'Looks after the database',
        },
      },
    ),
  )
  motd('One\n')
  desk.commit('An estate')
  first = changeIn(await must('apply', '--json'))
}, 120_000)

afterAll(async () => {
  desk?.close()
  for (const host of hosts.values()) await host.stop()
  rmSync(scratch, { recursive: true, force: true })
})

describe('observe', () => {
  it('looks at all hosts, or some, keeps what it saw, and says what is as it was', async () => {
    const { hosts: seen } = JSON.parse(await must('observe', '--json'))
    expect(seen).toHaveLength(3)
    expect(seen[0]).toMatchObject({ host: 'db-01', compared: 'changed', facts: expect.any(Number) })
    expect(seen[0].facts).toBeGreaterThan(3)
    expect(await must('observe', '--host', 'db-01')).toMatch(/^db-01 +same +\d+ resources, \d+ groups of facts, since/)
    at.seen = new Date().toISOString()
    expect(await desk.run('observe', '--host', 'db-1')).toMatchObject({
      status: 1,
      err: expect.stringContaining('did you mean db-01?'),
    })
  })

  it('keeps what apply saw, too', async () => {
    const found = await rows('query', 'resources', 'name == "/etc/notice" && found == "present"')
    expect(found.map((r) => r['host'])).toEqual(['db-01', 'web-01', 'web-02'])
  })
})

describe('query', () => {
  it('tells which hosts run openssl below 3.0.15', async () => {
    const asked = ['query', 'packages', 'name == "openssl" && versionBelow(version, "3.0.15")']
    expect(await rows(...asked)).toMatchObject([{ host: 'db-01', version: '3.0.11-1~deb12u2' }])
    const { out, err } = await desk.run(...asked)
    expect(out).toMatch(/^host +name +version +held\ndb-01 +openssl +3\.0\.11/)
    expect(err).toMatch(/^1 row · 3 of 3 hosts seen .* ago\n$/)
  })

  it('tells who can become root on db-01, by documents and by the host itself', async () => {
    const found = await rows('query', 'access', 'host == "db-01" && root')
    const ways = found.map((r) => `${r['source']} ${r['login']} ${r['how']}`)
    expect(ways).toEqual(
      expect.arrayContaining([
        'desired plumbline the engine logs in',
        'desired ana sudo ALL',
        expect.stringMatching(/^observed plumbline (sudo ALL|member of sudo)$/),
      ]),
    )
    expect(found.find((r) => r['login'] === 'ana' && r['source'] === 'desired')).toMatchObject({
      person: 'Person/ana',
      via: ['AccessGrant/dba'],
    })
    expect(await rows('query', 'access', 'host == "web-01" && login == "ana"')).toEqual([])
  })

  it('tells what sits in rack ams1-r04', async () => {
    const { out } = await desk.run(
      'query',
      'hosts',
      'spec.rack.rack == "ams1-r04"',
      '--select',
      'name,spec.rack.unit',
      '--csv',
    )
    expect(out).toBe('name,spec.rack.unit\r\ndb-01,1\r\nweb-01,2\r\n')
  })

  it('does not let an answer read as none where nobody could look', async () => {
    const { status, out, err } = await desk.run('query', 'services')
    expect({ status, out }).toEqual({ status: 0, out: '' })
    expect(err).toMatch(/\[facts-not-seen\] services are not known of db-01/)
    expect((await desk.run('query', 'packages')).err).not.toContain('[facts-not-seen]')
  })

  it('knows every table and its columns, and what was meant', async () => {
    const tables = await rows('query')
    const names = tables.map((t) => t['name'])
    expect(names).toEqual(
      expect.arrayContaining(['hosts', 'packages', 'access', 'certificates', 'changes', 'AccessGrant']),
    )
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(await desk.run('query', String(name), '--limit', '1')).toMatchObject({ status: 0 })
    expect(await must('query', 'packages', '--tables')).toMatch(/^version +version +/m)
    expect((await desk.run('query', 'pakages')).err).toContain('did you mean packages?')
    expect(await desk.run('query', 'packages', 'versoin == "1"')).toMatchObject({
      status: 1,
      err: expect.stringContaining('did you mean version?'),
    })
    expect(await desk.run('query', 'hosts', '--json', '--csv')).toMatchObject({ status: 64 })
  })

  it('never lets a host reach the terminal or a spreadsheet', async () => {
    appendFileSync(join(rootOf('web-02'), 'etc/passwd'), '=cmd()\u001b[2J,"x:x:1002:1002::/:/bin/sh\n')
    await must('observe', '--host', 'web-02')
    const text = await must('query', 'users', 'host == "web-02" && uid == 1002')
    expect(text).toContain('=cmd()\\u{1b}[2J')
    expect(await must('query', 'users', 'uid == 1002', '--select', 'name', '--csv')).toContain(`"'=cmd()`)
  })
})

describe('as-of', () => {
  beforeAll(async () => {
    await must('baseline', 'before-two', '--comment', 'before the second')
    motd('Two\n')
    openssl('db-01', '3.0.16-1~deb12u1')
    desk.commit('Another')
    await must('apply')
    await must('observe')
  }, 60_000)

  const old = ['query', 'packages', 'name == "openssl" && host == "db-01"'] as const

  it('shows what hosts were like at a time, and what documents and records said', async () => {
    expect(await rows(...old)).toMatchObject([{ version: '3.0.16-1~deb12u1' }])
    expect(await rows('as-of', at.seen, ...old)).toMatchObject([{ version: '3.0.11-1~deb12u2' }])
    const { err, out } = await desk.run('as-of', 'before-two', 'get', 'Profile/baseline')
    expect(err).toMatch(/^as of 2\S+ · commit [0-9a-f]{12}, as named · ledger [0-9a-f]{12} · newest snapshot 2/)
    expect(out).toContain('One')
    expect(await rows('as-of', 'before-two', 'log')).toHaveLength(2)
    expect(await rows('log')).toHaveLength(3)
    expect(JSON.parse(await must('as-of', first, 'show', first, '--json'))).toMatchObject({
      record: { state: 'implemented' },
    })
    expect(await desk.run('as-of', 'before-two', 'audit', 'verify')).toMatchObject({ status: 0 })
  })

  it('judges drift and settings by what was seen then', async () => {
    expect(await desk.run('as-of', 'before-two', 'drift')).toMatchObject({ status: 0 })
    expect(await must('as-of', first, 'blame', 'db-01', 'file:/etc/notice')).toMatch(/^so +file:\/etc\/notice/m)
  })

  it('knows nothing of hosts where nothing had been seen, and says so', async () => {
    expect(unseen).toMatchObject({ status: 0, out: '[]\n', err: expect.stringContaining('[hosts-not-seen]') })
    const { err, out } = await desk.run('as-of', at.before, ...old, '--json')
    expect(JSON.parse(out)).toEqual([])
    // What was pushed a moment ago is not yet the desired state: the ledger had not recognised it.
    expect(err).toMatch(/as the ledger had it · .* · no snapshots\n/)
  })

  it('does not believe the date of a commit that came after the ledger began', async () => {
    const dated = { GIT_COMMITTER_DATE: '2020-01-01T00:00:00Z', GIT_AUTHOR_DATE: '2020-01-01T00:00:00Z' }
    const who = ['-c', 'user.name=Ana', '-c', 'user.email=ana@example.org']
    desk.write('inventory/late.yaml', documents({ kind: 'Site', metadata: { name: 'late' }, spec: { city: 'Late' } }))
    execFileSync('git', ['-C', desk.folder, 'add', '.'])
    execFileSync('git', ['-C', desk.folder, ...who, 'commit', '-qm', 'Dated back'], {
      env: { ...process.env, ...dated },
    })
    const { status, err } = await desk.run('as-of', '2020-06-01', 'get', 'Site')
    expect({ status, err }).toMatchObject({ status: 1, err: expect.stringContaining('there was no estate yet') })
    desk.git('reset', '-q', '--hard', 'HEAD~1')
  })

  it.each([
    [['as-of', '2999-01-01', 'get'], /lies ahead/],
    [['as-of', '1999-01-01', 'get'], /there was no estate yet/],
    [['as-of', 'no-such-thing', 'get'], /\[moment-unknown\]/],
    [['as-of', 'before-two', 'apply'], /\[reads-only\]/],
    [['as-of', 'before-two', 'query', 'hosts', '--observe'], /\[reads-only\]/],
    [['as-of', 'before-two', 'baseline', 'again'], /\[reads-only\]/],
  ])('%j is refused', async (argv, why) => {
    const { status, err } = await desk.run(...argv)
    expect(status).toBe(1)
    expect(err).toMatch(why)
  })
})

describe('baseline and diff', () => {
  it('records a baseline once, in a ledger that verifies, and lists it', async () => {
    expect(await desk.run('baseline', 'before-two')).toMatchObject({
      status: 1,
      err: expect.stringContaining('[baseline-exists]'),
    })
    expect(await desk.run('baseline', '../x')).toMatchObject({ status: 1 })
    expect(await must('baseline', 'list')).toMatch(
      /^before-two +2\S+ .* 3 hosts, 3 with a snapshot .*before the second/,
    )
    expect(JSON.parse(await must('baseline', 'show', 'before-two', '--json'))).toMatchObject({ name: 'before-two' })
    expect((await desk.run('baseline', 'show', 'before-tow')).err).toContain('did you mean before-two?')
    await must('audit', 'verify')
  })

  it('tells what differs from it: documents, what they want, and what is there', async () => {
    const { status, out } = await desk.run('diff', 'before-two')
    expect(status).toBe(2)
    expect(out).toMatch(/~ Profile\/baseline {2}spec\.resources.*One/)
    expect(out).toMatch(/db-01\n.*~ wanted file:\/etc\/notice\n +content: One⏎ → Two⏎/)
    expect(out).toContain('↑ packages openssl:amd64  version: 3.0.11-1~deb12u2 → 3.0.16-1~deb12u1')
    // The other two changed in the same way.
    expect(out).toMatch(/^web-01, web-02$/m)
    const same = await desk.run('diff', 'now', 'live', '--json')
    expect(same.status).toBe(0)
    expect(JSON.parse(same.out)).toMatchObject({ documents: [], hosts: [], unseen: [] })
  })

  it('shows drift that has gone since', async () => {
    const path = join(rootOf('web-02'), 'etc/notice')
    writeFileSync(path, 'By hand\n')
    expect(await desk.run('drift', '--host', 'web-02')).toMatchObject({ status: 2 })
    const off = new Date().toISOString()
    writeFileSync(path, 'Two\n')
    expect(await desk.run('drift')).toMatchObject({ status: 0 })
    const then = await desk.run('as-of', off, 'drift', '--json')
    expect(then.status).toBe(2)
    expect(JSON.parse(then.out).actions).toMatchObject([{ host: 'web-02', resource: 'file:/etc/notice' }])
  })

  it('forgets what is old, but nothing that a baseline names', async () => {
    expect(JSON.parse(await must('observe', '--forget', '1', '--json'))).toMatchObject({ forgotten: 0 })
    expect((await desk.run('diff', 'before-two', '--json')).status).toBe(2)
  })

  it('goes on without the store where it is damaged, and begins a new one', async () => {
    const file = join(desk.folder, '.git/plumbline/store/snapshots-1.db')
    for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
    writeFileSync(file, 'rubbish '.repeat(2000))
    const drift = await desk.run('drift')
    expect(drift.status).toBe(0)
    expect(drift.err).toContain('[store-broken]')
    expect(drift.err).toContain('snapshots-1.db.damaged-')
    expect(await desk.run('query', 'packages')).toMatchObject({
      status: 0,
      err: expect.stringContaining('[hosts-not-seen]'),
    })
  })
})
