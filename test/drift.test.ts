import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { generateKeyPair } from '../engine/adapters/signing/key-pair.ts'
import { type SimulatedHost, startSimulatedHost } from '../engine/adapters/simulated/simulated-host.ts'
import type { DriftFinding } from '../engine/model/drift.ts'
import type { Plan } from '../engine/model/plan.ts'
import { type Desk, openDesk } from './cli.ts'

/** Drift through the command line, on simulated hosts: what is said of it, and both ways out. */

const year = new Date().getUTCFullYear()
const names = ['web-01', 'web-02'] as const
const profile = `# What every web host gets
apiVersion: plumbline/v1
kind: Profile
metadata: { name: web }
spec:
  selector: { all: true }
  variables: { greeting: hello }
  resources:
    # greeting
    - file:
        path: /etc/banner # shown at login
        content: |
          one
          two
        mode: "0644" # everybody reads it

    - file: { path: /etc/limits, content: "limit 10\\n", mode: "0640" } # see the wiki
    - file: { path: /etc/table, source: files/table.txt }
    - file: { path: /etc/hello, template: "{{ greeting }} from {{ host.name }}\\n" }
    - package: { name: nginx } # any version
`

let scratch: string
let login: string
let desk: Desk
const hosts: SimulatedHost[] = []

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'plumbline-drift-'))
  const pair = generateKeyPair('drift')
  login = join(scratch, 'key')
  writeFileSync(login, pair.privateKey, { mode: 0o600 })
  writeFileSync(`${login}.pub`, `${pair.publicKey}\n`)
  for (const name of names) {
    const host = await startSimulatedHost({ folder: join(scratch, name), name })
    host.authorize(pair.publicKey)
    hosts.push(host)
  }
  desk = await estate()
}, 120_000)

afterAll(async () => {
  desk?.close()
  await Promise.all(hosts.map((host) => host.stop()))
  rmSync(scratch, { recursive: true, force: true })
})

/** Each test begins where nothing is off: what the one before left is applied, or taken back by hand. */
beforeEach(async () => {
  if ((await desk.run('drift')).status === 0) return
  await must('approve', 'main', '--key', login)
  await must('apply')
})

async function estate(): Promise<Desk> {
  const made = openDesk({ PLUMBLINE_SSH_KEY: login })
  desk = made
  await must('init', '.', '--solo')
  const documents = (...list: readonly object[]): string =>
    list.map((d) => stringify({ apiVersion: 'plumbline/v1', ...d })).join('---\n')
  const sshKeys = [{ key: readFileSync(`${login}.pub`, 'utf8').trim() }]
  made.write(
    'inventory/people.yaml',
    documents(
      { kind: 'Person', metadata: { name: 'ana' }, spec: { fullName: 'Ana', email: 'ana@example.org', sshKeys } },
      { kind: 'Team', metadata: { name: 'operations' }, spec: { members: ['ana'] } },
    ),
  )
  made.write(
    'inventory/hosts.yaml',
    documents(
      ...hosts.map(({ name, root, hostKey, port, user }) => ({
        kind: 'Host',
        metadata: { name, labels: { name } },
        spec: { address: '127.0.0.1', environment: 'prod', root, hostKeys: [hostKey], ssh: { port, user } },
      })),
    ),
  )
  made.write('inventory/web.yaml', profile)
  made.write('files/table.txt', 'a b\n')
  made.commit('Two hosts')
  await must('apply')
  return made
}

async function must(...argv: string[]): Promise<string> {
  const ran = await desk.run(...argv)
  if (ran.status !== 0) throw new Error(`plumbline ${argv.join(' ')} ended with ${ran.status}\n${ran.out}${ran.err}`)
  return ran.out
}

interface Drift extends Plan {
  readonly findings: readonly DriftFinding[]
}

async function drift(...argv: string[]): Promise<{ status: number; json: Drift }> {
  const { status, out } = await desk.run('drift', '--json', ...argv)
  return { status, json: JSON.parse(out) as Drift }
}

const on = (host: number, path: string): string => join(hosts[host]?.root ?? '', path)

function edit(host: number, path: string, text: string): void {
  mkdirSync(dirname(on(host, path)), { recursive: true })
  writeFileSync(on(host, path), text)
}

