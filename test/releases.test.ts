import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { generateKeyPair } from '../engine/adapters/signing/key-pair.ts'
import { type SimulatedHost, startSimulatedHost } from '../engine/adapters/simulated/simulated-host.ts'
import { type Desk, openDesk } from './cli.ts'

/** Releases as an engineer meets them: test follows the branch, production a release, and a promotion moves one line. */

let scratch: string
let desk: Desk
let login: string
const hosts: Record<'test-01' | 'prod-01', SimulatedHost> = {} as never

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'plumbline-releases-'))
  const pair = generateKeyPair('releases')
  login = join(scratch, 'key')
  writeFileSync(login, pair.privateKey, { mode: 0o600 })
  writeFileSync(`${login}.pub`, `${pair.publicKey}\n`)
  for (const name of ['test-01', 'prod-01'] as const) {
    hosts[name] = await startSimulatedHost({ folder: join(scratch, name), name })
    hosts[name].authorize(pair.publicKey)
  }
  desk = openDesk({ PLUMBLINE_SSH_KEY: login })
  await must('init', '.', '--solo')
  const sshKeys = [{ key: readFileSync(`${login}.pub`, 'utf8').trim() }]
  desk.write(
    'inventory/people.yaml',
    documents(
      { kind: 'Person', metadata: { name: 'ana' }, spec: { fullName: 'Ana', email: 'ana@example.org', sshKeys } },
      { kind: 'Team', metadata: { name: 'operations' }, spec: { members: ['ana'] } },
    ),
  )
  desk.write(
    'inventory/test.yaml',
    documents({ kind: 'Environment', metadata: { name: 'test' }, spec: { rollout: 'careful' } }),
  )
  desk.write('inventory/hosts.yaml', documents(host('test-01', 'test'), host('prod-01', 'prod')))
  desk.write(
    'inventory/pipeline.yaml',
    documents({
      kind: 'Pipeline',
      metadata: { name: 'platform' },
      spec: {
        numbering: {
          scheme: 'semver',
          bump: [
            { to: 'minor', trailer: 'Release: feature' },
            { to: 'major', trailer: 'Breaking' },
          ],
        },
        stages: [
          { name: 'test', environments: ['test'] },
          {
            name: 'production',
            environments: ['prod'],
            ready: { soakHours: 0, noFailedChange: true, noOpenDrift: true, noOpenEmergency: true },
          },
        ],
      },
    }),
  )
  banner('one')
  // Nobody but Ana is there to look at new access.
  rmSync(join(desk.folder, 'policies/change.yaml'))
  desk.commit('Two hosts')
  await must('apply')
}, 120_000)

afterAll(async () => {
  desk?.close()
  await Promise.all(Object.values(hosts).map((h) => h.stop()))
  rmSync(scratch, { recursive: true, force: true })
})

const documents = (...list: readonly object[]): string =>
  list.map((d) => stringify({ apiVersion: 'plumbline/v1', ...d })).join('---\n')

const host = (name: 'test-01' | 'prod-01', environment: string): object => ({
  kind: 'Host',
  metadata: { name },
  spec: {
    address: '127.0.0.1',
    environment,
    root: hosts[name].root,
    hostKeys: [hosts[name].hostKey],
    ssh: { port: hosts[name].port, user: hosts[name].user },
  },
})

const banner = (content: string, ...more: readonly object[]): void =>
  desk.write(
    'inventory/web.yaml',
    documents({
      kind: 'Profile',
      metadata: { name: 'web' },
      spec: {
        selector: { all: true },
        resources: [{ file: { path: '/etc/banner', content: `${content}\n` } }, ...more],
      },
    }),
  )

const shows = (name: 'test-01' | 'prod-01', path = '/etc/banner'): string | undefined => {
  const file = join(hosts[name].root, path)
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
}

