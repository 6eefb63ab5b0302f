import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { load } from 'js-yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { generateKeyPair } from '../engine/adapters/signing/key-pair.ts'
import { type SimulatedHost, startSimulatedHost } from '../engine/adapters/simulated/simulated-host.ts'
import type { HostFacts } from '../engine/model/facts.ts'
import { type Desk, openDesk } from './cli.ts'

let scratch: string
let desk: Desk
const hosts = new Map<string, SimulatedHost>()

const documents = (...list: readonly object[]): string =>
  list.map((d) => stringify({ apiVersion: 'plumbline/v1', ...d })).join('---\n')

async function must(...argv: string[]): Promise<string> {
  const ran = await desk.run(...argv)
  if (ran.status !== 0) throw new Error(`plumbline ${argv.join(' ')} ended with ${ran.status}\n${ran.out}${ran.err}`)
  return ran.out
}

function put(host: string, path: string, text: string): void {
  const file = join(hosts.get(host)?.root ?? '', path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

type Item = Readonly<Record<string, Readonly<Record<string, unknown>>>>
const resources = (profile: string): readonly Item[] =>
  (load(desk.read(`inventory/profiles/${profile}.yaml`)) as { spec: { resources: Item[] } }).spec.resources
const crons = (profile: string): unknown[] =>
  resources(profile).flatMap((r) => (r['cron'] === undefined ? [] : [r['cron']['name']]))

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'plumbline-import-'))
  const login = join(scratch, 'key')
  const pair = generateKeyPair('import')
  writeFileSync(login, pair.privateKey, { mode: 0o600 })
  writeFileSync(`${login}.pub`, `${pair.publicKey}\n`)
  desk = openDesk({ PLUMBLINE_SSH_KEY: login, PLUMBLINE_DEBUG: '1' })
  await must('init', '.', '--solo')
  // The profile that an estate begins with gives each host a file of its own.
  rmSync(join(desk.folder, 'inventory/profiles'), { recursive: true, force: true })
  for (const name of ['web-01', 'web-02', 'db-01']) {
    const host = await startSimulatedHost({ folder: join(scratch, name), name })
    host.authorize(pair.publicKey)
    hosts.set(name, host)
    for (const job of ['one', 'two', 'three']) put(name, `etc/cron.d/${job}`, `5 4 * * * root /usr/bin/${job}\n`)
  }
  put('web-01', 'var/spool/cron/crontabs/ana', '@daily /usr/bin/true\n')
  put('web-02', 'etc/cron.d/own', '@daily root /usr/bin/own\n')
  put('web-01', 'etc/cron.d/secret', '@daily root /usr/bin/push --to https://shop:TheCanary@example.org/\n')
  desk.write(
    'inventory/hosts.yaml',
    documents(
      ...[...hosts].map(([name, host]) => ({
        kind: 'Host',
        metadata: { name },
        spec: {
          address: '127.0.0.1',
          environment: 'prod',
          root: host.root,
          hostKeys: [host.hostKey],
          ssh: { port: host.port, user: host.user },
        },
      })),
    ),
  )
}, 120_000)

afterAll(async () => {
  for (const host of hosts.values()) await host.stop()
  desk.close()
  rmSync(scratch, { recursive: true, force: true })
})

describe('plumbline facts', () => {
  it('writes what templates use into the document of the host, once', async () => {
    const before = desk.read('inventory/hosts.yaml')
    desk.write('inventory/hosts.yaml', `# Ours\n${before}`)
    const wrote = await desk.run('facts', 'db-01', '--only', 'os,kernel', '--write')
    expect(wrote).toMatchObject({ status: 0, err: expect.stringContaining('wrote facts into inventory/hosts.yaml') })
    const text = desk.read('inventory/hosts.yaml')
    expect(text.startsWith('# Ours\n')).toBe(true)
    expect(text).toMatch(/^ +facts:.*os/m)
    expect(text.split('\n').filter((line) => !line.includes('facts:'))).toEqual(`# Ours\n${before}`.split('\n'))
    expect((await desk.run('facts', 'db-01', '--only', 'os,kernel', '--write')).err).toContain('says so already')
    expect(desk.read('inventory/hosts.yaml')).toBe(text)
    expect(await desk.run('validate')).toMatchObject({ status: 0 })
    desk.write('inventory/hosts.yaml', before)
  })

  it('shows what the files of a host tell, and says of the rest why it is unknown', async () => {
    const text = await must('facts', 'web-01', '--only', 'os,users,kernel')
    expect(text).toMatch(/^web-01 {2}seen /)
    expect(text).toMatch(/ {2}os\n {4}name +Debian/)
    expect(text).toMatch(/ {2}kernel\n {4}unknown {2}unsupported: the host does not run/)
    const [found] = JSON.parse(await must('facts', 'web-01', '--json')) as { facts: HostFacts }[]
    expect(found?.facts.facts.cron).toContainEqual({
      file: '/etc/cron.d/one',
      user: 'root',
      schedule: '5 4 * * *',
      command: '/usr/bin/one',
    })
    expect(found?.facts.evidence.cron?.output).toMatch(/^sha256:[0-9a-f]{64}$/)
  })

  it('knows which hosts and groups there are', async () => {
    expect((await desk.run('facts', 'web-1')).err).toContain('did you mean web-01?')
    expect((await desk.run('facts', 'web-01', '--only', 'packges')).err).toContain('did you mean packages?')
  })
})