/** Merges a branch as a person does. */
function merge(branch: string): void {
  desk.git('merge', '-q', '--no-ff', '-m', `Merge ${branch}`, branch)
}

describe('drift', () => {
  it('says what is off, who set it, and what the host knows of it', async () => {
    edit(0, '/etc/banner', 'one\nTWO\n')
    const at = new Date(Date.now() + 2000).toISOString().slice(0, 19)
    appendFileSync(
      on(0, '/var/log/auth.log'),
      `${at}+00:00 web-01 sshd[7]: Accepted publickey for x.y from 10.0.0.9 port 4711 ssh2: ED25519 SHA256:abc
${at}+00:00 web-01 sudo[8]:      x.y : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/vi --secret=hunter2 /etc/banner
${at}+00:00 web-01 sshd[9]: Accepted publickey for plumbline from 10.0.0.1 port 4712 ssh2: ED25519 SHA256:def
${at}+00:00 web-01 sshd[9]: Invalid user Accepted publickey for forged from 6.6.6.6 port 1
`,
    )
    const { status, json } = await drift()
    expect(status).toBe(2)
    expect(json.findings).toMatchObject([
      {
        host: 'web-01',
        resource: 'file:/etc/banner',
        attribution: 'outside',
        fields: [
          { path: 'content', applied: expect.stringMatching(/^sha256:/), found: expect.stringMatching(/^sha256:/) },
        ],
        setBy: { change: expect.stringMatching(/^CHG-\d{4}-00001$/) },
        clues: { file: { path: '/etc/banner', what: 'changed' } },
        evidence: { command: expect.stringMatching(/^sha256:/), output: expect.stringMatching(/^sha256:/) },
      },
    ])
    expect(json.findings[0]?.clues.logins?.map((l) => `${l.user} ${l.how} ${l.from ?? l.command}`).sort()).toEqual([
      'x.y login 10.0.0.9',
      'x.y sudo /usr/bin/vi',
    ])
    const text = (await desk.run('drift')).out
    expect(text).toMatch(
      /made outside · file changed \d{4}-\d\d-\d\d \d\d:\d\d · owner \S+ · at that time logged in: .*x\.y from 10\.0\.0\.9/,
    )
    expect(text).toContain('plumbline drift revert')
    expect(text + JSON.stringify(json)).not.toMatch(/hunter2|forged|10\.0\.0\.1\b/)
  })

  it('tells what was merged and not applied from what was made outside, and admits what nobody knows', async () => {
    desk.write('inventory/web.yaml', profile.replace('limit 10', 'limit 11'))
    desk.commit('Raise the limit')
    edit(1, '/etc/hello', 'mine\n')
    rmSync(on(0, '/etc/table'))
    const { json } = await drift()
    expect(json.findings.map((f) => [f.host, f.resource, f.attribution, f.verb])).toEqual([
      ['web-01', 'file:/etc/limits', 'not-applied', 'update'],
      ['web-01', 'file:/etc/table', 'outside', 'create'],
      ['web-02', 'file:/etc/hello', 'outside', 'update'],
      ['web-02', 'file:/etc/limits', 'not-applied', 'update'],
    ])
    expect(json.findings[1]?.clues.file).toMatchObject({ what: 'removed' })
    await must('apply')
    desk.write('inventory/web.yaml', profile)
    desk.commit('And back')
    await must('apply')
  })
})