async function must(...argv: string[]): Promise<string> {
  const ran = await desk.run(...argv)
  if (ran.status !== 0 && ran.status !== 2)
    throw new Error(`plumbline ${argv.join(' ')} ended with ${ran.status}\n${ran.out}${ran.err}`)
  return ran.out
}

/** A change from its branch to the hosts; a solo estate asks nobody. */
async function land(branch: string): Promise<void> {
  desk.git('switch', '-q', 'main')
  desk.git('merge', '-q', '--no-ff', '-m', `Merge ${branch}`, branch)
  await must('apply')
}

async function promote(version: string, stage: string, ...more: string[]): Promise<string> {
  return must('release', 'promote', version, '--to', stage, '--key', login, ...more)
}

it('goes from test to production by a reviewed line, and back', async () => {
  expect(shows('prod-01')).toBe('one')
  const cut = await must('release', 'cut')
  expect(cut).toContain('platform/1.0.0')
  expect(cut).toContain('it is the first')

  // Production follows it: nothing changes there.
  const promoted = await promote('1.0.0', 'production')
  expect(promoted).toMatch(/to production +ready/)
  await land('promote/platform-1.0.0-to-production')
  expect(desk.read('inventory/environments.yaml')).toContain('follows: { release: platform/1.0.0 }')
  expect(await must('validate')).toContain('all true')

  // What is merged now reaches test alone, and the plan says so.
  desk.git('switch', '-qc', 'greeting')
  banner('two', { file: { path: '/etc/motd.new', content: 'new\n' } })
  desk.commit('A new greeting\n\nRelease: feature')
  const planned = JSON.parse(await must('plan', 'greeting', '--json'))
  expect(planned.actions.map((a: { host: string }) => a.host)).toEqual(['test-01', 'test-01'])
  expect(planned.diagnostics).toContainEqual(
    expect.objectContaining({
      code: 'follows-release',
      summary: expect.stringContaining('1 host follows platform/1.0.0'),
    }),
  )
  await land('greeting')
  expect([shows('test-01'), shows('prod-01'), shows('prod-01', '/etc/motd.new')]).toEqual(['two', 'one', undefined])
  expect((await desk.run('drift')).status).toBe(0)

  // A feature makes it a minor release; its notes tell it, and leave the promotion to the end.
  const second = JSON.parse(await must('release', 'cut', '--json'))
  expect(second.release).toMatchObject({ id: 'platform/1.1.0', previous: '1.0.0', unrecorded: [] })
  const notes = await must('release', 'show', '1.1.0', '--notes')
  expect(notes).toMatch(/## New\n\n- A new greeting \(CHG-\d{4}-\d{5}; 1 host\)/)
  expect(notes).toMatch(/## Promotions\n\n- platform\/1\.0\.0/)
  const diff = await desk.run('release', 'diff', '1.0.0', '1.1.0')
  expect(diff.status).toBe(2)
  expect(diff.out).toContain('file:/etc/motd.new')
  expect(diff.out).toMatch(/CHG-\d{4}-00003 {2}platform\/1\.1\.0/)

  await promote('1.1.0', 'production')
  await land('promote/platform-1.1.0-to-production')
  expect([shows('prod-01'), shows('prod-01', '/etc/motd.new')]).toEqual(['two', 'new'])
  expect(await must('release', 'list')).toMatch(/platform\/1\.1\.0 .* in prod/)

  // Withdrawn: nothing changes by itself, and the way back is said.
  const withdrawn = await must('release', 'withdraw', '1.1.0', '--reason', 'the greeting is wrong')
  expect(withdrawn).toContain('plumbline release promote platform/1.0.0 --to production')
  expect(shows('prod-01')).toBe('two')
  const wrong = await desk.run('validate')
  expect(wrong.status).toBe(1)
  expect(wrong.out + wrong.err).toMatch(/inventory\/environments\.yaml:\d+:\d+/)
  expect(wrong.out + wrong.err).toContain('release-withdrawn')
  expect((await desk.run('release', 'promote', '1.1.0', '--to', 'test', '--key', login)).status).toBe(1)
  expect((await desk.run('release', 'withdraw', '1.1.0', '--reason', 'again')).status).toBe(1)
  await must('release', 'promote', '1.0.0', '--to', 'production', '--key', login, '--branch', 'back')
  await land('back')
  expect([shows('prod-01'), shows('prod-01', '/etc/motd.new'), shows('test-01')]).toEqual(['one', undefined, 'two'])
  expect((await desk.run('drift')).status).toBe(0)
  expect((await desk.run('audit', 'verify')).status).toBe(0)
}, 240_000)

it('takes people and keys from the branch, whatever an environment follows', async () => {
  const { publicKey } = generateKeyPair('ben')
  const ben = (more: object): string =>
    documents(
      {
        kind: 'Person',
        metadata: { name: 'ben' },
        spec: { fullName: 'Ben', email: 'ben@example.org', login: 'ben', sshKeys: [{ key: publicKey }], ...more },
      },
      { kind: 'Role', metadata: { name: 'reader' }, spec: { purpose: 'Look at logs', groups: ['adm'] } },
      {
        kind: 'AccessGrant',
        metadata: { name: 'ben-reads' },
        spec: {
          to: ['person/ben'],
          role: 'reader',
          on: { all: true },
          expires: new Date(Date.now() + 30 * 86_400_000).toISOString(),
          reason: 'Looks after logs',
        },
      },
    )
  const touched = async (branch: string): Promise<readonly string[]> => {
    const { actions } = JSON.parse(await must('plan', branch, '--json'))
    return actions.map((a: { host: string; resource: string }) => `${a.host} ${a.resource.split(':')[0]}`).sort()
  }
  desk.git('switch', '-qc', 'ben')
  desk.write('inventory/ben.yaml', ben({}))
  desk.commit('Ben looks at logs')
  const both = ['prod-01 authorizedKey', 'prod-01 user', 'test-01 authorizedKey', 'test-01 user']
  expect(await touched('ben')).toEqual(both)
  await land('ben')
  desk.git('switch', '-qc', 'ben-left')
  desk.write('inventory/ben.yaml', ben({ active: false }))
  desk.commit('Ben left')
  expect(await touched('ben-left')).toEqual(both)
  await land('ben-left')
}, 120_000)

it('holds promotions to what the pipeline asks for, however they are made', async () => {
  desk.git('switch', '-qc', 'gates')
  const pipeline = desk
    .read('inventory/pipeline.yaml')
    .replace('soakHours: 0', 'soakHours: 48\n        gates: [load-test]')
  desk.write('inventory/pipeline.yaml', pipeline)
  desk.commit('Ask for more')
  await land('gates')
  await must('release', 'cut', '--number', '2.0.0')
  const refused = await desk.run('release', 'promote', '2.0.0', '--to', 'production', '--key', login)
  expect(refused.status).toBe(1)
  expect(refused.out).toMatch(/✗ +48 h in test +0(\.\d)? h: test since/)
  expect(refused.err).toContain('gate load-test: nobody said how it went')

  // By hand it is no other: what is not met is an error of the plan.
  desk.git('switch', '-qc', 'by-hand')
  desk.write(
    'inventory/environments.yaml',
    desk.read('inventory/environments.yaml').replace('platform/1.0.0', 'platform/2.0.0'),
  )
  desk.commit('Quietly')
  const quiet = JSON.parse((await desk.run('plan', 'by-hand', '--json')).out)
  const errors = quiet.diagnostics.filter((d: { severity: string }) => d.severity === 'error')
  expect(errors.map((d: { code: string }) => d.code)).toEqual(['release-not-ready', 'release-not-ready'])
  desk.git('switch', '-q', 'main')

  const evidence = 'run 812'
  await must('release', 'gate', '2.0.0', 'load-test', '--passed', '--evidence', evidence)
  expect((await desk.run('release', 'gate', '2.0.0', 'smoke', '--passed', '--evidence', evidence)).status).toBe(1)
  const reason = 'The old greeting offends people'
  const forced = await promote('2.0.0', 'production', '--force', '--reason', reason)
  expect(forced).toMatch(/✓ +gate load-test +passed .*run 812/)
  const shown = JSON.parse(await must('release', 'show', '2.0.0', '--json'))
  expect(shown.release.promotions).toMatchObject([{ stage: 'production', environments: ['prod'], forced: reason }])
  const branch = 'promote/platform-2.0.0-to-production'
  const message = execFileSync('git', ['-C', desk.folder, 'log', '-1', '--format=%B', branch]).toString()
  expect(message).toContain(`Promotes: platform/2.0.0\nStage: production\nForced-Because: ${reason}`)
  await land(branch)
  expect(shows('prod-01')).toBe('two')
}, 180_000)

it('counts the time in the stage before from when the promotion there was carried out', async () => {
  await promote('2.0.0', 'test')
  await land('promote/platform-2.0.0-to-test')
  desk.git('switch', '-qc', 'third')
  banner('three')
  desk.commit('A third greeting')
  await land('third')
  expect([shows('test-01'), shows('prod-01')]).toEqual(['two', 'two'])
  await must('release', 'cut', '--bump', 'minor')
  const soak = async (): Promise<string> => {
    const { stages } = JSON.parse(await must('release', 'show', '2.1.0', '--json'))
    const { readiness } = stages.find((s: { stage: string }) => s.stage === 'production')
    return readiness.find((f: { criterion: string }) => f.criterion === '48 h in test').evidence
  }
  expect(await soak()).toBe('not in test: it follows platform/2.0.0')
  await promote('2.1.0', 'test')
  expect(await soak()).toBe('not in test: it follows platform/2.0.0')
  await land('promote/platform-2.1.0-to-test')
  expect(await soak()).toMatch(/^0 h: test since .* \(CHG-\d{4}-\d{5}\)$/)
  expect([shows('test-01'), shows('prod-01')]).toEqual(['three', 'two'])
}, 180_000)

it('names a release that does not exist where it stands', async () => {
  desk.git('switch', '-q', 'main')
  const before = desk.read('inventory/environments.yaml')
  desk.write('inventory/environments.yaml', before.replace('platform/2.0.0', 'platform/9.9.9'))
  const found = await desk.run('validate', '--json')
  expect(found.status).toBe(1)
  expect(JSON.parse(found.out).diagnostics).toMatchObject([
    // Somebody left, above, and their grant stayed.
    { code: 'leaver', severity: 'warning', subject: 'AccessGrant/ben-reads' },
    { code: 'release-unknown', severity: 'error', file: 'inventory/environments.yaml', subject: 'Environment/prod' },
  ])
  desk.write('inventory/environments.yaml', before)
}, 60_000)

it('has tags that git itself verifies, and that an audit holds against the ledger', async () => {
  const [, key = ''] = /engineKeys:\n\s+- (.*)/.exec(desk.read('plumbline.yaml')) ?? []
  const allowed = join(scratch, 'allowed')
  writeFileSync(allowed, `engine namespaces="git" ${key.replaceAll(/["']/g, '')}\n`)
  const git = (...args: string[]) => execFileSync('git', ['-C', desk.folder, ...args], { stdio: 'pipe' })
  git('-c', 'gpg.format=ssh', '-c', `gpg.ssh.allowedSignersFile=${allowed}`, 'verify-tag', 'release/platform/1.0.0')
  expect((await desk.run('audit', 'verify')).status).toBe(0)
  git('tag', '-f', 'release/platform/1.0.0', 'main')
  const moved = await desk.run('audit', 'verify')
  expect(moved.status).toBe(1)
  expect(moved.out).toMatch(/release-tag-differs.*release\/platform\/1\.0\.0 leads to/)
}, 60_000)