describe('plumbline import', () => {
  it.each([
    [['ana@10.0.0.1'], 'import-target'],
    [['ssh://10.0.0.1/path'], 'import-target'],
    [['ssh://ana:pass@10.0.0.1'], 'import-target'],
    [['ssh://-oProxyCommand=x@10.0.0.1'], 'import-target'],
    [['ssh://10.0.0.1:99999'], 'import-target'],
    [[], 'import-target'],
    [['--fleet', '--label', 'role'], 'import-target'],
    [['ssh://10.0.0.1', '--environment', 'nowhere'], 'import-place'],
    [['ssh://10.0.0.1', '--site', 'nowhere'], 'import-place'],
    [['ssh://10.0.0.1', '--owner', 'team/nobody'], 'import-place'],
    [['ssh://10.0.0.1', '--host-key', 'no key'], 'import-host-key'],
    [['ssh://127.0.0.1:1'], 'host-unreachable'],
    [['web-01', 'web-02', '--name', 'web'], 'import-name'],
    [['--fleet', '--hosts', 'web-01'], 'import-shared'],
  ])('refuses %j', async (args, code) => {
    const ran = await desk.run('import', ...args)
    expect(ran.status).toBe(1)
    expect(ran.err).toContain(`[${code}]`)
  })

  it('writes the profile of a host that has a document, and proves that its plan is empty', async () => {
    const out = await must('import', 'web-01')
    expect(out).toContain('wrote inventory/profiles/web-01.yaml')
    expect(out).not.toContain('inventory/hosts/')
    expect(out).toContain('plan is empty')
    expect(crons('web-01')).toEqual(['one', 'three', 'two'])
    expect(desk.read('inventory/profiles/web-01.yaml')).toContain('/var/spool/cron/crontabs/ana')
    expect(out).toMatch(/cron +secret +it seems to hold a password or token/)
    expect(out + desk.read('inventory/profiles/web-01.yaml')).not.toContain('TheCanary')
    expect((await desk.run('import', 'web-01')).err).toContain('[import-exists]')
  })

  it('refuses an estate that has errors', async () => {
    desk.write('inventory/broken.yaml', documents({ kind: 'Host', metadata: { name: 'x' }, spec: {} }))
    expect((await desk.run('import', 'web-02')).err).toContain('[import-estate]')
    rmSync(join(desk.folder, 'inventory/broken.yaml'))
  })

  it('says what would be done where what it wrote is not so any more', async () => {
    await must('import', 'web-02', 'db-01')
    rmSync(join(hosts.get('web-02')?.root ?? '', 'etc/cron.d/own'))
    const ran = await desk.run('import', '--fleet', '--least', '99', '--hosts', 'web-02,db-01', '--label', 'a=b')
    put('web-02', 'etc/cron.d/own', '@daily root /usr/bin/own\n')
    expect(ran.status).toBe(2)
    expect(ran.out).toMatch(/plan is not empty\n +web-02 +create +cron:own/)
  })

  it('leaves to a profile of others what that says, and tells whose wish is not fulfilled', async () => {
    const base = {
      kind: 'Profile',
      metadata: { name: 'base' },
      spec: {
        selector: { all: true },
        resources: [{ cron: { name: 'one', schedule: '1 1 * * *', user: 'root', command: '/usr/bin/one' } }],
      },
    }
    desk.write('inventory/base.yaml', documents(base))
    const ran = await desk.run('import', 'web-01', '--force')
    rmSync(join(desk.folder, 'inventory/base.yaml'))
    expect(ran.status).toBe(2)
    expect(ran.out).toMatch(/left out\n(.*\n)* +cron +one +Profile\/base says what it shall be/)
    expect(ran.out).toMatch(/web-01 +update +cron:one .* for Profile\/base/)
    expect(crons('web-01')).toEqual(['three', 'two'])
    await must('import', 'web-01', '--force')
  })

  it('moves what is shared into a profile that selects by a label, in place', async () => {
    const path = 'inventory/profiles/web-02.yaml'
    desk.write(
      path,
      desk.read(path).replace(/^( +)(- cron: \{ name: own)/m, '$1# Ask Ana about this one\n$1$2 # really'),
    )
    desk.write(path, desk.read(path).replace(/ # really(.*)$/m, '$1 # really'))
    const out = await must('import', '--fleet', '--hosts', 'web-01,web-02', '--label', 'role=web')
    expect(out).toMatch(/Profile\/shared-web {2}\d+ resources of web-01, web-02/)
    expect(out).toContain('plan is empty')
    expect(crons('shared-web')).toEqual(['one', 'three', 'two'])
    expect(desk.read('inventory/profiles/shared-web.yaml')).toContain('selector: { labels: { role: web } }')
    expect(crons('web-02')).toEqual(['own'])
    expect(desk.read(path)).toMatch(/# Jobs\n +# Ask Ana about this one\n +- cron: \{ name: own.*\} # really\n/)
    expect(desk.read('inventory/hosts.yaml').match(/role: web/g)).toHaveLength(2)
    expect(crons('db-01')).toEqual(['one', 'three', 'two'])
    // Nothing is left to be shared.
    expect(await must('import', '--fleet', '--hosts', 'web-01,web-02')).not.toContain('wrote')
    expect(await must('validate')).toContain('all true')
  })

  it('takes no label that another host carries', async () => {
    await must('import', 'web-01', '--force')
    const ran = await desk.run('import', '--fleet', '--hosts', 'web-01,db-01', '--label', 'role=web')
    expect(ran.err).toContain('web-02 carry role=web, too')
  })
})