describe('drift revert', () => {
  it('plans back what is asked for and nothing else, through the way of every change', async () => {
    edit(0, '/etc/banner', 'mine\n')
    edit(0, '/etc/limits', 'limit 99\n')
    const plan = join(scratch, 'plan.json')
    const ran = await desk.run('drift', 'revert', '--host', 'web-01', '--resource', 'file:/etc/banner', '-o', plan)
    expect(ran).toMatchObject({ status: 2, err: '' })
    expect(ran.out).toContain(`plumbline approve ${plan}`)
    expect(await desk.run('apply', plan)).toMatchObject({ status: 1, out: '' })
    const said = await must('approve', plan, '--key', login)
    expect(said).toMatch(/CHG-\d+-\d+ approved/)
    expect(await must('apply')).toContain('implemented')
    expect(readFileSync(on(0, '/etc/banner'), 'utf8')).toBe('one\ntwo\n')
    expect(readFileSync(on(0, '/etc/limits'), 'utf8')).toBe('limit 99\n')
    await must('audit', 'verify')
  })

  it('refuses what did not drift', async () => {
    expect(await desk.run('drift', 'revert')).toMatchObject({
      status: 1,
      err: expect.stringContaining('[not-drifted]'),
    })
    const ran = await desk.run('drift', 'revert', '--resource', 'file:/etc/nothing')
    expect(ran.err).toContain('file:/etc/nothing is as it was applied')
  })

  it('believes no plan whose choice was edited', async () => {
    edit(0, '/etc/banner', 'mine\n')
    const plan = join(scratch, 'edited.json')
    await desk.run('drift', 'revert', '--host', 'web-01', '-o', plan)
    const saved = JSON.parse(readFileSync(plan, 'utf8')) as Plan
    writeFileSync(plan, JSON.stringify({ ...saved, only: [{ host: 'web-01', resource: 'file:/etc/limits' }] }))
    expect(await desk.run('approve', plan, '--key', login)).toMatchObject({
      status: 1,
      err: expect.stringContaining('[plan-invalid]'),
    })
  })
})

describe('drift adopt', () => {
  const adopt = (...argv: string[]) => desk.run('drift', 'adopt', '--key', login, ...argv)

  it('edits the documents in place on a branch; once merged, nothing is off', async () => {
    for (const i of [0, 1]) {
      edit(i, '/etc/banner', 'one\n\n# three\n')
      chmodSync(on(i, '/etc/limits'), 0o600)
    }
    const before = desk.read('inventory/web.yaml')
    const ran = await adopt('--branch', 'adopt/both', '--json')
    expect(ran).toMatchObject({ status: 0, err: '' })
    const done = JSON.parse(ran.out) as { plan: Plan; files: string[] }
    expect(done.files).toEqual(['inventory/web.yaml'])
    expect(done.plan.actions).toEqual([])
    // The work tree is as it was.
    expect(desk.read('inventory/web.yaml')).toBe(before)
    expect((await desk.run('plan', 'adopt/both')).out).toContain('nothing to do')
    merge('adopt/both')
    expect(desk.read('inventory/web.yaml')).toBe(
      before
        .replace('          one\n          two\n', '          one\n\n          # three\n')
        .replace('mode: "0640" } # see the wiki', 'mode: "0600" } # see the wiki'),
    )
    await must('apply')
    expect((await drift()).json.findings).toEqual([])
    expect((await desk.run('drift')).status).toBe(0)
    await must('audit', 'verify')
  })

  it('refuses what would change other hosts, naming them, until it is told to', async () => {
    edit(0, '/etc/limits', 'limit 12\n')
    const refused = await adopt('--host', 'web-01')
    expect(refused).toMatchObject({ status: 1, err: expect.stringContaining('[adopt-reaches-others]') })
    expect(refused.err).toContain('web-02')
    const done = await adopt('--host', 'web-01', '--everywhere')
    expect(done).toMatchObject({ status: 0, err: '' })
    expect(done.out).toMatch(/branch +adopt\/web-01-file-etc-limits-\d{4}-\d\d-\d\d /)
  })

  it('rewrites the file that a content comes from, and leaves templates to people', async () => {
    edit(0, '/etc/table', 'a c\n')
    edit(1, '/etc/table', 'a c\n')
    const ran = await adopt('--resource', 'file:/etc/table', '--branch', 'adopt/table', '--json')
    expect(ran).toMatchObject({ status: 0, err: '' })
    expect(JSON.parse(ran.out)).toMatchObject({ files: ['files/table.txt'] })
    merge('adopt/table')
    expect(desk.read('files/table.txt')).toBe('a c\n')
    await must('apply')
    edit(0, '/etc/hello', 'mine\n')
    const refused = await adopt('--resource', 'file:/etc/hello')
    expect(refused).toMatchObject({ status: 1, err: expect.stringContaining('comes from a template') })
    expect(refused.err).toContain('drift revert')
  })

  it('takes no password of a host into the estate, and nothing that no text may hold', async () => {
    for (const bad of ['password = hunter2xyz\n', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n']) {
      edit(0, '/etc/limits', bad)
      edit(1, '/etc/limits', bad)
      const refused = await adopt('--resource', 'file:/etc/limits')
      expect(refused).toMatchObject({ status: 1, err: expect.stringContaining('keep that as a secret') })
      expect(refused.out + refused.err).not.toContain('hunter2xyz')
    }
    for (const odd of ['\ufdd0env/TOKEN@\ufdd1\n', 'a \u202e b\n', 'a \u001b[31m b\n']) {
      edit(0, '/etc/limits', odd)
      edit(1, '/etc/limits', odd)
      const ran = await adopt('--resource', 'file:/etc/limits')
      expect(ran.status, ran.out).toBe(1)
      expect(ran.out + ran.err).not.toMatch(/[\ufdd0\u202e\u001b]/)
    }
  })

  it('takes out what is gone, or asks for it to be absent', async () => {
    for (const i of [0, 1]) rmSync(on(i, '/etc/limits'))
    expect(await adopt('--absent', '--branch', 'adopt/absent')).toMatchObject({ status: 0, err: '' })
    desk.git('switch', '-q', 'adopt/absent')
    expect(desk.read('inventory/web.yaml')).toContain('- file: { path: /etc/limits, ensure: absent } # see the wiki')
    desk.git('switch', '-q', 'main')
    expect(await adopt('--branch', 'adopt/gone')).toMatchObject({ status: 0, err: '' })
    merge('adopt/gone')
    expect(desk.read('inventory/web.yaml')).not.toContain('/etc/limits')
    await must('apply')
    expect((await drift()).json.findings).toEqual([])
    expect(await adopt('--branch', 'adopt/gone')).toMatchObject({ status: 1 })
  })
})

describe('a drift exception', () => {
  const exception = (expires: string) => `apiVersion: plumbline/v1
kind: DriftException
metadata: { name: motd-on-trial }
spec:
  on: { hosts: [web-01] }
  resources: ["file:/etc/*"]
  fields: [mode]
  owner: team/operations
  reason: Its permissions are under discussion
  expires: "${expires}"
`
  const soon = new Date(Date.now() + 86_400_000).toISOString()

  it('leaves what it names, shows who answers for it, and counts no more once it has ended', async () => {
    desk.write('inventory/exception.yaml', exception(soon))
    desk.commit('An exception')
    await must('apply')
    for (const i of [0, 1]) chmodSync(on(i, '/etc/banner'), 0o600)
    const { json } = await drift()
    expect(json.findings.map((f) => `${f.host} ${f.resource}`)).toEqual(['web-02 file:/etc/banner'])
    expect(json.ignored).toMatchObject([
      { host: 'web-01', resource: 'file:/etc/banner', fields: ['mode'], owner: 'team/operations' },
    ])
    const { out } = await desk.run('drift')
    expect(out).toMatch(
      /ignored +web-01 +file:\/etc\/banner mode +until \S+ by team\/operations because Its permissions/,
    )
    expect((await desk.run('plan')).out).toContain('1 difference ignored')
    // What else is off is brought back, and what is left stays as it is.
    edit(0, '/etc/banner', 'mine\n')
    chmodSync(on(0, '/etc/banner'), 0o600)
    await must('approve', 'main', '--key', login)
    await must('apply')
    expect(readFileSync(on(0, '/etc/banner'), 'utf8')).not.toBe('mine\n')
    expect((statSync(on(0, '/etc/banner')).mode & 0o777).toString(8)).toBe('600')
    desk.write('inventory/exception.yaml', exception('2026-01-01T00:00:00Z'))
    desk.commit('It has ended')
    expect((await desk.run('validate')).out + (await desk.run('validate')).err).toContain('[exception-expiry]')
  })
})

describe('drift --record', () => {
  interface Found {
    readonly id: string
    readonly kind: string
    readonly state: string
    readonly host: string
    readonly resource: string
    readonly settled?: { readonly change?: string; readonly because: string }
  }
  const found = async (state?: string): Promise<readonly Found[]> => {
    const said = await must('log', '--json', '--limit', '100', ...(state === undefined ? [] : ['--state', state]))
    return (JSON.parse(said) as Found[]).filter((r) => r.kind === 'UnauthorisedChange')
  }

  it('writes down what no change did, once, and what became of it', async () => {
    const bring = async () => {
      await must('approve', 'main', '--key', login)
      await must('apply')
    }
    expect(await desk.run('drift', '--record')).toMatchObject({ status: 0, err: '' })
    edit(0, '/etc/banner', 'one\n')
    edit(1, '/etc/table', 'mine\n')
    for (let i = 0; i < 2; i++) {
      const ran = await desk.run('drift', '--record')
      expect(ran).toMatchObject({ status: 2, err: '' })
      expect(ran.out).toMatch(/made outside · .*UCH-\d{4}-00001/)
    }
    expect((await found()).map((r) => `${r.id} ${r.state} ${r.host} ${r.resource}`)).toEqual([
      `UCH-${year}-00002 open web-02 file:/etc/table`,
      `UCH-${year}-00001 open web-01 file:/etc/banner`,
    ])
    expect(await must('audit', 'verify')).toMatch(/2 unauthorised changes are open:\n +UCH-\d{4}-00001 +web-01/)
    expect(await must('show', `UCH-${year}-00001`)).toMatch(/UCH-\d{4}-00001 +open[\s\S]*made +outside · file changed/)
    // Undone by hand: no change did it.
    const table = desk.read('files/table.txt')
    edit(1, '/etc/table', table)
    await desk.run('drift', '--record')
    expect((await found('gone')).map((r) => r.id)).toEqual([`UCH-${year}-00002`])
    // Changed again, and brought back by a change.
    edit(0, '/etc/banner', 'two\n')
    await desk.run('drift', '--record')
    expect((await found('open')).map((r) => r.id)).toEqual([`UCH-${year}-00003`])
    await bring()
    expect(await found('reverted')).toMatchObject([
      { id: `UCH-${year}-00003`, settled: { change: expect.stringMatching(/^CHG-/) } },
    ])
    // Taken into the documents.
    for (const i of [0, 1]) edit(i, '/etc/banner', 'three\n')
    await desk.run('drift', '--record')
    expect(await desk.run('drift', 'adopt', '--key', login, '--branch', 'adopt/three')).toMatchObject({ status: 0 })
    merge('adopt/three')
    await must('apply')
    expect((await found('adopted')).map((r) => r.host).sort()).toEqual(['web-01', 'web-02'])
    expect(await found('open')).toEqual([])
    expect(await must('audit', 'verify')).not.toContain('unauthorised')
  })

  it('is settled by an exception, and found anew once that has ended', async () => {
    chmodSync(on(1, '/etc/hello'), 0o600)
    await desk.run('drift', '--record')
    const [before] = await found('open')
    const until = (expires: string) => {
      desk.write(
        'inventory/hello.yaml',
        `apiVersion: plumbline/v1
kind: DriftException
metadata: { name: hello }
spec: { on: { all: true }, resources: ["file:/etc/hello"], owner: person/ana, reason: On trial, expires: "${expires}" }
`,
      )
      desk.commit(`Until ${expires}`)
    }
    until(new Date(Date.now() + 86_400_000).toISOString())
    await must('apply')
    await must('drift', '--record')
    expect(await found('ignored')).toMatchObject([
      { id: before?.id, settled: { because: expect.stringContaining('On trial') } },
    ])
    until('2026-01-01T00:00:00Z')
    await must('apply')
    await desk.run('drift', '--record')
    expect(await found('open')).toMatchObject([{ resource: 'file:/etc/hello' }])
    await must('audit', 'verify')
  })

  it('is shown by its number, however it is written', async () => {
    edit(0, '/etc/banner', 'again\n')
    await desk.run('drift', '--record')
    const [open] = await found('open')
    const ran = await desk.run('show', String(open?.id).toLowerCase(), '--json')
    expect(JSON.parse(ran.out)).toMatchObject({
      record: { state: 'open' },
      history: [{ transition: 'find', actor: 'engine' }],
    })
  })
})
